"""A stage for flow tests: one conversation on the in-memory user agent, in virtual time."""

import asyncio
from functools import lru_cache
from pathlib import Path

from asr.itn.normalize import normalize
from asr.types import Final, Partial, StreamEvent, Word
from bridge.adapters.memory import CountingClock, MemoryEvents, MemoryPop, MemoryStore, SilentTts
from bridge.adapters.plays_files import load_plays
from bridge.app.browsers import Browsers
from bridge.app.call import Desk
from bridge.app.conversation import Conversation
from bridge.app.directory import Directory
from bridge.app.messages import Button, Controlled, Drafted, Hinted, PassedOn, Pressed, Supervised
from bridge.config import Agent, Settings
from bridge.core.assist.playbook import Playbook
from bridge.cues.detectors import our_detectors
from bridge.model.botscript import BotScript
from bridge.model.handoff import State
from bridge.ports import Answer, Crm, Knowledge, Llm, Vault
from sip.events import CallIncoming
from sip.memory import Far, MemoryUserAgent, OnDial

SCRIPT = BotScript.model_validate(
    {
        "name": "billing",
        "intent": "billing question",
        "steps": [
            {"say": "Welcome to the billing line."},
            {"ask": {"slot": "matter", "prompt": "How can I help you?"}},
            {"act": {"name": "look_up_invoice", "result": "two charges found", "ok": True}},
            {"ask": {"slot": "more", "prompt": "Anything else?", "kind": "yes_no"}},
            {"say": "Goodbye."},
            {"hang_up": True},
        ],
    }
)


@lru_cache(maxsize=1)
def our_playbook() -> Playbook:
    return Playbook(load_plays("en"))


class ScriptedPool:
    """An ASR pool whose words come from the test."""

    def __init__(self) -> None:
        self.streams: set[str] = set()
        self.asked: list[tuple[str, str]] = []
        self.down = False

    def assign(self, stream: str) -> tuple[str, str] | None:
        if self.down:
            return None
        self.streams.add(stream)
        return "asr-0", "/nowhere"

    def release(self, stream: str) -> None:
        self.streams.discard(stream)

    def expect(self, stream: str, kind: str) -> None:
        self.asked.append((stream, kind))

    def describe(self) -> dict[str, str]:
        return {"engine": "scripted"}


FAILURES = [{"name": "failures", "cues": ["repeated_failure"]}]


def agents(*ids: str, **fields: object) -> list[Agent]:
    return [Agent.model_validate({"id": i, "uri": f"sip:{i}@127.0.0.5", **fields}) for i in ids]


def settings(**changes: object) -> Settings:
    """Only a repeated failure escalates unasked, so that stories may speak of bills."""
    return Settings.model_validate({"agents": agents("ann", "bob"), "policy": {"rules": FAILURES}, **changes})


class Stage:
    """`async with Stage(...) as stage`: a caller has been answered and hears the bot."""

    def __init__(
        self,
        tmp: Path,
        config: Settings | None = None,
        on_dial: OnDial | None = None,
        *,
        script: BotScript = SCRIPT,
        vault: Vault | None = None,
        llm: Llm | None = None,
        knowledge: Knowledge | None = None,
        crm: Crm | None = None,
    ) -> None:
        self.config = config or settings()
        self._script, self._vault, self._llm = script, vault, llm
        self._knowledge, self._crm = knowledge, crm
        self.events, self.store, self.pop = MemoryEvents(), MemoryStore(), MemoryPop()
        self.tts = SilentTts(tmp)
        self.pool = ScriptedPool()
        self.browsers = Browsers()
        self.silent_from: float | None = None
        self.worst_silence = 0.0
        self.whisper_leaks = self.coach_leaks = 0
        self._on_dial = on_dial
        self._utterance = 0
        self._tasks = asyncio.TaskGroup()

    async def __aenter__(self) -> "Stage":
        await self._tasks.__aenter__()
        self.ua = MemoryUserAgent("worker-1", on_dial=self._on_dial)
        self.ua.on_hearing = self._observe
        self.caller: Far = self.ua.call()
        events = self.ua.events()
        incoming = await anext(events)
        assert isinstance(incoming, CallIncoming)
        self.directory = Directory(self.config)
        self.browsers.reach = self._reach
        desk = Desk(
            settings=self.config,
            tts=self.tts,
            directory=self.directory,
            events=self.events,
            store=self.store,
            pop=self.pop,
            clock=CountingClock(),
            vault=self._vault,
            ears=our_detectors().ears,
            rules_version="rules of tests",
            llm=self._llm,
            browsers=self.browsers,
            playbook=our_playbook(),
            knowledge=self._knowledge,
            crm=self._crm,
        )
        self.conversation = Conversation(
            self.ua, events, incoming, desk, self.pool, id="c1", tasks=self._tasks,
            script=None if self.config.bot.uri else self._script, strict=True,
        )  # fmt: skip
        self._run = self._tasks.create_task(self.conversation.run())
        await self.settle()
        return self

    async def __aexit__(self, *exc: object) -> None:
        if exc[0] is None:
            async with asyncio.timeout(600):
                await self._run
        await self._tasks.__aexit__(*exc)  # type: ignore[arg-type]

    def _reach(self, agent: str, ready: bool) -> None:
        self.directory.reach(agent, "browser", ready, source="page")

    def _observe(self) -> None:
        """The two promises: the caller is never in silence, and never hears the whisper."""
        now = asyncio.get_running_loop().time()
        caller = self.ua.legs["caller"]
        if "whisper" in self.ua.heard_by("caller") or "hint" in self.ua.heard_by("caller"):
            self.whisper_leaks += 1
        self.coach_leaks += self._coach_reaches_caller()
        owed = caller.phase == "answered" and not self.ua.heard_by("caller") and self._bot_owes()
        if self.silent_from is not None:
            self.worst_silence = max(self.worst_silence, now - self.silent_from)
        self.silent_from = now if owed else None

    def _coach_reaches_caller(self) -> bool:
        """Only who barges in is for the caller's ears."""
        conversation = getattr(self, "conversation", None)
        now = conversation.controls.supervising.now if conversation else None
        heard = any(name.startswith("supervisor") for name in self.ua.heard_by("caller"))
        return heard and (now is None or now.mode != "barge")

    def _bot_owes(self) -> bool:
        """A built-in bot that waits for an answer is silent on purpose; so is a muted agent."""
        state = self.state
        if state in (State.CONNECTED, State.RELEASING) and self.conversation.ear.overlays.agent_mute:
            return False
        return not (state in (None, State.PROPOSED, State.RETURNED) or (state and state.final))

    @property
    def state(self) -> State | None:
        conversation = getattr(self, "conversation", None)
        return conversation.handoffs.state if conversation else None

    async def settle(self, seconds: float = 0.05) -> None:
        await asyncio.sleep(seconds)

    async def until(self, state: State, limit_s: float = 200.0) -> None:
        deadline = asyncio.get_running_loop().time() + limit_s
        while self.state is not state:
            assert asyncio.get_running_loop().time() < deadline, f"{self.state}, wanted {state}"
            await asyncio.sleep(0.02)

    def says(self, text: str, leg: str = "caller", *, partial: bool = False) -> None:
        """Somebody's words, ending now."""
        stream = f"c1/{leg}"
        now = asyncio.get_running_loop().time()
        rate = self.config.sip.clock_rate
        end = int((now - self.conversation.call.started) * rate)
        words = text.split()
        start = max(end - int(0.3 * rate) * len(words), 0)
        step = (end - start) // max(len(words), 1)
        self._utterance += not partial
        event: Partial | Final
        if partial:
            event = Partial(utterance=self._utterance + 1, text=text, stable=len(words), start=start, end=end)
        else:
            event = Final(
                utterance=self._utterance, text=text, start=start, end=end, confidence=0.9,
                normalized=normalize(text),
                words=tuple(
                    Word(text=w, start=start + i * step, end=start + (i + 1) * step, confidence=0.9)
                    for i, w in enumerate(words)
                ),
            )  # fmt: skip
        self.conversation.call.inbox.put_nowait(StreamEvent(stream=stream, epoch=1, at=now, event=event))

    def press(self, button: Button, *, agent: str | None = None) -> list[Answer]:
        """A button of the console; the answer is in the list once it has been carried out."""
        return self.control(Pressed(button), agent=agent)

    def control(
        self,
        what: Pressed | PassedOn | Drafted | Hinted | Supervised,
        *,
        agent: str | None = None,
        by: str = "sam",
    ) -> list[Answer]:
        answers: list[Answer] = []
        self.conversation.call.inbox.put_nowait(Controlled(what, by, agent, None, answers.append))
        return answers

    @property
    def agent(self) -> Far:
        """The far end of the newest agent leg."""
        return self.ua.far([leg for leg in self.ua.legs if leg.startswith("agent")][-1])

    def close_streams(self) -> None:
        """Answer every EOS, as an ASR worker would."""
