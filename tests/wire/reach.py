"""Bring a conversation to a state of the handoff table and hold it there, so that something can die in it.

Left out are `proposed`, `choosing` and `joining`: on the wire they pass within a millisecond.
"""

from typing import Any

from sip.party.behaviour import Obedience, Reception
from sip.party.call import Call
from sip.party.party import Party
from tests.wire.rig import Office, Talk

TALKING = ("connected", "releasing")
STATES = ("bot", "waiting", "dialing", "briefing", "offered", "referring", "sending", *TALKING, "returned")
TIMERS = {"whisper_timeout_s": 1.5, "accept_timeout_s": 8, "refer_timeout_s": 8, "wrap_up_timeout_s": 0.5,
          "orphan_grace_s": 2.5}  # fmt: skip
_UNASKED = ["bot_limit", "explicit_request", "dtmf", "repeated_failure", "out_of_scope"]


def staff(net: str) -> list[dict[str, Any]]:
    """Ann and Ben; `solo` for one reason alone; three behind the caller's own telephone system."""
    refer = {"mode": "refer", "fallback_proved": True}
    return [
        {"id": "ann", "uri": f"sip:agent1@{net}.11:5060", "reasons": _UNASKED},
        {"id": "ben", "uri": f"sip:agent2@{net}.12:5060", "reasons": _UNASKED},
        {"id": "solo", "uri": f"sip:agent1@{net}.11:5060", "reasons": ["sensitive"]},
        {"id": "here", "uri": f"sip:here@{net}.10:5060", "mode": "refer_replaces", "reasons": _UNASKED},
        {"id": "ann_here", "uri": f"sip:desk@{net}.10:5060", "reasons": _UNASKED},
        {"id": "away", "uri": f"sip:away@{net}.10:5060", "reasons": _UNASKED, **refer},
    ]


async def reach(place: Office, caller: Party, ann: Party, state: str) -> Talk:
    """A conversation in that state. The caller and Ann do what they must for it."""
    if state == "waiting":
        first = await place.talk(caller)
        await first.escalate(reason="sensitive")
        await first.state("dialing")
    talk = await place.talk(caller)
    match state:
        case "bot":
            await talk.event("utterance", speaker="bot")
        case "waiting":
            await talk.escalate(reason="sensitive")
        case "dialing":
            ann.reception = Reception(status=0)
            await talk.escalate("ann")
        case "briefing" | "offered":
            await talk.escalate("ann")
        case "referring":
            caller.obedience = Obedience(notify="none")
            await talk.escalate("here")
            await talk.state("briefing")
            await caller.calls[-1].press("1")
        case "sending":
            caller.obedience = Obedience(notify="none")
            await talk.escalate("away")
        case "connected" | "returned" | "wrap_up":
            await connect(talk, ann)
            if state == "returned":
                await talk.order("hand_back")
                await ann.wait("ended", by_us=False)
            elif state == "wrap_up":
                await ann.call.hangup()
        case "releasing":
            caller.obedience = Obedience(notify="none")
            await connect(talk, ann)
            await talk.order("release")
    if state != "bot":
        await talk.state(state)
    if state == "dialing":
        await ann.wait("incoming")
    return talk


async def connect(talk: Talk, agent: Party, target: str = "ann") -> None:
    """The caller and an agent talk."""
    await talk.escalate(target)
    await talk.state("briefing")
    await agent.call.press("1")
    await talk.state("connected")


def standing(*parties: Party) -> list[Call]:
    """Calls that are up."""
    return [call for party in parties for call in party.calls if call.state == "confirmed"]
