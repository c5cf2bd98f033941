"""Reading commands without a broker: nothing that is sent is raised on, repeated, or remembered for ever."""

import asyncio
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.adapters.memory import CountingClock
from bridge.adapters.mqtt.command import REMEMBERED, Commands
from bridge.adapters.mqtt.topics import VERBS, Topics
from bridge.ports import Answer, Command

TOPICS = Topics("test")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
)
KEYS = st.sampled_from(["id", "by", "reason", "target", "note", "expected_rev", "v", "x"])


class Obedient:
    """Takes every command, and remembers it."""

    def __init__(self) -> None:
        self.taken: list[Command] = []

    async def command(self, conversation: str, command: Command) -> Answer:
        self.taken.append(command)
        return Answer(code="accepted", revision=len(self.taken))


def commands() -> tuple[Commands, Obedient]:
    control = Obedient()
    return Commands(TOPICS, control, CountingClock(), most_bytes=4096), control


@settings(deadline=None)
@given(
    payload=st.binary(max_size=200)
    | JSON.map(lambda value: json.dumps(value).encode())
    | st.dictionaries(KEYS, JSON, max_size=7).map(lambda value: json.dumps(value).encode()),
    verb=st.sampled_from(VERBS) | st.text(alphabet="abc", min_size=1, max_size=5),
)
def test_anything_gets_an_answer(payload: bytes, verb: str) -> None:
    taking, control = commands()
    reply = asyncio.run(taking.take(f"handoff/v1/test/cmd/call/c1/{verb}", payload, retained=False))
    assert reply.ok == bool(control.taken)
    if reply.ok:
        assert isinstance(json.loads(payload)["id"], str)
    else:
        assert reply.code in ("unknown_verb", "too_large", "too_deep", "not_json", "invalid")
    json.loads(reply.model_dump_json())


async def test_what_was_answered_is_remembered_within_bounds() -> None:
    taking, control = commands()
    topic = "handoff/v1/test/cmd/call/c1/connect"
    for number in range(REMEMBERED + 1):
        await taking.take(topic, json.dumps({"id": str(number)}).encode(), retained=False)
    newest = await taking.take(topic, json.dumps({"id": str(REMEMBERED)}).encode(), retained=False)
    oldest = await taking.take(topic, b'{"id": "0"}', retained=False)
    assert (newest.duplicate, oldest.duplicate) == (True, False)
    assert len(control.taken) == REMEMBERED + 2


async def test_what_could_not_be_read_may_be_corrected() -> None:
    """An id is used up by a command that reached the call, not by one with a mistake in it."""
    taking, control = commands()
    topic = "handoff/v1/test/cmd/call/c1/escalate"
    assert (await taking.take(topic, b'{"id": "a", "reason": "?"}', retained=False)).code == "invalid"
    reply = await taking.take(topic, b'{"id": "a", "reason": "sensitive", "note": "n"}', retained=False)
    assert (reply.code, reply.rev) == ("accepted", 1)
    assert control.taken == [Command(verb="escalate", source="mqtt", reason="sensitive", note="n")]
