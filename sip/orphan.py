"""What a worker does by itself when main vanishes in the middle of a call: the last `Posture`, in steps."""

import logging
from collections.abc import Callable
from typing import Protocol

from sip import commands as c
from sip.types import ANNOUNCE, COMFORT, LegId

log = logging.getLogger(__name__)

CALLER = "caller"
Q850_TEMPORARY_FAILURE = 41
REFER_WITHIN_S = 20.0


class Cancellable(Protocol):
    def cancel(self) -> None: ...


class Orphanage(Protocol):
    """The endpoint as the plan sees it."""

    def live_legs(self) -> dict[LegId, bool]:
        """Legs that are up, and whether each is confirmed."""

    def order(self, command: c.Command) -> None: ...

    def after(self, delay_s: float, action: Callable[[], None]) -> Cancellable: ...


class OrphanPlan:
    """Made once per loss of main. `stop` when a new main takes over."""

    def __init__(self, place: Orphanage, posture: c.Posture | None) -> None:
        self._place = place
        self._posture = posture or c.Posture(orphan="fallback")
        self._timers: list[Cancellable] = []
        self._referring = False
        self._falling_back = False
        self._stopped = False

    def start(self) -> None:
        log.warning("main is gone during a call: %s", self._posture.orphan)
        if self._posture.orphan == "fallback":
            self._fall_back()

    def stop(self) -> None:
        self._stopped = True
        for timer in self._timers:
            timer.cancel()

    def leg_ended(self) -> None:
        """Somebody hung up: the last one standing is not left alone."""
        if self._stopped:
            return
        legs = self._place.live_legs()
        if CALLER not in legs:
            self._drop(list(legs))
        elif len(legs) == 1 and not self._falling_back:
            self._fall_back()

    def transfer_progress(self, leg: LegId, status: int, final: bool) -> None:
        if self._stopped or not self._referring or leg != CALLER or not final:
            return
        log.info("failsafe REFER ended with %d", status)
        if 200 <= status < 300:
            self._place.order(c.Hangup(leg=CALLER))
        else:
            self._give_up()

    def _fall_back(self) -> None:
        self._falling_back = True
        legs = self._place.live_legs()
        if CALLER not in legs:
            self._drop(list(legs))
            return
        self._place.order(c.Stop(player=ANNOUNCE))
        self._place.order(c.RelayDtmf())
        self._place.order(c.Hear(edges=((ANNOUNCE, CALLER), (COMFORT, CALLER))))
        if self._posture.apology is not None:
            self._place.order(c.Play(player=ANNOUNCE, path=self._posture.apology, tag="apology"))
        self._drop([leg for leg in legs if leg != CALLER])
        self._timers.append(self._place.after(self._posture.grace_s, self._hand_on))

    def _hand_on(self) -> None:
        confirmed = self._place.live_legs().get(CALLER)
        if confirmed is None or self._stopped:
            return
        if not confirmed or self._posture.failsafe_uri is None:
            self._give_up()
            return
        self._referring = True
        self._timers.append(self._place.after(REFER_WITHIN_S, self._give_up))
        self._place.order(c.Refer(leg=CALLER, target=self._posture.failsafe_uri))

    def refer_failed(self) -> None:
        """The REFER could not even be sent."""
        if self._referring and not self._stopped:
            self._give_up()

    def _give_up(self) -> None:
        if CALLER in self._place.live_legs() and not self._stopped:
            self._place.order(
                c.Hangup(leg=CALLER, status=503, q850=Q850_TEMPORARY_FAILURE, text="service lost")
            )

    def _drop(self, legs: list[LegId]) -> None:
        for leg in legs:
            self._place.order(c.Hangup(leg=leg))
