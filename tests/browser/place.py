"""The real service with real workers, a web server with the page's telephone, and a real Chromium."""

import asyncio
import base64
import contextlib
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import uvicorn
from playwright.async_api import Browser, async_playwright
from playwright.async_api import Page as Tab
from starlette.applications import Starlette
from starlette.responses import FileResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

import bridge.web
from bridge.config import Settings
from bridge.peers.chromium import arguments, chromium
from bridge.ports import Clip, Tts
from sip.party.g711 import Pcm
from sip.party.wav import write_wav
from tests.sip.audio import write_wav as write_wav_at
from tests.walks.world import ToneTts, World
from tests.wire.ears import speech

HERE = Path(__file__).parent
CONSOLE = Path(bridge.web.__file__).parent / "console"


class SpokenTts(ToneTts):
    """A real voice for what the agent is told; the bot makes tones, which takes no time."""

    async def render(self, text: str, *, voice: str = "bot") -> Clip:
        if voice == "bot":
            return await super().render(text, voice=voice)
        path = self._folder / f"{hashlib.sha256(f'{voice}{text}'.encode()).hexdigest()[:16]}.wav"
        pcm = await asyncio.to_thread(speech, text)
        if not path.exists():
            write_wav(path, pcm)
        return Clip(path=path, seconds=len(pcm) / 8000, engine="hibari")


class Place(World):
    """`base` is where its web server is."""

    base = ""

    def tts(self) -> Tts:
        return SpokenTts(self.folder)

    def worker_settings(self, index: int) -> dict[str, Any]:
        first = 31000 + 8 * index
        return {"browser": {"bind_ip": f"{self.net}.1", "first_port": first, "last_port": first + 7}}

    def app(self) -> Starlette:
        """The page, its modules as the console serves them, and the socket for what they have to say."""

        async def page(request: Any) -> FileResponse:
            return FileResponse(HERE / "page.html")

        async def ear(request: Any) -> FileResponse:
            return FileResponse(HERE / "ear.js")

        async def talk(socket: WebSocket) -> None:
            await socket.accept()
            agent = socket.query_params["agent"]
            async with self.service.browsers.page(agent, socket.send_json) as open_page:
                with contextlib.suppress(WebSocketDisconnect):
                    while True:
                        open_page.receive(await socket.receive_json())

        return Starlette(
            routes=[
                WebSocketRoute("/v1/phone", talk),
                Mount("/console", StaticFiles(directory=CONSOLE)),
                Route("/", page),
                Route("/ear.js", ear),
            ]
        )


@contextlib.asynccontextmanager
async def place(net: str, agents: list[dict[str, Any]]) -> AsyncIterator[Place]:
    """Short timers, no rules but those for a request."""
    settings = Settings.model_validate(
        {"agents": agents, "policy": {"rules": []}, "handoff": {"wrap_up_timeout_s": 0.5}}
    )
    async with Place(settings, net) as world:
        config = uvicorn.Config(
            world.app(), host=f"{net}.1", port=0, log_level="error", lifespan="off", ws="websockets-sansio"
        )
        server = uvicorn.Server(config)
        running = asyncio.create_task(server._serve())
        while not server.started:
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        world.base = f"http://127.0.0.1:{port}" if net == "127.0.0" else f"http://{net}.1:{port}"
        try:
            yield world
        finally:
            server.should_exit = server.force_exit = True
            await running


@dataclass(slots=True)
class Desk:
    """An agent's page in its own browser."""

    browser: Browser
    tab: Tab

    async def state(self) -> dict[str, Any]:
        state: dict[str, Any] = await self.tab.evaluate("phone.state")
        return state

    async def until(self, what: str, timeout_s: float = 8.0) -> None:
        """Until an expression about `phone` is true."""
        await self.tab.wait_for_function(what, timeout=timeout_s * 1000)

    async def answer(self) -> None:
        """As a click on Accept does."""
        await self.until("phone.state.ringing.length > 0")
        await self.tab.evaluate(
            "() => { const [{conversation, leg}] = phone.state.ringing; phone.answer(conversation, leg); }"
        )

    async def heard(self) -> Pcm:
        """What it has heard since it was asked last, at 48 kHz."""
        return np.frombuffer(base64.b64decode(await self.tab.evaluate("takeHeard()")), np.int16)

    async def kill(self) -> None:
        """The whole browser, at once and without a word."""
        session = await self.browser.new_browser_cdp_session()
        with contextlib.suppress(Exception):  # nobody is left to answer
            await asyncio.wait_for(session.send("Browser.crash"), 2)


@contextlib.asynccontextmanager
async def desk(world: Place, agent: str, words: str) -> AsyncIterator[Desk]:
    """An agent who keeps saying `words`, with the page open and the device test passed."""
    voice = write_wav_at(world.folder / f"{agent}.wav", speech(words, 48_000), 48_000)
    found = chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=found.program, headless=True, args=arguments(voice),
            env={**found.environment} or None,
        )  # fmt: skip
        tab = await browser.new_page()
        tab.on("console", lambda message: print("page:", message.text))
        tab.on("pageerror", lambda error: print("page error:", error))
        await tab.goto(f"{world.base}/?agent={agent}")
        found_desk = Desk(browser, tab)
        await found_desk.until("window.tested && phone.state.tested")
        try:
            yield found_desk
        finally:
            with contextlib.suppress(Exception):
                await browser.close()
