"""The lines of the brief, each from its sources: why, tried, unresolved, next."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from bridge.core.brief.clause import content, plain, shortened
from bridge.core.brief.heard import Act, Heard
from bridge.core.brief.matter import Matter, matter_of, named
from bridge.core.brief.phrases import META, PROBLEM, REFUSAL, WITHHELD
from bridge.core.brief.want import want_of
from bridge.model.bot import Action, Authentication, BotState
from bridge.model.brief import Line
from bridge.model.transcript import Utterance

WHY, TRIED, UNRESOLVED, NEXT = 140, 110, 180, 140
"""characters"""
MOST_TRIED = 7
LOW_CONFIDENCE = 0.55


class Clause(NamedTuple):
    text: str
    by: Utterance
    turn: int
    """which of the caller's turns"""


class Known(NamedTuple):
    """All that the lines are made of; texts are redacted and without fillers."""

    clauses: tuple[Clause, ...]
    heard: tuple[Heard, ...]
    state: BotState
    authentication: Authentication
    matter: Matter | None = None
    it: str = ""
    why: tuple[Clause, ...] = ()


def known(clauses: Sequence[Clause], heard: Sequence[Heard], state: BotState, auth: Authentication) -> Known:
    why = _telling(clauses, heard)
    texts = [c.text for c in why]
    everything = [c.text for c in clauses]
    matter = matter_of(texts) or matter_of(everything) or matter_of([plainly(state.intent or "")])
    it = named(matter, [*texts, *everything]) if matter else ""
    return Known(tuple(clauses), tuple(heard), state, auth, matter, it, why)


# -- why


def _telling(clauses: Sequence[Clause], heard: Sequence[Heard]) -> tuple[Clause, ...]:
    """The clause that tells the matter, and up to two that add to it."""
    answers = {h.answer.id for h in heard if h.act is Act.ASKED and h.answer and h.given}
    telling = [c for c in clauses if content(WITHHELD.sub("", c.text))]
    first = _first_substantial(telling, answers)
    weights = {id(c): _weight(c, c.by.id in answers) + 1.5 * (c.by.id == first) for c in telling}
    ranked = sorted(telling, key=lambda c: -weights[id(c)])
    chosen: list[Clause] = []
    words: set[str] = set()
    for clause in ranked:
        new = set(content(clause.text)) - words
        least = 0.0 if not chosen else 1.2
        room = WHY - sum(len(c.text) + 2 for c in chosen)
        if len(chosen) == 3 or weights[id(clause)] < least or not new or (chosen and len(clause.text) > room):
            continue
        chosen.append(clause)
        words |= new
    return tuple(chosen)


def _first_substantial(clauses: Sequence[Clause], answers: set[str]) -> str:
    """The turn in which people usually say what it is about: the first with content that is no answer."""
    words: dict[str, int] = {}
    for clause in clauses:
        words[clause.by.id] = words.get(clause.by.id, 0) + len(content(clause.text))
    return next((id for id, n in words.items() if n >= 3 and id not in answers), "")


def _weight(clause: Clause, is_answer: bool) -> float:
    text = clause.text
    weight = min(len(content(text)), 8) * 0.3 - 0.15 * clause.turn
    weight += 1.5 * bool(matter_of([text])) + 1.0 * bool(want_of(text)) + 0.8 * bool(PROBLEM.search(text))
    weight -= 1.5 * bool(META.search(text)) + (2.5 if is_answer and len(text.split()) < 6 else 0.0)
    return weight - (1.5 if REFUSAL.search(text) else 0.0)


def why_line(k: Known) -> Line | None:
    """In the caller's own words; where he only answered, with the question; else the intent."""
    said = WITHHELD.sub("", " ".join(c.text for c in k.why))
    if k.why and (len(content(said)) > 1 or (k.matter and content(said))):
        return cited("; ".join(c.text for c in k.why), [c.by for c in k.why], WHY, unsure=True)
    asked = next((h for h in k.heard if h.act is Act.ASKED and h.given and h.answer), None)
    if k.state.intent:
        return Line(text=plainly(k.state.intent), source="bot_state")
    if asked and asked.answer:
        question = re.sub(r"^.*?\b(?=what|which|when|where|name)", "", asked.by[0].text)
        text = f"asked {shortened(question, 60)}: {k.why[0].text if k.why else plain(asked.answer.text)}"
        return cited(text, [asked.by[0], asked.answer], WHY)
    return cited(k.why[0].text, [k.why[0].by], WHY, unsure=True) if k.why else None


# -- tried


def tried_lines(k: Known) -> tuple[Line, ...]:
    """Only what happened: reported actions with results, then what the bot was heard to ask, tell, offer."""
    reported = [
        Line(text=shortened(reported_action(a), TRIED), source="bot_state") for a in k.state.actions[-4:]
    ]
    covered = [set(content(line.text)) for line in reported]
    lines = []
    for heard in k.heard:
        words = set(content(heard.text))
        if not any(len(words & c) > 0.6 * len(words) for c in covered) and (text := _heard_text(heard)):
            lines.append(cited(text, heard.by, TRIED))
    return (*reported, *lines[-(MOST_TRIED - len(reported)) :])


def reported_action(action: Action) -> str:
    ending = {True: "it worked", False: "it failed"}.get(action.ok) if action.ok is not None else None
    result = action.result or ending or "result not reported"
    failed = "failed, " if action.ok is False and action.result else ""
    values = [
        str(v) for v in action.args.values() if isinstance(v, str | int | float) and not isinstance(v, bool)
    ]
    about = f" ({', '.join(values[:2])})" if values and len(" ".join(values[:2])) < 40 else ""
    return f"{plainly(action.name)}{about}: {failed}{result}"


def _heard_text(heard: Heard) -> str:
    times = f" {heard.times} times" if heard.times > 1 else ""
    match heard.act:
        case Act.ASKED:
            failed = ", not understood" if heard.misheard and heard.times > 1 else ""
            end = failed or (", given" if heard.given and not _yes_no(heard.text) else "")
            end = end or (", not given" if heard.answer else "")
            if _yes_no(heard.text):
                return f"asked{times}: {heard.text}"
            return f"{heard.text} asked{times}{end}"
        case Act.TOLD:
            return f"said{times}: {heard.text}"
        case Act.OFFERED:
            how = "asked" if re.match(r"(?:would|do) you", heard.text, re.I) else "offered"
            return f"{how}{times}: {heard.text}" + (", caller said no" if heard.refused else "")
        case Act.DID:
            return re.sub(r"^see\b", "saw", heard.text) + times
        case Act.LIMIT:
            return heard.text
    return f"asked{times} again: {words}" if (words := " ".join(content(heard.text)[:6])) else ""


def _yes_no(text: str) -> bool:
    return bool(re.match(r"(?:do|did|have|has|are|is|was|can|could|would|when|where|who|how) ", text, re.I))


# -- lines


def cited(text: str, by: Sequence[Utterance], limit: int, *, unsure: bool = False) -> Line:
    """`unsure`: say so where the recognizer was."""
    sure = [u.confidence for u in by if u.confidence is not None]
    lowest = min(sure) if sure else None
    if unsure and lowest is not None and lowest < LOW_CONFIDENCE:
        text = f"heard as: {text}"
    ids = tuple(dict.fromkeys(u.id for u in by if u.id != "pending"))
    at_s = min((u.start_s for u in by), default=None)
    return Line(
        text=shortened(text, limit), source="transcript", utterances=ids, at_s=at_s, confidence=lowest
    )


def plainly(name: str) -> str:
    return re.sub(r"[_\-]+", " ", name).strip()


def joined(parts: Sequence[str], limit: int) -> str:
    """As many whole parts as there is room for, the first in any case."""
    text = shortened(parts[0], limit)
    for part in parts[1:]:
        if len(text) + len(part) + 2 <= limit:
            text = f"{text}; {part}"
    return text


def because(action: Action) -> str:
    return f" ({action.result})" if action.result else ""


def covers(text: str, phrase: str) -> bool:
    words = set(content(phrase))
    return bool(words) and len(words & set(content(text))) >= 0.75 * len(words)
