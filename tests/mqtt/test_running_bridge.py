"""A whole bridge with its processes, a real broker with passwords, telephones on raw sockets."""

from pathlib import Path

import pytest

from bridge.peers.mosquitto import Mosquitto
from tests.mqtt.rig import Other, other
from tests.wire.ears import joined
from tests.wire.rig import office

pytestmark = [pytest.mark.wire, pytest.mark.timeout(180)]
START_S = 60.0
"""for a main process on a machine with other things to do"""
USERS = {"bridge": "bridge-secret", "console": "console-secret"}
STATUS = "handoff/v1/wire/bridge/b1/status"


async def status(seen: Other, state: str) -> None:
    """The bridge's state as last told; what was told before is forgotten."""
    await seen.until(lambda one: one.topic == STATUS and one.body["state"] == state, state, START_S)
    seen.seen.clear()


async def test_a_call_taken_by_command_and_a_main_that_dies(tmp_path: Path) -> None:
    with Mosquitto("127.0.82.4", users=USERS) as broker:
        mqtt = {
            "host": broker.host, "port": broker.port, "bridge_id": "b1", "user": "bridge",
            "password": USERS["bridge"],
        }  # fmt: skip
        with office(tmp_path, mqtt=mqtt) as place:
            async with other(broker, "console", password=USERS["console"], site="wire") as console:
                await status(console, "online")
                async with place.people() as (caller, ann, _):
                    talk = await place.talk(caller)
                    assert (await console.ask(talk.id, "escalate", {"id": "1"}))["code"] == "accepted"
                    briefing = await console.state(talk.id, "briefing")
                    reply = await console.ask(
                        talk.id, "connect", {"id": "2", "expected_rev": briefing["rev"]}
                    )
                    assert reply["code"] == "accepted"
                    await talk.state("connected")
                    assert await joined(caller, ann)
                    health = (await place.http("GET", "/healthz"))["mqtt"]
                    assert (health["connected"], health["dropped"]) == (True, {})
                    assert health["commands"] == {"subscribed": True, "accepted": 2, "refused": {}}
                    console.seen.clear()
                    place.bridge.kill("main")
                    await status(console, "offline")  # by the broker
                    await status(console, "online")  # by the next main
                    await caller.call.hangup()
                # what the dead main left retained is cleared by the next
            async with other(broker, "console", password=USERS["console"], site="wire") as later:
                await later.until(lambda one: one.topic == STATUS)
                assert (await later.ask(talk.id, "return", {"id": "3"}))["code"] == "unknown_call"
                assert not [one for one in later.seen if one.topic.endswith("/handoff")]
        async with other(broker, "console", password=USERS["console"], site="wire") as last:
            await status(last, "offline")
