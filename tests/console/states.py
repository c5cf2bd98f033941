"""Snapshots of the console, one a state: what the bridge would send, of a call that could have been."""

from typing import Any

BRIEF: dict[str, Any] = {
    "version": 3,
    "headline": "Charged twice on the last invoice; wants the second payment back",
    "why": {"text": "charged twice on the last invoice", "source": "transcript", "utterances": ["u2"], "at_s": 9.1, "confidence": 0.91},
    "tried": [
        {"text": "looked up the invoice: two equal charges found", "source": "bot_state", "utterances": [], "at_s": None, "confidence": None},
        {"text": "refund of the charge: refused", "source": "bot_state", "utterances": [], "at_s": None, "confidence": None},
    ],
    "unresolved": {"text": "refund the second charge", "source": "bot_state", "utterances": [], "at_s": None, "confidence": None},
    "next": {"text": "refund the second charge of [amount]", "source": "bot_state", "utterances": [], "at_s": None, "confidence": None},
    "sentiment": "frustrated",
    "mood": {"text": "this is the third time I call", "source": "transcript", "utterances": ["u4"], "at_s": 21.0, "confidence": 0.84},
    "reason": "explicit_request",
    "quote": "I would like to talk to a real person, please",
    "intent": "billing_dispute",
    "authentication": {"status": "verified", "method": "phone number", "at": "10:41", "by": "bot", "expires_at": "11:11"},
    "identity": {"text": "Verified by phone number at 10:41", "source": "bot_state", "utterances": [], "at_s": None, "confidence": None},
    "actions": [
        {"name": "look_up_invoice", "args": {"which": "last"}, "result": "two equal charges found on the last invoice", "ok": True, "at": None},
        {"name": "refund_charge", "args": {}, "result": "refused, needs a person", "ok": False, "at": None},
    ],
    "facts": [
        {"text": "invoice: last", "source": "bot_state", "utterances": [], "at_s": None, "confidence": None},
        {"text": "charges found: two, equal", "source": "bot_state", "utterances": [], "at_s": None, "confidence": None},
    ],
    "caller": None,
    "missing": [],
    "opening": "I can see that you were charged twice, and I can look at the second charge right away.",
    "crm": {"plan": "Northwind Home", "customer since": "2019", "open tickets": "1"},
    "crm_status": "found",
    "v": 1,
}  # fmt: skip
TURNS = [
    ("u1", "bot", "Thank you for calling Northwind Energy. How can I help you?", 0.6, "dialogue"),
    ("u2", "caller", "Hello, I was charged twice on my last invoice.", 5.2, "dialogue"),
    ("u3", "bot", "I can see two equal charges on your last invoice. I am not able to refund a charge.", 9.8, "dialogue"),
    ("u4", "caller", "This is the third time I call. I would like to talk to a real person, please.", 16.0, "dialogue"),
    ("u5", "caller", "If this does not work I will just cancel the whole thing.", 27.5, "hold"),
    ("u6", "agent", "Hello, I can see that you were charged twice, and I can look at it right away.", 44.0, "dialogue"),
    ("u7", "caller", "Yes, exactly. Can you give me the money back?", 49.2, "dialogue"),
    ("u8", "agent", "I have sent the second payment back. It takes three days.", 54.8, "dialogue"),
]  # fmt: skip
AGENTS = [
    {"id": "ann", "name": "Ann Baker", "state": "available", "reason": "", "conversation": None},
    {"id": "ben", "name": "Ben Okafor", "state": "available", "reason": "", "conversation": None},
    {"id": "carla", "name": "Carla Ruiz", "state": "busy", "reason": "", "conversation": "c7"},
    {"id": "dev", "name": "Dev Patel", "state": "away", "reason": "lunch", "conversation": None},
    {"id": "eva", "name": "Eva Lind", "state": "unreachable", "reason": "", "conversation": None},
]
BOARD = {
    "since": "2026-01-01T06:00:00.000Z",
    "handoffs": 148,
    "reached": 131,
    "wait_s": {"p50": 11.0, "p90": 34.0, "n": 131},
    "outcomes": {"connected": 112, "transferred": 19, "returned_to_bot": 6, "abandoned": 5, "failed": 4, "dismissed": 2},
    "reasons": {"explicit_request": 71, "bot_limit": 38, "repeated_failure": 21, "complaint_or_dispute": 12, "cancellation": 6},
}  # fmt: skip


def call(state: str, now_s: float, upto: int, **fields: Any) -> dict[str, Any]:
    said = [
        {"id": id, "speaker": speaker, "text": text, "start_s": at, "end_s": at + 3, "during": during}
        for id, speaker, text, at, during in TURNS[:upto]
    ]
    return {
        "id": "c1", "started_at": "2026-01-01T10:40:30.000Z", "now_s": now_s, "caller": "", "state": state,
        "handoff": "c1-h1", "entered_s": now_s - 4.0, "limit_s": 25.0, "agent": "ann", "target": "ann", "devices": ["sip"],
        "escalation": {"reason": "explicit_request", "quote": BRIEF["quote"], "source": "speech", "rule": "want_person", "score": 1.0, "at_s": 19.4},
        "brief": BRIEF, "utterances": said, "hold": False, "mute": False, "supervision": None,
        "legs": {"caller": {"codec": "PCMU", "lost": False, "held": False}, "agent": {"codec": "PCMU", "lost": False, "held": False}},
        "whisper": None, "joined_s": None, "draft": None, "attempts": 1, "picked_up": False, "assist": None, **fields,
    }  # fmt: skip


def snapshot(calls: list[dict[str, Any]], role: str = "agent", agent: str | None = "ann") -> dict[str, Any]:
    busy = {c["agent"]: "wrap_up" if c["state"] == "wrap_up" else "busy" for c in calls if c["state"]}
    people = [{**a, "devices": ["sip"], "state": busy.get(a["id"], a["state"])} for a in AGENTS]
    return {
        "type": "snapshot", "rev": 1,
        "me": {"name": "Sam Lee" if role == "supervisor" else "Ann Baker", "role": role, "agent": agent, "telephone": role == "supervisor"},
        "setup": {"site": "northwind", "dispositions": ["resolved", "follow_up", "callback_promised", "wrong_department", "not_reached"], "browser_phone": None},
        "agents": people, "calls": calls, "board": BOARD if role == "supervisor" else None,
    }  # fmt: skip


HINTS = {
    "hints": [
        {"id": "repeat/asked/invoice", "kind": "repeat", "title": "The caller already said this: invoice", "why": "last", "at_s": 55.0, "utterances": ["u2"], "link": ""},
        {"id": "complaint/log_complaint", "kind": "compliance", "title": "Record it as a complaint and give the reference", "why": "Complaint rules of many trades want it recorded, and the caller told how to go on.", "at_s": 42.0, "utterances": [], "link": ""},
        {"id": "complaint/own_it", "kind": "step", "title": "Say that you will see to it yourself", "why": "The caller has been passed on already; a name makes it the last time.", "at_s": 42.0, "utterances": ["u4"], "link": ""},
        {"id": "knowledge/https://kb.example/refunds.md#second-payment", "kind": "knowledge", "title": "Second payment", "why": "A payment taken twice goes back to the same account within three working days.", "at_s": 52.0, "utterances": ["u7"], "link": "https://kb.example/refunds.md#second-payment"},
    ],
    "done": [{"id": "complaint/acknowledge", "title": "Acknowledge what went wrong"}],
    "trend": {"before": "frustrated", "now": "neutral", "direction": "better", "utterances": ["u7"]},
}  # fmt: skip
OTHERS = [
    {**call("waiting", 71.0, 4), "id": "c2", "handoff": "c2-h1", "agent": None, "entered_s": 36.0,
     "brief": {**BRIEF, "headline": "Wants to cancel the contract after a price rise"}},
    {**call("connected", 203.0, 8), "id": "c3", "handoff": "c3-h1", "agent": "carla", "entered_s": 61.0,
     "joined_s": 61.0, "brief": {**BRIEF, "headline": "Meter reading was estimated twice; bill doubled"}},
    {**call("", 22.0, 2), "id": "c4", "handoff": None, "agent": None, "entered_s": 0.0, "brief": None, "escalation": None, "state": None},
]  # fmt: skip

STATES: dict[str, dict[str, Any]] = {
    "available": snapshot([]),
    "ringing": snapshot([call("dialing", 31.0, 5)]),
    "whispering": snapshot([call("briefing", 36.0, 5, whisper={"part": "headline", "seconds": 7.0, "at_s": 33.5})]),
    "connected": snapshot(
        [call("connected", 62.0, 8, joined_s=42.0, entered_s=42.0, legs={"caller": {"codec": "PCMU", "lost": False, "held": False}})]
    ),
    "assisted": snapshot([call("connected", 62.0, 8, joined_s=42.0, entered_s=42.0, assist=HINTS)]),
    "held": snapshot([call("connected", 66.0, 8, joined_s=42.0, entered_s=42.0, hold=True)]),
    "wrap_up": snapshot([call("wrap_up", 92.0, 8, limit_s=30.0)]),
    "floor": snapshot([call("connected", 62.0, 8, joined_s=42.0, supervision={"mode": "coach", "by": "Sam Lee", "up": True}), *OTHERS], "supervisor", None),
    "board": snapshot([call("connected", 62.0, 8), *OTHERS], "supervisor", None),
}  # fmt: skip
