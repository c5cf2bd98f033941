"""The broker is away, killed or back in mid-call: the call does not notice, and the state comes back."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.peers.mosquitto import Mosquitto
from bridge.ports import Command
from tests.mqtt.rig import bridge, configuration, other

pytestmark = pytest.mark.wire
TELEMETRY = 10


@pytest.fixture
def broker() -> Iterator[Mosquitto]:
    one = Mosquitto("127.0.82.2")
    yield one
    one.close()


async def test_killed_and_restarted_in_mid_call(tmp_path: Path, broker: Mosquitto) -> None:
    broker.start()
    settings = configuration(broker, telemetry_queue=TELEMETRY)
    async with bridge(tmp_path, settings) as ours:
        await ours.online()
        async with other(broker) as seen:
            await seen.ask(ours.call, "escalate", {"id": "e1"})
            await seen.state(ours.call, "dialing")
        broker.stop(signal.SIGKILL)

        (await ours.ringing.get()).answer()
        await ours.until(lambda: ours.state == "briefing")
        conversation = ours.service.live[ours.call].call
        for number in range(3 * TELEMETRY):
            conversation.emit("speech", speaker="caller", speaking=bool(number % 2))
        ours.ua.far("agent-1").press("1")
        await ours.until(lambda: ours.state == "connected")
        assert ours.ua.heard_by("caller") == {"agent-1"}
        await ours.until(lambda: not ours.station.describe()["connected"])
        dropped = ours.station.describe()["dropped"]
        assert dropped["speech"] >= 2 * TELEMETRY
        assert not {"handoff", "outcome", "started", "ended", "escalation", "dialed"} & set(dropped)

        broker.start()  # with nothing stored
        async with other(broker) as seen:
            await seen.state(ours.call, "connected")
            await seen.until(lambda one: one.topic.endswith("/bridge/b1/status") and one.body["calls"] == 1)
            await seen.until(
                lambda one: one.topic.endswith("/agent/ann/presence") and one.body["state"] == "busy"
            )
            reply = await seen.ask(ours.call, "cancel", {"id": "after"})
            assert reply["code"] == "refused"  # a connected call is not cancelled
            ours.caller.hang_up()
            await seen.until(
                lambda one: one.topic.endswith("/event") and one.body["type"] == "ended", "the end"
            )
        told = ours.station.describe()
        assert (told["connections"], told["dropped"]) == (2, dropped)
        assert "error" not in told


async def test_no_broker_at_all(tmp_path: Path, broker: Mosquitto) -> None:
    """A whole handoff with nobody at the other end, and a broker that comes later hears of it in order."""
    async with bridge(tmp_path, configuration(broker, clear_after_s=60)) as ours:
        conversation = ours.service.live[ours.call]
        await ours.until(lambda: "error" in ours.station.describe())
        answer = await ours.service.command(ours.call, Command(verb="escalate", source="mqtt"))
        assert answer.code == "accepted"
        (await ours.ringing.get()).answer()
        await ours.until(lambda: ours.state == "briefing")
        ours.ua.far("agent-1").press("1")
        await ours.until(lambda: ours.state == "connected")
        call = ours.call
        broker.start()
        async with other(broker) as seen:
            told = await seen.state(call, "connected")
        assert told["rev"] == conversation.call.revision


async def test_a_broker_that_hangs(tmp_path: Path, broker: Mosquitto) -> None:
    """Open sockets and no answer: nothing tells but time. The call goes on, and the link comes back."""
    broker.start()
    async with bridge(tmp_path, configuration(broker)) as ours:
        await ours.online()
        broker.hang()
        answer = await ours.service.command(ours.call, Command(verb="escalate", source="mqtt"))
        assert answer.code == "accepted"
        (await ours.ringing.get()).answer()
        await ours.until(lambda: ours.state == "briefing")
        ours.ua.far("agent-1").press("1")
        await ours.until(lambda: ours.state == "connected")
        await ours.until(lambda: not ours.station.describe()["connected"])
        broker.hang(False)
        async with other(broker) as seen:
            await seen.state(ours.call, "connected")
            await ours.online()
        async with other(broker) as later:  # the will of the old connection is not the last word
            status = await later.until(lambda one: one.topic.endswith("/bridge/b1/status"))
            assert status.body["state"] == "online"
