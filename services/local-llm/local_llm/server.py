"""Builds llama.cpp's parameters and starts its HTTP server."""

from typing import Final

import xllamacpp

from local_llm import MODEL_NAME, PORT
from local_llm.configuration import LocalLlmSettings
from local_llm.sampling import set_defaults

_LISTEN_ON: Final = "0.0.0.0"  # noqa: S104 - inside a container; the network decides who reaches it
_LOG_VERBOSITY: Final = {"DEBUG": 3, "INFO": 2, "WARNING": 2, "ERROR": 1}
"""Level 3 says five things about every request, the health check's too; level 4 would log prompts."""


def parameters(settings: LocalLlmSettings) -> xllamacpp.CommonParams:
    """The parameters of a server that writes stories, for ``settings``."""
    params = xllamacpp.CommonParams()
    params.model.path = str(settings.local_llm_model_file)
    params.model_alias = {MODEL_NAME}
    params.hostnames = [_LISTEN_ON]
    params.port = PORT
    params.n_parallel = settings.local_llm_slots
    params.n_ctx = settings.local_llm_slots * settings.local_llm_context
    params.cpuparams.n_threads = settings.local_llm_threads
    params.cpuparams_batch.n_threads = settings.local_llm_threads
    params.verbosity = _LOG_VERBOSITY[settings.log_level]
    params.endpoint_metrics = True
    # These would show one reader's story to another service, and nobody needs them.
    params.endpoint_slots = False
    params.ui = False
    # Fitting a model to the memory of graphics cards would load it twice.
    params.fit_params = False
    # The prompts differ after a few words: saved states would cost memory and never be used again.
    params.cache_ram_mib = 0
    params.cache_idle_slots = False
    set_defaults(params.sampling)
    return params


def start(settings: LocalLlmSettings) -> xllamacpp.Server:
    """Load the model and listen. The server stops when the last reference to it goes.

    Raises RuntimeError when the model cannot be loaded or the port is taken; llama.cpp's log says why.
    """
    return xllamacpp.Server(parameters(settings))
