"""What the bot did, in its own words: what it asked, told, offered, did, could not do, did not catch."""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from bridge.core.brief.clause import cleaned, content, plain
from bridge.core.brief.phrases import (
    BOT_CUT,
    COUNTER,
    DID,
    GREETING,
    HELPS,
    LIMIT,
    MISHEARD,
    MOVE_ON,
    NOUN_FIRST,
    NUMERIC,
    OFFER,
    OPENER,
    QUESTION,
    QUESTION_FRAME,
    REFUSAL,
    SKIP,
    SORRY,
)
from bridge.core.brief.request import explicit_request
from bridge.model.transcript import Utterance


class Act(StrEnum):
    ASKED = "asked"
    TOLD = "told"
    OFFERED = "offered"
    DID = "did"
    LIMIT = "limit"
    MISHEARD = "misheard"


@dataclass(slots=True)
class Heard:
    """One act. `answer` is the caller's next turn; `times` counts an act that came again."""

    act: Act
    text: str
    by: list[Utterance]
    answer: Utterance | None = None
    times: int = 1
    misheard: int = 0
    words: frozenset[str] = field(default_factory=frozenset)

    @property
    def refused(self) -> bool:
        return bool(self.answer and REFUSAL.search(cleaned_start(self.answer.text)))

    @property
    def given(self) -> bool:
        """Was the question answered, as far as the words of the answer tell?"""
        if self.answer is None:
            return False
        text = self.answer.text.lower()
        if NUMERIC.search(text):
            return True
        counter = REFUSAL.search(cleaned_start(text)) or COUNTER.search(text) or explicit_request(text)
        return not counter and 0 < len(text.split()) <= 8


def acts(turns: list[Utterance]) -> list[Heard]:
    """In the order in which they were first heard; the same act again is counted, not listed."""
    found: list[Heard] = []
    first = True
    for position, turn in enumerate(turns):
        if turn.speaker != "bot":
            continue
        answer = next((u for u in turns[position + 1 :] if u.speaker == "caller"), None)
        for heard in _acts_of(turn, first=first):
            heard.answer = answer
            _merge(found, heard)
        first = False
    return found


def _merge(found: list[Heard], heard: Heard) -> None:
    if heard.act is Act.MISHEARD:
        asked = next((h for h in reversed(found) if h.act is Act.ASKED), None)
        if asked:
            asked.misheard += 1
            asked.by += [u for u in heard.by if u not in asked.by]
            return
    for old in reversed(found):
        same = old.act is heard.act and (old.words == heard.words or _alike(old.words, heard.words))
        if same and (heard.words or heard.act is Act.MISHEARD):
            old.times += 1
            old.by += [u for u in heard.by if u not in old.by]
            old.answer = heard.answer or old.answer
            return
    found.append(heard)


def _alike(a: frozenset[str], b: frozenset[str]) -> bool:
    return bool(a and b) and len(a & b) >= 0.67 * min(len(a), len(b))


def _acts_of(turn: Utterance, *, first: bool) -> list[Heard]:
    found: list[Heard] = []
    for part in _parts(HELPS.sub(". ", SORRY.sub("", plain(turn.text)))):
        clause = part.strip(" ,.;:!?-…")
        if MISHEARD.search(clause):
            found.append(Heard(Act.MISHEARD, clause, [turn]))
            clause = MISHEARD.sub(" ", clause)
        clause = SORRY.sub("", cleaned(clause))
        clause = OPENER.sub("", clause).strip(" ,.;:!?")
        clause = re.sub(r"^(?:for your security|before i do that|just)\s+", "", clause, flags=re.I)
        if not clause or SKIP.match(clause) or MOVE_ON.search(clause):
            continue
        if heard := _read(clause, turn, first=first):
            found.append(heard)
    return found


def _parts(text: str) -> list[str]:
    """ "which order do you mean" stays whole, "it is late do you have a key" does not."""
    parts: list[str] = []
    for part in BOT_CUT.split(text):
        opened = bool(parts) and re.fullmatch(
            r"(?:and |so )?(?:what|which|whose|how)\b(?: \w+){1,3}", parts[-1], re.I
        )
        if part and opened and re.match(r"(?:do|did|are|have|can|could|would) you\b", part, re.I):
            parts[-1] = f"{parts[-1]} {part}"
        elif part:
            parts.append(part)
    return parts


def _read(clause: str, turn: Utterance, *, first: bool) -> Heard | None:
    if first and (GREETING.search(turn.text) or "help" in turn.text):
        question = re.search(
            r"\b(?:(?:please |^)(?:say|tell|enter|give)|what(?:'s| is) your|may i have)\b.*", clause, re.I
        )
        if not question and not re.search(r"\byour \w+ (?:is|was|has)\b", clause):
            return None
        clause = question[0] if question else clause
    elif first:
        inside = re.search(
            r"\b(?:(?:please |^)(?:say|tell|enter|give|confirm)|your \w+ (?:is|was|has)|what|which)\b.*",
            clause,
            re.I,
        )
        if not inside:
            return None
        clause = inside[0]
    if LIMIT.search(clause):
        return _heard(Act.LIMIT, could_not(clause), turn)
    if re.match(r"(?:would you like|do you want)\b", clause, re.I):
        return _heard(Act.OFFERED, clause, turn)
    if OFFER.search(clause) and not re.match(r"^i can (?:help|assist)", clause, re.I):
        return _heard(Act.OFFERED, offered(clause), turn)
    if QUESTION.search(clause) or re.fullmatch(
        r"your (?!\w+ing\b)\w+(?: (?!is\b|was\b|has\b|will\b)\w+){0,3}", clause, re.I
    ):
        return _heard(Act.ASKED, asked_for(clause), turn)
    if DID.search(clause):
        return _heard(Act.DID, did(clause), turn)
    if (
        re.match(r"^(?:i (?:can|could) (?:help|assist))", clause, re.I)
        or len(content(clause)) < 1
        or len(clause.split()) < 2
    ):
        return None
    return _heard(Act.TOLD, clause, turn)


def _heard(act: Act, text: str, turn: Utterance) -> Heard | None:
    words = frozenset(content(text))
    return Heard(act, text, [turn], words=words) if words else None


def asked_for(question: str) -> str:
    """ "what's your policy number" -> "policy number"; a yes-no question stays as it was asked."""
    bare = re.sub(r"\s+(?:please|again|for me|now|once more)$", "", question, flags=re.I)
    if not QUESTION_FRAME.search(bare):
        return bare
    bare = QUESTION_FRAME.sub("", bare)
    bare = re.sub(r"^(?:your|the|an?)\s+", "", bare, flags=re.I)
    noun = NOUN_FIRST.match(bare)
    return (noun[1] if noun else bare).strip()


def could_not(clause: str) -> str:
    """ "i can't issue refunds" -> "could not issue refunds" """
    text = re.sub(r"^(?:i|we)(?:'m| am|'re| are)? (?:unable|not able) to\b", "could not", clause, flags=re.I)
    text = re.sub(r"^(?:i|we) (?:can't|cannot|can not|couldn't)\b", "could not", text, flags=re.I)
    text = re.sub(r"^(?:i|we)(?:'m| am) not allowed\b", "is not allowed", text, flags=re.I)
    text = re.sub(r"^(?:i|we) (?:don't|do not) have\b(?: any)?", "had no", text, flags=re.I)
    text = re.sub(r"\bhad no (?:the|that|an?) ", "had no ", text)
    text = re.sub(r"^(?:i|we) can only\b", "can only", text, flags=re.I)
    return _to_third(text)


def offered(clause: str) -> str:
    """ "i can offer you a cheaper plan" -> "a cheaper plan" """
    text = re.sub(r"^(?:i|we) (?:can|could|may|would be able to)(?: also| still)? ", "", clause, flags=re.I)
    text = re.sub(
        r"^(?:would you like(?: me to| to)?|how about|what about|(?:shall|should) i)\s+",
        "",
        text,
        flags=re.I,
    )
    text = re.sub(r"^(?:offer|give) (?:you )?", "", text, flags=re.I)
    text = re.sub(r"^would (.*?) (?:suit|work|be okay|be fine).*$", r"\1", text, flags=re.I)
    return _to_third(text)


def did(clause: str) -> str:
    """ "i have blocked your card" -> "blocked the card" """
    text = re.sub(
        r"^(?:i|we)(?:'ve|'d| have| had|'m| am)? (?:can )?(?:just |now |already |also )*",
        "",
        clause,
        flags=re.I,
    )
    return _to_third(text)


def _to_third(text: str) -> str:
    return re.sub(r"\byour\b", "the", re.sub(r"\byou\b(?! can)", "the caller", text, flags=re.I), flags=re.I)


def cleaned_start(text: str) -> str:
    return re.sub(r"^(?:(?:u+h+|u+m+|well|oh|yeah|yes|okay|ok)\b[\s,]*)+", "", text.strip(), flags=re.I)
