"""Commands and events as one JSON object a line, the form they cross between processes in."""

from typing import Annotated

from pydantic import Field, TypeAdapter

from sip.commands import Command
from sip.events import Event

_COMMANDS: TypeAdapter[Command] = TypeAdapter(Annotated[Command, Field(discriminator="type")])
_EVENTS: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="type")])


def encode_command(command: Command) -> bytes:
    return _COMMANDS.dump_json(command) + b"\n"


def decode_command(line: bytes) -> Command:
    """Raises `pydantic.ValidationError` on anything that is not a command."""
    return _COMMANDS.validate_json(line)


def encode_event(event: Event) -> bytes:
    return _EVENTS.dump_json(event) + b"\n"


def decode_event(line: bytes) -> Event:
    """Raises `pydantic.ValidationError` on anything that is not an event."""
    return _EVENTS.validate_json(line)
