"""Each kind of what is kept goes after its own days, and nothing before."""

import json
import os
from collections.abc import Iterable
from pathlib import Path

import pytest
from sqlalchemy import URL

from bridge.adapters.db.database import Database
from bridge.adapters.db.search import DatabaseSearch
from bridge.adapters.event_log import cut_off
from bridge.adapters.files import FileEvents, FileStore
from bridge.adapters.record_files import RecordFiles
from bridge.adapters.sweep import Sweep
from bridge.config.records import Records
from bridge.core.forgetting import without_words
from tests.store.made import record

DAY_S = 86_400.0
NOW_S = 1767225600.0 + 30 * DAY_S  # 31 January 2026, midnight UTC
OLD, EDGE, NEW = "2026-01-10", "2026-01-21", "2026-01-29"


class Kept:
    def __init__(self, dir: Path, url: URL, **days: int) -> None:
        self.dir, self.database = dir, Database(url, site="s")
        self.events = FileEvents(dir)
        records = Records.model_validate({"dir": str(dir), "keep": days})
        self.sweep = Sweep(records, self.database, self.events, without_words, site="s", now=lambda: NOW_S)

    async def fill(self) -> None:
        await self.database.prepare()
        for day in (OLD, EDGE, NEW):
            made = record(day, "a refund please", started_at=f"{day}T00:00:00.000Z")
            await FileStore(self.dir).save(made)
            await self.database.write(made)
            recording = self.dir / "audio" / day / "caller.wav"
            recording.parent.mkdir(parents=True)
            recording.write_bytes(b"RIFF")
            at_s = NOW_S - (31 - int(day[-2:])) * DAY_S
            for path in (recording, recording.parent):
                os.utime(path, (at_s, at_s))

    async def found(self) -> dict[str, list[str]]:
        """Days of which something is still there, by kind."""
        files = RecordFiles(self.dir)
        records = (await files.recent(before=None, limit=9)).records
        rows = [made async for _, made in self.database.between(0.0, 9e9)]
        hits = await DatabaseSearch(self.database).search("refund", before=None, limit=9)
        return {
            "files": sorted(made.id for made in records),
            "spoken files": sorted(made.id for made in records if made.transcript),
            "rows": [made.id for made in rows],
            "spoken rows": [made.id for made in rows if made.transcript],
            "found": sorted(hit.conversation for hit in hits.hits),
            "audio": sorted(path.name for path in (self.dir / "audio").iterdir()),
        }

    async def close(self) -> None:
        self.events.close()
        await self.database.close()


ALL = [OLD, EDGE, NEW]
EVERYTHING = dict.fromkeys(("files", "spoken files", "rows", "spoken rows", "found", "audio"), ALL)


SPOKEN = ("spoken files", "spoken rows", "found")


def only(kinds: Iterable[str], days: list[str]) -> dict[str, list[str]]:
    return dict.fromkeys(kinds, days)


@pytest.mark.parametrize(
    ("days", "changed"),
    [
        ({}, {}),
        ({"transcript_days": 10}, only(SPOKEN, [EDGE, NEW])),
        ({"transcript_days": 9}, only(SPOKEN, [NEW])),
        ({"audio_days": 15}, {"audio": [EDGE, NEW]}),
        ({"record_days": 15}, only(EVERYTHING, [EDGE, NEW])),
        ({"record_days": 9, "audio_days": 300}, only(EVERYTHING, [NEW])),
    ],
)
async def test_each_kind_by_its_own_days(
    tmp_path: Path, url: URL, days: dict[str, int], changed: dict[str, list[str]]
) -> None:
    kept = Kept(tmp_path, url, **days)
    await kept.fill()
    assert await kept.found() == EVERYTHING
    assert await kept.sweep.sweep()
    assert await kept.found() == EVERYTHING | changed
    counted = dict(kept.sweep.describe())
    assert await kept.sweep.sweep()
    assert kept.sweep.describe() == counted, "a second time there is nothing to do"
    await kept.close()


async def test_another_sites_rows_are_its_own(tmp_path: Path, url: URL) -> None:
    kept, other = Kept(tmp_path, url, record_days=1), Database(url, site="t")
    await kept.database.prepare()
    await other.write(record("theirs", started_at=f"{OLD}T00:00:00.000Z"))
    assert await kept.sweep.sweep()
    assert await other.lacking(["theirs"]) == []
    await other.close()
    await kept.close()


async def test_a_database_that_is_away_is_tried_again(tmp_path: Path) -> None:
    url = URL.create("postgresql+asyncpg", "x", host="127.0.0.1", port=1, database="x")
    kept = Kept(tmp_path, url, record_days=15)
    await FileStore(tmp_path).save(record("c1", started_at=f"{OLD}T00:00:00.000Z"))
    assert not await kept.sweep.sweep()
    assert kept.sweep.describe() == {"record_files": 1, "failed": 1, "recordings": 0}
    await kept.close()


def test_what_stays_without_words() -> None:
    made = record("c1", "my secret")
    silent = without_words(made)
    assert silent.handoffs[0].escalation.quote == ""
    assert silent.handoffs[0].note == made.handoffs[0].note
    assert (silent.caller, silent.seconds, silent.handoffs[0].states) == (
        made.caller, made.seconds, made.handoffs[0].states,
    )  # fmt: skip
    assert silent.transcript == ()


def test_events_are_cut_off_while_others_are_told(tmp_path: Path) -> None:
    old = {"v": 1, "seq": 1, "ts": "2026-01-01T00:00:00.000Z", "type": "started", "conversation": "old"}
    (tmp_path / "events.jsonl").write_text(json.dumps(old) + "\nnot readable\n")
    events = FileEvents(tmp_path)
    events.emit("started", "new", {"at_s": 0.0})
    size = len(json.dumps(old)) + 1 + len("not readable\n")
    assert events.thin("2026-01-02T00:00:00.000Z") == size
    events.emit("ended", "new", {"at_s": 1.0})
    assert events.thin("2026-01-02T00:00:00.000Z") == 0
    events.close()
    lines = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    assert [(line["conversation"], line["type"]) for line in lines] == [("new", "started"), ("new", "ended")]
    assert cut_off(tmp_path / "events.jsonl", "9999") > 0
    assert (tmp_path / "events.jsonl").read_bytes() == b""
