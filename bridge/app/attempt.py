"""The targets one handoff tries: choosing, the queue, screen pop, dialling, and what became of each."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace

from bridge.app.call import Call
from bridge.app.dialling import reached, ringing
from bridge.app.hours import is_open
from bridge.app.hunt import Hunt
from bridge.app.referral import Referral
from bridge.app.ring import Ring
from bridge.app.rings import Rings
from bridge.core.transfer_mode import choose_mode
from bridge.model.brief import Brief
from bridge.model.cue import Escalation
from bridge.model.handoff import Attempt, Event, State
from bridge.model.routing import Need
from bridge.model.transfer import Lease, Mode, ModeChoice, Target
from bridge.ports import Choice, Place
from sip.events import LegEnded
from sip.types import MAX_LEGS, Header

NUMBER_DIGITS = 5
"""a shorter caller id tells nobody apart"""


class Attempts:
    """`fire` feeds the handoff table. While telephones ring, the first still ringing is the current one."""

    def __init__(
        self,
        call: Call,
        escalation: Escalation,
        handoff: str,
        fire: Callable[[Event], None],
        on_token: Callable[[str], None],
    ) -> None:
        self._call, self._escalation, self._handoff, self._fire = call, escalation, handoff, fire
        self._hunt = Hunt(call.settings.hunt)
        self.rings = Rings(call, self._hunt)
        self.referral = Referral(call, self.rings, escalation.reason, fire, on_token, self.headers)
        self._reserved: Lease | None = None
        self._wanted = escalation.target
        self._free: asyncio.Task[None] | None = None
        self._waiting_since: float | None = None
        self.nobody_there = False
        """who waits, waits for somebody who is away"""
        self.place: Place | None = None
        """in the queue, while the handoff waits"""

    @property
    def all(self) -> list[Attempt]:
        return self.rings.attempts

    @property
    def last(self) -> Attempt | None:
        """The current attempt, else the last one made."""
        current = self.rings.current
        if current and current.number:
            return self.all[current.number - 1]
        return self.all[-1] if self.all else None

    @property
    def target(self) -> Target | None:
        return self.rings.current.target if self.rings.current else None

    @property
    def agents(self) -> frozenset[str]:
        """Who is called or talked to now."""
        live = [ring for ring in self.rings.all if not ring.over]
        return frozenset(ring.target.agent for ring in live or filter(None, [self.rings.current]))

    @property
    def mode(self) -> str | None:
        return self.rings.current.choice.mode.value if self.rings.current else None

    @property
    def ring_s(self) -> float:
        """The longest of those that ring."""
        return max((self._ring_s(ring.target) for ring in self.rings.all), default=0.0)

    def _ring_s(self, target: Target) -> float:
        return target.ring_s if target.ring_s is not None else self._call.settings.handoff.ring_timeout_s

    # -- choosing

    def reserve(self) -> Mode | None:
        """Lease the first target before the handoff leaves `proposed`; its mode decides warm or cold."""
        lease, self._call.promised = self._call.promised, None
        if lease is None:
            lease = self._ask().lease
        if lease is None:
            return None
        self._reserved = lease
        self.rings.current = Ring(lease=lease, choice=self._mode_for(lease.target))
        return self.rings.current.choice.mode

    def choose(self) -> None:
        """Whoever is reserved, or the next one; the leases on those before end here."""
        lease, self._reserved = self._reserved, None
        if lease is None:
            self.rings.clear()
            choice = Choice() if self._hunt.over else self._ask()
            lease = choice.lease
            if lease is None:
                self._fire(Event.NONE_FREE if self._may_wait(choice) else Event.NO_TARGET)
                return
        self.rings.all = [self._ring(lease)]
        if spare := self._spare(lease):
            self.rings.all.append(self._ring(spare))
        self.rings.current = self.rings.all[0]
        self._fire(Event.TARGET_CHOSEN)

    def _ask(self) -> Choice:
        return self._call.desk.directory.choose(self._need())

    def _need(self) -> Need:
        caller, now = self._call.caller_id, self._call.monotonic()
        return Need(
            reason=self._escalation.reason,
            call=self._call.id,
            caller=caller if sum(c.isdigit() for c in caller) >= NUMBER_DIGITS else "",
            wanted=self._wanted,
            language=self._call.bot_state.language,
            tried=self._hunt.tried(now),
            tried_agents=self._hunt.tried_agents,
            waiting_since=self._waiting_since,
        )

    def _ring(self, lease: Lease) -> Ring:
        choice = self._mode_for(lease.target)
        if choice.mode is Mode.REFER:  # a blind REFER failed already, or another target asks for one
            choice = ModeChoice(mode=Mode.CONFERENCE, why=f"{choice.why}; tried warm")
        return Ring(lease=lease, choice=choice)

    def _spare(self, first: Lease) -> Lease | None:
        """A second agent to ring at the same time, where it is wanted and the worker has a leg for him."""
        legs = sum(leg.live and leg.role != "agent" for leg in self._call.legs.all.values())
        if self._call.settings.hunt.at_once < 2 or legs + 2 > MAX_LEGS:
            return None
        need = self._need()
        others = replace(need, tried_agents=(*need.tried_agents, first.agent))
        return self._call.desk.directory.choose(others).lease

    def pass_on(self, target: str) -> None:
        """The connected agent names who is to have the caller next, whether or not he was tried before."""
        self._wanted = target
        self._hunt.forgive(target)

    def _mode_for(self, target: Target) -> ModeChoice:
        rules, escalation = self._call.settings.handoff, self._escalation
        by_reason = dict(rules.refer_by_reason)
        if escalation.mode:
            by_reason[escalation.reason] = escalation.mode
        return choose_mode(target, escalation.reason, by_reason, frozenset(rules.assist_reasons))

    # -- the queue

    def _may_wait(self, choice: Choice) -> bool:
        """For somebody in a call, or resting; for somebody who is away only where that is wanted."""
        queue = self._call.settings.queue
        if self._hunt.over:
            return False
        closed = not is_open(self._call.settings, self._call.desk.clock)
        if closed and queue.when_closed == "fail" and not self._may_call_back:
            return False
        self.nobody_there = not choice.all_busy
        if choice.all_busy or self._hunt.rest_s(self._call.monotonic()) is not None:
            return True
        return choice.away and (queue.when_away == "wait" or self._may_call_back)

    @property
    def _may_call_back(self) -> bool:
        return self._call.settings.queue.callback.offer and self._call.desk.callbacks is not None

    def wait_for_free(self) -> None:
        """A place in the queue; who rests may be tried again when his rest is over."""
        if self._waiting_since is None:
            self._waiting_since = self._call.monotonic()
        place = self.place = self._call.desk.directory.wait(self._need())

        async def wait() -> None:
            resting = asyncio.create_task(self._wake_rested(place))
            try:
                self._reserved = await place.turn()
            finally:
                resting.cancel()
            self._fire(Event.AGENT_AVAILABLE)

        self._free = self._call.spawn("wait_for_free", wait())

    async def _wake_rested(self, place: Place) -> None:
        while (rest_s := self._hunt.rest_s(self._call.monotonic())) is not None:
            await asyncio.sleep(rest_s)
            place.renew(self._need())

    def _stop_waiting(self) -> None:
        if self._free:
            self._free.cancel()
            self._free = None
        if self.place:
            self.place.leave()
            self.place = None

    # -- dialling

    def screen_pop(self, brief: Callable[[], Brief | None]) -> None:
        """Post the brief to each agent's page; dialling waits for the page at most `pop_wait_s`, and in the
        first moments of a call for the CRM."""
        for ring in self.rings.all if brief() else ():
            ring.popped = self._call.tasks.create_task(_quietly(self._pop(ring.target, brief)))

    async def _pop(self, target: Target, latest: Callable[[], Brief | None]) -> None:
        await self._customer_known()
        brief = latest()
        assert brief
        async with asyncio.timeout(self._call.settings.handoff.pop_wait_s):
            shown = await self._call.desk.pop.show(self._call.id, target, brief)
        self._call.emit("screen_pop", target=target.id, shown=shown)

    async def _customer_known(self) -> None:
        """At most until `crm.first_brief_s` behind the INVITE: as a rule that has long passed."""
        left_s = self._call.settings.crm.first_brief_s - self._call.now_s()
        if left_s > 0 and not self._call.crm_over.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(left_s):
                    await self._call.crm_over.wait()

    def dial(self) -> None:
        for ring in self.rings.all:
            self.rings.begin(ring)
            ring.dialing = self._call.spawn("dial", self._dial_after_pop(ring))
        self._call.legs.current["agent"] = self.rings.all[0].leg

    async def _dial_after_pop(self, ring: Ring) -> None:
        if ring.popped:
            await ring.popped
        ring.dialing = None
        target = ring.target
        command = ringing(self._call, target, ring.leg, self._ring_s(target), self.headers())
        if reached(self._call, target, command):
            self._call.emit(
                "dialed", leg=ring.leg, target=target.id, agent=target.agent, offer=ring.lease.rev
            )

    def headers(self) -> tuple[Header, ...]:
        """What the far side may use to fetch the brief. Values are ours or plain tokens: no CR or LF."""
        return (
            ("X-Handoff-Id", self.referral.token or self._handoff),
            ("X-Conversation-Id", self._call.id),
            ("X-Handoff-Reason", self._escalation.reason),
            ("User-to-User", f"{self._call.id.encode().hex()};encoding=hex"),
        )

    # -- outcomes

    def note(self, outcome: str) -> None:
        """Why the current attempt is about to end, said before its leg goes."""
        self.rings.amend(outcome=outcome)

    def answered(self, at_s: float) -> None:
        self.rings.amend(answered_s=at_s)

    def accepted(self) -> Mode:
        """The agent takes the call: his lease is no mere offer any more."""
        mode = self.referral.confirm()
        self._took()
        return mode

    def _took(self) -> None:
        current = self.rings.current
        if current and not self._call.desk.directory.took(current.lease, self._need().caller):
            self._call.emit("fault", task="lease", agent=current.target.agent)

    def connected(self) -> None:
        self.rings.amend(outcome="answered")

    def wrapping_up(self) -> None:
        """The people have parted, or are without us: what is left is the agent's note."""
        if self.rings.current:
            self._call.desk.directory.wrap_up(self.rings.current.lease)

    def ended(self, event: LegEnded) -> None:
        self.rings.ended(event)

    def leave(self, state: State, event: Event) -> None:
        """Leaving a state cancels what it waited for and names the attempt's fate where nobody else did."""
        self._stop_waiting()
        self.rings.withdraw()
        fate = {
            (State.OFFERED, Event.TIMEOUT): "no_accept",
            (State.DIALING, Event.TIMEOUT): "no_answer",
        }.get((state, event)) or ("lost" if event is Event.AGENT_LOST else None)
        if fate is None:
            return
        for ring in self.rings.all:
            if not ring.over and self.rings.outcome(ring) is None:
                self.rings.amend(ring, outcome=fate)

    def release(self) -> None:
        """Every lease ends with the handoff."""
        self._stop_waiting()
        self.rings.let_go()
        if self._reserved:
            self._call.desk.directory.release(self._reserved)
            self._reserved = None


async def _quietly(work: Awaitable[None]) -> None:
    try:
        await work
    except (TimeoutError, OSError):
        return
