"""Presence from several sources, leases, capacity, wrap-up, and the queue, in virtual time."""

import asyncio
import time

import pytest

from bridge.app.directory import Directory
from bridge.config import Settings
from bridge.model.agent import AgentView
from bridge.model.routing import Need
from tests.virtual_time import run

ANY = Need(reason="x", call="c1")


def directory(*agents: dict[str, object], **sections: object) -> Directory:
    return Directory(Settings.model_validate({"agents": agents, **sections}))


def phone(id: str, **fields: object) -> dict[str, object]:
    return {"id": id, "uri": f"sip:{id}@127.0.0.5", **fields}


def state(of: Directory, agent: str) -> str:
    return next(view.state for view in of.views() if view.id == agent)


def test_available_is_willing_and_reachable_and_neither_busy_nor_wrapping_up() -> None:
    async def story() -> None:
        all = directory(phone("ann"))
        assert state(all, "ann") == "available"
        assert all.declare("ann", False, source="http:ann", reason="lunch")
        assert state(all, "ann") == "away"
        assert all.views()[0].reason == "lunch"
        assert all.choose(ANY).away
        assert not all.choose(ANY).all_busy
        all.declare("ann", True, source="mqtt")
        all.declare("ann", False, source="ami", reason="paused")
        all.declare("ann", True, source="http:ann")
        assert state(all, "ann") == "away", "a pause in the PBX holds besides the person's own yes"
        all.declare("ann", True, source="ami")
        assert all.reach("ann", "sip", False, source="options")
        assert state(all, "ann") == "unreachable"
        all.reach("ann", "sip", True, source="options")
        all.occupy("ann", True, source="ami")
        assert state(all, "ann") == "busy"
        all.occupy("ann", False, source="ami")
        lease = all.choose(ANY).lease
        assert lease
        assert state(all, "ann") == "busy"
        assert all.views()[0].conversation == "c1"
        assert all.took(lease)
        all.wrap_up(lease)
        assert state(all, "ann") == "wrap_up"
        assert all.choose(ANY).all_busy
        all.release(lease)
        assert state(all, "ann") == "available"
        assert not all.declare("nobody", True, source="mqtt")
        assert not all.reach("ann", "browser", True, source="page")

    run(story())


def test_the_open_page_comes_before_the_telephone_and_a_closed_one_not_at_all() -> None:
    async def story() -> None:
        devices = [{"uri": "sip:201@127.0.0.5"}, {"kind": "browser", "headset": True}]
        all = directory({"id": "ann", "devices": devices})
        first = all.choose(ANY).lease
        assert first
        assert first.target.kind == "sip"
        all.release(first)
        all.reach("ann", "browser", True, source="page")
        second = all.choose(ANY).lease
        assert second
        assert second.target.kind == "browser"
        assert second.target.headset
        assert second.target.agent == "ann"
        assert second.target.id == "ann/2"
        all.release(second)
        third = all.choose(Need(reason="x", tried=("ann/2",))).lease
        assert third
        assert third.target.id == "ann"
        all.release(third)
        assert all.choose(Need(reason="x", tried_agents=("ann",))) == all.choose(
            Need(reason="x", tried=("ann", "ann/2"))
        )

    run(story())


def test_a_lease_is_one_calls_alone_and_its_revision_grows() -> None:
    async def story() -> None:
        all = directory(phone("ann", capacity=2), phone("bob", priority=1))
        leases = [all.choose(ANY).lease for _ in range(4)]
        assert [lease and lease.agent for lease in leases] == ["ann", "ann", "bob", None]
        revs = [lease.rev for lease in leases if lease]
        assert revs == sorted(set(revs))
        all.release(leases[0])  # type: ignore[arg-type]
        all.release(leases[0])  # type: ignore[arg-type]
        assert [all.choose(ANY).lease is not None for _ in range(2)] == [True, False]
        all.forget("c1")
        assert {view.state for view in all.views()} == {"available"}

    run(story())


def test_an_offer_nobody_spoke_of_again_runs_out() -> None:
    async def story() -> None:
        all = directory(phone("ann"))
        lost = all.choose(ANY).lease
        assert lost
        assert all.choose(ANY).lease is None
        await asyncio.sleep(lost.until)
        again = all.choose(Need(reason="x", call="c2")).lease
        assert again
        assert not all.took(lost), "whoever has him now keeps him"
        assert all.took(again)

    run(story())


def test_the_last_agent_of_a_caller_and_then_the_longest_idle() -> None:
    async def story() -> None:
        all = directory(phone("ann"), phone("bob"), phone("eve"))
        for _ in range(2):
            lease = all.choose(Need(reason="x", wanted="bob")).lease
            assert lease
            assert lease.agent == "bob"
            assert all.took(lease, "4930123456")
            await asyncio.sleep(60)
            all.release(lease)
        seen = []
        for caller in ("4930123456", ""):
            lease = all.choose(Need(reason="x", caller=caller)).lease
            assert lease
            seen.append(lease.agent)
            all.release(lease)
        assert seen == ["bob", "ann"]

    run(story())


def test_the_queue_serves_by_priority_and_time_and_only_whom_the_agent_fits() -> None:
    async def story() -> None:
        all = directory(
            phone("ann", reasons=["x", "vip"]), phone("bob", reasons=["z"]),
            routing={"priority": {"vip": 5}}, queue={"handle_s": 100},
        )  # fmt: skip
        lease, other = all.choose(ANY).lease, all.choose(Need(reason="z")).lease
        assert lease
        assert other
        assert all.took(lease)
        first = all.wait(Need(reason="x", call="first"))
        await asyncio.sleep(1)
        second = all.wait(Need(reason="x", call="second"))
        vip = all.wait(Need(reason="vip", call="vip"))
        assert [p.position for p in (vip, first, second)] == [1, 2, 3]
        assert first.estimate_s == 200, "second in line, 100 s each, one agent who fits"
        all.release(other)
        assert [p.position for p in (vip, first, second)] == [1, 2, 3], "bob fits none of them"
        await asyncio.sleep(39)
        all.release(lease)
        mine = await vip.turn()
        assert mine.call == "vip"
        assert (first.position, first.estimate_s) == (1, 40), "as long as it took"
        first.leave()
        all.release(mine)
        assert (await second.turn()).call == "second"

    run(story())


def test_a_turn_that_nobody_came_for_goes_to_the_next() -> None:
    async def story() -> None:
        all = directory(phone("ann"))
        lease = all.choose(ANY).lease
        assert lease
        first, second = all.wait(Need(reason="x", call="1")), all.wait(Need(reason="x", call="2"))
        all.release(lease)
        first.leave()
        first.leave()
        assert (await second.turn()).call == "2"

    run(story())


def test_news_come_with_revisions_and_only_when_something_changed() -> None:
    async def story() -> None:
        told: list[AgentView] = []
        settings = Settings.model_validate({"agents": [phone("ann"), phone("bob")]})
        all = Directory(settings, told=told.append)
        assert [view.id for view in told] == ["ann", "bob"]
        rev = await all.changed(-1)
        waiting = asyncio.create_task(all.changed(rev))
        await asyncio.sleep(1)
        all.reach("ann", "sip", True, source="options")
        all.reach("ann", "sip", True, source="options")
        assert await waiting == rev + 1
        assert [view.id for view in told] == ["ann", "bob", "ann"]

    run(story())


@pytest.mark.timeout(30)
def test_a_large_directory_keeps_every_promise() -> None:
    """500 agents, 200 live offers; what it costs is measured by `python -m bridge.bench.directory`."""

    async def story() -> None:
        all = directory(*(phone(f"a{n}", skills=["billing"] if n % 2 else []) for n in range(500)))
        leases = [all.choose(Need(reason="x", call=f"c{n}")).lease for n in range(200)]
        assert len({lease.agent for lease in leases if lease}) == 200
        began = time.process_time()
        for n, lease in enumerate(leases):
            assert lease
            all.release(lease)
            assert all.choose(Need(reason="x", call=f"d{n}")).lease
        print(f"{(time.process_time() - began) / 200 * 1000:.2f} ms an offer")

    run(story())
