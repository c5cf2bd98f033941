"""Calls through the front: dispatch, retransmission, CANCEL, ACK, routes, restart, drain."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sip.party.behaviour import Reception
from sip.party.capture import Direction
from sip.party.message import Message, parse
from sip.party.party import Party
from tests.front.front_rig import FAST, FrontProcess, WorkerParty, eventually, requests, statuses

pytestmark = [pytest.mark.wire, pytest.mark.timeout(30)]

FRONT, CALLER = "127.0.51.1:5060", "127.0.51.2"


@pytest.fixture
async def front(tmp_path: Path) -> AsyncIterator[FrontProcess]:
    async with FrontProcess(tmp_path, FRONT, [f"{CALLER}/32"]) as process:
        yield process


@pytest.fixture
async def caller() -> AsyncIterator[Party]:
    async with Party(CALLER, user="caller", timers=FAST) as party:
        yield party


async def test_a_call_goes_through_to_bye(front: FrontProcess, caller: Party) -> None:
    async with WorkerParty(front) as worker:
        await caller.dial(f"sip:101@{FRONT}", headers=(("X-Handoff-Source", "9.9.9.9:1"), ("X-Case", "7")))
        invite = (await worker.wait("incoming"))["message"]
        assert invite.get_all("X-Handoff-Source") == [f"{CALLER}:{caller.address[1]}"]
        assert invite.get("X-Case") == "7"
        assert invite.get_list("Record-Route") == [f"<sip:{FRONT};lr>"]
        assert len(invite.get_list("Via")) == 2
        assert f"received={CALLER}" in invite.get_list("Via")[1]
        assert invite.get("Max-Forwards") == "69"
        await caller.wait("answered")
        await worker.wait("acked")
        assert statuses(caller)[0] == 100
        assert (await worker.call.hold()).status == 200
        assert (await caller.call.change("sendrecv")).status == 200
        await caller.call.hangup()
        await worker.wait("ended")
        peers = {record.peer for record in caller.log}
        assert peers == {("127.0.51.1", 5060)}, "everything passes the one port"


async def test_the_worker_may_hang_up_too(front: FrontProcess, caller: Party) -> None:
    async with WorkerParty(front) as worker:
        await caller.dial(f"sip:101@{FRONT}")
        await worker.wait("acked")
        await worker.call.hangup()
        await caller.wait("ended", by_us=False)


@pytest.mark.parametrize("what", ["INVITE", "200", "ACK"])
async def test_a_lost_message_makes_no_second_call(front: FrontProcess, caller: Party, what: str) -> None:
    lost: list[str] = []

    def lose(direction: Direction, message: Message) -> bool:
        name = message.method if message.is_request else str(message.status)
        if name == what and not lost:
            lost.append(name)
            return True
        return False

    async with WorkerParty(front) as worker, WorkerParty(front, 1) as other:
        caller.wire.lose = worker.wire.lose = other.wire.lose = lose
        await caller.dial(f"sip:101@{FRONT}")
        await caller.wait("answered")
        assert len(worker.calls) + len(other.calls) == 1
        await (worker if worker.calls else other).wait("acked")
        assert lost == [what]


async def test_two_calls_go_to_two_workers(front: FrontProcess, caller: Party) -> None:
    async with WorkerParty(front) as worker, WorkerParty(front, 1) as other:
        first, second = await caller.dial(f"sip:101@{FRONT}"), await caller.dial(f"sip:101@{FRONT}")
        await caller.wait("answered", call=first)
        await caller.wait("answered", call=second)
        assert (len(worker.calls), len(other.calls)) == (1, 1)


async def test_cancel_follows_its_invite(front: FrontProcess, caller: Party) -> None:
    async with WorkerParty(front, reception=Reception(status=0)) as worker:
        call = await caller.dial(f"sip:101@{FRONT}")
        await caller.wait("ringing")
        await call.hangup()
        await worker.wait("cancelled")
        await worker.wait("ended")
        await eventually(lambda: bool(requests(worker, "ACK")))
    assert 487 in statuses(caller)


async def test_a_refusal_and_its_ack_pass(front: FrontProcess, caller: Party) -> None:
    async with WorkerParty(front, reception=Reception(status=486)) as worker:
        await caller.dial(f"sip:101@{FRONT}")
        assert (await caller.wait("refused"))["status"] == 486
        await eventually(lambda: bool(requests(worker, "ACK")))


async def test_an_empty_pool_is_503_with_retry_after(front: FrontProcess, caller: Party) -> None:
    await caller.dial(f"sip:101@{FRONT}")
    assert (await caller.wait("refused"))["status"] == 503
    answer = parse(next(r.raw for r in caller.log if r.raw.startswith(b"SIP/2.0 503")))
    assert answer.get("Retry-After") == "5"


async def test_a_503_is_repeated_until_its_ack(front: FrontProcess, caller: Party) -> None:
    caller.wire.lose = lambda direction, message: direction == "out" and message.method == "ACK"
    await caller.dial(f"sip:101@{FRONT}")
    await caller.wait("refused")
    await eventually(lambda: statuses(caller).count(503) >= 3)


async def test_drain_refuses_new_calls_and_keeps_running_ones(front: FrontProcess, caller: Party) -> None:
    async with WorkerParty(front) as worker, WorkerParty(front, 1):
        running = await caller.dial(f"sip:101@{FRONT}")
        await worker.wait("acked")
        assert await options(caller) == 200
        assert (await front.ask(op="drain"))["draining"] is True
        assert await options(caller) == 503
        refused = await caller.dial(f"sip:101@{FRONT}")
        assert (await caller.wait("refused", call=refused))["status"] == 503
        assert (await running.hold()).status == 200
        await front.ask(op="drain", on=False)
        assert await options(caller) == 200


async def test_a_worker_calls_out_and_is_called_back(front: FrontProcess, caller: Party) -> None:
    async with WorkerParty(front) as worker:
        await worker.dial(f"sip:caller@{CALLER}:{caller.address[1]}", headers=(("X-Handoff-Id", "H-1"),))
        invite = (await caller.wait("incoming"))["message"]
        assert invite.get_list("Record-Route") == [f"<sip:{FRONT};lr>"]
        assert not invite.has("X-Handoff-Source")
        await worker.wait("answered")
        await caller.wait("acked")
        await caller.call.hangup()
        await worker.wait("ended", by_us=False)
        second = await worker.dial(f"sip:caller@{CALLER}:{caller.address[1]}")
        await worker.wait("answered", call=second)
        await second.hangup()
        await caller.wait("ended", by_us=False)


async def test_a_worker_cancels_outwards(front: FrontProcess, caller: Party) -> None:
    caller.reception = Reception(status=0)
    async with WorkerParty(front) as worker:
        call = await worker.dial(f"sip:caller@{CALLER}:{caller.address[1]}")
        await worker.wait("ringing")
        await call.hangup()
        await caller.wait("cancelled")


async def test_a_killed_front_comes_back_and_running_calls_go_on(front: FrontProcess, caller: Party) -> None:
    async with WorkerParty(front) as worker:
        await caller.dial(f"sip:101@{FRONT}")
        await worker.wait("acked")
        await front.kill()
        await front.start()
        assert (await caller.call.hold()).status == 200
        await worker.connect("busy")
        await front.until("workers", "legs", equals=1)
        assert (await worker.call.change("sendrecv")).status == 200
        await caller.call.hangup()
        await worker.wait("ended")


async def options(party: Party) -> int:
    """OPTIONS as `qualify` sends it; the status of the answer."""
    from sip.party.call import new_dialog

    dialog = new_dialog(party, f"sip:{FRONT}", "")
    message = dialog.new_request("OPTIONS", party.address, party.user)
    return (await party.run(message, ("127.0.51.1", 5060), dialog)).status
