"""How big a run is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Form:
    """The numbers of a run; times in seconds."""

    name: str
    owners: int
    stories: int
    """In flight when the fault strikes."""
    tokens: tuple[int, int]
    """Of a story, least and most."""
    token_every: float
    workers: int
    slots: int
    """Stories that one worker writes at once."""
    requests_per_second: float
    """That go on arriving during the fault, as long as less than twice ``stories`` are unfinished."""
    rush: int
    """Requests that come within a second or two, just when the fault strikes."""
    down: float
    """How long what was killed stays away."""
    cut: float
    """How long a network is gone."""
    llm_away: float
    patience: float
    """For which a visitor repeats a refused or unanswered request."""
    settle: float
    """Deadline for every story to be final after the fault is over."""
    left_out: frozenset[str] = frozenset()
    """Faults, by name, that this form does without."""


SHORT = Form(
    name="short",
    owners=8,
    stories=40,
    tokens=(40, 60),
    token_every=0.1,
    workers=2,
    slots=16,
    requests_per_second=4,
    rush=25,
    down=3,
    cut=12,
    llm_away=10,
    patience=120,
    settle=120,
    # those whose like is there, or that wait until a lease has ended: the long form has them
    left_out=frozenset(
        {
            "worker-replaced",
            "worker-frozen",
            "all-apis-killed",
            "broker-cut-off",
            "database-frozen",
            "database-cut-off",
        },
    ),
)

LONG = Form(
    name="long",
    owners=20,
    stories=200,
    tokens=(80, 160),
    token_every=0.07,
    workers=2,
    slots=32,
    requests_per_second=6,
    rush=100,
    down=10,
    cut=30,
    llm_away=120,
    patience=240,
    settle=600,
)

FORMS = {form.name: form for form in (SHORT, LONG)}
