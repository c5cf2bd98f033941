"""Callers who wait: what they hear, in which order they are served, and those who are called back."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bridge.adapters.memory import (
    CountingClock,
    MemoryEvents,
    MemoryPop,
    MemoryShelf,
    MemoryStore,
    SilentTts,
)
from bridge.app.call import Desk
from bridge.app.callbacks import Callbacks
from bridge.app.conversation import Conversation
from bridge.app.directory import Directory
from bridge.app.messages import Escalate
from bridge.app.service import Service
from bridge.config import Settings
from bridge.cues.detectors import our_detectors
from bridge.model.callback import Callback
from bridge.model.cue import Escalation
from bridge.model.handoff import State
from bridge.model.routing import Need
from bridge.ports import CallbackShelf
from sip.commands import Dial
from sip.memory import Far, MemoryUserAgent
from tests.flow.stage import SCRIPT, agents, settings
from tests.virtual_time import run

CALLBACK = {"offer": True, "after_s": 10, "key": "1", "uri": "sip:{number}@127.0.0.5", "retry_s": 60}
OWN = "sip:4930123456@127.0.0.9"


def queue_settings(**changes: object) -> Settings:
    return settings(
        agents=agents("ann"), queue={"callback": CALLBACK, "announce_every_s": 30, "handle_s": 120},
        handoff={"waiting_timeout_s": 300, "wrap_up_timeout_s": 5}, **changes,
    )  # fmt: skip


@dataclass
class House:
    """A service with as many workers as are asked for."""

    service: Service
    directory: Directory
    book: Callbacks
    events: MemoryEvents
    store: MemoryStore
    tts: SilentTts
    tasks: asyncio.TaskGroup
    on_dial: Callable[[Far, Dial], None]
    dialled: list[Far] = field(default_factory=list)

    def worker(self) -> MemoryUserAgent:
        ua = MemoryUserAgent(f"worker-{len(self.dialled)}-{id(object())}", on_dial=self._dial)
        self.tasks.create_task(self.service.serve(ua))
        return ua

    def _dial(self, far: Far, dial: Dial) -> None:
        self.dialled.append(far)
        self.on_dial(far, dial)

    async def call(self, reason: str = "bot_limit", from_uri: str = OWN) -> tuple[Far, Conversation]:
        """A caller who has asked for an agent."""
        before = set(self.service.live)
        far = self.worker().call(from_uri=from_uri)
        await asyncio.sleep(0.1)
        (id,) = set(self.service.live) - before
        wanted = Escalation(reason=reason, rule="test", quote="", score=1.0, at_s=0, source="bot_api")
        self.service.escalate(id, Escalate(wanted))
        await asyncio.sleep(0.1)
        return far, self.service.live[id]

    @property
    def announced(self) -> list[str]:
        return [text for voice, text in self.tts.said if voice == "bot"]


@asynccontextmanager
async def house(
    tmp: Path, config: Settings, shelf: CallbackShelf, on_dial: Callable[[Far, Dial], None]
) -> AsyncIterator[House]:
    events, store, tts, clock = MemoryEvents(), MemoryStore(), SilentTts(tmp), CountingClock()
    directory = Directory(config)
    book = Callbacks(config, shelf, directory, events, clock)
    desk = Desk(
        settings=config, tts=tts, directory=directory, events=events, store=store, pop=MemoryPop(),
        clock=clock, ears=our_detectors().ears, rules_version="rules of tests", callbacks=book,
    )  # fmt: skip
    service = Service(desk, script=SCRIPT, strict=True)
    async with asyncio.TaskGroup() as tasks:
        one = House(service, directory, book, events, store, tts, tasks, on_dial)
        book.start(service.call_back)
        yield one
        await book.close()
        for conversation in service.live.values():
            conversation.call.ua.finish()  # type: ignore[attr-defined]


def accepting(far: Far, dial: Dial) -> None:
    """Every telephone is answered, and every agent takes the call at once."""
    loop = asyncio.get_running_loop()
    loop.call_later(1.0, far.answer)
    if dial.leg.startswith("agent"):
        loop.call_later(2.0, far.press, "1")


def rings(far: Far, dial: Dial) -> None:
    far.ring()


def test_a_waiting_caller_hears_where_he_stands_and_is_served_in_turn(tmp_path: Path) -> None:
    async def story() -> None:
        async with house(tmp_path, queue_settings(), MemoryShelf(), rings) as one:
            taken = one.directory.choose(Need(reason="x")).lease
            assert taken
            first, waits = await one.call()
            second, behind = await one.call(from_uri="sip:anonymous@127.0.0.9")
            assert (waits.handoffs.state, behind.handoffs.state) == (State.WAITING, State.WAITING)
            await asyncio.sleep(31)
            told = one.events.of("queued")
            assert {"at_s", "position", "estimate_s"} == set(told[0])
            assert {body["position"] for body in told} == {1, 2}
            assert next(body["estimate_s"] for body in told if body["position"] == 2) == 240
            assert any("You are number 2 in line. It may take about 4 minutes." in t for t in one.announced)
            assert any("press 1" in text for text in one.announced), "the offer, after 10 s"
            one.directory.release(taken)
            await asyncio.sleep(0.1)
            assert (waits.handoffs.state, behind.handoffs.state) == (State.DIALING, State.WAITING)
            first.hang_up()
            await asyncio.sleep(1)
            assert behind.handoffs.state is State.DIALING
            second.hang_up()
            await asyncio.sleep(10)

    run(story())


def test_a_promised_callback_dials_the_caller_and_then_the_agent_with_the_same_brief(tmp_path: Path) -> None:
    async def story() -> None:
        shelf = MemoryShelf()
        async with house(tmp_path, queue_settings(), shelf, accepting) as one:
            taken = one.directory.choose(Need(reason="x")).lease
            assert taken
            caller, waits = await one.call(reason="cancellation")
            await asyncio.sleep(15)
            caller.press("1")
            await asyncio.sleep(1)
            assert any("4, 9, 3, 0, 1, 2, 3, 4, 5, 6" in text for text in one.announced)
            assert not shelf.kept, "not before the number is confirmed"
            caller.press("1")
            await asyncio.sleep(1)
            assert shelf.kept[waits.call.id].number == "4930123456"
            await asyncio.sleep(10)
            assert not caller.leg.live, "taken leave of, and hung up"
            (first,) = one.store.records
            assert first.handoffs[0].outcome.result == "callback"
            one.worker()
            await asyncio.sleep(1)
            assert not one.dialled, "nobody is free"
            one.directory.release(taken)
            await asyncio.sleep(6)
            assert [far.leg.uri for far in one.dialled] == [
                "sip:4930123456@127.0.0.5", "sip:ann@127.0.0.5",
            ]  # fmt: skip
            (live,) = one.service.live.values()
            assert live.handoffs.state is State.CONNECTED
            assert live.brief
            assert first.brief
            assert live.brief.headline == first.brief.headline
            assert one.directory.views()[0].state == "busy"
            one.dialled[0].hang_up()
            await asyncio.sleep(20)
            assert not shelf.kept
            assert one.directory.views()[0].state == "available"
            assert [body["state"] for body in one.events.of("callback")] == ["promised", "done"]
            assert all("4930123456" not in str(body) for kind, _, body in one.events.all if kind != "hears")

    run(story())


def test_one_promised_before_we_came_and_not_reached_at_once_is_tried_again(tmp_path: Path) -> None:
    async def story() -> None:
        escalation = Escalation(reason="x", rule="r", quote="", score=1.0, at_s=1, source="speech")
        again = MemoryShelf()
        again.kept["c7"] = Callback(
            id="c7", number="+4930123456", promised_at="2026-01-01T00:00:00.000Z", escalation=escalation,
            seconds=60.0,
        )  # fmt: skip
        answers = iter([486, 200])

        def dialled(far: Far, dial: Dial) -> None:
            if dial.leg.startswith("agent"):
                accepting(far, dial)
            elif (status := next(answers)) == 200:
                asyncio.get_running_loop().call_later(1.0, far.answer)
            else:
                far.refuse(status)

        async with house(tmp_path, queue_settings(), again, dialled) as one:
            one.worker()
            await asyncio.sleep(20)
            assert len(one.dialled) == 1
            assert again.all()[0].tries == 1
            assert one.directory.views()[0].state == "available", "the agent is not kept for the next try"
            one.worker()
            await asyncio.sleep(60)
            assert len(one.dialled) == 3
            one.dialled[1].hang_up()
            await asyncio.sleep(20)
            assert again.all() == ()

    run(story())


def test_an_agent_who_comes_while_the_number_is_asked_is_better_than_a_callback(tmp_path: Path) -> None:
    async def story() -> None:
        shelf = MemoryShelf()
        async with house(tmp_path, queue_settings(), shelf, rings) as one:
            taken = one.directory.choose(Need(reason="x")).lease
            assert taken
            caller, waits = await one.call()
            await asyncio.sleep(15)
            caller.press("1")
            await asyncio.sleep(1)
            one.directory.release(taken)
            await asyncio.sleep(1)
            assert waits.handoffs.state is State.DIALING
            caller.press("1")
            await asyncio.sleep(1)
            assert not shelf.kept
            caller.hang_up()
            await asyncio.sleep(10)

    run(story())


@pytest.mark.parametrize("offer", [True, False])
def test_when_nobody_is_there_a_callback_is_offered_at_once_or_the_bot_goes_on(
    tmp_path: Path, offer: bool
) -> None:
    async def story() -> None:
        config = queue_settings()
        if not offer:
            config = settings(agents=agents("ann"))
        async with house(tmp_path, config, MemoryShelf(), rings) as one:
            one.directory.declare("ann", False, source="http:ann")
            caller, waits = await one.call()
            await asyncio.sleep(1)
            assert waits.handoffs.state is (State.WAITING if offer else State.FAILED)
            assert any("press 1" in text for text in one.announced) is offer
            caller.hang_up()
            await asyncio.sleep(10)

    run(story())


@pytest.mark.parametrize(("when_closed", "state"), [("wait", State.WAITING), ("fail", State.FAILED)])
def test_outside_the_hours_the_caller_is_told_and_waits_only_where_that_is_wanted(
    tmp_path: Path, when_closed: str, state: State
) -> None:
    """The clock of tests stands at midnight of a Thursday."""

    async def story() -> None:
        hours = {"hours": [{"days": ["thu"], "opens": "08:00", "closes": "18:00"}], "rules": []}
        config = settings(agents=agents("ann"), policy=hours, queue={"when_closed": when_closed})
        async with house(tmp_path, config, MemoryShelf(), rings) as one:
            assert one.directory.choose(Need(reason="x")).lease
            caller, waits = await one.call()
            await asyncio.sleep(1)
            assert waits.handoffs.state is state
            assert any("not here" in text for text in one.announced) is (state is State.WAITING)
            caller.hang_up()
            await asyncio.sleep(10)

    run(story())
