"""Markdown, HTML or plain text, made into passages: one for each heading, long ones at paragraphs."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

from markdown_it import MarkdownIt

from bridge.model.knowledge import Passage

KINDS: Final = {".md": "markdown", ".markdown": "markdown", ".html": "html", ".htm": "html", ".txt": "text"}
LONG_WORDS: Final = 180
"""a section with more is cut at its paragraphs"""
Block = tuple[int, str]
"""(level of the heading, or 0 for a paragraph, its text)"""


def passages_of(file: Path, document: str, address: str = "") -> tuple[Passage, ...]:
    """All passages of one file. `address`: the page's own on the web, if it has one.
    Raises OSError; bytes that are no UTF-8 are replaced."""
    text = file.read_text(encoding="utf-8", errors="replace")
    match KINDS.get(file.suffix.lower()):
        case "html":
            blocks = _html(text)
        case "markdown":
            blocks = _markdown(text)
        case _:
            blocks = [(0, part) for part in re.split(r"\n\s*\n", text)]
    return tuple(_passages(blocks, document, address or document))


def _passages(blocks: list[Block], document: str, address: str) -> Iterator[Passage]:
    path: list[tuple[int, str]] = []
    waiting: list[str] = []

    def flushed() -> Iterator[Passage]:
        names = tuple(name for _, name in path)
        link = f"{address}#{_anchor(names[-1])}" if names else address
        for part in _parts(waiting):
            yield Passage(document=document, path=names, text=part, link=link)
        waiting.clear()

    for level, raw in blocks:
        text = " ".join(raw.split())
        if not text:
            continue
        if level:
            yield from flushed()
            path = [*(one for one in path if one[0] < level), (level, text)]
        else:
            waiting.append(text)
    yield from flushed()


def _parts(paragraphs: list[str]) -> Iterator[str]:
    taken: list[str] = []
    words = 0
    for paragraph in paragraphs:
        more = len(paragraph.split())
        if taken and words + more > LONG_WORDS:
            yield "\n".join(taken)
            taken, words = [], 0
        taken.append(paragraph)
        words += more
    if taken:
        yield "\n".join(taken)


def _anchor(heading: str) -> str:
    """As GitHub and most generators make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def _markdown(text: str) -> list[Block]:
    blocks: list[Block] = []
    level = 0
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        match token.type:
            case "heading_open":
                level = int(token.tag[1:])
            case "heading_close":
                level = 0
            case "inline":
                blocks.append((level, _inline(token.children or [])))
            case "fence" | "code_block":
                blocks.append((0, token.content))
    return blocks


def _inline(children: list) -> str:  # type: ignore[type-arg]
    return "".join(" " if child.type in ("softbreak", "hardbreak") else child.content for child in children)


def _html(text: str) -> list[Block]:
    page = _Page()
    page.feed(text)
    page.close()
    return page.found()


class _Page(HTMLParser):
    """What a reader of the page reads: no scripts, styles or menus."""

    DUMB: Final = frozenset({"script", "style", "nav", "footer", "template", "noscript", "svg", "head"})
    BREAKS: Final = frozenset(
        {"p", "li", "div", "section", "article", "td", "th", "tr", "dd", "dt", "pre", "br"}
    )
    HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._blocks: list[Block] = []
        self._level = 0
        self._dumb: list[str] = []
        self._now: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.DUMB:
            self._dumb.append(tag)
        elif tag in self.HEADINGS:
            self._end()
            self._level = int(tag[1])
        elif tag in self.BREAKS:
            self._end()

    def handle_endtag(self, tag: str) -> None:
        if self._dumb and tag in self._dumb:
            del self._dumb[self._dumb.index(tag) :]
        elif tag in self.HEADINGS:
            self._end()
            self._level = 0
        elif tag in self.BREAKS:
            self._end()

    def handle_data(self, data: str) -> None:
        if not self._dumb:
            self._now.append(data)

    def _end(self) -> None:
        if text := "".join(self._now).strip():
            self._blocks.append((self._level, text))
        self._now.clear()

    def found(self) -> list[Block]:
        self._end()
        return self._blocks
