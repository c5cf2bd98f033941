"""Random walks of the whole handoff on real pjsua2: whatever people do, the promises hold.

A walk is drawn from a seed: `WALK_SEED=17` takes that one alone and prints what happened.
"""

import asyncio
import os
import time
from collections import Counter
from itertools import pairwise

import pytest

from bridge.core.handoff_table import TABLE
from tests.walks.cast import Cast, cast
from tests.walks.plan import Plan, draw
from tests.walks.promises import broken
from tests.walks.world import World, network

pytestmark = pytest.mark.wire

ROWS = sum(len(row.on) for row in TABLE.values())
AT_ONCE = 4
LONGEST_S = 60.0
OVER_S = 15.0
SOAK_FROM = 1000


@pytest.mark.timeout(240)
async def test_a_dozen_walks() -> None:
    await walk_all(range(12))


@pytest.mark.soak
@pytest.mark.timeout(1800)
async def test_two_hundred_walks() -> None:
    first = int(os.environ.get("WALK_FROM", SOAK_FROM))
    await walk_all(range(first, first + int(os.environ.get("WALKS", "200"))))


async def walk_all(seeds: range) -> None:
    """Some at a time; every walk is walked, then each that broke a promise is named with its seed."""
    chosen = [int(os.environ["WALK_SEED"])] if "WALK_SEED" in os.environ else list(seeds)
    reached: Counter[str] = Counter()
    rows: Counter[tuple[str, str]] = Counter()
    failures: list[str] = []
    places = asyncio.Semaphore(AT_ONCE)

    async def one(seed: int) -> None:
        plan = draw(seed)
        async with places:
            try:
                async with asyncio.timeout(LONGEST_S):
                    wrong, results = await walk(plan, rows)
            except Exception as error:
                wrong, results = [why(error)], []
        reached.update(results)
        failures.extend(f"{plan.name}\n    {line}" for line in wrong)
        print(f"{plan.name} -> {results} {wrong}", flush=True)

    began = time.monotonic()
    await asyncio.gather(*(one(seed) for seed in chosen))
    print(f"{len(chosen)} walks in {time.monotonic() - began:.0f} s: {dict(reached.most_common())}")
    print(f"{len(rows)} of {ROWS} rows of the table: {[f'{s}/{e} {n}' for (s, e), n in rows.most_common()]}")
    assert not failures, "\n".join(failures)


def why(error: BaseException | None) -> str:
    """The error, with what it came over and what it holds."""
    said = []
    while error is not None:
        inner = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
        said.append(f"{type(error).__name__}: {error}" + "".join(f" [{why(part)}]" for part in inner))
        error = error.__cause__ or error.__context__
    return " over ".join(said)


async def walk(plan: Plan, rows: Counter[tuple[str, str]]) -> tuple[list[str], list[str]]:
    """One conversation from INVITE to record: promises broken, and how its handoffs ended.

    `rows` counts the rows of the handoff table that were taken.
    """
    net = network()
    world = World(plan.settings(net), net)
    try:
        people = await perform(plan, world)
    except BaseException:
        tell(world)
        raise
    wrong = broken(plan, world, people)
    if wrong or "WALK_SEED" in os.environ:
        tell(world)
    for record in world.store.records:
        for handoff in record.handoffs:
            rows.update(
                (old.state.value, new.event.value) for old, new in pairwise(handoff.states) if new.event
            )
    results = [handoff.outcome.result for record in world.store.records for handoff in record.handoffs]
    return wrong, results or ["no handoff"]


async def perform(plan: Plan, world: World) -> Cast:
    """The people do what is planned, then go home."""
    async with world, cast(world) as people:
        await people.caller.dial(f"sip:101@{world.entry}")
        await people.caller.wait("answered", timeout=8)
        for wait_s, action in plan.steps:
            if world.over:
                break
            await asyncio.sleep(wait_s)
            await people.act(action)
        await people.go_home()
        async with asyncio.timeout(OVER_S):
            while not world.over:
                await asyncio.sleep(0.05)
        await asyncio.sleep(0.2)  # the last BYE may still be under way
        await world.end_workers()
    return people


def tell(world: World) -> None:
    """What happened."""
    for at, kind, body in world.events.timed:
        print(f"{at:.3f} {kind} {body}")
    print(world.said)
