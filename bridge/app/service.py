"""All conversations of one main process: takes calls from workers, routes what comes from outside."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import structlog

from asr.types import StreamEvent
from bridge.app import messages as m
from bridge.app.asr_pool import AsrWorkers
from bridge.app.call import Call, Desk
from bridge.app.conversation import Conversation
from bridge.app.orders import ordered
from bridge.app.registrations import Registrations
from bridge.app.whose import agents_of
from bridge.core.queue_words import filled
from bridge.model.botscript import BotScript
from bridge.model.brief import Brief
from bridge.model.callback import Callback
from bridge.model.handoff import Event
from bridge.model.record import ConversationRecord
from bridge.model.transfer import Lease
from bridge.ports import Answer, Command
from sip.agent import UserAgent
from sip.commands import Finish, Hangup
from sip.events import CallIncoming
from sip.events import Event as SipEvent
from sip.types import LegId

log = structlog.get_logger()
TOKEN_HEADER = "x-handoff-id"
ANSWER_S = 1.0


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A call that a worker is to make. `done` gets its record."""

    callback: Callback
    lease: Lease
    done: "asyncio.Future[ConversationRecord | None]"


class Service:
    """`serve` one user agent per call. Conversations are found by id for the API. `reserve` keeps an idle
    worker from incoming calls, and names it."""

    def __init__(
        self,
        desk: Desk,
        *,
        script: BotScript | None,
        strict: bool = False,
        reserve: Callable[[], Awaitable[str | None]] | None = None,
    ) -> None:
        self._desk, self._script, self._strict = desk, script, strict
        self.browsers = desk.browsers
        self.asr = AsrWorkers(self._deliver, self._asr_lost)
        self.registrations = Registrations(desk.settings.sip.registrations)
        self.live: dict[str, Conversation] = {}
        self._idle: dict[str, asyncio.Future[Outgoing]] = {}
        self._reserve = reserve or self._any_idle
        self._tokens: dict[str, str] = {}
        self._apology: str | None = None
        self.finished: list[ConversationRecord] = []

    async def prepare(self) -> None:
        """Render what must be there before the first call: the apology of an orphaned worker."""
        words = self._desk.settings.words
        self._apology = str((await self._desk.tts.render(words.apology, voice="bot")).path)
        steps = self._script.steps if self._script else []
        prompts = [step.say or (step.ask.prompt if step.ask else "") for step in steps]
        for text in (
            words.transferring,
            words.waiting,
            words.failed,
            words.dismissed,
            *filter(None, prompts),
        ):
            await self._desk.tts.render(text, voice="bot")
        for text in (words.press_one, words.caller_left):
            await self._desk.tts.render(text, voice="whisper")

    async def serve(self, ua: UserAgent) -> None:
        """One worker, from its connection to its end: a call comes to it, or it makes one for us."""
        events = ua.events()
        first = asyncio.create_task(_first(events))
        outgoing: asyncio.Future[Outgoing] = asyncio.get_running_loop().create_future()
        self._idle[ua.id] = outgoing
        try:
            both: list[asyncio.Future[Any]] = [first, outgoing]
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if self._idle.get(ua.id) is outgoing:
                del self._idle[ua.id]
            if not (first.done() or outgoing.done()):
                first.cancel()
        if outgoing.done() and not first.done():
            await self._go_out(ua, first, events, outgoing.result())
            return
        if outgoing.done():
            outgoing.result().done.set_result(None)
        incoming = first.result()
        if not isinstance(incoming, CallIncoming):
            return
        if owner := self._hand_over(ua, events, incoming):
            await owner.over.wait()
            if not owner.lines.closed:
                _let_go(ua, incoming.leg)
            return
        try:
            async with asyncio.TaskGroup() as tasks:
                await self._converse(ua, events, incoming, tasks)
        except* Exception as group:
            log.error("conversation failed", errors=[type(e).__name__ for e in group.exceptions])
            _let_go(ua, incoming.leg)
            if self._strict:
                raise

    async def call_back(self, callback: Callback, lease: Lease) -> ConversationRecord | None:
        """The whole call to somebody who was promised one; the agent is leased. None: no worker is free.
        Raises ConnectionError when it broke down."""
        order = self._idle.pop(await self._reserve() or "", None)
        if order is None:
            return None
        done: asyncio.Future[ConversationRecord | None] = asyncio.get_running_loop().create_future()
        order.set_result(Outgoing(callback, lease, done))
        return await done

    async def _go_out(
        self, ua: UserAgent, first: "asyncio.Task[SipEvent | None]", events: AsyncIterator[SipEvent],
        order: Outgoing,
    ) -> None:  # fmt: skip
        uri = filled(self._desk.settings.queue.callback.uri, number=order.callback.number)
        made = CallIncoming(
            leg="caller", call_id="", from_uri=uri, from_name="", to_uri="", source="", headers=(),
            at=asyncio.get_running_loop().time(),
        )  # fmt: skip
        try:
            async with asyncio.TaskGroup() as tasks:
                record = await self._converse(ua, _after(first, events), made, tasks, order)
            order.done.set_result(record)
        except* Exception as group:
            log.error("callback failed", errors=[type(e).__name__ for e in group.exceptions])
            _let_go(ua, made.leg)
            order.done.set_exception(ConnectionError("the call broke down"))
            if self._strict:
                raise

    async def _converse(
        self,
        ua: UserAgent,
        events: AsyncIterator[SipEvent],
        incoming: CallIncoming,
        tasks: asyncio.TaskGroup,
        order: Outgoing | None = None,
    ) -> ConversationRecord:
        number = self._desk.clock.token()[:16]
        conversation = Conversation(
            ua,
            events,
            incoming,
            self._desk,
            self.asr,
            id=number,
            tasks=tasks,
            script=self._script,
            callback=order.callback if order else None,
            strict=self._strict,
            apology=self._apology,
            on_token=lambda token: self._tokens.__setitem__(token, number),
        )
        self.live[number] = conversation
        conversation.call.promised = order.lease if order else None
        try:
            self.finished.append(record := await conversation.run())
            del self.finished[:-100]
            return record
        finally:
            conversation.over.set()
            self._desk.directory.forget(number)
            del self.live[number]
            self._tokens = {token: id for token, id in self._tokens.items() if id != number}

    async def _any_idle(self) -> str | None:
        return next(iter(self._idle), None)

    def _hand_over(
        self, ua: UserAgent, events: AsyncIterator[SipEvent], incoming: CallIncoming
    ) -> Conversation | None:
        """A caller whose blind transfer fell back belongs to the conversation he came from. Once."""
        token = next((value for name, value in incoming.headers if name.lower() == TOKEN_HEADER), "")
        conversation = self.live.get(self._tokens.pop(token, ""))
        if conversation is None or not conversation.handoffs.awaits_return(token):
            return None
        conversation.call.inbox.put_nowait(m.Adopted(ua, events, incoming))
        return conversation

    def _deliver(self, event: StreamEvent) -> None:
        conversation = self.live.get(event.stream.partition("/")[0])
        if conversation:
            conversation.call.inbox.put_nowait(event)

    def _asr_lost(self, worker: str) -> None:
        for conversation in self.live.values():
            conversation.call.inbox.put_nowait(m.AsrLost(worker))

    def drain(self) -> None:
        """No new calls will come; conversations may end early where that costs nobody anything."""
        for id in self.live:
            self.tell(id, m.Draining())

    async def finish(self, within_s: float) -> None:
        """The service stops: who only waits for a disposition is closed now, and leaves its record."""
        waiting = [asyncio.create_task(live.over.wait()) for live in self.live.values()]
        for id in self.live:
            self.tell(id, m.Ordered(Event.DISPOSITION_SET))
        if waiting:
            _, late = await asyncio.wait(waiting, timeout=within_s)
            for task in late:
                task.cancel()

    # -- for the API

    def tell(self, id: str, message: m.BotReported | m.Escalate | m.Ordered | m.Draining) -> bool:
        """False when no such conversation is live."""
        conversation = self.live.get(id)
        if conversation is None:
            return False
        conversation.call.inbox.put_nowait(message)
        return True

    def escalate(self, id: str, message: m.Escalate) -> bool:
        conversation = self.live.get(id)
        if conversation is None:
            return False
        at_s = conversation.call.now_s()
        return self.tell(id, m.Escalate(replace(message.escalation, at_s=at_s)))

    async def command(self, id: str, command: Command) -> Answer:
        """Keeps `bridge.ports.CallControl`."""
        return await self._ask(
            id, lambda call, answer: m.Commanded(command, ordered(command, call.now_s()), answer)
        )

    async def control(
        self,
        id: str,
        what: m.Pressed | m.PassedOn | m.Drafted | m.Hinted | m.Opened | m.Supervised,
        *,
        by: str,
        agent: str | None,
        handoff: str | None,
    ) -> Answer:
        """An order from a console; see `bridge.app.messages.Controlled`. Never raises."""
        return await self._ask(id, lambda call, answer: m.Controlled(what, by, agent, handoff, answer))

    async def _ask(self, id: str, message: Callable[[Call, Callable[[Answer], None]], m.Message]) -> Answer:
        conversation = self.live.get(id)
        if conversation is None:
            return Answer(code="unknown_call", message="no such conversation is live here")
        answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        conversation.call.inbox.put_nowait(message(conversation.call, answered.set_result))
        done, _ = await asyncio.wait([answered], timeout=ANSWER_S)
        return answered.result() if done else Answer(code="no_answer", message="the conversation is over")

    def agents_of(self, id: str) -> frozenset[str]:
        """Whose call it is now; nobody's when it is not live."""
        conversation = self.live.get(id)
        return agents_of(conversation.handoffs) if conversation else frozenset()

    def brief_of(self, id: str) -> Brief | None:
        conversation = self.live.get(id)
        return conversation.brief if conversation else None


async def _first(events: AsyncIterator[SipEvent]) -> SipEvent | None:
    return await anext(events, None)


async def _after(
    first: "asyncio.Task[SipEvent | None]", events: AsyncIterator[SipEvent]
) -> AsyncIterator[SipEvent]:
    """All events, where the first is being waited for already."""
    if (event := await first) is not None:
        yield event
        async for event in events:
            yield event


def _let_go(ua: UserAgent, leg: LegId) -> None:
    """Nobody serves it any more: the cause tells the PBX to take the caller back."""
    ua.send(Hangup(leg=leg, q850=41, text="internal error"))
    ua.send(Finish(reason="internal error"))
