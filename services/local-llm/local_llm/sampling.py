"""How the next word is drawn, for requests that do not say it themselves.

Found by reading stories of the built-in model (README.md has samples). The samplers work in llama.cpp's order:
penalties, DRY, top-k, min-p, temperature.
"""

import xllamacpp


def set_defaults(sampling: xllamacpp.CommonParamsSampling) -> None:
    """Set what keeps a very small model readable on ``sampling``."""
    # Cooler, it circles around one sentence; warmer, it forgets what the story is about.
    sampling.temp = 0.5
    # Cuts off the words that do not fit.
    sampling.min_p = 0.1
    sampling.top_k = 40
    sampling.top_p = 1.0
    # Against the word that comes back all the time. Stronger, or looking back further, it drives
    # the names of the people out of the story as well.
    sampling.penalty_repeat = 1.1
    sampling.penalty_last_n = 128
    # DRY, against whole phrases that come back, anywhere in the story. A name is up to four tokens
    # long ("Bumblebee"): allowed_length spares it, or it comes out different every time.
    sampling.dry_multiplier = 0.8
    sampling.dry_base = 1.75
    sampling.dry_allowed_length = 4
    sampling.dry_penalty_last_n = 2048
