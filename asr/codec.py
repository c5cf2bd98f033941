"""Stream events as one JSON object a line, the form they cross from the ASR worker to main in."""

from typing import Annotated

from pydantic import Field, TypeAdapter

from asr.types import SpeechEvent, StreamEvent

_STREAM_EVENTS: TypeAdapter[StreamEvent] = TypeAdapter(StreamEvent)
_SPEECH_EVENTS: TypeAdapter[SpeechEvent] = TypeAdapter(Annotated[SpeechEvent, Field(discriminator="type")])


def encode_event(event: StreamEvent) -> bytes:
    return _STREAM_EVENTS.dump_json(event) + b"\n"


def decode_event(line: bytes) -> StreamEvent:
    """Raises `pydantic.ValidationError` on anything that is not a stream event."""
    return _STREAM_EVENTS.validate_json(line)


def decode_speech_event(line: bytes | str) -> SpeechEvent:
    """One speech event without its stream. Raises `pydantic.ValidationError`."""
    return _SPEECH_EVENTS.validate_json(line)
