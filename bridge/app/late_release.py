"""A conference that the bridge leaves later, for an attended REFER: by policy, or because it drains."""

from typing import TYPE_CHECKING, Final

from bridge.app import messages as m
from bridge.app.call import Call
from bridge.model.handoff import Event, State

if TYPE_CHECKING:
    from bridge.app.handoffs import Handoffs

TIMER: Final = "release"


class LateRelease:
    """Once a handoff: a PBX that refused it is not asked again."""

    def __init__(self, call: Call, handoffs: "Handoffs") -> None:
        self._call, self._handoffs = call, handoffs
        self._draining = False

    def drain(self) -> None:
        """The bridge is to stop: a conference may be released now, or as soon as it is one."""
        self._draining = self._call.settings.handoff.release_on_drain
        if self._handoffs.state is State.CONNECTED:
            self.plan()

    def plan(self) -> None:
        """Caller and agent are connected."""
        handoff, settings = self._handoffs.live, self._call.settings.handoff
        wait_s = 0.0 if self._draining else settings.release_after_s
        if handoff and wait_s is not None and "refer_sent" not in handoff.marks:
            self._call.after(TIMER, wait_s)

    def due(self) -> None:
        handoff = self._handoffs.live
        if handoff is None or handoff.state is not State.CONNECTED:
            return
        if handoff.attempts.referral.releasable(despite_assist=self._draining):
            why = "the bridge drains" if self._draining else "by policy"
            self._handoffs.order(m.Ordered(Event.RELEASE, why=why))
