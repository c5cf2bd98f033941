"""A whole conversation at a real Mosquitto: what subscribers see, and what commands do."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from bridge.peers.mosquitto import Mosquitto
from tests.mqtt.rig import Other, bridge, configuration, other

pytestmark = pytest.mark.wire


@pytest.fixture(scope="module")
def broker() -> Iterator[Mosquitto]:
    with Mosquitto("127.0.82.1") as one:
        yield one


async def test_a_conversation_commanded_and_seen(tmp_path: Path, broker: Mosquitto) -> None:
    async with other(broker) as seen, bridge(tmp_path, configuration(broker)) as ours:
        call = ours.call
        await seen.until(
            lambda one: one.topic.endswith("/bridge/b1/status") and one.body["state"] == "online"
        )
        reply = await seen.ask(call, "escalate", {"id": "e1", "reason": "sensitive", "by": "bot"})
        assert (reply["ok"], reply["code"], reply["command"]) == (True, "accepted", "e1")
        dialing = await seen.state(call, "dialing")
        assert (dialing["reason"], dialing["source"]) == ("sensitive", "mqtt")
        agent = await ours.ringing.get()
        await seen.until(
            lambda one: one.topic.endswith("/agent/ann/presence") and one.body["state"] == "busy"
        )
        agent.answer()
        briefing = await seen.state(call, "briefing")
        assert briefing["agent"] == "ann"
        reply = await seen.ask(call, "connect", {"id": "c1", "expected_rev": briefing["rev"]})
        assert reply["code"] == "accepted"
        connected = await seen.state(call, "connected")
        assert connected["rev"] == reply["rev"] > briefing["rev"]
        assert ours.ua.heard_by("caller") == {"agent-1"}
        ours.caller.hang_up()
        over = await seen.until(
            lambda one: one.topic.endswith("/handoff") and b'"result"' in one.payload, "the outcome"
        )
        assert over.body["result"] == "connected"
        await seen.until(lambda one: one.topic.endswith("/handoff") and one.payload == b"", "the clearing")
    told = [one.body for one in seen.seen if one.topic.endswith(f"/call/{call}/event")]
    kinds = [one["type"] for one in told]
    assert kinds[0] == "started"
    assert kinds[-1] == "ended"
    assert {"dialed", "ringing", "answered", "commanded", "outcome", "leg_ended"} <= set(kinds)
    assert [one["seq"] for one in told] == list(range(1, len(told) + 1))
    ids = [one.body["id"] for one in seen.seen if one.payload and "/cmd/" not in one.topic]
    assert len(set(ids)) == len(ids)
    assert [one.topic for one in seen.seen if "/transcript" in one.topic] == []


async def test_a_later_subscriber_finds_the_state(tmp_path: Path, broker: Mosquitto) -> None:
    async with bridge(tmp_path, configuration(broker)) as ours:
        await ours.online()
        async with other(broker, "first") as first:
            await first.ask(ours.call, "escalate", {"id": "e1"})
            await first.state(ours.call, "dialing")
        async with other(broker, "second") as second:
            handoff = await second.until(lambda one: one.topic.endswith(f"/call/{ours.call}/handoff"))
            assert handoff.retain
            assert handoff.body["state"] == "dialing"
            status = await second.until(lambda one: one.topic.endswith("/bridge/b1/status"))
            assert (status.retain, status.body["state"], status.body["calls"]) == (True, "online", 1)
    async with other(broker, "third") as third:
        status = await third.until(lambda one: one.topic.endswith("/bridge/b1/status"))
        assert status.body["state"] == "offline"
        await third.client.publish("handoff/v1/test/end", b"{}", qos=1)
        await third.until(lambda one: one.topic.endswith("/end"))
        assert not [one for one in third.seen if one.topic.endswith("/handoff")]


async def test_what_a_command_may_not_be(tmp_path: Path, broker: Mosquitto) -> None:
    async with bridge(tmp_path, configuration(broker)) as ours, other(broker) as asks:
        await ours.online()
        call = ours.call

        async def code(verb: str, body: dict[str, object] | bytes, **more: bool) -> str:
            return str((await asks.ask(call, verb, body, **more))["code"])

        assert await code("escalate", {"id": "r1"}, retain=True) == "retained"
        assert await code("escalate", {"id": "r2", "note": "x" * 5000}) == "too_large"
        deep = b'{"id": "r3", "note": ' + b"[" * 1500 + b"]" * 1500 + b"}"
        assert await code("escalate", deep) == "too_deep"
        assert await code("escalate", b'{"id": "r4", "note": {"a": {"b": {"c": {"d": 1}}}}}') == "too_deep"
        assert await code("escalate", b"not json") == "not_json"
        assert await code("escalate", b"\xff\xfe") == "not_json"
        assert await code("escalate", {"id": "r5", "reason": "because"}) == "invalid"
        assert await code("escalate", {"id": "r6", "colour": "red"}) == "invalid"
        assert await code("escalate", {"reason": "sensitive"}) == "invalid"
        assert await code("explode", {"id": "r7"}) == "unknown_verb"
        assert await code("connect", {"id": "r8"}) == "refused"
        assert await code("escalate", {"id": "r9", "expected_rev": 3}) == "conflict"
        assert (await asks.ask("no-such-call", "escalate", {"id": "r10"}))["code"] == "unknown_call"
        assert ours.state is None
        refused = ours.station.describe()["commands"]["refused"]
        assert refused == {
            "retained": 1, "too_large": 1, "too_deep": 2, "not_json": 2, "invalid": 3, "unknown_verb": 1,
            "refused": 1, "conflict": 1, "unknown_call": 1,
        }  # fmt: skip


async def test_a_command_sent_twice_is_done_once(tmp_path: Path, broker: Mosquitto) -> None:
    async with bridge(tmp_path, configuration(broker)) as ours, other(broker) as asks:
        await ours.online()
        first = await asks.ask(ours.call, "escalate", {"id": "once"})
        again = await asks.ask(ours.call, "escalate", {"id": "once"})
        assert again == {**first, "duplicate": True}
        assert (await asks.ask(ours.call, "cancel", {"id": "once"}))["code"] == "id_reused"
        assert len(ours.events.of("escalation")) == 1
        assert ours.events.of("escalation_ignored") == []


async def test_a_command_retained_before_we_came_does_nothing(tmp_path: Path, broker: Mosquitto) -> None:
    topic = "handoff/v1/test/cmd/call/anything/escalate"
    async with other(broker) as asks:
        await asks.client.publish(topic, json.dumps({"id": "old"}), qos=1, retain=True)
        async with bridge(tmp_path, configuration(broker)) as ours:
            await ours.online()
            assert (await asks.ask(ours.call, "connect", {"id": "new"}))["code"] == "refused"
            assert ours.station.describe()["commands"]["refused"] == {"refused": 1}
        await asks.client.publish(topic, b"", qos=1, retain=True)


async def test_a_reply_cannot_be_made_a_command(tmp_path: Path, broker: Mosquitto) -> None:
    """The sender names where the reply goes: into our own tree only under `reply/`."""
    async with bridge(tmp_path, configuration(broker)) as ours, other(broker) as asks:
        await ours.online()
        properties = Properties(PacketTypes.PUBLISH)
        properties.ResponseTopic = f"handoff/v1/test/call/{ours.call}/handoff"
        topic = f"handoff/v1/test/cmd/call/{ours.call}/connect"
        await asks.client.publish(topic, json.dumps({"id": "x"}), qos=1, properties=properties)
        await asks.ask(ours.call, "connect", {"id": "y"})
        assert not [one for one in asks.seen if one.topic.endswith("/handoff")]


async def test_the_broker_tells_of_a_bridge_that_was_killed(broker: Mosquitto) -> None:
    async with other(broker) as seen:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.mqtt.lone_station", broker.host, str(broker.port),
            cwd=Path(__file__).parents[2],
        )  # fmt: skip
        topic = "handoff/v1/test/bridge/lone/status"
        await seen.until(lambda one: one.topic == topic and one.body["state"] == "online")
        os.kill(process.pid, signal.SIGKILL)
        last = await seen.until(lambda one: one.topic == topic and one.body["state"] == "offline")
        await process.wait()
        assert last.body["bridge"] == "lone"
    async with other(broker) as later:
        assert (await later.until(lambda one: one.topic == topic)).body["state"] == "offline"


async def test_an_agents_word_is_heard_even_from_before_the_bridge_came(
    tmp_path: Path, broker: Mosquitto
) -> None:
    """Retained; the bridge's own retained presence is another topic, and nobody's wish."""
    topic = "handoff/v1/test/cmd/agent/ann/presence"

    async def ann(seen: Other, state: str) -> None:
        await seen.until(
            lambda one: (
                one.topic.endswith("/agent/ann/presence")
                and "/cmd/" not in one.topic
                and one.body["state"] == state
            )
        )

    async with other(broker) as seen:
        await seen.client.publish(topic, b'{"state": "away", "reason": "lunch"}', qos=1, retain=True)
        async with bridge(tmp_path, configuration(broker)) as ours:
            await ann(seen, "away")
            await seen.client.publish(topic, b'{"state": "available"}', qos=1, retain=True)
            await ann(seen, "available")
            assert ours.station.describe()["presence"] == {"accepted": 2, "refused": {}}
        await seen.client.publish(topic, b"", qos=1, retain=True)
