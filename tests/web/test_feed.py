"""The live feed: server-sent events by role, and going on where a reader left off."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from bridge.adapters.feed import BEHIND, KEPT, LiveFeed
from bridge.adapters.memory import CountingClock
from bridge.ports import Told
from tests.web.office import Office, bearer, office, token_of

TOKENS = {
    "tokens": [
        token_of("readonly"), token_of("agent", "ann"), token_of("agent", "ben"), token_of("admin"),
    ]
}  # fmt: skip


@dataclass
class Sse:
    event: str
    id: str
    data: dict[str, Any]


@asynccontextmanager
async def reading(o: Office, who: str, last: str | None = None, query: str = "") -> AsyncIterator[Any]:
    """Parsed events of one connection."""
    headers = bearer(who) | ({"Last-Event-ID": last} if last else {})
    async with o.client.stream("GET", f"/v1/events{query}", headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield _events(answer)


async def _events(answer: httpx2.Response) -> AsyncIterator[Sse]:
    fields: dict[str, str] = {}
    async for line in answer.aiter_lines():
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif "data" in fields:
            yield Sse(fields.get("event", ""), fields.get("id", ""), json.loads(fields["data"]))
            fields = {}


async def until(events: AsyncIterator[Sse], state: str) -> list[Sse]:
    seen: list[Sse] = []
    async with asyncio.timeout(10):
        async for event in events:
            seen.append(event)
            if event.event == "handoff" and event.data["state"] == state:
                return seen
    raise AssertionError("the feed ended")


async def offered(o: Office) -> None:
    await o.client.post(f"/v1/conversations/{o.id}/escalate", json={"note": "refund of a person"})
    await o.handoff("dialing")


async def test_the_feed_goes_on_where_a_reader_left_off(tmp_path: Path) -> None:
    async with office(tmp_path, TOKENS) as o:
        async with reading(o, "admin") as events:
            await offered(o)
            seen = await until(events, "dialing")
        o.ua.far("agent-1").answer()
        await o.handoff("briefing")
        middle = next(event for event in seen if event.event == "cue")
        async with reading(o, "admin", middle.id) as events:
            again = await until(events, "briefing")
        after = seen[seen.index(middle) + 1 :]
        assert [event.id for event in again[: len(after)]] == [event.id for event in after]
        assert len({event.id for event in seen + again}) == len(seen) + len(again) - len(after)


async def test_a_stale_id_is_told_to_begin_anew(tmp_path: Path) -> None:
    async with office(tmp_path, TOKENS) as o, reading(o, "admin", "other-17") as events:
        async with asyncio.timeout(10):
            assert (await anext(events)).event == "reset"


async def test_each_role_is_told_its_own(tmp_path: Path) -> None:
    async with office(tmp_path, TOKENS) as o:
        start = "ffffffff-0"
        await offered(o)
        o.ua.far("agent-1").answer()
        await o.handoff("briefing")
        told: dict[str, list[Sse]] = {}
        for who in ("admin", "ann", "readonly"):
            async with reading(o, who, start) as events:
                o.stage.feed.emit("fault", o.id, {"at_s": 9.0, "task": who})  # type: ignore[attr-defined]
                told[who] = []
                async with asyncio.timeout(10):
                    async for event in events:
                        told[who].append(event)
                        if event.data.get("task") == who:
                            break
        assert not any("quote" in event.data for event in told["readonly"])
        assert all(event.event != "transcript" for event in told["readonly"])
        async with reading(o, "ben") as events, asyncio.timeout(5):
            o.stage.feed.emit("fault", o.id, {"at_s": 9.0, "task": "x"})  # type: ignore[attr-defined]
            ended = asyncio.ensure_future(anext(events))
            done, _ = await asyncio.wait([ended], timeout=0.3)
            assert not done, "a call that is ann's"
            ended.cancel()


async def test_one_call_alone(tmp_path: Path) -> None:
    async with office(tmp_path, TOKENS) as o, reading(o, "admin", query="?call=other") as events:
        o.stage.feed.emit("fault", o.id, {"at_s": 9.0, "task": "mine"})  # type: ignore[attr-defined]
        o.stage.feed.emit("fault", "other", {"at_s": 9.0, "task": "theirs"})  # type: ignore[attr-defined]
        async with asyncio.timeout(10):
            assert (await anext(events)).data["task"] == "theirs"


def feed() -> LiveFeed:
    return LiveFeed("s", CountingClock(), lambda call: frozenset())


def fault(there: LiveFeed, number: int) -> None:
    there.emit("fault", "c", {"at_s": 0.0, "task": str(number)})


async def test_what_is_no_longer_kept_is_said_to_be_missing() -> None:
    there = feed()
    for number in range(KEPT + 10):
        fault(there, number)
    first = there._kept[0].id
    whole, torn = there.since(first), there.since(first.rpartition("-")[0] + "-3")
    assert (await anext(whole)) is not None
    assert (await anext(torn)) is None
    assert isinstance(await anext(torn), Told)


async def test_a_slow_reader_is_told_so_and_costs_no_memory() -> None:
    there = feed()
    reader = there.since(None)
    waiting = asyncio.ensure_future(anext(reader))
    await asyncio.sleep(0)
    for number in range(3 * BEHIND):
        fault(there, number)
    read = [await waiting]
    async with asyncio.timeout(5):
        while read[-1] is None or read[-1].body["task"] != str(3 * BEHIND - 1):
            read.append(await anext(reader))
    assert None in read
    assert len(read) <= BEHIND


async def test_a_reader_who_left_is_forgotten() -> None:
    there = feed()
    reader = there.since(None)
    waiting = asyncio.ensure_future(anext(reader))
    await asyncio.sleep(0)
    fault(there, 1)
    await waiting
    await reader.aclose()  # type: ignore[attr-defined]
    assert not there._readers


async def test_an_event_that_cannot_be_told_is_counted() -> None:
    there = feed()
    there.emit("fault", "c", {"at_s": "never"})
    assert there.failed == {"fault": 1}
