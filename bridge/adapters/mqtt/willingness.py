"""Agents who say by MQTT whether they want calls: a desktop, a busy light, a workforce system.

A small flat JSON object on `cmd/agent/{agent}/presence`. It may be retained, and be the last will of the
client that speaks for the agent: a desktop that dies takes its agent away. The bridge's own
`agent/{agent}/presence` is another topic, never read by it.
"""

from collections import Counter
from typing import Annotated, Final, Literal

import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bridge.adapters.mqtt.topics import Topics
from bridge.adapters.payload import Payload
from bridge.ports import Clock, Roster

log = structlog.get_logger()
SOURCE: Final = "mqtt"
CLEARED: Final = b""
"""the retained message is deleted: nobody says anything any more, and what was said last stands"""


class Willingness(BaseModel):
    """What an agent wants; the agent's id stands in the topic."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)

    v: Literal[1] = 1
    state: Literal["available", "away"]
    reason: Annotated[str, Field(max_length=80)] = ""
    """why away, as people call it: lunch, training"""


class WillingnessReply(Payload):
    """The answer, where the message named a response topic."""

    agent: str
    ok: bool
    code: str
    """accepted, unknown_agent, invalid, too_large"""
    message: str = ""


class Willing:
    """`refused` counts, by code, what was not taken."""

    def __init__(self, topics: Topics, roster: Roster, clock: Clock, *, most_bytes: int) -> None:
        self._topics, self._roster, self._clock, self._most_bytes = topics, roster, clock, most_bytes
        self._seq = 0
        self.accepted = 0
        self.refused: Counter[str] = Counter()

    def take(self, topic: str, payload: bytes) -> WillingnessReply | None:
        """Never raises; None for a deletion, to which there is nothing to say."""
        if payload == CLEARED:
            return None
        agent = self._topics.agent(topic)
        code, message = self._obey(agent, payload)
        if code == "accepted":
            self.accepted += 1
        else:
            self.refused[code] += 1
            log.warning("mqtt presence refused", code=code)
        self._seq += 1
        return WillingnessReply(
            id=self._clock.token(), seq=self._seq, ts=self._clock.utc(), site=self._topics.site,
            agent=agent, ok=code == "accepted", code=code, message=message,
        )  # fmt: skip

    def _obey(self, agent: str, payload: bytes) -> tuple[str, str]:
        if len(payload) > self._most_bytes:
            return "too_large", f"at most {self._most_bytes} bytes"
        try:
            said = Willingness.model_validate_json(payload)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            return "invalid", f"{'.'.join(map(str, first['loc'])) or 'body'}: {first['msg']}"
        willing = said.state == "available"
        if not self._roster.declare(agent, willing, source=SOURCE, reason=said.reason):
            return "unknown_agent", "no such agent is configured here"
        return "accepted", ""
