"""Orders, requests and commands that come from outside a conversation."""

from dataclasses import replace
from typing import Final

from bridge.app.call import Call
from bridge.app.handoffs import Handoffs
from bridge.app.messages import Commanded, Escalate, Ordered
from bridge.core.redaction import redact
from bridge.model.cue import Escalation
from bridge.model.handoff import Event
from bridge.ports import Answer, Command, Verb

EVENTS: Final[dict[Verb, Event]] = {
    "transfer": Event.RELEASE,
    "cancel": Event.DISMISSED,
    "connect": Event.ACCEPTED_CONFERENCE,
    "return": Event.HAND_BACK,
}


def ordered(command: Command, at_s: float) -> Escalate | Ordered:
    """A command as what a conversation understands. `at_s`: the conversation's clock now."""
    if command.verb != "escalate":
        return Ordered(EVENTS[command.verb], why=f"ordered by {command.source}")
    return Escalate(
        Escalation(
            reason=command.reason, rule=f"{command.source}_command", quote=command.note, score=1.0, at_s=at_s,
            source=command.source, explicit=command.reason == "explicit_request", target=command.target,
        )
    )  # fmt: skip


class Orders:
    """Of one conversation. What was typed outside is redacted as speech is."""

    def __init__(self, call: Call, handoffs: Handoffs) -> None:
        self._call, self._handoffs = call, handoffs

    def obey(self, message: Escalate | Ordered) -> bool:
        """Whether it was taken."""
        if isinstance(message, Ordered):
            return self._handoffs.order(replace(message, note=message.note and redact(message.note)))
        noted = message.escalation
        return self._handoffs.escalate(replace(noted, quote=redact(noted.quote), said=redact(noted.said)))

    def answer(self, message: Commanded) -> Answer:
        """The revision is compared here, where no event can come between it and the deed."""
        call, command = self._call, message.command
        if command.expected is not None and command.expected != call.revision:
            code, why = "conflict", f"the handoff is at revision {call.revision}"
        elif self.obey(message.what):
            code, why = "accepted", ""
        else:
            code, why = "refused", f"not while the handoff is {self._handoffs.state or 'not begun'}"
        call.emit("commanded", verb=command.verb, source=command.source, by=redact(command.by), code=code)
        return Answer(code=code, message=why, revision=call.revision)
