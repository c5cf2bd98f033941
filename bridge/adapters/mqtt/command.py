"""Commands that come by MQTT: read, checked, carried out once, answered.

A command is a small flat JSON object on `cmd/call/{call}/{verb}`. What is refused is refused with a code:
retained, too_large, too_deep, not_json, invalid, unknown_verb, id_reused, or one of `bridge.ports.Answer`.
"""

from collections import Counter, OrderedDict
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Any, Final, Literal

import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import from_json

from bridge.adapters.mqtt.topics import VERBS, Topics
from bridge.adapters.payload import Payload
from bridge.model.cue import CueKind
from bridge.ports import Answer, CallControl, Clock, Command

log = structlog.get_logger()
REMEMBERED: Final = 1000
DEEPEST: Final = 4
Short = Annotated[str, Field(max_length=100)]


class CommandBody(BaseModel):
    """What somebody wants of a live conversation; the verb stands in the topic."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)

    v: Literal[1] = 1
    id: Annotated[str, Field(min_length=1, max_length=100)]
    """idempotency key: the same command sent again is answered again and not carried out again"""
    by: Short = ""
    """who wants it, for the record"""
    reason: CueKind = CueKind.BOT_LIMIT
    """escalate: why"""
    target: Short | None = None
    """escalate: the agent wanted, by id or SIP user"""
    note: Annotated[str, Field(max_length=500)] = ""
    """escalate: the words that made it necessary"""
    expected_rev: Annotated[int, Field(ge=0)] | None = None
    """the `rev` of the handoff it is meant for; another one then is a conflict"""


class Reply(Payload):
    """The answer to a command, on its response topic and with its correlation data."""

    call: str
    verb: str
    command: str | None = None
    """the command's id, where it could be read"""
    ok: bool
    code: str
    message: str = ""
    rev: int | None = None
    """the handoff's revision behind it"""
    duplicate: bool = False
    """an answer given before"""


class Refused(Exception):
    """A command that cannot be read. `code` and the text go into the reply."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class _Given:
    """What was answered to a command, and what the command said."""

    print: bytes
    reply: Reply


class Commands:
    """Takes one command at a time; `refused` counts, by code, those not carried out."""

    def __init__(self, topics: Topics, control: CallControl, clock: Clock, *, most_bytes: int) -> None:
        self._topics, self._control, self._clock, self._most_bytes = topics, control, clock, most_bytes
        self._given: OrderedDict[str, _Given] = OrderedDict()
        self._seq = 0
        self.accepted = 0
        self.refused: Counter[str] = Counter()

    async def take(self, topic: str, payload: bytes, *, retained: bool) -> Reply:
        """Carry it out and say what became of it. Never raises."""
        call, verb = self._topics.command(topic)
        id = None
        try:
            body = self._read(verb, payload, retained=retained)
            id = body.id
            if before := self._before(call, verb, body, payload):
                return before
            reply = self._reply(call, verb, id, await self._control.command(call, _command(verb, body)))
            self._remember(_print(call, verb, payload), reply)
        except Refused as refusal:
            reply = self._reply(call, verb, id, Answer(code=refusal.code, message=str(refusal)))
        if reply.ok:
            self.accepted += 1
        else:
            self.refused[reply.code] += 1
            log.warning("mqtt command refused", code=reply.code)
        return reply

    def _read(self, verb: str, payload: bytes, *, retained: bool) -> CommandBody:
        if retained:
            raise Refused("retained", "publish commands without the retain flag")
        if verb not in VERBS:
            raise Refused("unknown_verb", f"known: {', '.join(VERBS)}")
        if len(payload) > self._most_bytes:
            raise Refused("too_large", f"a command has at most {self._most_bytes} bytes")
        try:
            if _depth(from_json(payload)) > DEEPEST:
                raise Refused("too_deep", "a command is a flat JSON object")
            return CommandBody.model_validate_json(payload)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "body"
            raise Refused("invalid", f"{where}: {first['msg']}") from None
        except ValueError as error:
            if "recursion limit" in str(error):
                raise Refused("too_deep", "a command is a flat JSON object") from None
            raise Refused("not_json", "a command is a JSON object in UTF-8") from None

    def _before(self, call: str, verb: str, body: CommandBody, payload: bytes) -> Reply | None:
        given = self._given.get(body.id)
        if given is None:
            return None
        if given.print != _print(call, verb, payload):
            raise Refused("id_reused", "another command came with this id; give each its own")
        return given.reply.model_copy(update={"duplicate": True})

    def _remember(self, print: bytes, reply: Reply) -> None:
        assert reply.command
        self._given[reply.command] = _Given(print, reply)
        while len(self._given) > REMEMBERED:
            self._given.popitem(last=False)

    def _reply(self, call: str, verb: str, id: str | None, answer: Answer) -> Reply:
        self._seq += 1
        return Reply(
            id=self._clock.token(), seq=self._seq, ts=self._clock.utc(), site=self._topics.site, call=call,
            verb=verb, command=id, ok=answer.code == "accepted", code=answer.code, message=answer.message,
            rev=answer.revision,
        )  # fmt: skip


def _command(verb: str, body: CommandBody) -> Command:
    return Command(
        verb=verb, by=body.by, source="mqtt", reason=body.reason, note=body.note, target=body.target,  # type: ignore[arg-type]
        expected=body.expected_rev,
    )  # fmt: skip


def _print(call: str, verb: str, payload: bytes) -> bytes:
    return sha256(b"\0".join((call.encode(), verb.encode(), payload))).digest()


def _depth(value: Any) -> int:
    """Levels of objects and lists; `from_json` has bounded them."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(_depth, inner), default=0)
