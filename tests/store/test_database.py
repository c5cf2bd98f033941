"""Records in either database: whole or not at all."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import URL, Column, Float, MetaData, Table, func, select

from bridge.adapters.db.database import Database
from bridge.adapters.db.engine import url_of
from bridge.adapters.db.errors import DatabaseAddress, DatabaseAway, DatabaseRefused
from bridge.adapters.db.rows import Rows
from bridge.adapters.db.tables import CONVERSATIONS, HANDOFFS, UTTERANCES, of_conversation
from bridge.adapters.number import number_of
from bridge.model.record import ConversationRecord
from tests.store.made import record


async def count(database: Database, table: Table) -> int:
    return await database.read(lambda c: c.execute(select(func.count()).select_from(table)).scalar_one())


async def test_a_record_comes_back_as_it_was(database: Database) -> None:
    kept = record("c1", "NUL \0 in it", "ünd 💶")
    assert await database.write(kept)
    assert await database.find("c1") == kept
    assert await database.find("c2") is None
    assert await database.lacking(["c0", "c1", "c2"]) == ["c0", "c2"]


async def test_columns_are_those_of_the_record(database: Database) -> None:
    await database.write(record("c1", "one", "two"))
    (row,) = await database.read(lambda c: c.execute(select(CONVERSATIONS)).mappings().all())
    assert (row["site"], row["caller"], row["called"]) == ("tests", "4930123456", "900")
    assert (row["started_s"], row["handoffs"]) == (1767225600.0, 1)
    assert (row["reason"], row["result"]) == ("cancellation", "connected")
    (handoff,) = await database.read(lambda c: c.execute(select(HANDOFFS)).mappings().all())
    assert (handoff["agent"], handoff["mode"], handoff["disposition"]) == ("ann", "conference", "cancelled")
    assert (handoff["connected_s"], handoff["wrap_up_s"], handoff["over_s"]) == (48.0, 200.0, 220.0)
    said = await database.read(lambda c: c.execute(select(UTTERANCES.c.text)).scalars().all())
    assert said == ["one", "two"]


async def test_written_again_is_written_once(database: Database) -> None:
    await database.write(record("c1", "one", "two"))
    await database.write(record("c1", "three"))
    assert [await count(database, t) for t in (CONVERSATIONS, HANDOFFS, UTTERANCES)] == [1, 1, 1]


async def test_what_is_erased_does_not_come_back(database: Database) -> None:
    for id in ("c1", "c2"):
        await database.write(record(id))
    assert await database.erase(["c1", "unknown"]) == 1
    assert not await database.write(record("c1"))
    assert not await database.write(record("unknown"))
    assert [await count(database, t) for t in (CONVERSATIONS, HANDOFFS, UTTERANCES)] == [1, 1, 1]
    assert await database.lacking(["c1", "c2", "c3"]) == ["c3"]


async def test_a_refused_record_leaves_the_earlier_one_whole(database: Database) -> None:
    await database.write(record("c1", "one"))
    twice = record("c1", "two")
    with pytest.raises(DatabaseRefused):
        await database.write(replace(twice, handoffs=twice.handoffs * 2))
    assert await database.find("c1") == record("c1", "one")
    assert await count(database, UTTERANCES) == 1


async def test_derived_rows_share_the_transaction(url: URL) -> None:
    others = MetaData()
    CONVERSATIONS.to_metadata(others)
    lengths = Table("lengths", others, of_conversation(primary_key=True), Column("s", Float))

    def derive(made: ConversationRecord) -> Iterable[Rows]:
        row = {"conversation": made.id, "s": made.seconds}
        yield lengths, [row, row] if made.id == "twice" else [row]

    database = Database(url, derive=[derive])
    await database.prepare()
    await database.change(lambda connection: lengths.create(connection))
    await database.write(record("c1"))
    await database.write(record("c1"))
    with pytest.raises(DatabaseRefused):
        await database.write(record("twice"))
    assert await count(database, lengths) == 1
    assert await database.find("twice") is None
    await database.erase(["c1"])
    assert await count(database, lengths) == 0
    await database.close()


async def test_who_is_not_there_is_away(tmp_path: Path) -> None:
    database = Database(url_of("postgresql://x@127.0.0.1:1/x", tmp_path), timeout_s=1.0)
    with pytest.raises(DatabaseAway):
        await database.find("c1")
    await database.close()


async def test_what_is_no_database_is_away(tmp_path: Path) -> None:
    (tmp_path / "handoff.sqlite").write_bytes(b"no database at all" * 100)
    database = Database(url_of("", tmp_path))
    with pytest.raises(DatabaseAway, match="not a database"):
        await database.prepare()
    await database.close()


@pytest.mark.parametrize("address", ["mysql://x/y", "sqlite://", "nonsense", "sqlite:///:memory:"])
def test_an_address_that_cannot_be_used_is_named(address: str, tmp_path: Path) -> None:
    with pytest.raises(DatabaseAddress, match="Cure"):
        url_of(address, tmp_path)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("sip:+4930123456@pbx:5060;user=phone", "4930123456"), ("+49 (30) 12-34 56", "4930123456"),
        ("0049 30 123456", "4930123456"), ('"Ann" <sip:030123456@pbx>', "030123456"),
        ("tel:+49-30-123456;ext=1", "4930123456"), ("sip:anonymous@anonymous.invalid", "anonymous"),
        ("sip:pbx.local", ""), ("", ""), ("sips:100@pbx", "100"),
    ],
)  # fmt: skip
def test_a_number_is_the_same_however_it_is_written(written: str, number: str) -> None:
    assert number_of(written) == number
