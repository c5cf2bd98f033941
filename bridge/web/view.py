"""A conversation as the console shows it: plain JSON, all of it redacted already where it was kept."""

import json
from typing import Any, Final

from pydantic import TypeAdapter

from bridge.app.conversation import Conversation
from bridge.app.handoff import TIMER, Handoff
from bridge.app.legs import Leg
from bridge.core.redaction import redact
from bridge.model.agent import AgentView
from bridge.model.brief import Brief
from bridge.model.handoff import State
from bridge.model.transcript import Utterance

View = dict[str, Any]
BRIEF: Final[TypeAdapter[Brief]] = TypeAdapter(Brief)
WORDS: Final = ("brief", "utterances", "draft", "caller", "assist")
"""what of a call holds something that somebody said or typed"""


def view_of(conversation: Conversation, whisper: View | None) -> View:
    """`whisper`: the clip that is played to the agent now {part, seconds, at_s}."""
    call, handoffs, controls = conversation.call, conversation.handoffs, conversation.controls
    handoff = handoffs.live
    overlays = conversation.ear.overlays
    supervision = controls.supervising.now
    return {
        "id": call.id,
        "started_at": conversation.started_at,
        "now_s": call.now_s(),
        "caller": redact(call.caller_id) if call.settings.brief.names else "",
        "state": handoffs.state,
        "handoff": handoff.id if handoff else None,
        **_handoff(handoff, conversation),
        "brief": brief_view(conversation.brief) if handoffs.current else None,
        "legs": {role: leg_view(leg) for role in ("caller", "agent") if (leg := call.legs.up(role))},
        "assist": controls.assisting.view(handoff.id) if handoff else None,
        "hold": overlays.agent_hold,
        "mute": overlays.agent_mute,
        "picked_up": controls.picked_up,
        "supervision": {"mode": supervision.mode, "by": supervision.by, "up": supervision.up}
        if supervision
        else None,
        "whisper": whisper if handoffs.state is State.BRIEFING else None,
    }


def _handoff(handoff: Handoff | None, conversation: Conversation) -> View:
    if handoff is None:
        nothing = ("agent", "target", "limit_s", "escalation", "joined_s", "draft")
        return {**dict.fromkeys(nothing), "devices": [], "entered_s": 0.0, "attempts": 0}
    target, entered = handoff.attempts.target, handoff.entered[-1].at_s
    due = conversation.call.due_s(TIMER)
    escalation = handoff.escalation
    return {
        "agent": (target.agent or target.id) if target else None,
        "target": target.id if target else None,
        "devices": [target.kind] if target else [],
        "entered_s": entered,
        "limit_s": round(due - entered, 1) if due is not None else None,
        "attempts": len(handoff.attempts.all),
        "escalation": {
            "reason": escalation.reason, "quote": escalation.quote, "source": escalation.source,
            "rule": escalation.rule, "score": escalation.score, "at_s": escalation.at_s,
        },
        "joined_s": handoff.marks.get("connected"),
        "draft": {
            "disposition": handoff.disposition, "note": handoff.note, "brief": handoff.brief_right,
        },
    }  # fmt: skip


def brief_view(brief: Brief | None) -> View | None:
    return BRIEF.dump_python(brief, mode="json") if brief else None


def leg_view(leg: Leg) -> View:
    return {"codec": leg.codec, "lost": leg.lost, "held": leg.remote_hold}


def utterance_view(utterance: Utterance) -> View:
    return {
        "id": utterance.id, "speaker": utterance.speaker.value, "text": utterance.text,
        "start_s": utterance.start_s, "end_s": utterance.end_s, "during": utterance.during,
    }  # fmt: skip


def agent_view(agent: AgentView) -> View:
    return {
        "id": agent.id, "name": agent.name, "state": agent.state, "reason": agent.reason,
        "conversation": agent.conversation, "devices": [device.kind for device in agent.devices],
    }  # fmt: skip


def without_words(view: View) -> View:
    """For who may know what happens, but not what is said."""
    bare: View = {**view, **{name: None for name in WORDS if name in view}}
    if "utterances" in bare:
        bare["utterances"] = []
    if bare.get("escalation"):
        bare["escalation"] = {**bare["escalation"], "quote": ""}
    return bare


def changes(before: View, after: View) -> View:
    """What is new in `after`; its clock goes along. Empty when nothing is but the time."""
    new = {key: value for key, value in after.items() if key != "now_s" and before.get(key) != value}
    return {**new, "now_s": after["now_s"]} if new else {}


def text_of(message: View) -> str:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))
