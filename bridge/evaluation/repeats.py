"""How well repeats are heard: `python -m bridge.evaluation.repeats FILE [--missed] [--noise SHARE]`."""

import argparse
import json
import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from bridge.core.repeats import Kind, Repeats
from bridge.evaluation.figure import Figure, Line, Target, share
from bridge.model.bot import Authentication
from bridge.model.brief import Brief
from bridge.model.brief import Line as BriefLine
from bridge.model.transcript import Speaker, Utterance

PRECISION: Final = Target(0.90)
RECALL: Final = Target(0.70)
Found = tuple[str, str, int]
"""kind, item, turn"""
SWAPS: Final = {
    "number": "numbers", "order": "older", "date": "day", "name": "same", "your": "you're", "two": "to",
    "four": "for", "eight": "ate", "what": "but", "can": "and", "problem": "program", "address": "a dress",
    "have": "of", "the": "a", "is": "as", "booking": "looking", "reference": "preference", "how": "now",
    "confirm": "conform", "tell": "hotel", "birth": "bath", "did": "that", "when": "one", "policy": "police",
}  # fmt: skip
"""what a small recognizer makes of them on the telephone"""


def brief_of(row: dict[str, Any]) -> Brief:
    """The brief that the row's agent had."""
    told = row["brief"]

    def line(text: str) -> BriefLine:
        return BriefLine(text=text, source="transcript")

    return Brief(
        version=1, headline="", why=line(told["why"]) if told["why"] else None,
        tried=tuple(map(line, told["tried"])), unresolved=None, next=None,
        sentiment="neutral", reason="", quote="",
        intent=None, authentication=Authentication(**told["authentication"]), actions=(),
        facts=tuple(line(f"{label}: {value}") for label, value in told["facts"].items()),
        caller=told["caller"], missing=(), opening="",
    )  # fmt: skip


def labels_of(row: dict[str, Any]) -> set[Found]:
    told = {(Kind.ASKED.value, each["item"], each["asked"]) for each in row["repeats"]}
    told |= {(Kind.RESTATED.value, each["item"], each["restated"]) for each in row["repeats"]}
    told |= {(Kind.REVERIFIED.value, "authentication", turn) for turn in row["reverifications"]}
    return {each for each in told if each[2] is not None}


def heard_in(row: dict[str, Any], noise: float = 0.0) -> set[Found]:
    """What the detector hears; `noise`: the share of words that are damaged, by the row's own seed."""
    listening, found = Repeats(brief_of(row)), set[Found]()
    chance = random.Random(row["id"])
    for turn in row["turns"]:
        text = damaged(turn["text"], noise, chance)
        utterance = Utterance(
            id=str(turn["i"]), speaker=Speaker(turn["speaker"]), text=text, start_s=4.0 * turn["i"],
            end_s=4.0 * turn["i"] + 3,
        )  # fmt: skip
        found |= {(r.kind.value, r.item, turn["i"]) for r in listening.hear(utterance)}
    return found


def damaged(text: str, share: float, chance: random.Random) -> str:
    """Words dropped, taken for others or said twice, as by a recognizer; half of it substitutions."""
    words: list[str] = []
    for word in text.split():
        if chance.random() >= share:
            words.append(word)
        elif (how := chance.random()) < 0.5:
            words.append(SWAPS.get(word, word[:-1] if len(word) > 3 else "uh"))
        elif how < 0.85:
            continue
        else:
            words += [word, word]
    return " ".join(words)


def figures(rows: Sequence[dict[str, Any]], source: str, noise: float = 0.0) -> Iterator[Figure]:
    """Precision and recall of all repeats together (these have the targets), and by kind."""
    told = {row["id"]: (labels_of(row), heard_in(row, noise)) for row in rows}
    part = "repeats" if not noise else f"repeats, {noise:.0%} of words damaged"
    for kind in (None, *Kind):
        right = said = heard = 0
        wrong: list[Line] = []
        for id, (labels, found) in told.items():
            labels, found = ({each for each in some if kind in (None, each[0])} for some in (labels, found))
            right, said, heard = right + len(labels & found), said + len(labels), heard + len(found)
            wrong += [Line(id, f"not heard: {each}") for each in sorted(labels - found)]
            wrong += [Line(id, f"heard wrongly: {each}") for each in sorted(found - labels)]
        name, lines = kind.value if kind else "all", () if kind else tuple(wrong)
        goals = (PRECISION, RECALL) if kind is None else (None, None)
        yield Figure(
            part, f"{name}: precision", share(right, heard), heard, source, target=goals[0], lines=lines
        )
        yield Figure(part, f"{name}: recall", share(right, said), said, source, target=goals[1])


def main(arguments: Sequence[str]) -> int:
    """Print the figures; 1 where a target is missed."""
    from bridge.evaluation.report import exit_code, table

    parser = argparse.ArgumentParser(prog="python -m bridge.evaluation.repeats", description=__doc__)
    parser.add_argument("file", type=Path, nargs="+")
    parser.add_argument("--missed", action="store_true")
    parser.add_argument("--noise", type=float, default=0.0, help="share of words damaged as by a recognizer")
    given = parser.parse_args(arguments)
    found: list[Figure] = []
    for file in given.file:
        rows = [json.loads(line) for line in file.read_text().splitlines() if line.strip()]
        found += figures(rows, file.stem, given.noise)
    for line in table(found, missed=given.missed):
        sys.stdout.write(f"{line}\n")
    return exit_code(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
