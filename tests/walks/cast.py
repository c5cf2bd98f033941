"""The people of one walk at their telephones, and what each can do."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from bridge.app import messages as m
from bridge.model.cue import Escalation
from bridge.model.handoff import Event
from bridge.model.routing import Need
from bridge.model.transfer import Lease
from sip.party.behaviour import Obedience, Reception
from sip.party.call import Call, CallState
from sip.party.events import PartyError, PartyEvent
from sip.party.message import Message, MessageError
from sip.party.party import Party
from sip.party.transaction import TransactionTimeout
from sip.party.transfer import refer
from tests.sip.audio import tone
from tests.walks.world import World

AGENT_HZ, BOT_HZ = 500.0, 800.0
LONG_S = 60.0
PATIENCE_S = 0.8
"""so long a person waits for the moment to do what he has in mind"""
WAITS = {"wait": 0.4, "long_wait": 1.6}
OBEDIENCE = {
    "ok": Obedience(notify=200),
    "taken": Obedience(notify="none"),
    "fails": Obedience(notify=503),
    "unsaid": Obedience(notify="none"),
    "refused": Obedience(status=603),
    "late": Obedience(notify=200, after_s=0.9),
}
RINGING = (CallState.TRYING, CallState.RINGING)
UP = (CallState.CONFIRMED,)


@dataclass(slots=True)
class Cast:
    """`act(name)` does what somebody has in mind if he can, else nothing."""

    world: World
    caller: Party
    ann: Party
    ben: Party
    bot: Party
    dead: set[Party] = field(default_factory=set)
    on_hold: list[tuple[float, float]] = field(default_factory=list)
    """from when to when the caller held us"""
    token: str = ""
    """X-Handoff-Id of the last blind REFER the caller's PBX was sent"""
    _taken: bool = False
    _leased: list[Lease] = field(default_factory=list)

    async def act(self, name: str) -> None:
        who, _, what = name.partition("_")
        if name in WAITS:
            await asyncio.sleep(WAITS[name])
        elif name == "escalate":
            self.world.tell(m.Escalate(_request(self.world)))
        elif who == "order":
            self.world.tell(m.Ordered(Event(what)))
        elif who == "refer":
            self.caller.obedience, self._taken = OBEDIENCE[what], what == "taken"
        elif who == "colleague":
            self._colleague(what)
        elif who == "caller":
            await self._caller_does(what)
        elif who == "bot":
            self._bot_does(what)
        else:
            await self._agent_does(what, key=who == "key")

    # each of them

    async def _caller_does(self, what: str) -> None:
        call = self.caller_call
        if call is None:
            return
        match what:
            case "hangs_up":
                self._do(call, call.hangup(q850=16))
            case "presses_0":
                await call.press("0")
            case "holds" if not self._holding:
                self.on_hold.append((time.monotonic(), float("inf")))
                self._do(call, call.hold())
            case "resumes" if self._holding:
                await self._resume(call)
            case "returns" if self.token:
                headers, self.token = (("X-Handoff-Id", self.token),), ""
                await self.caller.dial(f"sip:back@{self.world.entry}", headers=headers)

    @property
    def _holding(self) -> bool:
        return bool(self.on_hold) and self.on_hold[-1][1] == float("inf")

    async def _resume(self, call: Call) -> None:
        with contextlib.suppress(TransactionTimeout, PartyError, MessageError):
            await call.resume()
        self.on_hold[-1] = (self.on_hold[-1][0], time.monotonic())

    def _bot_does(self, what: str) -> None:
        calls = [call for call in self.bot.calls if call.state is CallState.CONFIRMED]
        if calls and what == "hangs_up":
            self._do(calls[-1], calls[-1].hangup(q850=16))
        elif calls:
            self._do(calls[-1], refer(calls[-1], "sip:ben@anywhere.example"))

    def _colleague(self, what: str) -> None:
        """Other conversations take agents, and set them free."""
        if what == "takes":
            choice = self.world.directory.choose(Need(reason=""))
            self._leased += [choice.lease] if choice.lease else []
        elif self._leased:
            self.world.directory.release(self._leased.pop())

    async def _agent_does(self, what: str, *, key: bool) -> None:
        rings = what in ("rings", "early_media", "answers", "busy", "declines", "answers_the_cancel")
        call = await self._agent_call(RINGING if rings else UP)
        if call is None:
            return
        simply: dict[str, Callable[[], None]] = {
            "rings": call.ring,
            "early_media": lambda: call.ring(early_media=True),
            "answers": call.answer,
            "busy": lambda: call.refuse(486),
            "declines": lambda: call.refuse(603),
            "goes_silent": call.stop_rtp,
            "dies": lambda: self._dies(call.party),
            "answers_the_cancel": lambda: self._lose_the_race(call),
        }
        with contextlib.suppress(PartyError):  # the bridge was faster
            if key:
                await call.press(what)
            elif what in simply:
                simply[what]()
            else:
                later = {"hangs_up": call.hangup, "holds": call.hold, "resumes": call.resume}[what]
                self._do(call, later())

    async def _agent_call(self, states: tuple[CallState, ...]) -> Call | None:
        """The newest call of an agent in such a state, as soon as there is one."""
        end = time.monotonic() + PATIENCE_S
        while True:
            calls = [call for call in self.agent_calls() if call.state in states]
            if calls or time.monotonic() > end:
                return calls[-1] if calls else None
            await asyncio.sleep(0.02)

    def _dies(self, party: Party) -> None:
        if party is not self.caller:
            self.dead.add(party)
            party.vanish()

    def _lose_the_race(self, call: Call) -> None:
        """He picks up in the moment in which the bridge gives him up."""
        call.party.reception = Reception(manual=True, ignore_cancel=True)

        async def pick_up() -> None:
            while call.invite is not None and not any(
                _cancels(call, record.raw) for record in call.party.log
            ):
                await asyncio.sleep(0.02)
            call.answer()

        self._do(call, asyncio.wait_for(pick_up(), 3.0))

    # looking

    def agent_calls(self) -> list[Call]:
        """Calls of living agents, Ben's last: he is the second choice."""
        parties = [party for party in (self.caller, self.ann, self.ben) if party not in self.dead]
        return [call for party in parties for call in party.calls if not call.outgoing]

    @property
    def caller_call(self) -> Call | None:
        up = [call for call in self.caller.calls if call.outgoing and call.state is CallState.CONFIRMED]
        return up[-1] if up else None

    def standing(self) -> list[Call]:
        """Calls of the living that are not over."""
        parties = {self.caller, self.ann, self.ben, self.bot} - self.dead
        return [call for party in parties for call in party.calls if call.state is not CallState.ENDED]

    async def go_home(self) -> None:
        """The caller hangs up whatever he still has, an agent who picked up as well."""
        if self._holding and (call := self.caller_call):
            await self._resume(call)
        while self._leased:
            self.world.directory.release(self._leased.pop())
        for call in self.caller.calls:
            if call.outgoing and call.state is not CallState.ENDED:
                self._do(call, call.hangup(q850=16))

    # what they do unasked

    def watch(self) -> None:
        """Agents and bot speak once they are answered; a PBX that takes an agent over does so at once."""
        for party, hz in (
            (self.caller, AGENT_HZ),
            (self.ann, AGENT_HZ),
            (self.ben, AGENT_HZ),
            (self.bot, BOT_HZ),
        ):
            party.events.on_event = lambda event, party=party, hz=hz: self._happened(party, hz, event)

    def _happened(self, party: Party, hz: float, event: PartyEvent) -> None:
        if event.name == "answered" and event.call is not None and not event.call.outgoing:
            with contextlib.suppress(PartyError):
                party.hush()
                party.play(tone(hz, LONG_S))
        elif event.name == "refer" and isinstance(event["message"], Message):
            self.token = "" if event["replaces"] else event["message"].get("X-Handoff-Id")
            if self._taken and event.call is not None:
                event.call.stop_rtp()
                for call in self.agent_calls():
                    if call.state is CallState.CONFIRMED:
                        self._do(call, call.hangup(q850=16))

    def _do(self, call: Call, work: Coroutine[Any, Any, Any]) -> None:
        call.party.spawn(_quietly(work))


def _cancels(call: Call, data: bytes) -> bool:
    return data.startswith(b"CANCEL ") and call.call_id.encode() in data


async def _quietly(work: Coroutine[Any, Any, Any]) -> None:
    """What a telephone asks may be refused, or find nobody."""
    with contextlib.suppress(TransactionTimeout, TimeoutError, PartyError, MessageError):
        await work


def _request(world: World) -> Escalation:
    conversation = world.conversation
    at_s = conversation.call.now_s() if conversation else 0.0
    return Escalation(
        reason="bot_limit", rule="asked", quote="", score=1.0, at_s=at_s, source="bot_api", explicit=True
    )


@contextlib.asynccontextmanager
async def cast(world: World) -> AsyncIterator[Cast]:
    """All at their telephones. Agents act by themselves, the bot answers at once."""
    manual = Reception(manual=True)
    caller, ann, ben, bot = (
        Party(f"{world.net}.{last}", 5060, user=user, reception=reception)
        for last, user, reception in (
            (10, "4912345", manual), (11, "ann", manual), (12, "ben", manual), (20, "bot", Reception()),
        )
    )  # fmt: skip
    people = Cast(world, caller, ann, ben, bot)
    parties = (caller, ann, ben, bot)
    for party in parties:
        await party.start()
    people.watch()
    try:
        yield people
    finally:
        await asyncio.gather(*(party.close() for party in parties if party not in people.dead))
