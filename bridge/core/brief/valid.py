"""What must hold of every line of a brief, whoever wrote it: rules, a template, or a language model."""

import re

from text_to_num import alpha2digit

from bridge.core.brief.clause import plain
from bridge.core.brief.command import COMMAND
from bridge.core.redaction import redact
from bridge.core.redaction.phrase import words as listed

STEM = 4
FRAME = listed(
    """
    about after again agent already also another answer answered arrange asked assistant because been
    before both call caller could does done each even explain failed find first found from gave given
    have heard into later made missing more next none nothing offer offered only open other over past
    refused reported request requested resolved result said same settled since some still succeed than
    that their them then they this times told took tried twice unable understood unresolved until wants
    were what when where which while will with withheld without would known wanted needs review check
    issue issued received
    """
)
"""Words that frame a fact and are none."""
COUNT = re.compile(r"\b\d+ times\b")
NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]{2,}")


class Sources:
    """All that was said and reported, as what a claim is compared with. Grows as the call goes."""

    def __init__(self) -> None:
        self._stems: set[str] = set()
        self._numbers: set[str] = set()
        self._digits = ""

    def add(self, text: str) -> None:
        self._stems |= {word[:STEM] for word in _words(text)}
        spoken = written(text)
        self._numbers |= set(re.findall(r"\d+", spoken))
        self._digits += "\n" + re.sub(r"\D", "", spoken)

    def has_number(self, number: str) -> bool:
        return number in self._numbers or (len(number) > 1 and number in self._digits)

    def has_word(self, word: str) -> bool:
        return word[:STEM] in self._stems

    def support(self, text: str, *, words: bool = True, also: str = "") -> bool:
        """Is every number and name of `text` in the sources, and (`words`) at least half of its content?

        `also`: words that count as found, those of the rule's own line.
        """
        numbers = re.findall(r"\d+", COUNT.sub("", written(text)))
        if not all(self.has_number(number) for number in numbers):
            return False
        if not all(self.has_word(n.lower()) or n.lower() in FRAME for n in NAME.findall(text)):
            return False
        told = [w for w in _words(text) if len(w) > 3 and w not in FRAME and w.isalpha()]
        more = {word[:STEM] for word in _words(also)}
        lacking = sum(not self.has_word(word) and word[:STEM] not in more for word in told)
        return not words or 2 * lacking <= len(told)


def written(text: str) -> str:
    """Lower case, numbers in digits: "oh double nine" -> "0 9 9"."""
    spoken = re.sub(r"\boh\b", "zero", text.lower().replace("_", " "))
    spoken = re.sub(r"\bdouble (\w+)", r"\1 \1", spoken)
    return str(alpha2digit(re.sub(r"\btriple (\w+)", r"\1 \1 \1", spoken), "en"))


def fault_of(text: str, limit: int) -> str:
    """What is wrong with the form of a line, "" where nothing is."""
    if not text.strip():
        return "empty"
    if len(text) > limit:
        return f"longer than {limit} characters"
    if plain(text) != text:
        return "control or markup characters"
    if redact(text) != text:
        return "personal data"
    return "an instruction out of the transcript" if COMMAND.search(text) else ""


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())
