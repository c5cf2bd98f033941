"""Customers in a CSV file and in a SQLite database."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bridge.adapters.crm.customers import Customers
from bridge.config import Settings
from bridge.crm.check import check_crm
from bridge.crm.choice import crm_of
from bridge.model.crm import CrmAnswer, CrmQuestion

CSV = """phone,name,tier,plan,interactions
+49 170 1234567,Maria,gold,Home,"2026-10-02 invoice
2026-09-01 moved house"
C-17,Otto,,Basic,
"""


def crm(kind: str, file: Path, **more: Any) -> Settings:
    return Settings.model_validate({"crm": {"kind": kind, "file": file, **more}})


def ask(there: Customers, caller: str, **headers: str) -> CrmAnswer:
    question = CrmQuestion(conversation="c1", caller=caller, headers=headers)
    return asyncio.run(there.lookup(question))


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "customers.csv"
    path.write_text(CSV)
    return path


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "odd name?#.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE customers (phone TEXT, name TEXT, tier TEXT, open_tickets INTEGER)")
        db.execute("INSERT INTO customers VALUES ('+491701234567', 'Maria', 'gold', 2)")
        db.commit()
    return path


def made(settings: Settings) -> Customers:
    there = crm_of(settings)
    assert there
    return there


@pytest.mark.parametrize("caller", ["+491701234567", "00491701234567", "01701234567", "0170 123-4567"])
def test_a_number_is_found_however_it_is_written(table: Path, caller: str) -> None:
    answer = ask(made(crm("csv", table, country="49")), caller)
    assert answer.status == "found"
    assert answer.record
    assert (answer.record.name, answer.record.tier, answer.record.fields) == (
        "Maria",
        "gold",
        {"plan": "Home"},
    )
    assert answer.record.interactions == ("2026-10-02 invoice", "2026-09-01 moved house")


def test_a_header_names_the_customer_and_else_the_number_does(table: Path) -> None:
    there = made(crm("csv", table, header="X-Customer-Id"))
    otto = ask(there, "+491701234567", **{"x-customer-id": "C-17"})
    assert otto.record
    assert otto.record.name == "Otto"
    forged = ask(there, "+491701234567", **{"x-customer-id": "C-17' OR 1=1 --"})
    assert forged.record
    assert forged.record.name == "Maria"


@pytest.mark.parametrize("caller", ["anonymous", "", "12", "+" + "1" * 40, "x' OR 1=1"])
def test_nobody_is_looked_up_for_what_is_no_number(table: Path, caller: str) -> None:
    assert ask(made(crm("csv", table)), caller).status == "unknown"


def test_a_file_that_was_written_anew_is_read_again(table: Path) -> None:
    there = made(crm("csv", table, cache_s=0))
    assert ask(there, "4930111").status == "unknown"
    table.write_text(CSV + "+49 30 111,Zoe,,,\n")
    assert ask(there, "4930111").status == "found"
    table.unlink()
    assert ask(there, "4930111").status == "no_answer"


def test_an_answer_is_remembered_and_a_failure_is_not(table: Path) -> None:
    there = made(crm("csv", table))
    assert ask(there, "491701234567").status == "found"
    table.unlink()
    assert ask(there, "491701234567").status == "found"
    assert ask(there, "4930111").status == "no_answer"
    table.write_text(CSV)
    assert ask(there, "4930111").status == "unknown"
    assert there.counts["cached"] == 1


def test_sqlite_finds_and_writes_nothing(database: Path) -> None:
    settings = crm("sqlite", database)
    answer = ask(made(settings), "00491701234567")
    assert answer.record
    assert answer.record.fields == {"phone": "+491701234567", "open_tickets": "2"}
    assert ask(made(settings), "4930111").status == "unknown"
    assert list(check_crm(settings)) == []
    wiping = crm("sqlite", database, query="DELETE FROM customers")
    assert ask(made(wiping), "00491701234567").status == "no_answer"
    assert ask(made(settings), "00491701234567").status == "found"


def test_a_query_without_end_is_broken_off(database: Path) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) AS id FROM n"
    assert ask(made(crm("sqlite", database, query=endless, deadline_s=0.1)), "4930111").status == "no_answer"


@pytest.mark.parametrize(
    ("kind", "content", "more", "key", "says"),
    [
        ("csv", None, {}, "crm.file", "is no file"),
        (
            "csv",
            b"number;name\n",
            {},
            "crm.file",
            "no column phone. Cure: set crm.column to one of: number;name",
        ),
        ("csv", b"phone\n\xff\xfe\n", {}, "crm.file", "UTF-8"),
        (
            "sqlite",
            b"no database at all, but long enough to be looked at" * 20,
            {},
            "crm.query",
            "not a database",
        ),
        ("sqlite", b"", {}, "crm.query", "no such table: customers"),
    ],
)
def test_check_says_what_is_wrong(
    tmp_path: Path, kind: str, content: bytes | None, more: dict[str, str], key: str, says: str
) -> None:
    file = tmp_path / "file"
    if content is not None:
        file.write_bytes(content)
    (finding,) = check_crm(crm(kind, file, **more))
    assert finding.level == "error"
    assert finding.key == key
    assert says in finding.line()


def test_no_file_is_an_error_of_the_configuration() -> None:
    with pytest.raises(ValueError, match=r"set crm\.file"):
        Settings.model_validate({"crm": {"kind": "csv"}})
    assert list(check_crm(Settings())) == []
