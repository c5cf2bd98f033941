"""The brief, extractive: the bot's structured state first, the transcript where that is silent.

Every value is found in the state or in an utterance; nothing is invented. What is missing is listed.
"""

import re

from bridge.core.redaction import redact
from bridge.model.bot import Action, Authentication, BotState
from bridge.model.brief import Brief, Line
from bridge.model.cue import Cue, CueKind, Escalation
from bridge.model.transcript import Speaker, Transcript, Utterance

HEADLINE_LIMIT = 90
LOW_CONFIDENCE = 0.55

REASONS = {
    "explicit_request": "asked for a person",
    "dtmf": "pressed zero for a person",
    "repeated_failure": "was misunderstood repeatedly",
    "bot_limit": "needs more than the assistant may do",
    "complaint_or_dispute": "disputes something",
    "cancellation": "wants to cancel",
    "frustration": "is frustrated",
    "sensitive": "raises a sensitive matter",
}
ANGRY = re.compile(
    r"\b(ridiculous|unacceptable|furious|angry|fed up|sick of|terrible|useless|joke|worst)\b", re.I
)
FRUSTRATED = re.compile(
    r"\b(again|already told|told you|keep|kept|still not|still hasn't|third time|how many times|"
    r"frustrat\w+|annoy\w+)\b",
    re.I,
)
IMPATIENT = re.compile(r"\b(hurry|quick\w*|waiting|come on|just)\b", re.I)
POSITIVE = re.compile(r"\b(thanks?|thank you|great|perfect|lovely|wonderful)\b", re.I)
DISTRESSED = re.compile(r"\b(died|passed away|scared|desperate|crying|emergency|hospital|stolen)\b", re.I)
SMALLTALK = re.compile(
    r"^(hi|hello|hey|good (morning|afternoon|evening)|yes|yeah|no|ok(ay)?|sure|right|um+|uh+|please|thanks?)"
    r"([ ,.!]+(there|please|hi|hello|thanks?|you))*[ .,!?]*$",
    re.I,
)
REQUEST = re.compile(
    r"\b(want|need|speak|talk|get|put|give|connect|transfer)\b.*\b(person|human|agent|someone|somebody|"
    r"representative|operator|advisor|manager|supervisor|colleague)\b",
    re.I,
)
ACTED = re.compile(
    r"\b(i(?:'ve| have)? (?:just |already )?(?:checked|looked|found|sent|tried|reset|cancell?ed|booked|"
    r"changed|updated|submitted|opened|issued|applied|restarted|verified|see that)|i can see|"
    r"i(?:'m| am)(?: not| un)\W?able to|i can(?:'t|not)|i was(?:n't| not) able|"
    r"that (?:did not|didn't) work)\b",
    re.I,
)
ISSUE = re.compile(
    r"\b(because|problem|issue|wrong|charged?|charges?|bill(ed)?|invoice|refund|order|delivery|broken|doesn't|"
    r"didn't|can't|cannot|not work\w*|cancel\w*|change|book\w*|account|payment|paid|lost|missing|late|twice|"
    r"question about|calling about|dispute|appointment|password|internet|card|policy|claim)\b",
    re.I,
)


def build_brief(
    *,
    version: int,
    escalation: Escalation,
    transcript: Transcript,
    state: BotState,
    cues: tuple[Cue, ...] = (),
    caller: str | None = None,
    crm: dict[str, str] | None = None,
) -> Brief:
    """The five context items. Texts leave here redacted."""
    caller_turns = _caller_turns(transcript, escalation)
    why = _why(caller_turns, state)
    tried = _tried(state, transcript)
    unresolved = _unresolved(state, why)
    authentication = state.authentication or Authentication()
    found = {
        "why": why,
        "tried": tried,
        "unresolved": unresolved,
        "authentication": None if authentication.status == "unknown" else authentication,
        "crm": crm,
    }
    sentiment = _sentiment(caller_turns, cues)
    return Brief(
        version=version,
        headline=_headline(why, state, escalation),
        why=why,
        tried=tried,
        unresolved=unresolved,
        next=_next(state, unresolved),
        sentiment=sentiment,
        reason=escalation.reason,
        quote=redact(escalation.quote),
        intent=state.intent,
        authentication=authentication,
        actions=state.actions,
        facts=tuple(
            Line(text=f"{_plain(name)}: {redact(str(value))}", source="bot_state")
            for name, value in state.slots.items()
            if value not in (None, "")
        ),
        caller=caller,
        missing=tuple(name for name, value in found.items() if not value),
        opening=_opening(why, sentiment),
        crm=crm,
    )


def _caller_turns(transcript: Transcript, escalation: Escalation) -> list[Utterance]:
    """What the caller said, and what he is still saying where the escalation came before its final."""
    turns = [u for u in transcript.of(Speaker.CALLER) if u.addressed]
    if escalation.said and not any(u.end_s >= escalation.at_s - 1.5 for u in turns):
        pending = Utterance(
            id="pending",
            speaker=Speaker.CALLER,
            text=escalation.said,
            start_s=escalation.at_s,
            end_s=escalation.at_s,
        )
        turns.append(pending)
    return turns


def _why(turns: list[Utterance], state: BotState) -> Line | None:
    """The caller's own words for the matter: the turn that names an issue, else the first with content."""
    content = [u for u in turns if len(u.text.split()) >= 3 and not SMALLTALK.match(u.text.strip())]
    ranked = sorted(content, key=lambda u: (-_weight(u.text), u.start_s))
    if ranked and (_weight(ranked[0].text) > 0 or state.intent is None):
        best = ranked[0]
        return Line(
            text=redact(_without_request(best.text)),
            source="transcript",
            utterances=() if best.id == "pending" else (best.id,),
            at_s=best.start_s,
            confidence=best.confidence,
        )
    return Line(text=_plain(state.intent), source="bot_state") if state.intent else None


def _weight(text: str) -> float:
    issues = len(ISSUE.findall(text))
    return issues + min(len(text.split()), 30) / 60 - (1.0 if REQUEST.search(text) and issues == 0 else 0.0)


def _without_request(text: str) -> str:
    """`I was charged twice and I want to talk to a person.` -> the part before the request."""
    clauses = re.split(r"(?<=[.!?;])\s+|,\s+|\s+(?:and|so|but)\s+", text)
    kept = [clause.strip(" ,.") for clause in clauses if clause.strip(" ,.") and not REQUEST.search(clause)]
    kept = [clause for clause in kept if not SMALLTALK.match(clause)]
    return ", ".join(kept) if kept else text.strip()


def _tried(state: BotState, transcript: Transcript) -> tuple[Line, ...]:
    """Only actions that happened, each with its result: reported, or else heard in the bot's own words."""
    if state.actions:
        return tuple(Line(text=_told(action), source="bot_state") for action in state.actions)
    acted = [u for u in transcript.utterances if u.speaker is Speaker.BOT and ACTED.search(u.text)]
    return tuple(
        Line(
            text=redact(_acting_clause(u.text)), source="transcript", utterances=(u.id,), at_s=u.start_s,
            confidence=u.confidence,
        )
        for u in acted
    )  # fmt: skip


def _acting_clause(text: str) -> str:
    sentences = re.split(r"(?<=[.!?;])\s+", text)
    return next((s for s in sentences if ACTED.search(s)), text).strip(" .")


def _told(action: Action) -> str:
    result = action.result or {True: "it worked", False: "it failed"}.get(
        bool(action.ok) if action.ok is not None else None,  # type: ignore[arg-type]
        "result not reported",
    )
    return redact(f"{_plain(action.name)}: {result}")


def _unresolved(state: BotState, why: Line | None) -> Line | None:
    if state.open:
        return Line(text=redact(state.open), source="bot_state")
    failed = [action for action in state.actions if action.ok is False]
    if failed:
        return Line(text=f"{_plain(failed[-1].name)} did not succeed", source="bot_state")
    if state.limits:
        return Line(text=redact(state.limits[-1]), source="bot_state")
    return why


def _next(state: BotState, unresolved: Line | None) -> Line | None:
    if state.open:
        return Line(text=redact(state.open), source="bot_state")
    if state.authentication is None or state.authentication.status in ("none", "unknown", "failed"):
        return Line(text="verify the caller, then take up the open point", source="rule")
    return Line(text=f"take up: {unresolved.text}", source="rule") if unresolved else None


def _sentiment(turns: list[Utterance], cues: tuple[Cue, ...]) -> str:
    """positive, neutral, impatient, frustrated, angry or distressed: the strongest seen, from words alone."""
    text = " . ".join(u.text for u in turns)
    if DISTRESSED.search(text):
        return "distressed"
    if ANGRY.search(text):
        return "angry"
    repeated = any(c.kind in (CueKind.FRUSTRATION, CueKind.REPEATED_FAILURE) for c in cues)
    if repeated or FRUSTRATED.search(text):
        return "frustrated"
    if IMPATIENT.search(text):
        return "impatient"
    return "positive" if POSITIVE.search(text) else "neutral"


def _headline(why: Line | None, state: BotState, escalation: Escalation) -> str:
    matter = why.text if why else _plain(state.intent or "") or "matter not stated"
    if why and why.confidence is not None and why.confidence < LOW_CONFIDENCE:
        matter = f"heard as: {matter}"
    reason = REASONS.get(escalation.reason, _plain(escalation.reason))
    room = HEADLINE_LIMIT - len(reason) - 9
    return f"Caller {reason}: {_shorten(matter, room)}"


def _shorten(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text.rstrip(" ,.;")
    return text[: limit + 1].rsplit(" ", 1)[0].rstrip(" ,.;")


def _opening(why: Line | None, sentiment: str) -> str:
    sorry = "I am sorry for the trouble. " if sentiment in ("frustrated", "angry", "distressed") else ""
    if why is None:
        return f"{sorry}Thank you for holding. I am a colleague, how can I help you?"
    return f"{sorry}Thank you for holding. I can see what this is about: {_shorten(why.text, 80)}."


def _plain(name: str) -> str:
    return re.sub(r"[_\-]+", " ", name).strip()
