"""For machines: is the process alive, can it work, and what does it count."""

import asyncio
from http import HTTPStatus

from fastapi import FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from prompt_api.http.problems import Unavailable
from prompt_api.http.responses import problems
from prompt_api.metrics import Metrics
from storybot_common.database.migrate import schema_is_current

_READY_WITHIN_S = 2


def install(api: FastAPI, engine: AsyncEngine, metrics: Metrics) -> None:
    """``/healthz``, ``/readyz`` and ``/metrics``; the gateway passes only the second on."""

    @api.get("/healthz", tags=["operation"], status_code=HTTPStatus.NO_CONTENT, response_class=Response)
    async def alive() -> None:
        """Whether the process answers at all."""

    @api.get(
        "/readyz",
        tags=["operation"],
        status_code=HTTPStatus.NO_CONTENT,
        response_class=Response,
        responses=problems({503: "The database does not answer."}),
    )
    async def ready() -> None:
        """Whether Postgres answers and its schema is the one that this release needs."""
        try:
            async with asyncio.timeout(_READY_WITHIN_S):
                current = await schema_is_current(engine)
        except (SQLAlchemyError, TimeoutError, OSError) as error:
            raise Unavailable("The database does not answer.") from error
        if not current:
            raise Unavailable("The database's schema is older than this release: run the migrations.")

    @api.get("/metrics", include_in_schema=False)
    async def measured() -> Response:
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)
