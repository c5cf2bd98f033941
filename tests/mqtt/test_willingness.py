"""Agents who say by MQTT whether they want calls."""

import json
from pathlib import Path

import pytest

from bridge.adapters.memory import CountingClock
from bridge.adapters.mqtt.topics import Topics
from bridge.adapters.mqtt.willingness import Willing
from bridge.app.directory import Directory
from bridge.config import Settings
from tests.flow.stage import agents

TOPIC = "handoff/v1/test/cmd/agent/ann/presence"


@pytest.mark.parametrize(
    ("topic", "payload", "code"),
    [
        (TOPIC, b'{"state": "away", "reason": "lunch"}', "accepted"),
        (TOPIC.replace("ann", "nobody"), b'{"state": "away"}', "unknown_agent"),
        (TOPIC, b'{"state": "busy"}', "invalid"),
        (TOPIC, b"\xff", "invalid"),
        (TOPIC, b'{"state": "away", "x": 1}', "invalid"),
        (TOPIC, b"[" * 5000, "too_large"),
        (TOPIC, b"[" * 3000, "invalid"),
    ],
)
async def test_only_what_is_understood_changes_anything(topic: str, payload: bytes, code: str) -> None:
    roster = Directory(Settings.model_validate({"agents": agents("ann")}))
    willing = Willing(Topics("test"), roster, CountingClock(), most_bytes=4096)
    reply = willing.take(topic, payload)
    assert reply is not None
    assert reply.code == code
    assert roster.views()[0].state == ("away" if code == "accepted" else "available")
    assert roster.views()[0].reason == ("lunch" if code == "accepted" else "")
    assert (willing.accepted, dict(willing.refused)) == ((1, {}) if reply.ok else (0, {code: 1}))
    json.loads(reply.model_dump_json())


async def test_the_end_of_a_retained_word_says_nothing(tmp_path: Path) -> None:
    roster = Directory(Settings.model_validate({"agents": agents("ann")}))
    assert Willing(Topics("test"), roster, CountingClock(), most_bytes=9).take(TOPIC, b"") is None
    assert roster.views()[0].state == "available"
