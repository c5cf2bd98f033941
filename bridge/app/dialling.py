"""How a target is rung: a telephone by INVITE, a browser by its pages. Nothing else tells them apart."""

from bridge.app.call import Call
from bridge.model.transfer import Target
from sip.commands import Dial, RingBrowser
from sip.types import Header, LegId


def ringing(
    call: Call, target: Target, leg: LegId, no_answer_s: float, headers: tuple[Header, ...]
) -> Dial | RingBrowser:
    """The command that makes `leg` ring at `target`."""
    if target.kind == "browser":
        return RingBrowser(leg=leg, no_answer_s=no_answer_s)
    return Dial(
        leg=leg, uri=target.uri, no_answer_s=no_answer_s, caller_id=call.caller_id or None, headers=headers
    )


def ring(call: Call, target: Target, command: Dial | RingBrowser) -> bool:
    """Send it. False: the target is a browser, and none of the agent's pages is open and ready."""
    call.ua.send(command)
    if isinstance(command, Dial):
        return True
    return call.desk.browsers.ring(call.ua, call.id, command.leg, target.agent or target.id)
