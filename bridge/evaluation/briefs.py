"""The brief: facts told, nothing invented, short enough to be heard, and no personal data in it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import get_args

from bridge.evaluation.claims import told, unsupported
from bridge.evaluation.contract import Sentiment, Status
from bridge.evaluation.figure import Figure, Line, Target, share
from bridge.evaluation.numbers import digits
from bridge.evaluation.rows import Row

PART = "brief"
JUDGED = ("why", "tried", "unresolved", "next")
SENTIMENTS, STATUSES = frozenset(get_args(Sentiment)), frozenset(get_args(Status))
LONGEST_S = 15.0
LONGEST_HEADLINE = 90
Answers = Mapping[str, Row]


def fact_figures(
    calls: Sequence[Row], answers: Answers, source: str, *, state: bool, least: float
) -> Iterator[Figure]:
    """Share of the facts of calls that escalate which are in headline, script or fields.

    `state`: the briefs were made with the bot's state; without it, facts that only it knows are left out.
    """
    view = "with state" if state else "from transcript"
    facts = [
        (call, fact)
        for call in calls
        if call["escalate"]
        for fact in call["facts"]
        if state or fact.get("source") != "state"
    ]
    judged = [pair for pair in facts if pair[1]["key"] in JUDGED]
    yield _facts(f"{view}: facts told", source, judged, answers, Target(least))
    stray = [(call, fact) for call, fact in judged if not _is_in_field(fact, answers[call["id"]])]
    name = f"{view}: facts in their own field"
    yield _figure(name, source, judged, stray, answers, None)
    for key in sorted({fact["key"] for _, fact in facts}):
        of = [pair for pair in facts if pair[1]["key"] == key]
        yield _facts(f"{view}: {key}", source, of, answers, None)


def form_figures(calls: Sequence[Row], answers: Answers, source: str, view: str) -> Iterator[Figure]:
    """What must hold of every brief, escalated or not."""

    def rule(name: str, wrong: Sequence[tuple[Row, str]]) -> Figure:
        lines = tuple(Line(call["id"], text) for call, text in wrong)
        value = share(len(calls) - len(wrong), len(calls))
        return Figure(PART, f"{view}: {name}", value, len(calls), source, "briefs", Target(1), lines)

    briefs = [(call, answers[call["id"]]) for call in calls]
    long = [(call, f"{brief['seconds']} s") for call, brief in briefs if not _short(brief)]
    yield rule("spoken in 15 s", long)
    wide = [(call, brief["headline"]) for call, brief in briefs if not _fits(brief["headline"])]
    yield rule("headline of 1..90 characters", wide)
    odd = [(call, text) for call, brief in briefs if (text := _odd_value(brief))]
    yield rule("values of the vocabulary", odd)
    claims = [(call, claim) for call, brief in briefs for claim in unsupported(brief, call)]
    yield Figure(
        PART,
        f"{view}: unsupported claims in 100",
        None if not briefs else 100 * len(claims) / len(briefs),
        len(briefs),
        source,
        "briefs",
        Target(1, least=False),
        tuple(Line(call["id"], claim) for call, claim in claims),
    )
    left = [(call, value) for call, brief in briefs for value in left_over(brief, call)]
    values = sum(len(call.get("pii", ())) for call in calls)
    none = Target(0, least=False)
    lines = tuple(Line(call["id"], value) for call, value in left)
    name = f"{view}: personal data left"
    yield Figure(PART, name, float(len(left)), values, source, "values", none, lines)


def left_over(brief: Row, call: Row) -> list[str]:
    """The personal data of `call` that is still in `brief`, spoken, written or in digits."""
    text = told(brief)
    run = digits(text)
    found = []
    for value in call.get("pii", ()):
        number = digits(value)
        spoken = re.search(rf"\b{re.escape(value.lower())}\b", text)
        if spoken or (len(number) > 3 and number in run):
            found.append(value)
    return found


def _facts(
    name: str,
    source: str,
    of: Sequence[tuple[Row, Row]],
    answers: Answers,
    target: Target | None,
) -> Figure:
    missed = [(call, fact) for call, fact in of if not _is_told(fact, answers[call["id"]])]
    return _figure(name, source, of, missed, answers, target)


def _figure(
    name: str,
    source: str,
    of: Sequence[tuple[Row, Row]],
    missed: Sequence[tuple[Row, Row]],
    answers: Answers,
    target: Target | None,
) -> Figure:
    lines = tuple(
        Line(call["id"], f"{fact['key']}: {fact['text']} | {answers[call['id']]['headline']}")
        for call, fact in missed
    )
    return Figure(PART, name, share(len(of) - len(missed), len(of)), len(of), source, "facts", target, lines)


def _is_told(fact: Row, brief: Row) -> bool:
    """Mood and authentication have fields of their own; all other facts may be anywhere."""
    field = {"sentiment": "sentiment", "auth": "authentication"}.get(fact["key"])
    fields = brief.get("fields", {})
    text = told({"fields": {field: fields[field]}} if field in fields else brief)
    return _holds(fact, text)


def _is_in_field(fact: Row, brief: Row) -> bool:
    return _holds(fact, told({"fields": {fact["key"]: brief.get("fields", {}).get(fact["key"])}}))


def _holds(fact: Row, text: str) -> bool:
    return all(any(alternative.lower() in text for alternative in group) for group in fact["all_of"])


def _short(brief: Row) -> bool:
    return 0 < float(brief["seconds"]) <= LONGEST_S


def _fits(headline: str) -> bool:
    return 0 < len(headline) <= LONGEST_HEADLINE


def _odd_value(brief: Row) -> str:
    """The first value that is outside its enumeration of DESIGN section 8, "" when there is none."""
    fields = brief.get("fields", {})
    for name, inner, known in (
        ("sentiment", "value", SENTIMENTS),
        ("authentication", "status", STATUSES),
    ):
        value = fields.get(name)
        value = value.get(inner) if isinstance(value, dict) else value
        if value not in known:
            return f"{name} is {value!r}"
    return ""
