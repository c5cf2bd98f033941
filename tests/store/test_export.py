"""Call detail records with Asterisk's names first, and vCons as their draft has them."""

import asyncio
import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
from sqlalchemy import URL
from typer.testing import CliRunner

from bridge.adapters.db.database import Database
from bridge.cli import app
from bridge.model.bot import Authentication
from bridge.model.brief import Brief
from bridge.model.handoff import Attempt
from bridge.model.record import ConversationRecord, LegRecord
from bridge.model.transcript import Speaker, Utterance
from bridge.records.cdr import ASTERISK, OURS, cdr_of
from bridge.records.vcon import vcon_of
from tests.store.made import record, without_handoff

NAMES = (
    "accountcode,src,dst,dcontext,clid,channel,dstchannel,lastapp,lastdata,start,answer,end,duration,billsec,"
    "disposition,amaflags,userfield,uniqueid"
)

# What the draft demands of the objects we write, from its section 4; read on 30 November 2026 at
# https://datatracker.ietf.org/doc/draft-ietf-vcon-vcon-core/ (03).
WHEN = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"}
PLACE = {"type": "integer", "minimum": 0}
CONTENT = {"mediatype": {"type": "string"}, "encoding": {"enum": ["base64url", "json", "none"]}, "body": {}}
VCON = {
    "type": "object",
    "required": ["uuid", "created_at", "parties", "dialog"],
    "additionalProperties": False,
    "properties": {
        "vcon": {"const": "0.4.0"},
        "uuid": {"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"},
        "created_at": WHEN,
        "subject": {"type": "string"},
        "parties": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "properties": {"sip": {"type": "string"}, "name": {"type": "string"}, "type": {}},
            },
        },
        "dialog": {
            "type": "array",
            "items": {
                "oneOf": [
                    {
                        "required": ["type", "start", "parties", "mediatype", "encoding", "body"],
                        "additionalProperties": False,
                        "properties": {
                            "type": {"const": "text"}, "start": WHEN, "parties": PLACE,
                            "duration": {"type": "number", "minimum": 0}, **CONTENT,
                        },
                    },
                    {
                        "required": ["type", "transferee", "transferor", "transfer_target"],
                        "additionalProperties": False,
                        "properties": {
                            "type": {"const": "transfer"}, "start": WHEN, "transferee": PLACE,
                            "transferor": PLACE, "transfer_target": PLACE, "original": PLACE,
                        },
                    },
                    {
                        "required": ["type", "disposition"],
                        "additionalProperties": False,
                        "properties": {
                            "type": {"const": "incomplete"}, "start": WHEN,
                            "parties": {"type": "array", "items": PLACE},
                            "disposition": {"enum": ["no-answer", "congestion", "failed", "busy", "hung-up"]},
                        },
                    },
                ]
            },
        },
        "analysis": {
            "type": "array",
            "items": {
                "required": ["type", "vendor"],
                "additionalProperties": False,
                "properties": {
                    "type": {"const": "summary"}, "vendor": {"type": "string"}, "product": {},
                    "dialog": {"type": "array", "items": PLACE}, **CONTENT,
                },
            },
        },
        "attachments": {"type": "array"},
    },
}  # fmt: skip


def whole() -> ConversationRecord:
    """Two targets tried, the second answered and spoke."""
    made = record("c1", "I want to cancel")
    busy = Attempt(
        number=1, target="ben", leg="agent-1", agent="ben", mode="conference", mode_why="", dialed_s=30.5,
        outcome="busy",
    )  # fmt: skip
    handoff = made.handoffs[0]
    leg = LegRecord(
        leg="caller", role="caller", started_s=0.0, answered_s=1.5, ended_s=220.0, sip_status=None, reason="",
        codec="PCMU", srtp=False, by_us=False,
    )  # fmt: skip
    agent = Utterance(id="u9", speaker=Speaker.AGENT, text="hello", start_s=50.0, end_s=51.0)
    brief = Brief(
        version=1, headline="cancels", why=None, tried=(), unresolved=None, next=None, sentiment="neutral",
        reason="cancellation", quote="", intent=None, authentication=Authentication(), actions=(), facts=(),
        caller=None, missing=(), opening="",
    )  # fmt: skip
    return replace(
        made,
        legs=(leg,),
        brief=brief,
        transcript=(*made.transcript, agent),
        handoffs=(replace(handoff, attempts=(busy, *handoff.attempts)),),
    )


def test_asterisks_names_come_first() -> None:
    cdr = cdr_of(whole(), site="s", src="4930123456", dst="900")
    assert ",".join(list(cdr)[: len(ASTERISK)]) == NAMES
    assert list(cdr) == [*ASTERISK, *OURS]
    assert all(name.startswith("handoff_") for name in OURS)
    assert (cdr["start"], cdr["answer"], cdr["end"]) == (
        "2026-01-01 00:00:00", "2026-01-01 00:00:01", "2026-01-01 00:03:40",
    )  # fmt: skip
    assert (cdr["duration"], cdr["billsec"], cdr["disposition"]) == (220, 218, "ANSWERED")
    assert (cdr["handoff_agent"], cdr["handoff_attempts"], cdr["handoff_talk_s"]) == ("ann", 2, 152.0)
    assert (cdr["channel"], cdr["dstchannel"]) == ("handoff/c1/caller", "handoff/c1/agent-1")


def test_a_call_without_handoff_has_the_same_columns() -> None:
    cdr = cdr_of(without_handoff(record()), site="s", src="1", dst="2")
    assert list(cdr) == [*ASTERISK, *OURS]
    assert (cdr["handoff_count"], cdr["handoff_result"], cdr["dstchannel"]) == (0, None, "")


def test_a_vcon_is_as_the_draft_has_it() -> None:
    made: dict[str, Any] = json.loads(json.dumps(vcon_of(whole(), site="s")))
    jsonschema.validate(made, VCON)
    assert [party["type"] for party in made["parties"]] == ["person", "bot", "person", "person"]
    assert [entry["type"] for entry in made["dialog"]] == ["text", "text", "incomplete", "transfer"]
    spoke = made["dialog"][1]
    assert made["parties"][spoke["parties"]]["name"] == "ann"
    assert spoke["start"] == "2026-01-01T00:00:50.000+00:00"
    assert made["parties"][made["dialog"][2]["parties"][1]]["name"] == "ben"
    assert made["analysis"][0]["body"]["headline"] == "cancels"
    assert vcon_of(whole(), site="s")["uuid"] == made["uuid"] != vcon_of(whole(), site="t")["uuid"]
    jsonschema.validate(json.loads(json.dumps(vcon_of(without_handoff(record()), site="s"))), VCON)


async def fill(url: URL) -> None:
    database = Database(url, site="tests")
    await database.prepare()
    for day in range(1, 6):
        made = record(f"c{day}", caller="sip:=cmd()@pbx", started_at=f"2026-01-0{day}T12:00:00.000Z")
        await database.write(made)
    for number in range(250):
        await database.write(record(f"same{number:03}", started_at="2026-02-01T00:00:00.000Z"))
    await database.close()


def test_the_command(tmp_path: Path) -> None:
    asyncio.run(fill(URL.create("sqlite+aiosqlite", database=str(tmp_path / "handoff.sqlite"))))

    def run(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["export", "--set", f"records.dir={tmp_path}", *arguments])
        return done.exit_code, done.stdout

    code, text = run("--since", "2026-01-02", "--until", "2026-01-05")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert (code, [row["uniqueid"] for row in rows]) == (0, ["c2", "c3", "c4"])
    assert rows[0]["src"] == "'=cmd()", "no formula for a spreadsheet"
    assert rows[0]["handoff_site"] == "tests"
    code, text = run("--format", "jsonl", "--since", "2026-02-01")
    assert [json.loads(line)["uniqueid"] for line in text.splitlines()] == [f"same{n:03}" for n in range(250)]
    code, _ = run("--format", "vcon", "--out", str(tmp_path / "all.jsonl"))
    vcons = [json.loads(line) for line in (tmp_path / "all.jsonl").read_text().splitlines()]
    assert (code, len(vcons), len({made["uuid"] for made in vcons})) == (0, 255, 255)
    assert run("--format", "xml")[0] == 2
    assert run("--since", "yesterday")[0] == 2
    assert run("--set", "records.db=postgresql://x@127.0.0.1:1/x")[0] == 75


async def test_page_by_page_in_either_database(database: Database) -> None:
    for number in range(205):
        await database.write(record(f"c{number:03}", started_at="2026-01-01T00:00:00.000Z"))
    found = [made.id async for _, made in database.between(0.0, 2e9)]
    assert found == [f"c{number:03}" for number in range(205)]
