"""G.722 with audio: what lies above 4 kHz arrives, codecs mix; ears, whisper and comfort work at 16 kHz."""

from collections.abc import Iterator

import pytest

from tests.peers.softphone import Softphone, free_address
from tests.wire.ears import hears, joined, longest_silence, narrow, speech, told_in_private
from tests.wire.rig import Office, Talk, office

pytestmark = [pytest.mark.wire, pytest.mark.timeout(90)]

REQUEST = "I was charged twice on my May invoice and I want to talk to a real person."
HIGH_HZ = 5_500
"""no telephone of 8 kHz can carry it"""
ANN = free_address()
WIDE = {"clock_rate": 16_000, "codecs": ["G722", "PCMU", "PCMA"], "allow": ["127.0.0.0/8"]}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    staff = [{"id": "ann", "uri": f"sip:agent1@{ANN}"}]
    with office(tmp_path_factory.mktemp("bridge"), staff=lambda _: staff, sip=WIDE) as place:
        yield place


async def connected(desk: Office, caller: Softphone, ann: Softphone) -> Talk:
    """Asked for in speech, told in private, joined."""
    await desk.ready()
    desk.claim()
    caller.dial(f"sip:101@{desk.front}")
    await caller.wait("answered", 15)
    await caller.wait("hearing")
    talk = await desk.conversation(caller)
    await talk.event("utterance", speaker="bot", timeout_s=10)
    caller.play(speech(REQUEST, caller.ear.rate))
    rang = await ann.wait("incoming", 20)
    await talk.state("offered", timeout_s=20)
    before = caller.ear.since(rang["at"])
    told = told_in_private(
        narrow(ann.heard, ann.ear.rate), narrow(before, caller.ear.rate), desk.bridge.paths.clips
    )
    assert len(told) >= 2, "headline and detail"
    assert longest_silence(narrow(before, caller.ear.rate)) < 2
    ann.press("1")
    await talk.state("connected")
    return talk


async def test_what_a_telephone_cannot_carry_arrives(desk: Office) -> None:
    async with (
        Softphone("4912345", free_address(), proxy=desk.front, codecs=("G722",)) as caller,
        Softphone("agent1", ANN, codecs=("G722",)) as ann,
    ):
        talk = await connected(desk, caller, ann)
        assert (caller.ear.rate, ann.ear.rate) == (16_000, 16_000)
        assert await joined(caller, ann)
        assert await hears(ann, caller, HIGH_HZ)
        assert await hears(caller, ann, HIGH_HZ)
        caller.hangup()
        record = await talk.record()
    assert [leg["codec"] for leg in record["legs"]] == ["G722", "G722"]
    said = " ".join(u["text"] for u in record["transcript"] if u["speaker"] == "caller")
    assert "charged twice" in said.lower()


@pytest.mark.parametrize(("theirs", "hers"), [("G722", "PCMU"), ("PCMA", "G722")])
async def test_codecs_mix(desk: Office, theirs: str, hers: str) -> None:
    async with (
        Softphone("4912345", free_address(), proxy=desk.front, codecs=(theirs,)) as caller,
        Softphone("agent1", ANN, codecs=(hers,)) as ann,
    ):
        talk = await connected(desk, caller, ann)
        assert await joined(caller, ann)
        assert await hears(ann, caller, 3_000)
        if theirs == "G722":
            assert not await hears(ann, caller, HIGH_HZ, timeout_s=1), "her telephone has 8 kHz"
        caller.hangup()
        record = await talk.record()
    assert [leg["codec"] for leg in record["legs"]] == [theirs, hers]
