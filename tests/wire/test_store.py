"""A running bridge: its records in the database, found, and a caller erased while others call."""

import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from tests.wire.rig import Office, office

pytestmark = [pytest.mark.wire, pytest.mark.timeout(90)]
CALLER = "4912345"


@pytest.fixture(params=["clear", "sealed"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    records: dict[str, Any] = {"dir": str(tmp_path / "records")}
    if request.param == "sealed":
        records |= {"encrypt": True, "master_key": Fernet.generate_key().decode()}
    with office(tmp_path, records=records) as place:
        yield place


async def handoff(desk: Office, command: str, *arguments: str) -> tuple[int, str]:
    """The command, beside the running bridge."""
    config = str(desk.bridge.dir / "config.yaml")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bridge", command, "--config", config, *arguments,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode()


async def a_call(desk: Office) -> str:
    """From somebody who leaves; its id, once it is filed."""
    async with desk.people() as (caller, _, _):
        talk = await desk.talk(caller)
        await talk.event("utterance", speaker="bot", timeout_s=15)
        await caller.call.hangup()
        await talk.event("ended", timeout_s=15)
    async with asyncio.timeout(15):
        while (await desk.http("GET", "/healthz"))["records"]["waiting"]:
            await asyncio.sleep(0.05)
    return talk.id


async def test_filed_found_exported_and_erased(desk: Office) -> None:
    sealed = "encrypt" in (desk.bridge.dir / "config.yaml").read_text()
    first = await a_call(desk)
    health = (await desk.http("GET", "/healthz"))["records"]
    assert (health["database"], health["filed"], health["alarm"]) == ("up", 1, False)
    assert 'handoff_part{figure="filed",part="records"} 1.0' in await desk.http("GET", "/metrics")
    record = await desk.http("GET", f"/v1/records/{first}")
    words = record["transcript"][0]["text"].split()[:3]
    found = await desk.http("GET", f"/v1/search?q={'%20'.join(words)}")
    assert [hit["conversation"] for hit in found["hits"][:1]] == ([] if sealed else [first])
    code, out = await handoff(desk, "export", "--format", "jsonl")
    (cdr,) = [json.loads(line) for line in out.splitlines()]
    assert (code, cdr["uniqueid"], cdr["src"]) == (0, first, CALLER)

    code, out = await handoff(desk, "erase", "--caller", CALLER, "--json")
    assert (code, json.loads(out)["left"]) == (0, {})
    erased = json.loads(out)["erased"]
    assert (erased["database"], erased["record files"], erased["keys"]) == (1, 1, int(sealed))
    assert (await desk.http("GET", "/v1/records"))["records"] == []

    second = await a_call(desk)
    assert second != first
    health = (await desk.http("GET", "/healthz"))["records"]
    assert (health["filed"], health["refused"], health["alarm"]) == (2, 0, False)
    lines = (desk.bridge.dir / "records" / "events.jsonl").read_text().splitlines()
    told = {json.loads(line)["conversation"] for line in lines}
    assert first not in told
    assert second in told
