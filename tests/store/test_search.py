"""What was said is found again, the same in both databases."""

from pathlib import Path

import pytest

from bridge.adapters.db.database import Database
from bridge.adapters.db.engine import url_of
from bridge.adapters.db.search import DatabaseSearch, terms_of
from bridge.ports import SearchAway
from tests.store.made import record

SAID = {
    "c1": ("I want to cancel my contract", "please give me the supervisor"),
    "c2": ("my invoices are wrong", "it was cancelled in May, ünd günstig"),
    "c3": ("the contract is fine", "100% sure; DROP TABLE utterances"),
}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("cancel", ["c2", "c1"]), ("invoice", ["c2"]), ("INVOICE wrong", ["c2"]), ("invoice supervisor", []),
        ('"cancel my contract"', ["c1"]), ('"contract my cancel"', []), ("günstig", ["c2"]),
        ("100%", ["c3"]), ("nothing", []), ("*", []), ('"', []), ("cancel OR invoice", []),
        ("sure; drop", ["c3"]),
        ("NEAR(", []), ("text:cancel", []), ("contract -fine", ["c3"]),
    ],
)  # fmt: skip
async def test_words_and_phrases(database: Database, query: str, found: list[str]) -> None:
    for id, texts in SAID.items():
        await database.write(record(id, *texts))
    hits = await DatabaseSearch(database).search(query, before=None, limit=10)
    assert [hit.conversation for hit in hits.hits] == found
    assert hits.next is None


async def test_page_by_page(database: Database) -> None:
    for number in range(7):
        await database.write(record(f"c{number}", "a refund please"))
    search, pages, before = DatabaseSearch(database), [], None
    while True:
        page = await search.search("refund", before=before, limit=3)
        pages.append([hit.conversation for hit in page.hits])
        if (before := page.next) is None:
            break
    assert pages == [["c6", "c5", "c4"], ["c3", "c2", "c1"], ["c0"]]


async def test_what_is_gone_is_not_found(database: Database) -> None:
    await database.write(record("c1", "a refund please"))
    await database.write(record("c1", "an invoice please"))
    await database.write(record("c2", "another invoice"))
    await database.erase(["c2"])
    search = DatabaseSearch(database)
    assert (await search.search("refund", before=None, limit=9)).hits == ()
    (hit,) = (await search.search("invoice", before=None, limit=9)).hits
    assert (hit.conversation, hit.speaker, hit.text) == ("c1", "caller", "an invoice please")


async def test_a_database_that_is_away_says_so(tmp_path: Path) -> None:
    database = Database(url_of("postgresql://x@127.0.0.1:1/x", tmp_path), timeout_s=1.0)
    with pytest.raises(SearchAway):
        await DatabaseSearch(database).search("x", before=None, limit=1)
    await database.close()


def test_syntax_is_taken_for_words() -> None:
    assert terms_of('a "b  c" d"e') == ["a", "b c", "d", "e"]
    assert terms_of("NEAR(a b) c* ^d -e") == ["NEAR a", "b", "c", "d", "e"]
