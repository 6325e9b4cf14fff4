"""``GET /settings``."""

from collections.abc import Mapping

from fastapi import FastAPI

from prompt_api.database import Database
from prompt_api.http.responses import problems
from prompt_api.preferences.schemas import Defaults, Limits, Preferences, Price
from storybot_common import story_settings
from storybot_common.brief import CONTENT_MAX_LENGTH, NAME_MAX_LENGTH, Genre, Length, Tone
from storybot_common.settings import TokenPrice


def install(
    api: FastAPI,
    database: Database,
    *,
    model: str,
    model_builtin: bool,
    active_stories_per_owner: int,
    trash_keep_days: int,
    prices: Mapping[str, TokenPrice],
    currency: str,
) -> None:
    """The route; ``model`` is what the environment names and the settings row may override."""

    known_prices = {name: Price(prompt=each.prompt, completion=each.completion) for name, each in prices.items()}

    @api.get("/api/v1/settings", tags=["settings"], responses=problems({503: "The story shelf is away for a moment."}))
    async def get_settings() -> Preferences:
        """The model that writes, the choices that the form offers, and the limits."""
        stored = await database.read(story_settings.read)
        return Preferences(
            model=stored.story_model or model,
            model_builtin=model_builtin,
            languages=stored.languages,
            genres=list(Genre),
            tones=list(Tone),
            lengths=list(Length),
            defaults=Defaults(length=stored.length, temperature=float(stored.temperature)),
            limits=Limits(
                content_max_length=CONTENT_MAX_LENGTH,
                name_max_length=NAME_MAX_LENGTH,
                active_stories_per_owner=active_stories_per_owner,
                trash_keep_days=trash_keep_days,
            ),
            prices=known_prices,
            currency=currency,
        )
