"""Documents become passages: headings as a path, links that lead there, nothing of menus and scripts."""

from pathlib import Path

from bridge.adapters.knowledge.split import LONG_WORDS, passages_of


def test_markdown_headings_become_the_path(tmp_path: Path) -> None:
    file = tmp_path / "cards.md"
    file.write_text(
        "# Bank\n\nIntro.\n\n## Cards\n\n### Lost *card*\nBlock it\nat once.\n\n"
        "```\n# no heading\n```\n\n## Loans\n\nAsk.\n"
    )
    found = passages_of(file, "help/cards.md")
    assert [one.path for one in found] == [("Bank",), ("Bank", "Cards", "Lost card"), ("Bank", "Loans")]
    assert found[1].text == "Block it at once.\n# no heading"
    assert found[1].link == "help/cards.md#lost-card"


def test_web_address_stands_in_links(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text("# Fees & more\n\nTwo.\n")
    assert (
        passages_of(file, "a.md", "https://kb.example/a.md")[0].link == "https://kb.example/a.md#fees--more"
    )


def test_html_without_menus_and_scripts(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(
        "<html><head><title>x</title><style>p{}</style></head><body><nav>Home | Help</nav><h1>Refunds</h1>"
        "<p>Within&nbsp;<b>30</b> days.</p><h2>Late</h2><ul><li>No refund</li></ul>"
        "<script>alert(1)</script></body></html>"
    )
    found = passages_of(file, "page.html")
    assert [(one.path, one.text) for one in found] == [
        (("Refunds",), "Within 30 days."),
        (("Refunds", "Late"), "No refund"),
    ]


def test_plain_text_and_long_sections_are_cut_at_paragraphs(tmp_path: Path) -> None:
    file = tmp_path / "long.txt"
    paragraph = " ".join(["word"] * (LONG_WORDS - 10))
    file.write_text(f"{paragraph}\n\n{paragraph}\n\nshort")
    found = passages_of(file, "long.txt")
    assert [len(one.text.split()) for one in found] == [LONG_WORDS - 10, LONG_WORDS - 9]
    assert found[0].link == "long.txt"
    assert found[0].heading == "long.txt"


def test_bytes_that_are_no_text_do_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "odd.txt"
    file.write_bytes(b"caf\xe9 is \xff\n")
    assert "caf" in passages_of(file, "odd.txt")[0].text
