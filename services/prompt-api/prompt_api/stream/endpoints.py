"""``GET /stories/{id}/events``."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import FastAPI, Header, Request
from starlette.responses import Response

from prompt_api.http.context import owner_of
from prompt_api.http.responses import AWAY, BAD_ID, problems
from prompt_api.metrics import Metrics
from prompt_api.stories.endpoints import NO_SUCH_STORY, PATH
from prompt_api.stream.hub import Hub
from prompt_api.stream.position import parse
from prompt_api.stream.response import StoryEvents
from prompt_api.stream.viewer import Pulse

_EXAMPLE = """retry: 1000

event: status
data: {"id": "01989c4e-5a5b-7d6e-8f90-a1b2c3d4e5f6", "status": "writing", "queue_position": null, …}
id: 0-0

event: delta
data: {"offset": 0, "text": "Once upon a time"}
id: 0-16

event: finished
data: {"id": "01989c4e-5a5b-7d6e-8f90-a1b2c3d4e5f6", "status": "finished", …}
id: 0-16-end

"""

_DESCRIPTION = """Server-sent events of a story, from the beginning or from `Last-Event-ID` on.

| event | data | meaning |
|---|---|---|
| `status` | StorySummary | its state, first of all and whenever it changes |
| `delta` | DeltaEvent | the next piece of the text |
| `restart` | RestartEvent | the text so far is void |
| `finished`, `failed`, `cancelled` | StorySummary | the last event; the stream ends |

Every event has an id; a connection that breaks is taken up again without a gap or a repeat. A comment comes every
15 seconds when nothing else does.
"""

LastEventId = Annotated[
    str | None,
    Header(alias="Last-Event-ID", description="The id of the last event that arrived; browsers send it by themselves."),
]


def install(api: FastAPI, hub: Hub, pulse: Pulse, metrics: Metrics) -> None:
    """The route."""

    @api.get(
        f"{PATH}/events",
        tags=["stories"],
        description=_DESCRIPTION,
        status_code=HTTPStatus.OK,
        response_class=StoryEvents,
        responses={
            200: {
                "description": "The events.",
                "content": {"text/event-stream": {"schema": {"type": "string"}, "example": _EXAMPLE}},
            },
            204: {"description": "Everything was sent before, the final event too: do not come back."},
            **problems({404: NO_SUCH_STORY, 422: BAD_ID, 503: AWAY}),
        },
    )
    async def watch_story(story_id: UUID, request: Request, last_event_id: LastEventId = None) -> Response:
        return StoryEvents(
            story_id,
            owner_of(request),
            parse(last_event_id),
            hub=hub,
            pulse=pulse,
            metrics=metrics,
        )
