"""What a page says of its telephone."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

Name = Annotated[str, Field(max_length=64)]


class BadMessage(Exception):
    """None of the messages below."""


class _Said(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Ready(_Said):
    """The device test is passed (or no longer): from now on the page may be rung."""

    type: Literal["phone.ready"]
    ready: bool


class Offer(_Said):
    """The page answers a leg, or takes its call up again; `sdp` has all candidates in it."""

    type: Literal["phone.offer"]
    conversation: Name
    leg: Name
    sdp: Annotated[str, Field(max_length=64_000)]


class Keep(_Said):
    """The page has the call already: only its link to us was lost for a while."""

    type: Literal["phone.keep"]
    conversation: Name
    leg: Name


class End(_Said):
    """The page declines what rings, or hangs up."""

    type: Literal["phone.end"]
    conversation: Name
    leg: Name


Said = Ready | Offer | Keep | End
_SAID: TypeAdapter[Said] = TypeAdapter(Annotated[Said, Field(discriminator="type")])


def parse(message: dict[str, Any]) -> Said:
    """Raises `BadMessage`."""
    try:
        return _SAID.validate_python(message)
    except ValidationError:
        raise BadMessage from None
