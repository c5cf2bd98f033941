"""Transfers of one handoff: which mode it comes to, and the REFERs."""

from collections.abc import Callable

from bridge.app.call import Call
from bridge.app.rings import Rings
from bridge.core.transfer_mode import confirm_mode, wants_assist
from bridge.model.handoff import Event
from bridge.model.transfer import Mode, ModeChoice
from sip.commands import Refer, ReferReplaces
from sip.types import Header


class Referral:
    """`headers` are those of every request of this handoff. `token`: a caller sent away by blind REFER shows
    it when he comes back."""

    def __init__(
        self,
        call: Call,
        rings: Rings,
        reason: str,
        fire: Callable[[Event], None],
        on_token: Callable[[str], None],
        headers: Callable[[], tuple[Header, ...]],
    ) -> None:
        self._call, self._rings, self._reason = call, rings, reason
        self._fire, self._on_token, self._headers = fire, on_token, headers
        self._under_way = False
        self.token = ""

    def confirm(self) -> Mode:
        """The mode at the accept, when both peers are known."""
        caller, agent = self._call.legs.up("caller"), self._call.legs.up("agent")
        current = self._rings.current
        assert current is not None
        self._settle(
            confirm_mode(current.choice, caller.peer if caller else "", agent.peer if agent else "-")
        )
        return current.choice.mode

    def _settle(self, choice: ModeChoice) -> None:
        if self._rings.current:
            self._rings.current.choice = choice
        self._rings.amend(mode=choice.mode.value, mode_why=choice.why)

    def releasable(self, *, despite_assist: bool) -> bool:
        """Whether an attended REFER may take the bridge out of a conference unasked."""
        caller, agent = self._call.legs.up("caller"), self._call.legs.up("agent")
        current = self._rings.current
        if caller is None or agent is None or current is None or not current.target.can_refer:
            return False
        assisted = frozenset(self._call.settings.handoff.assist_reasons)
        assisting = bool(wants_assist(current.target, self._reason, assisted)) and not despite_assist
        return caller.peer == agent.peer and not assisting

    def released(self, why: str) -> None:
        """The conference is over by somebody's will, and becomes an attended REFER."""
        self._settle(ModeChoice(mode=Mode.REFER_REPLACES, why=f"released: {why}"))

    def ended(self) -> None:
        """The final NOTIFY, or a refusal: another REFER may be sent, and nobody comes back from this one."""
        self._under_way, self.token = False, ""

    def attended(self) -> None:
        """One under way took the agent's leg over, its NOTIFY is to come."""
        if self._under_way:
            return
        caller, agent = self._call.legs.up("caller"), self._call.legs.up("agent")
        if caller is None or agent is None:
            self._fire(Event.TRANSFER_FAILED)
            return
        self._under_way = True
        self._call.ua.send(ReferReplaces(leg=caller.id, other=agent.id, headers=self._headers()))

    def blind(self) -> None:
        """Not among what was tried: a failure is retried warm."""
        caller, current = self._call.legs.up("caller"), self._rings.current
        if caller is None or current is None:
            self._fire(Event.TRANSFER_FAILED)
            return
        self.token = self._call.desk.clock.token()
        self._on_token(self.token)
        self._rings.attempt(current, caller.id, Mode.REFER.value)
        self._under_way = True
        self._call.ua.send(Refer(leg=caller.id, target=current.target.uri, headers=self._headers()))
