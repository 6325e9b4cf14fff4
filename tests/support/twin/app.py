"""Its API: one route."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, FastAPI
from pydantic import BaseModel, ConfigDict
from sqlalchemy import orm

from .models import Prompt, Session, Story, create_tables
from .tasks import write_story


class NewPrompt(BaseModel):
    content: str
    options: dict[str, Any] = {}


class StoryOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    status: str


class PromptOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    content: str
    stories: list[StoryOut]


def get_session() -> Iterator[orm.Session]:
    with Session() as session:
        yield session


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    create_tables()
    yield


app = FastAPI(lifespan=lifespan)


@app.post("/prompts", status_code=201)
def create_prompt(new: NewPrompt, session: Annotated[orm.Session, Depends(get_session)]) -> PromptOut:
    """Store a prompt with its story and queue the writing."""
    prompt = Prompt(content=new.content, stories=[Story()])
    session.add(prompt)
    session.commit()
    write_story.delay(str(prompt.stories[0].id))
    return PromptOut.model_validate(prompt)
