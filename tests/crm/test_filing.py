"""Wrap-ups on their way to the CRM: taken, refused, tried again, and safe on disk in between."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from bridge.adapters.crm.filing import Filing
from bridge.adapters.crm.rest import RestCrm
from bridge.adapters.memory import MemoryStore
from bridge.adapters.webhooks import spool
from bridge.config import Settings
from bridge.crm.choice import crm_of, filing_of
from bridge.model.crm import CrmQuestion
from tests.crm.server import Asked, Server, Told, serving, told
from tests.store.made import record, without_handoff

RECIPE: dict[str, Any] = {
    "lookup": {"path": "/customers", "query": {"phone": "{{ caller }}"}, "record": "found[0]"},
    "map": {"id": "id"},
    "wrap_up": {
        "path": "/customers/{{ customer }}/calls",
        "key_header": "Idempotency-Key",
        "body": {"what": "{{ disposition }}: {{ note }}", "call": "{{ conversation }}", "public": False},
    },
}


class Crm:
    """Knows one customer, and takes his wrap-ups as `status` says."""

    def __init__(self, *statuses: int) -> None:
        self._statuses = list(statuses)
        self.filed: list[Asked] = []

    def __call__(self, asked: Asked) -> Told:
        if asked.method == "GET":
            return told({"found": [{"id": 17}] if asked.query["phone"] == "4930123456" else []})
        self.filed.append(asked)
        return told({}, self._statuses.pop(0) if self._statuses else 201)


@asynccontextmanager
async def filing(
    tmp_path: Path, server: Server, store: MemoryStore, *, start: bool = True, **crm: Any
) -> AsyncIterator[Filing]:
    """A bridge to whom the caller of c1 is known, and the one of c2 is not."""
    file = tmp_path / "crm.yaml"
    file.write_text(yaml.safe_dump({"base_url": f"http://127.0.0.1:{server.port}", **RECIPE}))
    settings = Settings.model_validate({"crm": {"kind": "rest", "file": file, "deadline_s": 0.5, **crm}})
    customers = crm_of(settings)
    assert customers
    assert isinstance(customers.source, RestCrm)
    made = Filing(
        store, customers.source, customers, tmp_path / "crm.sqlite",
        retry_for_h=settings.crm.retry_for_h, first_retry_s=0.02,
    )  # fmt: skip
    await customers.lookup(CrmQuestion(conversation="c1", caller="+4930123456"))
    await customers.lookup(CrmQuestion(conversation="c2", caller="+4930999999"))
    if start:
        made.start()
    yield made
    await made.close()
    await customers.close()


def waiting(tmp_path: Path) -> int:
    there = spool.Spool(tmp_path / "crm.sqlite")
    try:
        return there.waiting("crm")
    finally:
        there.close()


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not done():
            await asyncio.sleep(0.01)


async def test_a_known_customers_handoff_is_filed_once(tmp_path: Path) -> None:
    crm, store = Crm(), MemoryStore()
    async with serving(crm) as server, filing(tmp_path, server, store) as there:
        await there.save(record("c1"))
        await there.save(record("c2", caller="sip:+4930999999@pbx"))
        await until(lambda: there.counts["filed"] == 1)
    (asked,) = crm.filed
    assert asked.path == "/customers/17/calls"
    assert asked.headers["idempotency-key"] == "c1-h1"
    assert asked.json() == {"what": "cancelled: kept him with a discount", "call": "c1", "public": False}
    assert [kept.id for kept in store.records] == ["c1", "c2"]


async def test_a_call_without_a_handoff_is_not_filed(tmp_path: Path) -> None:
    crm = Crm()
    async with serving(crm) as server, filing(tmp_path, server, MemoryStore(), start=False) as there:
        await there.save(without_handoff(record("c1")))
    assert waiting(tmp_path) == 0


async def test_what_is_not_taken_is_tried_again_with_the_same_key(tmp_path: Path) -> None:
    crm = Crm(500, 429, 401, 201)
    async with serving(crm) as server, filing(tmp_path, server, MemoryStore()) as there:
        await there.save(record("c1"))
        await until(lambda: there.counts["filed"] == 1)
        assert there.counts["failed"] == 3
    assert {asked.headers["idempotency-key"] for asked in crm.filed} == {"c1-h1"}
    assert len(crm.filed) == 4


async def test_what_is_refused_for_good_is_given_up_at_once(tmp_path: Path) -> None:
    crm = Crm(422)
    async with serving(crm) as server, filing(tmp_path, server, MemoryStore()) as there:
        await there.save(record("c1"))
        await until(lambda: there.counts["refused"] == 1)
    assert len(crm.filed) == 1
    assert waiting(tmp_path) == 0


async def test_what_is_too_old_is_given_up(tmp_path: Path) -> None:
    crm = Crm(500)
    async with serving(crm) as server, filing(tmp_path, server, MemoryStore(), retry_for_h=0) as there:
        await there.save(record("c1"))
        await until(lambda: there.counts["dropped"] == 1)


async def test_it_outlives_the_process_and_is_erased_with_the_caller(tmp_path: Path) -> None:
    crm = Crm()
    async with serving(crm) as server:
        async with filing(tmp_path, server, MemoryStore(), start=False) as there:
            await there.save(record("c1"))
        assert crm.filed == []
        assert waiting(tmp_path) == 1
        async with filing(tmp_path, server, MemoryStore()) as later:
            await until(lambda: later.counts["filed"] == 1)
        async with filing(tmp_path, server, MemoryStore(), start=False) as there:
            await there.save(record("c1"))
    assert spool.erase(tmp_path / "crm.sqlite", [b"4930123456"]) == 1
    assert b"4930123456" not in (tmp_path / "crm.sqlite").read_bytes()


async def test_a_crm_that_hangs_holds_up_no_record(tmp_path: Path) -> None:
    store = MemoryStore()
    hanging = Crm()

    def answer(asked: Asked) -> Told:
        return hanging(asked) if asked.method == "GET" else Told(200, None)

    async with serving(answer) as server, filing(tmp_path, server, store) as there:
        async with asyncio.timeout(0.4):  # less than the deadline of one try
            for number in range(20):
                await there.save(record("c1" if number == 0 else f"other-{number}"))
        assert len(store.records) == 20
        await until(lambda: there.counts["failed"] >= 1)


def test_nothing_is_written_where_the_recipe_says_nothing(tmp_path: Path) -> None:
    file = tmp_path / "crm.yaml"
    file.write_text(yaml.safe_dump({"base_url": "http://127.0.0.1:1", "lookup": RECIPE["lookup"]}))
    settings = Settings.model_validate({"crm": {"kind": "rest", "file": file}})
    customers = crm_of(settings)
    assert customers
    assert isinstance(customers.source, RestCrm)
    assert filing_of(settings, customers, MemoryStore(), tmp_path / "crm.sqlite") is None
    assert filing_of(Settings(), None, MemoryStore(), tmp_path / "crm.sqlite") is None
    assert not (tmp_path / "crm.sqlite").exists()


@pytest.mark.parametrize("wrap_up", [{"path": "/{{ nobody }}"}, {"path": "/x", "method": "DELETE"}])
def test_a_wrap_up_that_cannot_work_is_refused(tmp_path: Path, wrap_up: dict[str, str]) -> None:
    file = tmp_path / "crm.yaml"
    file.write_text(yaml.safe_dump({"base_url": "http://127.0.0.1:1", **RECIPE, "wrap_up": wrap_up}))
    with pytest.raises(Exception, match=r"crm\.yaml: "):
        crm_of(Settings.model_validate({"crm": {"kind": "rest", "file": file}}))
