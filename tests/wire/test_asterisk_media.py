"""What the audio is made of, through a real Asterisk: SRTP on the trunk, G.722, PCMA alone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sip.party.behaviour import Reception
from tests.peers.softphone import Softphone, free_address
from tests.wire.ears import hears, joined, speech, told_in_private
from tests.wire.rig import Office, Talk, office

pytestmark = [pytest.mark.wire, pytest.mark.asterisk, pytest.mark.timeout(90)]

QUESTION = "I was charged twice on my May invoice."
ENCRYPTED = {"endpoint=bridge\n": "endpoint=bridge-srtp\n"}
"""calls from the bridge are those of the trunk with SRTP"""

HIGH_HZ = 5_500
ANN = free_address()
WIDE = {
    "allow=ulaw,alaw,g722": "allow=g722,ulaw,alaw",
    "allow=ulaw,alaw\n": "allow=g722\n",
    "Dial(PJSIP/agent${EXTEN:2},": f"Dial(PJSIP/agent${{EXTEN:2}}/sip:agent1@{ANN},",
}
"""wideband first everywhere, and Ann has a foreign telephone, at an address of its own"""


@pytest.fixture(scope="module", params=["preferred", "required"])
def encrypted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    sip = {"srtp": request.param}
    with office(tmp_path_factory.mktemp("bridge"), pbx=True, pbx_changes=ENCRYPTED, sip=sip) as place:
        yield place


@pytest.fixture(scope="module")
def insisting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The bridge wants SRTP; Asterisk has it on one trunk and not on the other."""
    with office(tmp_path_factory.mktemp("bridge"), pbx=True, sip={"srtp": "required"}) as place:
        yield place


def srtp(record: dict[str, Any]) -> dict[str, bool]:
    """Of the answered legs."""
    return {leg["role"]: leg["srtp"] for leg in record["legs"] if leg["answered_s"] is not None}


async def understood(talk: Talk, caller: Any) -> None:
    """What the caller says is transcribed."""
    await talk.event("utterance", speaker="bot")
    caller.play(speech(QUESTION))
    assert "invoice" in (await talk.event("utterance", speaker="caller", timeout_s=12))["text"]


async def test_srtp_on_both_legs(encrypted: Office) -> None:
    async with encrypted.people() as (caller, ann, _):
        talk = await encrypted.talk(caller, "105")
        await understood(talk, caller)
        await talk.escalate("ann")
        rang = await ann.wait("incoming")
        await talk.state("offered", timeout_s=15)
        assert told_in_private(ann.heard, caller.ear.since(rang.at), encrypted.bridge.paths.clips)
        await ann.call.press("1")
        await talk.state("connected")
        assert await joined(caller, ann)
        await talk.call.hangup()
        assert srtp(await talk.record()) == {"caller": True, "agent": True}


async def test_a_trunk_without_is_refused_and_the_caller_goes_to_the_queue(insisting: Office) -> None:
    """The bridge says 488; the shipped dialplan takes the caller on to the queue, where Ann is."""
    async with insisting.people(ben=Reception(status=486)) as (caller, ann, _):
        await insisting.ready()
        insisting.claim()
        call = await caller.dial(f"sip:101@{insisting.entry}")
        await ann.wait("answered", timeout=10)
        await caller.wait("answered", call=call)
        assert await joined(caller, ann)
        await insisting.ready()
        assert insisting.claim() is None, "no conversation has begun"


async def test_an_agent_without_is_passed_over(insisting: Office) -> None:
    """The caller's trunk has SRTP, the agents' has not: nobody is reached, and the caller talks on."""
    async with insisting.people() as (caller, ann, _):
        talk = await insisting.talk(caller, "105")
        await understood(talk, caller)
        await talk.escalate("ann")
        outcome = await talk.event("outcome", timeout_s=15)
        assert outcome["result"] == "failed"
        assert not ann.calls
        said = len(talk.events("utterance"))
        caller.play(speech(QUESTION))
        await talk.event("utterance", speaker="caller", nth=2, timeout_s=12)
        assert len(talk.events("utterance")) > said
        await talk.call.hangup()
        record = await talk.record()
    assert {a["sip_status"] for a in record["handoffs"][0]["attempts"]} == {488}


async def test_wideband_from_end_to_end(tmp_path: Path) -> None:
    sip = {"clock_rate": 16_000, "codecs": ["G722", "PCMU", "PCMA"]}
    with office(tmp_path, pbx=True, pbx_changes=WIDE, sip=sip) as place:
        async with (
            Softphone("caller", free_address(), proxy=place.pbx, codecs=("G722",)) as caller,
            Softphone("agent1", ANN, codecs=("G722",)) as ann,
        ):
            await place.ready()
            caller.dial(f"sip:101@{place.pbx}")
            await caller.wait("hearing", 10)
            talk = await place.conversation(caller)
            await talk.event("utterance", speaker="bot", timeout_s=10)
            caller.play(speech(QUESTION, caller.ear.rate))
            assert "invoice" in (await talk.event("utterance", speaker="caller", timeout_s=12))["text"]
            await talk.escalate("ann")
            await talk.state("briefing")
            await ann.wait("hearing")
            ann.press("1")
            await talk.state("connected")
            assert await joined(caller, ann)
            assert await hears(ann, caller, HIGH_HZ)
            assert await hears(caller, ann, HIGH_HZ)
            caller.hangup()
            record = await talk.record()
    assert [leg["codec"] for leg in record["legs"]] == ["G722", "G722"]


async def test_pcma_alone(tmp_path: Path) -> None:
    with office(tmp_path, pbx=True, sip={"codecs": ["PCMA"]}) as place:
        async with place.people() as (caller, ann, _):
            talk = await place.talk(caller)
            await understood(talk, caller)
            await talk.escalate("ann")
            rang = await ann.wait("incoming")
            await talk.state("offered", timeout_s=15)
            assert told_in_private(ann.heard, caller.ear.since(rang.at), place.bridge.paths.clips)
            await ann.call.press("1")
            await talk.state("connected")
            assert await joined(caller, ann)
            await talk.call.hangup()
            record = await talk.record()
    assert [leg["codec"] for leg in record["legs"]] == ["PCMA", "PCMA"]
