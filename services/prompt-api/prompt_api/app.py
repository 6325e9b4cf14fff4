"""The application: every route below its address, every exception as a problem document."""

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.types import ASGIApp

from prompt_api.configuration import keys_of
from prompt_api.devices import endpoints as devices
from prompt_api.devices.cookie import DeviceCookies
from prompt_api.devices.middleware import Devices
from prompt_api.http import docs, health, problems, schema
from prompt_api.http.observation import Observation
from prompt_api.preferences import endpoints as preferences
from prompt_api.prompts import endpoints as prompts
from prompt_api.stories import endpoints as stories
from prompt_api.stream import endpoints as stream
from prompt_api.trash import endpoints as trash
from prompt_api.wiring import Parts, running

_BASE = "/api/v1"


def create_app(parts: Parts) -> ASGIApp:
    """The API with its middleware around it."""
    api = create_api(parts)
    routes = (route for route in api.routes if isinstance(route, APIRoute))
    parts.metrics.expect((method, route.path) for route in routes for method in route.methods or ())
    cookies = DeviceCookies(keys_of(parts.settings.cookie_secret))
    known = Devices(api, cookies=cookies, libraries=parts.libraries, prefix=_BASE)
    return Observation(known, metrics=parts.metrics)


def create_api(parts: Parts) -> FastAPI:
    """The routes."""
    settings = parts.settings
    api = FastAPI(
        title="Storybot",
        version="1",
        description="Prompts in, stories out, live.",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lambda _api: running(parts),
        generate_unique_id_function=lambda route: route.name,
    )
    problems.install(api)
    limit = settings.active_stories_per_owner
    prompts.install(api, parts.database, parts.submissions, stories_per_owner=limit)
    trash.install(api, parts.database, keep=settings.trash_kept_for)
    stories.install(api, parts.database, stories_per_owner=limit)
    devices.install(api, parts.database, parts.libraries)
    stream.install(api, parts.hub, parts.pulse, parts.metrics)
    preferences.install(
        api,
        parts.database,
        model=settings.llm_model,
        model_builtin=settings.builtin,
        active_stories_per_owner=limit,
        trash_keep_days=settings.trash_keep_days,
        prices=settings.llm_prices,
        currency=settings.llm_currency,
    )
    health.install(api, parts.engine, parts.metrics)
    docs.install(api)
    schema.install(api)
    return api
