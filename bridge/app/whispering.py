"""The private brief: built as the call goes, rendered while the phone rings, played on pickup."""

import asyncio
from collections.abc import Callable

from bridge.app.call import Call
from bridge.app.customer import shown
from bridge.app.redacted import redacted_state
from bridge.core.brief import BriefBuilder
from bridge.core.brief.refine import INSTRUCTION
from bridge.core.script import SCRIPT_ROOM, SCRIPT_S, fitting, script_of
from bridge.model.brief import Brief, Script
from bridge.model.cue import Escalation
from bridge.ports import Clip, Llm
from sip.commands import Play, Preload, Stop
from sip.events import PlayEnded, PlayStarted
from sip.types import ANNOUNCE, WHISPER

HEADLINE, DETAIL, MORE, PROMPT = "headline", "detail", "more", "prompt"
RENDERINGS = 4
CHAINS = {"all": (HEADLINE, DETAIL), "more": (MORE,)}


class Whisper:
    """One a conversation. `ended` is called when the chain has been played to its end."""

    def __init__(self, call: Call, ended: Callable[[], None], started: Callable[[], None]) -> None:
        self._call, self._ended, self._started = call, ended, started
        self._escalation: Escalation | None = None
        self._clips: dict[str, tuple[str, Clip]] = {}
        self._rendering: asyncio.Task[None] | None = None
        self._refining: asyncio.Task[None] | None = None
        self._builder = BriefBuilder(
            wording=call.desk.wording, caller=call.caller_id or None, names=call.settings.brief.names
        )
        self._queue: list[str] = []
        self._waiting_for: str | None = None
        self.part = "all"
        self.brief: Brief | None = None
        self.script: Script | None = None
        self.seconds: float | None = None
        self.heard: str | None = None

    def prepare(self, escalation: Escalation) -> None:
        """Start on the brief as soon as an escalation is at hand."""
        self._escalation = escalation
        self.heard, self.part = None, "all"
        self.renew()

    def pass_on(self, note: str) -> None:
        """What the agent who had the caller until now wants the next one to know."""
        self._builder.pass_on(note)
        self.heard, self.part = None, "all"
        self.renew()

    def renew(self) -> None:
        """Build the brief again from what is known now; render only what sounds different."""
        if self._escalation is None:
            return
        self._read()
        self.brief = self._builder.brief()
        self._show()
        if self._refining:
            self._refining.cancel()
        if self._call.desk.llm:
            self._refining = self._call.spawn("refine_brief", self._refine(self.brief, self._call.desk.llm))

    def add_customer(self) -> None:
        """The CRM has answered late: its record comes to the brief as it stands."""
        if self.brief is None:
            return
        self._know()
        self.brief = self._builder.with_customer(self.brief)
        self._call.emit("brief", version=self.brief.version, headline=self.brief.headline)

    def _know(self) -> None:
        self._builder.know(self._call.crm.status, shown(self._call.crm.record))

    def _read(self) -> None:
        """What has been said, reported and noticed since the last version."""
        assert self._escalation
        self._builder.hear(self._call.told.utterances)
        self._builder.report(redacted_state(self._call.bot_state))
        self._builder.notice(self._call.cues)
        self._know()
        self._builder.escalate(self._escalation)

    def _show(self) -> None:
        """Say that there is a new version, and render it."""
        assert self.brief
        self.script = script_of(self.brief, wording=self._call.desk.wording)
        self._call.emit("brief", version=self.brief.version, headline=self.brief.headline)
        if self._rendering:
            self._rendering.cancel()
        self._rendering = self._call.spawn("render_whisper", self._render(self.brief))

    async def _refine(self, brief: Brief, llm: Llm) -> None:
        """Other words for it, if they come while they can still be used; nothing waits for them."""
        answer = await llm.json(INSTRUCTION, self._builder.material(brief))
        if answer is None or brief is not self.brief or self._begun:
            return
        made = self._builder.refined(brief, answer)
        if made is not brief:
            self.brief = made
            self._show()

    @property
    def _begun(self) -> bool:
        """Is the agent being told already?"""
        return bool(self._queue or self._waiting_for or self.heard)

    async def _render(self, brief: Brief) -> None:
        """Headline first, for it may be wanted at once; what takes too long in this voice is shortened."""
        room = SCRIPT_ROOM
        for _ in range(RENDERINGS):
            self.script = script_of(brief, room, self._call.desk.wording)
            await self._render_parts(self.script)
            self.seconds = round(sum(self._clips[part][1].seconds for part in CHAINS["all"]), 2)
            if self.seconds <= SCRIPT_S or self._queue or self._waiting_for:
                return
            room = fitting(room, self.seconds)

    async def _render_parts(self, script: Script) -> None:
        wanted = {
            HEADLINE: script.headline,
            DETAIL: script.detail,
            PROMPT: self._call.settings.words.press_one,
            MORE: script.more,
        }
        for part, text in wanted.items():
            if part in self._clips and self._clips[part][0] == text:
                continue
            clip = await self._call.desk.tts.render(text, voice="whisper")
            self._call.ua.send(Preload(path=str(clip.path)))
            self._clips[part] = (text, clip)
            if self._waiting_for == part:
                self._play(part)

    # -- playing

    def play(self) -> None:
        self._queue = list(CHAINS[self.part])
        self._next()

    def prompt(self) -> None:
        self._queue = [PROMPT]
        self._next()

    def say(self, text: str, *, tag: str) -> None:
        """One sentence to the agent alone, outside the chain."""

        async def speak() -> None:
            clip = await self._call.desk.tts.render(text, voice="whisper")
            self._call.ua.send(Play(player=WHISPER, path=str(clip.path), tag=tag))

        self._queue = []
        self._call.spawn("say", speak())

    def announce(self, text: str, *, tag: str = "announce") -> None:
        """One sentence to the caller alone."""

        async def speak() -> None:
            clip = await self._call.desk.tts.render(text, voice="bot")
            self._call.ua.send(Play(player=ANNOUNCE, path=str(clip.path), tag=tag))

        self._call.spawn("announce", speak())

    def stop(self) -> None:
        self._queue, self._waiting_for = [], None
        if self.heard is None or self.heard == "started":
            self.heard = "skipped" if self.heard else None
        self._call.ua.send(Stop(player=WHISPER))

    def _next(self) -> None:
        if not self._queue:
            self._ended()
            return
        part = self._queue.pop(0)
        if part in self._clips:
            self._play(part)
        else:
            self._waiting_for = part  # the render task plays it the moment it is there

    def _play(self, part: str) -> None:
        self._waiting_for = None
        clip = self._clips[part][1]
        self._call.ua.send(Play(player=WHISPER, path=str(clip.path), tag=part))
        self._call.emit("whisper", part=part, clip=clip.path.name, seconds=clip.seconds)

    def play_started(self, event: PlayStarted) -> None:
        if event.player == WHISPER and event.tag == HEADLINE:
            self.heard = self.heard or "started"
            self._started()

    def play_ended(self, event: PlayEnded) -> None:
        """A chain goes on by itself; the prompt for the key is not part of the whisper."""
        if event.player != WHISPER or not event.completed or event.tag == PROMPT:
            return
        if event.tag == DETAIL:
            self.heard = "whole"
        if event.tag in (HEADLINE, DETAIL, MORE):
            self._next()
