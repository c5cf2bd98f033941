"""SRTP with audio: what the bridge is set to, against a foreign peer that can and one that cannot."""

from collections.abc import Iterator
from typing import Any, Literal

import pytest

from tests.peers.softphone import Softphone, free_address
from tests.wire.ears import joined, speech, told_in_private
from tests.wire.rig import Office, Talk, office

pytestmark = [pytest.mark.wire, pytest.mark.timeout(90)]

SUITE = "AES_CM_128_HMAC_SHA1_80"
QUESTION = "I was charged twice on my May invoice."
ANN = free_address()


def staff(net: str) -> list[dict[str, Any]]:
    """Ann has a foreign telephone; Ben, asked first, one that knows no SRTP."""
    return [{"id": "ben", "uri": f"sip:agent2@{net}.12:5060"}, {"id": "ann", "uri": f"sip:agent1@{ANN}"}]


@pytest.fixture(scope="module")
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    settings = {"srtp": request.param, "allow": ["127.0.0.0/8"]}
    with office(tmp_path_factory.mktemp("bridge"), staff=staff, sip=settings) as place:
        yield place


async def connected(desk: Office, caller: Softphone, ann: Softphone, target: str = "ann") -> Talk:
    """They talk, and what the caller said before was understood."""
    await desk.ready()
    desk.claim()
    caller.dial(f"sip:101@{desk.front}")
    await caller.wait("answered", 15)
    await caller.wait("hearing")
    talk = await desk.conversation(caller)
    await talk.event("utterance", speaker="bot")
    caller.play(speech(QUESTION))
    assert "invoice" in (await talk.event("utterance", speaker="caller", timeout_s=12))["text"]
    await talk.escalate(target)
    rang = await ann.wait("incoming", 10)
    await talk.state("offered", timeout_s=15)
    assert told_in_private(ann.heard, caller.ear.since(rang["at"]), desk.bridge.paths.clips)
    ann.press("1")
    await talk.state("connected")
    return talk


def encrypted(record: dict[str, Any]) -> dict[str, bool]:
    """Of the answered legs."""
    return {leg["role"]: leg["srtp"] for leg in record["legs"] if leg["answered_s"] is not None}


@pytest.mark.parametrize(
    ("desk", "theirs", "suite"),
    [("preferred", "off", ""), ("preferred", "preferred", SUITE), ("required", "required", SUITE)],
    indirect=["desk"],
)
async def test_both_ways(desk: Office, theirs: Literal["off", "preferred", "required"], suite: str) -> None:
    """Joined, told in private and understood, encrypted or not; the record says which."""
    async with (
        Softphone("4912345", free_address(), proxy=desk.front, srtp=theirs) as caller,
        Softphone("agent1", ANN, srtp=theirs) as ann,
    ):
        talk = await connected(desk, caller, ann)
        assert await joined(caller, ann)
        assert (caller.suite, ann.suite) == (suite, suite)
        caller.hangup()
        record = await talk.record()
    assert encrypted(record) == {"caller": bool(suite), "agent": bool(suite)}


@pytest.mark.parametrize("desk", ["required"], indirect=True)
async def test_required_refuses_a_caller_without(desk: Office) -> None:
    async with desk.people() as (caller, _, _):
        await desk.ready()
        desk.claim()
        call = await caller.dial(f"sip:101@{desk.front}")
        assert (await caller.wait("refused", call=call)).data["status"] == 488
        await desk.ready()
        assert desk.claim() is None, "no conversation has begun"


@pytest.mark.parametrize("desk", ["required"], indirect=True)
async def test_required_passes_over_an_agent_without(desk: Office) -> None:
    """Ben's telephone answers 488; the caller hears comfort, and Ann is next."""
    async with (
        desk.people() as (_, _, ben),
        Softphone("4912345", free_address(), proxy=desk.front, srtp="required") as caller,
        Softphone("agent1", ANN, srtp="required") as ann,
    ):
        talk = await connected(desk, caller, ann, "ben")
        assert await joined(caller, ann)
        assert not [call for call in ben.calls if call.state == "confirmed"]
        caller.hangup()
        record = await talk.record()
    attempts = [(a["target"], a["outcome"], a["sip_status"]) for a in record["handoffs"][0]["attempts"]]
    assert attempts == [("ben", "refused", 488), ("ann", "answered", 200)]
    assert encrypted(record) == {"caller": True, "agent": True}
