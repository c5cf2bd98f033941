"""The calls that `handoff brief` reads, a JSON object a line, checked."""

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from bridge.lines import objects
from bridge.model.bot import BotState
from bridge.model.transcript import Speaker
from bridge.options import EXIT_USAGE, fail


class Turn(BaseModel):
    """`t`: seconds since the call began; without it, a turn each second."""

    model_config = ConfigDict(extra="ignore")

    i: int | str
    speaker: Speaker
    text: str
    t: float | None = None
    confidence: float | None = Field(default=None, ge=0, le=1)


def _texts(state: Any) -> Any:
    """Bots write times, results and limits as they like: what the model wants as text becomes text."""
    if not isinstance(state, dict):
        return state
    told = dict(state)
    if isinstance(actions := told.get("actions"), list):
        told["actions"] = [_text_at(a, "name", "result", "at") for a in actions]
    if isinstance(limits := told.get("limits"), list):
        told["limits"] = [_as_text(limit) for limit in limits]
    authentication = told.get("authentication")
    if isinstance(authentication, str):
        authentication = {"status": authentication}
    told["authentication"] = _text_at(authentication, "status", "method", "at", "by", "expires_at")
    return {key: value for key, value in told.items() if value is not None}


def _text_at(value: Any, *keys: str) -> Any:
    if not isinstance(value, dict):
        return {"name": value} if isinstance(value, str) else value
    told = {key: _as_text(inner) if key in keys else inner for key, inner in value.items()}
    return {key: inner for key, inner in told.items() if inner is not None}


def _as_text(value: Any) -> Any:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, dict):
        return ", ".join(f"{key} {_as_text(inner)}" for key, inner in value.items())
    return ", ".join(str(_as_text(inner)) for inner in value) if isinstance(value, list) else str(value)


class CallLine(BaseModel):
    model_config = ConfigDict(extra="ignore")

    id: str | int
    turns: list[Turn]
    state: Annotated[BotState | None, BeforeValidator(_texts)] = None
    crm: dict[str, Any] | None = None


def calls(file: str) -> Iterator[CallLine]:
    """Raises typer.Exit(2) with file:line, cause and cure."""
    for where, found in objects(file):
        yield checked(found, where)


def checked(found: dict[str, Any], where: str) -> CallLine:
    try:
        return CallLine.model_validate(found)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(str(part) for part in first["loc"]) or "line"
        cure = 'Cure: {"id", "turns": [{"i", "speaker": caller|bot|agent, "text"}]} a line.'
        raise fail(f"{where}: {key}: {first['msg']}. {cure}", EXIT_USAGE) from None
