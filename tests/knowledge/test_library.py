"""Adding, changing, forgetting and finding passages, with and without their meaning."""

import asyncio
import json
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bridge.adapters.knowledge import shelf
from bridge.adapters.knowledge.library import Library
from bridge.adapters.knowledge.meaning import Meaning, installed
from bridge.adapters.knowledge.shelf import KnowledgeError
from bridge.cli import app
from bridge.knowledge.bench import bench, read_questions
from tests.knowledge.frozen import FROZEN


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "books"
    folder.mkdir()
    (folder / "cards.md").write_text(
        "# Bank\n\n## Lost card\n\nBlock it in the app.\n\n## Error 429\n\nToo many tries.\n"
    )
    (folder / "loans.txt").write_text("A mortgage can be paused for three months.\n")
    return folder


def added(tmp_path: Path, folder: Path, meaning: Meaning | None = None) -> shelf.Added:
    with shelf.opened(tmp_path / "k.db") as db:
        return shelf.add(db, folder, meaning)


def headings(tmp_path: Path, question: str, model: Path | None = None) -> list[str]:
    library = Library(tmp_path / "k.db", model)
    try:
        return [one.passage.heading for one in library.search_now(question)]
    finally:
        library.close_now()


def test_only_what_changed_is_read_anew(tmp_path: Path, folder: Path) -> None:
    assert added(tmp_path, folder) == shelf.Added(new=2, changed=0, unchanged=0, gone=0, passages=3)
    (folder / "cards.md").write_text("# Bank\n\n## Stolen card\n\nRing us.\n")
    assert added(tmp_path, folder) == shelf.Added(new=0, changed=1, unchanged=1, gone=0, passages=2)
    assert headings(tmp_path, "block the card") == ["Stolen card"]
    (folder / "loans.txt").unlink()
    assert added(tmp_path, folder).gone == 1
    assert headings(tmp_path, "mortgage") == []


def test_folder_is_forgotten(tmp_path: Path, folder: Path) -> None:
    added(tmp_path, folder)
    with shelf.opened(tmp_path / "k.db") as db:
        assert shelf.folders(db)[0].documents == 2
        assert shelf.remove(db, str(folder)) == 2
        assert shelf.folders(db) == ()
        assert db.execute("select count(*) from words").fetchone() == (0,)


def test_folder_without_documents_is_named(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="holds no") as refused:
        added(tmp_path, tmp_path)
    assert refused.value.code == "folder"


def test_database_that_is_none_is_named(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "k.db").write_bytes(b"this is no database at all, whatever its name says" * 40)
    with pytest.raises(KnowledgeError, match=r"k\.db") as refused:
        added(tmp_path, folder)
    assert refused.value.code == "file"


def test_meaning_finds_what_shares_no_word(tmp_path: Path, folder: Path) -> None:
    model = installed()
    assert model, "the extra `semantic` belongs to a development environment"
    added(tmp_path, folder, Meaning(model))
    question = "somebody pinched my visa"
    assert headings(tmp_path, question) == []
    assert headings(tmp_path, question, model)[0] == "Lost card"
    assert headings(tmp_path, "it says error 429", model)[0] == "Error 429"


def test_sees_what_is_added_while_it_is_open(tmp_path: Path, folder: Path) -> None:
    model = installed()
    assert model
    meaning = Meaning(model)
    added(tmp_path, folder, meaning)
    library = Library(tmp_path / "k.db", model)
    try:
        assert "Parking" not in [one.passage.heading for one in library.search_now("parking garage")]
        (folder / "new.md").write_text("# Parking\n\nThe garage is free.\n")
        added(tmp_path, folder, meaning)
        assert library.search_now("where can i leave the car")[0].passage.heading == "Parking"
    finally:
        library.close_now()


async def test_never_raises_and_keeps_its_deadline(tmp_path: Path, folder: Path) -> None:
    missing = Library(tmp_path / "none.db", None)
    assert await missing.search("anything") == ()
    await missing.close()

    added(tmp_path, folder)
    locked = Library(tmp_path / "k.db", None)
    assert await locked.search("card")
    broken = sqlite3.connect(tmp_path / "k.db")
    broken.executescript("drop trigger forget; drop table words;")
    broken.close()
    assert await locked.search("card") == ()
    assert locked.describe()["failed"] == 1
    await locked.close()

    late = Library(tmp_path / "k.db", None, deadline_s=0.0)
    assert await late.search("card") == ()
    assert late.describe()["late"] == 1
    await late.close()


async def test_loop_goes_on_while_it_searches(tmp_path: Path, folder: Path) -> None:
    added(tmp_path, folder)
    library = Library(tmp_path / "k.db", None)
    searching = asyncio.ensure_future(library.search("card"))
    await asyncio.sleep(0)
    assert not searching.done()
    assert await searching
    await library.close()


def test_recall_on_the_development_half(tmp_path: Path) -> None:
    figures = bench(FROZEN / "passages", read_questions(FROZEN / "dev.jsonl"), installed(), passages=1000)
    assert figures["meaning"]["recall_at_3_own"] >= 0.78
    assert figures["bm25"]["recall_at_3_own"] < figures["meaning"]["recall_at_3_own"]
    assert figures["search_ms"]["n"] == 120


def test_command(tmp_path: Path, folder: Path) -> None:
    run = CliRunner().invoke
    at = ["--set", f"records.dir={tmp_path}", "--set", "assist.knowledge.meaning=never"]
    assert json.loads(run(app, ["knowledge", "add", str(folder), "--json", *at]).stdout)["passages"] == 3
    found = json.loads(run(app, ["knowledge", "search", "lost card", "--json", *at]).stdout)
    assert found[0]["path"] == ["Bank", "Lost card"]
    assert "2 documents, 3 passages" in run(app, ["knowledge", "list", *at]).stdout
    assert run(app, ["knowledge", "remove", str(folder), *at]).exit_code == 0
    assert run(app, ["knowledge", "remove", str(folder), *at]).exit_code == 2
    assert run(app, ["knowledge", "add", str(tmp_path / "nowhere"), *at]).exit_code == 2
