"""The brief of one conversation: takes what is said, reported and noticed, and gives the next version.

Extractive: every value is found in the bot's state or in an utterance, state first; nothing is invented.
Each final is read once; a new version joins what was read, in about a millisecond.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from bridge.core.brief.clause import clauses, plain, shortened
from bridge.core.brief.command import COMMAND
from bridge.core.brief.heard import acts
from bridge.core.brief.identity import identity_of
from bridge.core.brief.identity import told as identity_told
from bridge.core.brief.mood import Mood, mood_of
from bridge.core.brief.phrases import WITHHELD
from bridge.core.brief.reason import REASONS, UNKNOWN
from bridge.core.brief.refine import material, reworded
from bridge.core.brief.step import next_line
from bridge.core.brief.told import (
    NEXT,
    TRIED,
    UNRESOLVED,
    WHY,
    Clause,
    Known,
    cited,
    known,
    plainly,
    tried_lines,
    why_line,
)
from bridge.core.brief.unresolved import unresolved_line
from bridge.core.brief.valid import Sources, fault_of
from bridge.core.brief.wording import STANDARD, Wording
from bridge.core.redaction import redact
from bridge.model.bot import Authentication, BotState
from bridge.model.brief import Brief, Line
from bridge.model.cue import Cue, Escalation
from bridge.model.transcript import Speaker, Utterance

FACT, QUOTE = 90, 120
NOT_YET = Escalation(reason=UNKNOWN, rule=UNKNOWN, quote="", score=0.0, at_s=0.0, source="speech")
NAMELESS = "(name withheld)"
NAMES = ("name", "caller", "surname", "customer")


class BriefBuilder:
    """`utterances` and `state` must be redacted already; every line is checked again all the same.

    `names`: the caller and the CRM's names may be told.
    """

    def __init__(
        self,
        *,
        wording: Wording = STANDARD,
        caller: str | None = None,
        crm: Mapping[str, object] | None = None,
        names: bool = False,
    ) -> None:
        self.sources = Sources()
        self._wording = wording
        self._caller = caller if names else None
        self._names = names
        self._crm: dict[str, str] | None = None
        self._crm_status = ""
        self._turns: dict[str, Utterance] = {}
        self._clauses: dict[str, tuple[str, ...]] = {}
        self._state = BotState()
        self._cues: tuple[Cue, ...] = ()
        self._escalation = NOT_YET
        self._colleague: Line | None = None
        self._version = 0
        self.know("", crm)

    def hear(self, utterances: Iterable[Utterance]) -> None:
        """Finals; those heard before cost nothing. What was said to nobody, or by the agent, is left out."""
        for utterance in utterances:
            if utterance.id in self._turns or not utterance.addressed or utterance.speaker is Speaker.AGENT:
                continue
            self._turns[utterance.id] = utterance
            self.sources.add(plain(utterance.text))
            if utterance.speaker is Speaker.CALLER:
                self._clauses[utterance.id] = clauses(utterance.text)

    def report(self, state: BotState) -> None:
        if state != self._state:
            self._state = _plain_state(state)
            self.sources.add(plain(_text(self._state)))

    def know(self, status: str, crm: Mapping[str, object] | None) -> None:
        """What the CRM says of the caller: shown, and never read for anything else."""
        made = _crm(crm, self._names)
        if made != self._crm:
            for value in (made or {}).values():
                self.sources.add(value)
        self._crm, self._crm_status = made, status

    def with_customer(self, brief: Brief) -> Brief:
        """`brief` as it stands, with what the CRM says now."""
        self._version += 1
        missing = tuple(name for name in brief.missing if name != "crm" or not self._crm)
        return replace(
            brief, version=self._version, crm=self._crm, crm_status=self._crm_status, missing=missing
        )

    def notice(self, cues: Iterable[Cue]) -> None:
        self._cues = tuple(cues)

    def escalate(self, escalation: Escalation) -> None:
        """The words around a request may have no final yet: they count as the caller's last."""
        if escalation.said != self._escalation.said:
            self.sources.add(plain(redact(escalation.said)))
        self._escalation = escalation

    def pass_on(self, note: str) -> None:
        """A word from the agent who had the caller before: the next step, over what was thought so far."""
        text = shortened(plain(redact(note)), FACT)
        self.sources.add(text)
        self._colleague = Line(text=text, source="agent") if text else None

    def brief(self) -> Brief:
        """The next version."""
        self._version += 1
        turns = self._in_order()
        caller = [u for u in turns if u.speaker is Speaker.CALLER]
        heard = acts(turns)
        bot = [u for u in turns if u.speaker is Speaker.BOT]
        identity = identity_of(self._state.authentication, bot, heard)
        told = [
            Clause(text, u, number)
            for number, u in enumerate(caller)
            for text in self._clauses.get(u.id) or (clauses(u.text) if u.id == "pending" else ())
        ]
        k = known(told, heard, self._state, identity.authentication)
        mood = mood_of([u for u in caller if not COMMAND.search(u.text)], heard, self._cues)
        spoken_identity = cited(identity_told(identity), identity.by, FACT)
        identity_line = (
            spoken_identity
            if identity.heard
            else replace(spoken_identity, source="bot_state", utterances=(), at_s=None)
        )
        return self._checked(self._draft(k, mood, identity.authentication, identity_line))

    def refined(self, brief: Brief, answer: Mapping[str, Any]) -> Brief:
        """`brief` in the words of a language model, as far as they pass; else `brief` itself."""
        made = reworded(brief, answer, self.sources)
        if made == brief:
            return brief
        self._version += 1
        return finished(replace(made, version=self._version), self._wording)

    def material(self, brief: Brief) -> str:
        """What a language model is given."""
        return material(self._in_order(), brief)

    # -- parts

    def _in_order(self) -> list[Utterance]:
        turns = sorted(self._turns.values(), key=lambda u: (u.start_s, u.end_s))
        e = self._escalation
        caller = [u for u in turns if u.speaker is Speaker.CALLER]
        if e.said and not any(u.end_s >= e.at_s - 1.5 for u in caller):
            said = redact(e.said)
            turns.append(
                Utterance(id="pending", speaker=Speaker.CALLER, text=said, start_s=e.at_s, end_s=e.at_s)
            )
        return turns

    def _draft(self, k: Known, mood: Mood, authentication: Authentication, identity: Line) -> Brief:
        why = why_line(k)
        quote = shortened(redact(plain(self._escalation.quote)), QUOTE)
        return Brief(
            version=self._version,
            headline="",
            why=why,
            tried=tried_lines(k),
            unresolved=unresolved_line(k),
            next=self._colleague or next_line(k),
            sentiment=mood.value,
            mood=cited(mood.why, mood.by, FACT) if mood.why else None,
            reason=self._escalation.reason,
            quote="" if COMMAND.search(quote) else quote,
            intent=self._state.intent,
            authentication=authentication,
            identity=identity,
            actions=self._state.actions,
            facts=self._facts(),
            caller=self._caller,
            missing=(),
            opening="",
            crm=self._crm,
            crm_status=self._crm_status,
        )

    def _facts(self) -> tuple[Line, ...]:
        reported = (
            Line(
                text=shortened(f"{plainly(name)}: {WITHHELD.sub('withheld', _text(value))}", FACT),
                source="bot_state",
            )
            for name, value in self._state.slots.items()
            if value not in (None, "")
        )
        return (*([self._colleague] if self._colleague else []), *reported)

    def _checked(self, draft: Brief) -> Brief:
        """Lines that do not pass are dropped; what is missing, headline and opening follow from the rest."""
        why = self._good(draft.why, WHY)
        brief = replace(
            draft,
            why=why,
            tried=tuple(good for line in draft.tried if (good := self._good(line, TRIED))),
            unresolved=self._good(draft.unresolved, UNRESOLVED),
            next=self._good(draft.next, NEXT),
            mood=self._good(draft.mood, FACT),
            identity=self._good(draft.identity, FACT),
            facts=tuple(good for line in draft.facts if (good := self._good(line, FACT))),
        )
        return finished(brief, self._wording)

    def _good(self, line: Line | None, limit: int) -> Line | None:
        if line is None:
            return None
        line = replace(line, text=plain(redact(line.text)))
        fine = not fault_of(line.text, limit) and self.sources.support(line.text, words=False)
        return line if fine else None


def finished(brief: Brief, wording: Wording = STANDARD) -> Brief:
    """With what is missing, the headline and the opening, all of which follow from the lines."""
    matter = brief.why.text if brief.why else plainly(brief.intent or "")
    reason = REASONS.get(
        brief.reason, "" if brief.reason == UNKNOWN else shortened(plain(plainly(brief.reason)), 40)
    )
    status = brief.authentication.status
    there = {
        "why": brief.why, "tried": brief.tried, "unresolved": brief.unresolved, "next": brief.next,
        "authentication": None if status == "unknown" else status, "crm": brief.crm,
    }  # fmt: skip
    first = matter.split("; ")[0]
    return replace(
        brief,
        headline=wording.headline(
            reason, first or "matter not stated", brief.sentiment, plainly(brief.intent or "")
        ),
        opening=wording.opening(brief.sentiment, first.removeprefix("heard as: ")),
        missing=tuple(name for name, value in there.items() if not value),
    )


def _plain_state(state: BotState) -> BotState:
    """What a bot reports is text from outside too: one line, no markup, nothing personal."""
    actions = tuple(
        replace(a, name=plain(a.name), result=_clean(a.result), args={plain(k): v for k, v in a.args.items()})
        for a in state.actions
    )
    auth = state.authentication
    known = {"verified", "partial", "failed", "none", "unknown"}
    if auth:
        status = auth.status if auth.status in known else "unknown"
        auth = replace(auth, status=status, method=_clean(auth.method), by=_clean(auth.by))
    return replace(
        state,
        intent=_clean(state.intent),
        actions=actions,
        limits=tuple(_clean(limit) or "" for limit in state.limits if limit),
        open=_clean(state.open),
        authentication=auth,
    )


def _clean(text: str | None) -> str | None:
    return None if text is None else plain(redact(str(text))) or None


def _text(value: object) -> str:
    """All words of a state, names of keys too."""
    match value:
        case BotState():
            parts: list[object] = [value.intent, value.slots, value.limits, value.open, value.authentication]
            return " ".join(
                _text(part) for part in [*parts, *((a.name, a.args, a.result) for a in value.actions)]
            )
        case Authentication():
            return " ".join(filter(None, (value.status, value.method, value.by)))
        case dict():
            return " ".join(f"{plainly(str(key))} {_text(inner)}" for key, inner in value.items())
        case list() | tuple():
            return " ".join(_text(inner) for inner in value)
        case None:
            return ""
    return plain(plainly(str(value)) if isinstance(value, str) else str(value))


def _crm(crm: Mapping[str, object] | None, names: bool) -> dict[str, str] | None:
    """What may be shown of a record. A name that is withheld is withheld in notes as well."""
    values = {
        str(key): str(value)
        for key, value in (crm or {}).items()
        if value not in (None, "", [], {}) and not isinstance(value, dict | list)
    }
    secret = [] if names else [key for key in values if any(name in key.lower() for name in NAMES)]
    words = {word for key in secret for word in re.findall(r"[^\W\d_]{3,}", values[key])}
    named = re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b", re.I) if words else None
    kept = {}
    for key in (key for key in values if key not in secret):
        value = named.sub(NAMELESS, values[key]) if named else values[key]
        asking = "" if any(name in key.lower() for name in NAMES) else f"your {plainly(key)} please"
        kept[plain(key)] = plain(redact(value, asking))
    return kept or None
