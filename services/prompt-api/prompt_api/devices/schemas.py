"""Links between devices as clients send and see them."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from prompt_api.representation import Representation


class LibraryLink(Representation):
    """What opens this library on another device, until it expires or a newer one is made."""

    code: str = Field(description="A secret: whoever has it can open the library.", examples=["7tq1…"])
    expires_at: datetime


class JoinLibrary(BaseModel):
    """The code of a link that another device made."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str = Field(min_length=1, max_length=100)
