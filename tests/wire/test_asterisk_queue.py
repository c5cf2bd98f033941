"""A queue of a real Asterisk in an agent's place: its music is waited out, then a member is whispered to."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bridge.peers.recordings import hold_music
from sip.party.behaviour import Reception
from tests.wire.ears import joined, speech
from tests.wire.rig import office

pytestmark = [pytest.mark.wire, pytest.mark.asterisk, pytest.mark.timeout(120)]
MEMBER_S = 6.0
"""of music, until the member picks up"""


def staff(extension: int) -> Any:
    def desk(net: str) -> list[dict[str, Any]]:
        device = {"kind": "queue", "uri": f"sip:{extension}@{net}.1:5060", "ring_s": 40}
        return [{"id": "desk", "devices": [device]}]

    return desk


def real_music() -> dict[str, str]:
    """Instead of the rig's own tones, which are no music to the detector either."""
    there = hold_music()[0].parent
    default = "[default]\nmode=files\n"
    return {default: f"{default}directory={there}\n\n[tones]\nmode=files\n"}


@pytest.mark.parametrize("extension", [231, 232])
async def test_whispered_to_whoever_picks_up(tmp_path: Path, extension: int) -> None:
    member = Reception(after_s=MEMBER_S)
    with office(tmp_path, pbx=True, staff=staff(extension), pbx_changes=real_music()) as desk:
        async with desk.people(ann=member, ben=Reception(status=486)) as (caller, ann, _):
            talk = await desk.talk(caller)
            await talk.escalate()
            await ann.wait("acked", timeout=20)
            assert not talk.events("whisper"), "nobody was there to hear it"
            await asyncio.sleep(0.5)  # as people do
            ann.play(speech("Hello, this is the service desk."))
            await talk.event("person", timeout_s=15)
            await talk.state("briefing")
            await talk.event("whisper")
            await ann.call.press("1")
            await talk.state("connected")
            assert await joined(caller, ann)
            await caller.call.hangup()
            record = await talk.record()
    (handoff,) = record["handoffs"]
    assert handoff["outcome"]["result"] == "connected"
    assert handoff["marks_s"]["agent_answered"] - handoff["marks_s"]["dialed"] > MEMBER_S
