"""The real page in real Chromium on the real server; the telephones of its calls are the twin's."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from cryptography.fernet import Fernet
from playwright.async_api import Browser, Page

from bridge.adapters.feed import LiveFeed
from bridge.adapters.files import FileStore
from bridge.adapters.memory import CountingClock, MemoryEvents, SilentTts
from bridge.adapters.record_files import RecordFiles
from bridge.adapters.tee import Tee
from bridge.app import messages as m
from bridge.app.call import Desk
from bridge.app.conversation import Conversation
from bridge.app.directory import Directory
from bridge.app.service import Service
from bridge.config import Settings
from bridge.cues.detectors import our_detectors
from bridge.model.bot import Action, Authentication, BotState
from bridge.model.cue import Escalation
from bridge.model.transcript import Speaker, Utterance
from bridge.web.auth import Door, Identity, hash_of
from bridge.web.backstage import Backstage
from bridge.web.desk import Console
from bridge.web.page import Pages
from bridge.web.server import make_app
from sip.commands import Dial
from sip.memory import Far, MemoryUserAgent
from tests.console.serving import served
from tests.flow.stage import SCRIPT, agents, our_playbook

PEOPLE = {
    "ann": ("agent", "ann"),
    "bob": ("agent", "bob"),
    "sam": ("supervisor", None),
    "eye": ("readonly", None),
}
STATE = BotState(
    intent="billing_dispute",
    actions=(Action(name="refund_charge", result="refused, needs a person", ok=False),),
    authentication=Authentication(status="verified", method="pin"),
    open="refund the second charge",
)


@dataclass
class Bureau:
    """`url` of the page; everybody's token is his name."""

    url: str
    console: Console
    service: Service
    events: MemoryEvents
    ua: MemoryUserAgent
    caller: Far
    dialed: list[tuple[str, float]] = field(default_factory=list)
    """(leg, when its INVITE went out)"""

    @property
    def live(self) -> Conversation:
        return next(iter(self.service.live.values()))

    @staticmethod
    def console_identity(name: str) -> Identity:
        role, agent = PEOPLE[name]
        return Identity(name=name, role=cast(Any, role), agent=agent)

    def says(self, text: str, speaker: Speaker = Speaker.CALLER) -> None:
        """Somebody's words, as the recognizer's final would bring them."""
        now = self.live.call.now_s()
        number = len(self.live.call.transcript.utterances)
        said = Utterance(
            id=f"t{number}", speaker=speaker, text=text, start_s=now - 1.0, end_s=now, confidence=0.9
        )
        self.live._hear(said)

    def escalate(self) -> None:
        self.service.tell(self.live.call.id, m.BotReported(STATE))
        wanted = Escalation(
            reason="bot_limit",
            rule="bot_api",
            quote="refund needs a person",
            score=1.0,
            at_s=0.0,
            source="bot_api",
        )
        self.service.escalate(self.live.call.id, m.Escalate(wanted))

    async def until(self, state: str) -> None:
        async with asyncio.timeout(10):
            while self.live.handoffs.state != state:
                await asyncio.sleep(0.01)


@asynccontextmanager
async def bureau(tmp_path: Path, **changes: Any) -> AsyncIterator[Bureau]:
    """One live call whose agents' telephones ring and are answered by the test."""
    tokens = [
        {"name": name, "role": role, "agent": agent, "sha256": hash_of(name)}
        for name, (role, agent) in PEOPLE.items()
    ]
    settings = Settings.model_validate(
        {
            "agents": agents("ann", "bob"), "api": {"tokens": tokens},
            "handoff": {"flush_timeout_s": 0.1, "pop_wait_s": 1.0}, "policy": {"rules": []},
            "console": {"supervisors": [{"name": "sam", "uri": "sip:sam@127.0.0.7"}]}, **changes,
        }
    )  # fmt: skip
    pages, clock, events = Pages(), CountingClock(), MemoryEvents()
    console = Console(pages, clock.utc())
    feed = LiveFeed("tests", clock, lambda id: service.agents_of(id))
    directory = Directory(settings)
    desk = Desk(
        settings=settings, tts=SilentTts(tmp_path), directory=directory, events=Tee(events, feed, console),
        store=FileStore(tmp_path / "records"), pop=console, clock=clock, ears=our_detectors().ears,
        rules_version="rules of tests", playbook=our_playbook(),
    )  # fmt: skip
    service = Service(desk, script=SCRIPT, strict=True)
    stage = Backstage(
        settings=settings, service=service, pages=pages, console=console, roster=directory, feed=feed,
        door=Door(settings.api, Fernet.generate_key(), time.time), records=RecordFiles(tmp_path / "records"),
    )  # fmt: skip
    dialed: list[tuple[str, float]] = []

    def on_dial(far: Far, dial: Dial) -> None:
        dialed.append((dial.leg, time.monotonic()))
        far.ring()

    ua = MemoryUserAgent("worker-1", on_dial=on_dial)
    caller = ua.call()
    serving = asyncio.create_task(service.serve(ua))
    async with served(make_app(stage)) as url:
        async with asyncio.timeout(10):
            while not service.live:
                await asyncio.sleep(0.01)
        try:
            yield Bureau(url, console, service, events, ua, caller, dialed)
        finally:
            caller.hang_up()
            await service.finish(2.0)
            await asyncio.wait_for(serving, 60)


async def signed_in(browser: Browser, url: str, token: str, *, form: bool = False, **context: Any) -> Page:
    """Somebody's page; `form`: signed in by typing. `complaints` is what the browser finds wrong."""
    page = await (await browser.new_context(viewport={"width": 1360, "height": 860}, **context)).new_page()
    complaints: list[str] = []
    page.complaints = complaints  # type: ignore[attr-defined]
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    if not form:
        assert (await page.request.post(f"{url}/v1/session", data={"token": token})).ok
    await page.goto(url)
    if form:
        await page.get_by_label("Your token").fill(token)
        await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_selector(".frame")
    complaints.clear()  # the first connection was refused, as it had to be
    return page
