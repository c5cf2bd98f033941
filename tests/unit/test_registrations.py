"""What /healthz says of the registrations: the registrar worker's word, and nothing without one."""

import asyncio
import json
import time
from typing import Any

from bridge.app.registrations import Registrations
from bridge.config import Registration

CONFIGURED = [Registration(registrar="sip:pbx", user="trunk")]


def line(status: int, **more: Any) -> dict[str, Any]:
    state = {
        "registrar": "pbx:5060", "user": "trunk", "status": status, "reason": "", "registered": status == 200,
        "expires_s": 60, "at": time.monotonic(),
    }  # fmt: skip
    return {"registrations": [{**state, **more}]}


async def test_the_workers_word_counts_while_it_is_there() -> None:
    registrations = Registrations(CONFIGURED)
    assert [state["registered"] for state in registrations.describe()] == [False]
    reader = asyncio.StreamReader()
    serving = asyncio.create_task(registrations.attach(reader, {"kind": "registrar", **line(0)}))
    reader.feed_data(json.dumps(line(403)).encode() + b"\n" + json.dumps(line(200)).encode() + b"\n")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert registrations.describe() == [
        {"registrar": "pbx:5060", "user": "trunk", "status": 200, "reason": "", "registered": True,
         "expires_s": 60}
    ]  # fmt: skip
    reader.feed_eof()
    async with asyncio.timeout(2):
        await serving
    (state,) = registrations.describe()
    assert (state["status"], state["registered"]) == (0, False)
    assert "not there" in state["reason"]


async def test_a_worker_that_hangs_is_believed_only_as_long_as_the_registration_holds() -> None:
    registrations = Registrations(CONFIGURED)
    at = time.monotonic() - 61
    serving = asyncio.create_task(registrations.attach(asyncio.StreamReader(), line(200, at=at)))
    await asyncio.sleep(0)
    (state,) = registrations.describe()
    assert (state["registered"], state["expires_s"], state["reason"]) == (False, 0, "not renewed in time")
    serving.cancel()


async def test_a_successor_is_not_taken_down_with_the_one_before() -> None:
    registrations = Registrations(CONFIGURED)
    before, after = asyncio.StreamReader(), asyncio.StreamReader()
    first = asyncio.create_task(registrations.attach(before, line(200)))
    await asyncio.sleep(0)
    second = asyncio.create_task(registrations.attach(after, line(200)))
    await asyncio.sleep(0)
    before.feed_eof()
    async with asyncio.timeout(2):
        await first
    assert registrations.describe()[0]["registered"] is True
    second.cancel()


async def test_a_line_that_is_none_ends_the_connection() -> None:
    registrations = Registrations(CONFIGURED)
    async with asyncio.timeout(2):
        await registrations.attach(asyncio.StreamReader(), line(200, expires_s="many"))
    assert registrations.describe()[0]["registered"] is False
