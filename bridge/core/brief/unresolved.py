"""What is open: by the bot's report; else what failed, the limit met, the question without an answer."""

import re
from collections.abc import Sequence

from bridge.core.brief.clause import content, shortened
from bridge.core.brief.heard import Act, Heard
from bridge.core.brief.matter import filled
from bridge.core.brief.phrases import OBSTACLE
from bridge.core.brief.request import explicit_request
from bridge.core.brief.told import UNRESOLVED, Clause, Known, because, cited, covers, joined, plainly
from bridge.core.brief.want import is_question
from bridge.model.brief import Line
from bridge.model.transcript import Utterance


def unresolved_line(k: Known) -> Line | None:
    """What is open by the bot's report; else what failed, the limit met, the question without an answer."""
    parts: list[tuple[str, list[Utterance]]] = []
    if k.state.open:
        return Line(text=shortened(k.state.open, UNRESOLVED), source="bot_state")
    parts += [
        (f"{plainly(a.name)} did not succeed{because(a)}", []) for a in k.state.actions if a.ok is False
    ][-1:]
    parts += [(f"assistant limit: {plainly(limit)}", []) for limit in k.state.limits[-1:]]
    reported = bool(parts)
    if not k.clauses and not k.heard and not parts:
        return None
    found = [*_unmet(k), *_obstacles(k)]
    parts += found[: 1 if reported else 3]
    if k.matter and not any(covers(text, filled(k.matter.open, k.it)) for text, _ in parts):
        place = len(parts) if reported else 0
        parts.insert(place, (filled(k.matter.open, k.it), [c.by for c in k.why[:1]]))
    answered = bool(k.why) and is_question(k.why[0].text) and _answered(k.why[0], k.heard)
    if not parts and k.why and not answered:
        parts.append((f"not resolved: {k.why[0].text}", [k.why[0].by]))
    if not parts:
        return None
    text = joined([text for text, _ in parts], UNRESOLVED)
    by = [u for _, us in parts for u in us]
    line = cited(text, by, UNRESOLVED)
    return line if by else Line(text=line.text, source="bot_state")


def _unmet(k: Known) -> list[tuple[str, list[Utterance]]]:
    """Not understood, not able, not answered."""
    found: list[tuple[str, list[Utterance]]] = []
    for h in k.heard:
        if (h.act is Act.ASKED and h.misheard and h.times > 1) or (h.act is Act.ASKED and h.misheard > 1):
            found.append((f"{h.text} could not be understood", h.by))
        elif h.act is Act.MISHEARD and h.times > 1:
            found.append(("the caller could not be understood", h.by))
    limits = [h for h in k.heard if h.act is Act.LIMIT]
    found += [(f"assistant unable: {h.text}", h.by) for h in limits[-1:]]
    question = next((c for c in k.why if is_question(c.text)), None)
    if question and (limits or not _answered(question, k.heard)):
        text = re.sub(r"^i (?:have|had|got) (?:a |some )?questions? ", "question ", question.text, flags=re.I)
        found.append((f"question not answered: {shortened(text, 70)}", [question.by]))
    if refused := next((h for h in reversed(k.heard) if h.act is Act.OFFERED and h.refused), None):
        found.append((f"offer refused: {shortened(refused.text, 50)}", refused.by))
    return found


def _answered(question: Clause, heard: Sequence[Heard]) -> bool:
    """Did the bot say something about it afterwards that the caller did not reject?"""
    words = set(content(question.text))
    later = [h for h in heard if h.act in (Act.TOLD, Act.DID) and h.by[0].start_s >= question.by.start_s]
    return any(_accepted(h) and (words & set(content(h.text)) or _thanked(h)) for h in later)


def _accepted(heard: Heard) -> bool:
    return not heard.refused and not (heard.answer and explicit_request(heard.answer.text))


def _thanked(heard: Heard) -> bool:
    return bool(
        heard.answer
        and re.search(r"\b(?:thanks?|thank you|great|perfect|lovely|okay)\b", heard.answer.text, re.I)
    )


def _obstacles(k: Known) -> list[tuple[str, list[Utterance]]]:
    """What the caller holds against it, from behind the first turn in which he told his matter."""
    first = min((c.turn for c in k.why), default=0)
    told = {c.text for c in k.why[:1]}
    late = [c for c in k.clauses if c.turn > first and c.text not in told and OBSTACLE.search(c.text)]
    late = [
        c for c in late if not explicit_request(c.text) and not re.search(r"\bjust (?:said|told)\b", c.text)
    ]
    if not late:
        return []
    return [("caller: " + ", ".join(c.text for c in late[:3]), [c.by for c in late[:3]])]
