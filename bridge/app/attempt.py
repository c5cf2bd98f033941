"""The targets one handoff tries: choosing, screen pop, dialling, REFER, and what became of each."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from bridge.app.call import Call
from bridge.core.transfer_mode import choose_mode, confirm_mode, wants_assist
from bridge.model.brief import Brief
from bridge.model.cue import Escalation
from bridge.model.handoff import Attempt, Event, State
from bridge.model.transfer import Mode, ModeChoice, Target
from bridge.ports import Choice
from sip.commands import Dial, Refer, ReferReplaces
from sip.events import LegEnded
from sip.types import Header

OUTCOMES = {486: "busy", 600: "busy", 603: "declined", 408: "no_answer", 480: "unreachable"}


class Attempts:
    """`fire` feeds the handoff table. The last attempt is the current one."""

    def __init__(
        self,
        call: Call,
        escalation: Escalation,
        handoff: str,
        fire: Callable[[Event], None],
        on_token: Callable[[str], None],
    ) -> None:
        self._call, self._escalation, self._handoff, self._fire = call, escalation, handoff, fire
        self._on_token = on_token
        self.all: list[Attempt] = []
        self._reserved: Target | None = None
        self._target: Target | None = None
        self._choice: ModeChoice | None = None
        self._tried: list[str] = []
        self._wanted = escalation.target
        self._popped: asyncio.Task[None] | None = None
        self._dialing: asyncio.Task[None] | None = None
        self._free: asyncio.Task[None] | None = None
        self.token = ""
        self._referring = False

    @property
    def last(self) -> Attempt | None:
        return self.all[-1] if self.all else None

    @property
    def target(self) -> Target | None:
        return self._target

    @property
    def mode(self) -> str | None:
        return self._choice.mode.value if self._choice else None

    @property
    def ring_s(self) -> float:
        ring_s = self._target.ring_s if self._target else None
        return ring_s if ring_s is not None else self._call.settings.handoff.ring_timeout_s

    # -- choosing

    def reserve(self) -> Mode | None:
        """Lease the first target before the handoff leaves `proposed`; its mode decides warm or cold."""
        target = self._ask().target
        if target is None:
            return None
        self._reserved = self._target = target
        self._choice = self._mode_for(target)
        return self._choice.mode

    def choose(self) -> None:
        """The reserved target, or the next one; the lease on the one before ends here."""
        target, self._reserved = self._reserved, None
        if target is None:
            self.release()
            choice = self._ask()
            if choice.target is None:
                self._fire(Event.NONE_FREE if choice.all_busy else Event.NO_TARGET)
                return
            target = choice.target
        self._target, self._choice = target, self._mode_for(target)
        if self._choice.mode is Mode.REFER:  # a blind REFER failed already, or another target asks for one
            self._choice = ModeChoice(mode=Mode.CONFERENCE, why=f"{self._choice.why}; tried warm")
        self._tried.append(target.id)
        self._fire(Event.TARGET_CHOSEN)

    def _ask(self) -> Choice:
        return self._call.desk.directory.choose(
            reason=self._escalation.reason, tried=tuple(self._tried), wanted=self._wanted
        )

    def pass_on(self, target: str) -> None:
        """The connected agent names who is to have the caller next, whether or not he was tried before."""
        self._wanted = target
        self._tried = [tried for tried in self._tried if tried != target]

    def _mode_for(self, target: Target) -> ModeChoice:
        rules, escalation = self._call.settings.handoff, self._escalation
        by_reason = dict(rules.refer_by_reason)
        if escalation.mode:
            by_reason[escalation.reason] = escalation.mode
        return choose_mode(target, escalation.reason, by_reason, frozenset(rules.assist_reasons))

    def wait_for_free(self) -> None:
        async def wait() -> None:
            await self._call.desk.directory.free()
            self._fire(Event.AGENT_AVAILABLE)

        self._free = self._call.spawn("wait_for_free", wait())

    # -- dialling

    def screen_pop(self, brief: Brief | None) -> None:
        """Post the brief to the agent's page; dialling waits for the page at most `pop_wait_s`."""
        target = self._target
        if target is None or brief is None:
            self._popped = None
            return

        async def pop() -> None:
            async with asyncio.timeout(self._call.settings.handoff.pop_wait_s):
                shown = await self._call.desk.pop.show(self._call.id, target, brief)
            self._call.emit("screen_pop", target=target.id, shown=shown)

        self._popped = self._call.tasks.create_task(_quietly(pop()))

    def dial(self) -> None:
        assert self._target is not None
        target, choice = self._target, self._choice
        leg = self._call.legs.next_id("agent")
        at_s = self._call.now_s()
        self._call.legs.add(leg, "agent", at_s)
        self.all.append(
            Attempt(
                number=len(self.all) + 1,
                target=target.id,
                leg=leg,
                mode=choice.mode.value if choice else "",
                mode_why=choice.why if choice else "",
                dialed_s=at_s,
            )
        )
        command = Dial(
            leg=leg,
            uri=target.uri,
            no_answer_s=self.ring_s,
            caller_id=self._call.caller_id or None,
            headers=self.headers(),
        )
        self._dialing = self._call.spawn("dial", self._dial_after_pop(command))

    async def _dial_after_pop(self, command: Dial) -> None:
        if self._popped:
            await self._popped
        self._dialing = None
        self._call.ua.send(command)
        self._call.emit("dialed", leg=command.leg, target=self.all[-1].target)

    def _withdraw(self) -> None:
        """The handoff left `dialing` while the page was still being waited for: nothing was sent."""
        if self._dialing and self.last:
            self._dialing.cancel()
            self._dialing = None
            leg = self._call.legs.all[self.last.leg]
            leg.ended_s, leg.reason, leg.by_us = self._call.now_s(), "withdrawn", True
            self._amend(outcome="dropped")

    def headers(self) -> tuple[Header, ...]:
        """What the far side may use to fetch the brief. Values are ours or plain tokens: no CR or LF."""
        return (
            ("X-Handoff-Id", self.token or self._handoff),
            ("X-Conversation-Id", self._call.id),
            ("X-Handoff-Reason", self._escalation.reason),
            ("User-to-User", f"{self._call.id.encode().hex()};encoding=hex"),
        )

    # -- outcomes

    def note(self, outcome: str) -> None:
        """Why the current attempt is about to end, said before its leg goes."""
        self._amend(outcome=outcome)

    def _amend(self, **changes: str | int | float | None) -> None:
        if self.all:
            self.all[-1] = replace(self.all[-1], **changes)  # type: ignore[arg-type]

    def answered(self, at_s: float) -> None:
        self._amend(answered_s=at_s)

    def connected(self) -> None:
        self._amend(outcome="answered")

    def ended(self, event: LegEnded) -> None:
        if self.last is None or self.last.leg != event.leg:
            return
        outcome = self.last.outcome
        if outcome is None:
            status = event.cause.status
            outcome = "gone" if event.answered else OUTCOMES.get(status, "refused")
        self._amend(outcome=outcome, sip_status=event.cause.status)

    def leave(self, state: State, event: Event) -> None:
        """Leaving a state cancels what it waited for and names the attempt's fate where nobody else did."""
        if self._free:
            self._free.cancel()
            self._free = None
        self._withdraw()
        last = self.last
        if last and last.outcome is None:
            fate = {
                (State.OFFERED, Event.TIMEOUT): "no_accept",
                (State.DIALING, Event.TIMEOUT): "no_answer",
            }.get((state, event))
            if fate or event is Event.AGENT_LOST:
                self._amend(outcome=fate or "lost")

    # -- transfers

    def confirm(self) -> Mode:
        """The mode at the accept, when both peers are known."""
        caller, agent = self._call.legs.up("caller"), self._call.legs.up("agent")
        assert self._choice is not None
        self._choice = confirm_mode(self._choice, caller.peer if caller else "", agent.peer if agent else "-")
        self._amend(mode=self._choice.mode.value, mode_why=self._choice.why)
        return self._choice.mode

    def releasable(self, *, despite_assist: bool) -> bool:
        """Whether an attended REFER may take the bridge out of a conference unasked."""
        caller, agent, target = self._call.legs.up("caller"), self._call.legs.up("agent"), self._target
        if caller is None or agent is None or target is None or not target.can_refer:
            return False
        assisted = frozenset(self._call.settings.handoff.assist_reasons)
        assisting = bool(wants_assist(target, self._escalation.reason, assisted)) and not despite_assist
        return caller.peer == agent.peer and not assisting

    def released(self, why: str) -> None:
        """The conference is over by somebody's will, and becomes an attended REFER."""
        self._choice = ModeChoice(mode=Mode.REFER_REPLACES, why=f"released: {why}")
        self._amend(mode=self._choice.mode.value, mode_why=self._choice.why)

    def refer_ended(self) -> None:
        """The final NOTIFY, or a refusal: another REFER may be sent, and nobody comes back from this one."""
        self._referring, self.token = False, ""

    def refer_replaces(self) -> None:
        """Attended REFER; one under way took the agent's leg over, its NOTIFY is to come."""
        if self._referring:
            return
        caller, agent = self._call.legs.up("caller"), self._call.legs.up("agent")
        if caller is None or agent is None:
            self._fire(Event.TRANSFER_FAILED)
            return
        self._referring = True
        self._call.ua.send(ReferReplaces(leg=caller.id, other=agent.id, headers=self.headers()))

    def refer_blind(self) -> None:
        caller = self._call.legs.up("caller")
        if caller is None or self._target is None:
            self._fire(Event.TRANSFER_FAILED)
            return
        self.token = self._call.desk.clock.token()
        self._on_token(self.token)
        target, self._reserved = self._target, None  # not among the tried: a failure is retried warm
        assert self._choice is not None
        self.all.append(
            Attempt(
                number=len(self.all) + 1,
                target=target.id,
                leg=caller.id,
                mode=Mode.REFER.value,
                mode_why=self._choice.why,
                dialed_s=self._call.now_s(),
            )
        )
        self._referring = True
        self._call.ua.send(Refer(leg=caller.id, target=target.uri, headers=self.headers()))

    def release(self) -> None:
        """The lease on the target ends with the handoff."""
        if self._target:
            self._call.desk.directory.release(self._target)
            self._target = None


async def _quietly(work: Awaitable[None]) -> None:
    try:
        await work
    except (TimeoutError, OSError):
        return
