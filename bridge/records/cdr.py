"""A conversation as one call detail record: Asterisk's names first, then ours."""

from datetime import UTC, datetime, timedelta
from typing import Final

from bridge.model.handoff import HandoffRecord, State
from bridge.model.record import ConversationRecord

ASTERISK: Final = (
    "accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata", "start",
    "answer", "end", "duration", "billsec", "disposition", "amaflags", "userfield", "uniqueid",
)  # fmt: skip
OURS: Final = (
    "handoff_site", "handoff_ended", "handoff_count", "handoff_reason", "handoff_rule", "handoff_source",
    "handoff_result", "handoff_phase", "handoff_mode", "handoff_agent", "handoff_attempts",
    "handoff_asked_s", "handoff_ring_s", "handoff_agent_answered_s", "handoff_connected_s",
    "handoff_wrap_up_s", "handoff_over_s", "handoff_talk_s", "handoff_whisper_s",
    "handoff_caller_disposition", "handoff_brief_right", "handoff_rules",
)  # fmt: skip
Value = str | int | float | None


def cdr_of(record: ConversationRecord, *, site: str, src: str, dst: str) -> dict[str, Value]:
    """In the order of `ASTERISK` and `OURS`. Times are UTC as Asterisk writes them, all `_s` seconds since
    the conversation began; what did not happen is None. `handoff_` tells of the last handoff."""
    caller = next((leg for leg in record.legs if leg.role == "caller"), None)
    answered_s = caller.answered_s if caller else 0.0
    last = record.handoffs[-1] if record.handoffs else None
    agent_leg = _agent_leg(last)
    asterisk: dict[str, Value] = {
        "accountcode": "",
        "src": src,
        "dst": dst,
        "dcontext": "handoff",
        "clid": f"<{src}>",
        "channel": f"handoff/{record.id}/{caller.leg if caller else 'caller'}",
        "dstchannel": f"handoff/{record.id}/{agent_leg}" if agent_leg else "",
        "lastapp": "Handoff",
        "lastdata": last.outcome.result if last else "",
        "start": _at(record, 0.0),
        "answer": "" if answered_s is None else _at(record, answered_s),
        "end": _at(record, record.seconds),
        "duration": round(record.seconds),
        "billsec": 0 if answered_s is None else max(0, round(record.seconds - answered_s)),
        "disposition": "NO ANSWER" if answered_s is None else "ANSWERED",
        "amaflags": "DOCUMENTATION",
        "userfield": "",
        "uniqueid": record.id,
    }
    return asterisk | _ours(record, last, site)


def _ours(record: ConversationRecord, last: HandoffRecord | None, site: str) -> dict[str, Value]:
    found: dict[str, Value] = dict.fromkeys(OURS)
    found |= {
        "handoff_site": site,
        "handoff_ended": record.ended,
        "handoff_count": len(record.handoffs),
        "handoff_rules": record.rules_version,
    }
    if last is None:
        return found
    attempt = last.attempts[-1] if last.attempts else None
    connected_s, wrap_up_s = _entered(last, State.CONNECTED), _entered(last, State.WRAP_UP)
    over_s = last.states[-1].at_s if last.states and last.states[-1].state.final else None
    talked_until = next((at for at in (wrap_up_s, over_s, record.seconds) if at is not None), record.seconds)
    return found | {
        "handoff_reason": last.escalation.reason,
        "handoff_rule": last.escalation.rule,
        "handoff_source": last.escalation.source,
        "handoff_result": last.outcome.result,
        "handoff_phase": last.outcome.phase,
        "handoff_mode": last.outcome.mode or (attempt.mode if attempt else None),
        "handoff_agent": (attempt.agent or attempt.target) if attempt and _agent_leg(last) else None,
        "handoff_attempts": len(last.attempts),
        "handoff_asked_s": last.escalation.at_s,
        "handoff_ring_s": attempt.dialed_s if attempt else None,
        "handoff_agent_answered_s": attempt.answered_s if attempt else None,
        "handoff_connected_s": connected_s,
        "handoff_wrap_up_s": wrap_up_s,
        "handoff_over_s": over_s,
        "handoff_talk_s": None if connected_s is None else round(talked_until - connected_s, 3),
        "handoff_whisper_s": last.whisper_seconds,
        "handoff_caller_disposition": last.disposition,
        "handoff_brief_right": last.brief_right,
    }


def _agent_leg(handoff: HandoffRecord | None) -> str:
    """Of the agent who had the caller in the end; "" if nobody had."""
    attempts = handoff.attempts if handoff else ()
    return next((a.leg for a in reversed(attempts) if a.outcome == "answered"), "")


def _entered(handoff: HandoffRecord, state: State) -> float | None:
    return next((entry.at_s for entry in handoff.states if entry.state is state), None)


def _at(record: ConversationRecord, at_s: float) -> str:
    begun = datetime.fromisoformat(record.started_at).astimezone(UTC)
    return (begun + timedelta(seconds=at_s)).strftime("%Y-%m-%d %H:%M:%S")
