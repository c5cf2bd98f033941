"""Workers that die or hang: BYE for their legs, another worker for their unanswered calls."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sip.party.behaviour import Reception
from sip.party.call import Call
from sip.party.capture import Direction
from sip.party.message import Message, parse
from sip.party.party import Party
from tests.front.front_rig import FAST, FrontProcess, WorkerParty, eventually, requests, statuses

pytestmark = [pytest.mark.wire, pytest.mark.timeout(30)]

FRONT, CALLER, AGENT = "127.0.52.1:5060", "127.0.52.2", "127.0.52.3"


@pytest.fixture
async def front(tmp_path: Path) -> AsyncIterator[FrontProcess]:
    async with FrontProcess(tmp_path, FRONT, [f"{CALLER}/32", f"{AGENT}/32"]) as process:
        yield process


@pytest.fixture
async def caller() -> AsyncIterator[Party]:
    async with Party(CALLER, user="caller", timers=FAST) as party:
        yield party


async def test_every_leg_of_a_dead_worker_gets_its_bye(front: FrontProcess, caller: Party) -> None:
    async with WorkerParty(front) as worker, Party(AGENT, user="agent") as agent:
        await caller.dial(f"sip:101@{FRONT}")
        await worker.wait("acked")
        outward = await worker.dial(f"sip:agent@{AGENT}:{agent.address[1]}")
        await worker.wait("answered", call=outward)
        for call in worker.calls:
            worker.post_leg(call)
        await front.until("workers", "legs", equals=2)
        worker.die()
        for party in (caller, agent):
            ended = await party.wait("ended")
            assert (ended["q850"], ended["by_us"]) == (41, False)
        await front.until("byes", "waiting", equals=0)
        assert (await front.ask(op="status"))["byes"] == {"waiting": 0, "sent": 2, "unanswered": 0}


async def test_a_lost_bye_comes_again(front: FrontProcess, caller: Party) -> None:
    lost: list[int] = []

    def lose_two(direction: Direction, message: Message) -> bool:
        if direction == "in" and message.is_request and message.method == "BYE" and len(lost) < 2:
            lost.append(message.cseq[0])
            return True
        return False

    async with WorkerParty(front) as worker:
        caller.wire.lose = lose_two
        await caller.dial(f"sip:101@{FRONT}")
        await worker.wait("acked")
        await worker.posted(worker.call)
        last = worker.call.dialog.cseq
        worker.die()
        await caller.wait("ended", q850=41)
        assert lost == [last + 1, last + 1]


async def test_a_worker_that_dies_before_posting_its_leg(front: FrontProcess, caller: Party) -> None:
    async with WorkerParty(front) as worker:
        await caller.dial(f"sip:101@{FRONT}")
        await worker.wait("acked")
        worker.die()
        await caller.wait("ended", q850=41)


async def dial_agent(worker: WorkerParty, agent: Party) -> Call:
    return await worker.dial(f"sip:agent@{AGENT}:{agent.address[1]}")


async def test_a_telephone_that_rings_for_a_dead_worker_stops(front: FrontProcess) -> None:
    async with (
        WorkerParty(front) as worker,
        Party(AGENT, reception=Reception(status=0), timers=FAST) as agent,
    ):
        await dial_agent(worker, agent)
        await worker.wait("ringing")
        worker.die()
        assert (await agent.wait("cancelled"))["q850"] == 41
        await eventually(lambda: len(requests(agent, "ACK")) == 1)
        await front.until("byes", "waiting", equals=0)
        assert (await front.ask(op="status"))["byes"] == {"waiting": 0, "sent": 1, "unanswered": 0}


async def test_a_telephone_that_begins_to_ring_for_a_dead_worker_stops(front: FrontProcess) -> None:
    """Before a provisional response a CANCEL must not be sent (RFC 3261 section 9.1)."""
    async with WorkerParty(front) as worker, Party(AGENT, reception=Reception(manual=True)) as agent:
        agent.wire.lose = lambda direction, message: direction == "out" and message.status == 100
        await dial_agent(worker, agent)
        await agent.wait("incoming")
        worker.die()
        await front.until("workers", "idle", equals=0)
        assert not requests(agent, "CANCEL")
        agent.call.ring()
        await agent.wait("cancelled")


async def test_an_answer_that_crosses_the_cancel_of_a_dead_worker(front: FrontProcess) -> None:
    winner = Reception(status=0, ignore_cancel=True)
    async with WorkerParty(front) as worker, Party(AGENT, reception=winner, timers=FAST) as agent:
        await dial_agent(worker, agent)
        await worker.wait("ringing")
        worker.die()
        await eventually(lambda: bool(requests(agent, "CANCEL")))
        agent.call.answer()
        await agent.wait("acked")
        await agent.wait("ended", q850=41)


async def test_a_cancelled_call_is_watched_to_its_end(front: FrontProcess) -> None:
    """The worker has gone in order, the telephone answers all the same: no second CANCEL, but ACK and BYE."""
    winner = Reception(status=0, ignore_cancel=True)
    async with WorkerParty(front) as worker, Party(AGENT, reception=winner, timers=FAST) as agent:
        call = await dial_agent(worker, agent)
        await worker.wait("ringing")
        hanging = asyncio.create_task(call.hangup())
        await eventually(lambda: 200 in statuses(worker))
        worker.die()
        hanging.cancel()
        await front.until("workers", "idle", equals=0)
        agent.call.answer()
        await agent.wait("acked")
        await agent.wait("ended", q850=41)
        assert len(requests(agent, "CANCEL")) == 1


async def test_an_answer_whose_tombstone_was_not_posted(front: FrontProcess) -> None:
    async with WorkerParty(front) as worker, Party(AGENT, timers=FAST) as agent:
        await dial_agent(worker, agent)
        await worker.wait("answered")
        worker.die()
        await agent.wait("ended", q850=41)
        await front.until("byes", "waiting", equals=0)
        assert len(requests(agent, "BYE")) == 1


async def test_an_answer_that_the_worker_has_said_goodbye_to_gets_no_second_bye(front: FrontProcess) -> None:
    """Answered across its CANCEL, so there never was a tombstone; its own BYE has passed by here."""
    async with WorkerParty(front) as worker, Party(AGENT, timers=FAST) as agent:
        call = await dial_agent(worker, agent)
        await worker.wait("answered")
        await call.hangup()
        await agent.wait("ended")
        worker.die()
        await front.until("workers", "idle", equals=0)
        assert (await front.ask(op="status"))["byes"]["sent"] == 0


async def test_a_leg_that_ended_in_order_gets_no_bye(front: FrontProcess, caller: Party) -> None:
    async with WorkerParty(front) as worker:
        await caller.dial(f"sip:101@{FRONT}")
        await worker.wait("acked")
        await worker.posted(worker.call)
        await caller.call.hangup()
        await worker.wait("ended")
        worker.tell(op="leg_ended", call_id=worker.call.call_id)
        await front.until("workers", "legs", equals=0)
        worker.die()
        await front.until("workers", "idle", equals=0)
        assert (await front.ask(op="status"))["byes"]["sent"] == 0


async def test_a_call_not_yet_tagged_moves_to_another_worker(front: FrontProcess, caller: Party) -> None:
    async with (
        WorkerParty(front, reception=Reception(silent=True)) as worker,
        WorkerParty(front, 1) as other,
    ):
        await caller.dial(f"sip:101@{FRONT}")
        await worker.wait("incoming")
        worker.die()
        await caller.wait("answered")
        await other.wait("acked")
        assert (await front.ask(op="status"))["redispatched"] == 1


async def test_a_hanging_worker_loses_the_call_to_another(front: FrontProcess, caller: Party) -> None:
    async with (
        WorkerParty(front, reception=Reception(silent=True)) as worker,
        WorkerParty(front, 1) as other,
    ):
        await caller.dial(f"sip:101@{FRONT}")
        await other.wait("acked")
        await caller.wait("answered")
        await worker.wait("cancelled")
        assert len(requests(worker, "INVITE")) == 2, "retransmitted once before giving up"


async def test_a_worker_that_refuses_with_503_passes_the_call_on(front: FrontProcess, caller: Party) -> None:
    async with (
        WorkerParty(front, reception=Reception(status=503, ring=False)) as worker,
        WorkerParty(front, 1) as other,
    ):
        await caller.dial(f"sip:101@{FRONT}")
        await other.wait("acked")
        await caller.wait("answered")
        assert requests(worker, "ACK")


async def test_a_call_that_rang_is_refused_with_500(front: FrontProcess, caller: Party) -> None:
    async with WorkerParty(front, reception=Reception(status=0)) as worker, WorkerParty(front, 1) as other:
        await caller.dial(f"sip:101@{FRONT}")
        await caller.wait("ringing")
        worker.die()
        assert (await caller.wait("refused"))["status"] == 500
        answer = parse(next(r.raw for r in caller.log if r.raw.startswith(b"SIP/2.0 500")))
        assert "cause=41" in answer.get("Reason")
        assert not other.calls


async def test_a_cancelled_call_of_a_dead_worker_is_487(front: FrontProcess, caller: Party) -> None:
    stubborn = Reception(status=0, ignore_cancel=True)
    async with WorkerParty(front, reception=stubborn) as worker:
        call = await caller.dial(f"sip:101@{FRONT}")
        await caller.wait("ringing")
        await call.hangup()
        await eventually(lambda: bool(requests(worker, "CANCEL")))
        worker.die()
        await eventually(lambda: 487 in statuses(caller))


async def test_requests_for_a_dead_worker_are_481(front: FrontProcess, caller: Party) -> None:
    async with WorkerParty(front) as worker, WorkerParty(front, 1):
        await caller.dial(f"sip:101@{FRONT}")
        await worker.wait("acked")
        caller.wire.lose = lambda direction, message: direction == "in" and message.method == "BYE"
        worker.die()
        await front.until("byes", "sent", equals=1)
        async with asyncio.timeout(10):  # within the five seconds after its start the front is patient
            while (await caller.call.request("OPTIONS")).status != 481:
                await asyncio.sleep(0.1)
