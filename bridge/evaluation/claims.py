"""What a brief says, and whether the call or the bot's state holds it."""

import re
from collections.abc import Iterator
from typing import Any

from bridge.evaluation.numbers import digits, written
from bridge.evaluation.rows import Row

CLAIMING = ("tried", "facts")
"""The fields of a brief that state what happened."""

NOT_SAID = frozenset(
    {
        "utterance",
        "utterances",
        "cites",
        "cited",
        "turn",
        "turns",
        "confidence",
        "at",
        "at_s",
        "id",
        "ids",
        "source",
    }
    | {"evidence", "key", "kind", "ok", "score", "start", "end", "transcript", "spans", "heard_at", "v"}
)
"""Keys below a field whose values point at evidence; nobody is told them as a fact."""

_FRAME = """
    about after again agent already also answer answered asked asks assistant automated because
    been before both bot call called caller callers came check checked could did
    done does each even failed first found from gave given giving have heard help here however into last
    later made missing more next none nothing only open other over past reported
    request requested result said same says second several should since some still succeeded success
    system than that their them then there they third this three time times told took tried tries trying
    twice unable unresolved until wanted wants were what when where which while will with without
    worked would action actions attempted attempt looked look ended returned unknown
"""
FRAME = frozenset(_FRAME.split())
"""Words of a template: they frame a fact and are none."""

STEM = 4
COUNT = re.compile(r"\b\d+ (times|attempts|actions)\b")
"""How often something happened is counted, not quoted."""


def leaves(value: Any) -> Iterator[str]:
    """The texts inside a JSON value that are told to the agent."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, bool) or value is None:
        return
    elif isinstance(value, int | float):
        yield f"{value:g}"
    elif isinstance(value, list):
        for item in value:
            yield from leaves(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key not in NOT_SAID:
                yield from leaves(item)


def told(brief: Row) -> str:
    """All that the agent reads or hears of a brief, in lower case."""
    fields = " \n".join(leaves(brief.get("fields", {})))
    return f"{brief.get('headline', '')} \n{brief.get('script', '')} \n{fields}".lower()


def unsupported(brief: Row, call: Row) -> list[str]:
    """The claims of `brief` that neither a turn nor the state of `call` supports.

    A claim is one text below `tried` or `facts`. It fails on a number or a name that the sources lack, or
    when more than half of its content words are not in them: a paraphrase passes, an invention does not.
    """
    source = " \n".join([*(turn["text"] for turn in call["turns"]), _state_text(call.get("state", {}))])
    known = set(re.findall(r"\d+", written(source)))
    run, stems = digits(source), _stems(source)
    fields = brief.get("fields", {})
    claims = [text for name in CLAIMING for text in leaves(fields.get(name)) if text.strip()]
    return [claim for claim in claims if not _holds(claim, known, run, stems)]


def _holds(claim: str, known: set[str], run: str, stems: set[str]) -> bool:
    """`known`: the numbers of the sources; `run`: their digits joined, for groups said apart ("14 99")."""
    numbers = re.findall(r"\d+", COUNT.sub("", written(claim)))
    if any(number not in known and (len(number) == 1 or number not in run) for number in numbers):
        return False
    names = re.findall(r"(?<=[a-z,] )[A-Z][a-z]{2,}", claim)
    if any(name[:STEM].lower() not in stems and name.lower() not in FRAME for name in names):
        return False
    words = [word for word in _words(claim) if len(word) > 3 and word not in FRAME and word.isalpha()]
    lacking = [word for word in words if word[:STEM] not in stems]
    return 2 * len(lacking) <= len(words)


def _state_text(state: Any) -> str:
    if isinstance(state, dict):
        return " ".join(f"{key} {_state_text(value)}" for key, value in state.items())
    if isinstance(state, list):
        return " ".join(_state_text(item) for item in state)
    return str(state)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())


def _stems(text: str) -> set[str]:
    return {word[:STEM] for word in _words(text)}
