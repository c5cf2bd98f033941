"""What all parts of one conversation share: its user agent, ports, settings, clock and inbox."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

import structlog

from bridge.app.browsers import Browsers
from bridge.app.legs import Legs
from bridge.app.messages import Elapsed, Message
from bridge.config import Settings
from bridge.core.assist.playbook import Playbook
from bridge.core.brief import STANDARD, Wording
from bridge.core.cues.tracker import Ears
from bridge.core.redaction import Redactor
from bridge.model.assist import HintRecord
from bridge.model.bot import BotState
from bridge.model.crm import CrmAnswer
from bridge.model.cue import Cue
from bridge.model.transcript import Transcript
from bridge.model.transfer import Lease
from bridge.ports import (
    AgentDirectory,
    CallbackBook,
    Clock,
    Crm,
    EventSink,
    Knowledge,
    Llm,
    ScreenPop,
    Store,
    Tts,
    Vault,
)
from sip.agent import UserAgent

log = structlog.get_logger()


OFF = CrmAnswer(status="off")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The ports a conversation works with; one set for the whole service."""

    settings: Settings
    tts: Tts
    directory: AgentDirectory
    events: EventSink
    store: Store
    pop: ScreenPop
    clock: Clock
    ears: Ears
    """what cues are heard with"""
    rules_version: str
    """of the rules and weights that `ears` were made of"""
    vault: Vault | None = None
    wording: Wording = STANDARD
    llm: Llm | None = None
    callbacks: CallbackBook | None = None
    """None: nobody is called back"""
    browsers: Browsers = field(default_factory=Browsers)
    playbook: Playbook | None = None
    """None: agents get no hints"""
    knowledge: Knowledge | None = None
    """None: nor passages"""
    crm: Crm | None = None
    """None: nobody knows who calls"""


@dataclass(slots=True, kw_only=True)
class Call:
    """One conversation's shared ground. Only the conversation's own task touches it."""

    id: str
    ua: UserAgent
    desk: Desk
    tasks: asyncio.TaskGroup
    started: float
    legs: Legs = field(default_factory=Legs)
    transcript: Transcript = field(default_factory=Transcript)
    """as it was said: for rules in this process, and for nobody else"""
    told: Transcript = field(default_factory=Transcript)
    """as it may be told: for events, brief and record"""
    redactor: Redactor = field(default_factory=Redactor)
    bot_state: BotState = field(default_factory=BotState)
    cues: list[Cue] = field(default_factory=list)
    hints: dict[str, tuple[HintRecord, ...]] = field(default_factory=dict)
    """what agents were shown, by handoff"""
    headers: dict[str, str] = field(default_factory=dict)
    caller_id: str = ""
    crm: CrmAnswer = OFF
    crm_over: asyncio.Event = field(default_factory=asyncio.Event)
    """the CRM has answered, or will not"""
    promised: Lease | None = None
    """an agent who is free for this call, and for whom it was made: a callback"""
    asking: bool = False
    """the caller is asked how satisfied he is: he is not released with the agent"""
    revision: int = 0
    """handoff states entered so far: what a command from outside may be meant for"""
    inbox: asyncio.Queue[Message] = field(default_factory=asyncio.Queue)
    _timers: dict[str, tuple[int, asyncio.TimerHandle]] = field(default_factory=dict)
    _token: int = 0

    @property
    def settings(self) -> Settings:
        return self.desk.settings

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    def now_s(self) -> float:
        """Seconds since the conversation began."""
        return self.at_s(self.monotonic())

    def at_s(self, monotonic: float) -> float:
        return round(monotonic - self.started, 4)

    def emit(self, kind: str, **body: Any) -> None:
        self.desk.events.emit(kind, self.id, {"at_s": self.now_s(), **body})

    def after(self, name: str, seconds: float) -> None:
        """(Re)arm timer `name`: its `Elapsed` comes unless it is armed again or cancelled before."""
        self.cancel(name)
        self._token += 1
        loop = asyncio.get_running_loop()
        handle = loop.call_later(seconds, self.inbox.put_nowait, Elapsed(name, self._token))
        self._timers[name] = (self._token, handle)

    def cancel(self, name: str) -> None:
        if name in self._timers:
            self._timers.pop(name)[1].cancel()

    def due_s(self, name: str) -> float | None:
        """When timer `name` will run out, in seconds of the conversation; None when it is not set."""
        armed = self._timers.get(name)
        return self.at_s(armed[1].when()) if armed else None

    def due(self, elapsed: Elapsed) -> bool:
        """False for a timer that was cancelled or armed again while its message was under way."""
        armed = self._timers.get(elapsed.name)
        if armed is None or armed[0] != elapsed.token:
            return False
        del self._timers[elapsed.name]
        return True

    def spawn(self, name: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run a side task; its failure is logged and never ends the call."""
        task = self.tasks.create_task(self._guarded(name, work), name=f"{self.id}/{name}")
        task.add_done_callback(lambda _: work.close())  # cancelled before it began
        return task

    async def _guarded(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception as error:
            log.error("side task failed", task=name, call=self.id, error=type(error).__name__)
            self.emit("fault", task=name, error=type(error).__name__)
