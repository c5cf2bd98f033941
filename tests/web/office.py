"""A service with one live call on the in-memory user agent, behind a real HTTP server on loopback."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import uvicorn
from cryptography.fernet import Fernet

from bridge.adapters.feed import LiveFeed
from bridge.adapters.files import FileStore
from bridge.adapters.memory import CountingClock, MemoryEvents, SilentTts
from bridge.adapters.record_files import RecordFiles
from bridge.adapters.tee import Tee
from bridge.app.call import Desk
from bridge.app.directory import Directory
from bridge.app.service import Service
from bridge.config import Settings
from bridge.cues.detectors import our_detectors
from bridge.ports import Hits
from bridge.web.auth import Door, hash_of
from bridge.web.backstage import Backstage
from bridge.web.desk import Console
from bridge.web.page import Pages
from bridge.web.server import make_app
from sip.commands import Dial
from sip.memory import Far, MemoryUserAgent
from tests.flow.stage import SCRIPT, agents

TOKEN = "test-token"


class NothingSaid:
    """Keeps `bridge.ports.Search`: a database without a word in it."""

    async def search(self, query: str, *, before: int | None, limit: int) -> Hits:
        return Hits(hits=())


class NothingHappened:
    """Keeps `bridge.ports.Ledger`: a database without a conversation in it."""

    async def report(self, *, since_s: float, until_s: float, days: float) -> dict[str, Any]:
        return {"conversations": 0}

    async def answered(self, conversation: str, score: int, channel: str) -> bool:
        return False


ROLES = ("bot", "readonly", "agent", "supervisor", "admin")


def token_of(role: str, agent: str | None = None) -> dict[str, Any]:
    """The token of a role is the role's name, an agent's his own."""
    name = agent or role
    return {"name": name, "role": role, "agent": agent, "sha256": hash_of(name)}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


class Office:
    """`client` has the admin's token."""

    def __init__(self, client: httpx2.AsyncClient, ua: MemoryUserAgent, stage: Backstage, id: str) -> None:
        self.client, self.ua, self.stage, self.id = client, ua, stage, id
        self.service = stage.service

    async def handoff(self, state: str) -> None:
        async with asyncio.timeout(5):
            while (await self.client.get("/v1/conversations")).json()[0]["handoff"] != state:
                await asyncio.sleep(0.01)


@asynccontextmanager
async def office(tmp_path: Path, api: dict[str, Any] | None = None) -> AsyncIterator[Office]:
    """`api`: that section of the configuration, with a token `admin`; by default one token alone."""
    settings = Settings.model_validate(
        {"agents": agents("ann", "ben"), "api": {"token": TOKEN} if api is None else api}
    )
    pages, clock = Pages(), CountingClock()
    console = Console(pages, clock.utc())
    feed = LiveFeed("tests", clock, lambda id: service.agents_of(id))
    directory = Directory(settings)
    desk = Desk(
        settings=settings, tts=SilentTts(tmp_path), directory=directory,
        events=Tee(MemoryEvents(), feed, console),
        store=FileStore(tmp_path / "records"), pop=console, clock=clock, ears=our_detectors().ears,
        rules_version="rules of tests",
    )  # fmt: skip
    service = Service(desk, script=SCRIPT, strict=True)
    stage = Backstage(
        settings=settings, service=service, pages=pages, console=console, roster=directory, feed=feed,
        door=Door(settings.api, Fernet.generate_key(), time.time), records=RecordFiles(tmp_path / "records"),
        search=NothingSaid(), ledger=NothingHappened(),
    )  # fmt: skip

    def rings(far: Far, dial: Dial) -> None:
        far.ring()

    ua = MemoryUserAgent("worker-1", on_dial=rings)
    caller = ua.call()
    serving = asyncio.create_task(service.serve(ua))
    server = uvicorn.Server(
        uvicorn.Config(make_app(stage), host="127.0.0.1", port=0, log_level="error", lifespan="off")
    )
    running = asyncio.create_task(server._serve())
    async with asyncio.timeout(10):
        while not (server.started and service.live):
            await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    async with httpx2.AsyncClient(
        base_url=f"http://127.0.0.1:{port}", headers=bearer(TOKEN if api is None else "admin")
    ) as client:
        try:
            yield Office(client, ua, stage, next(iter(service.live)))
        finally:
            caller.hang_up()
            server.should_exit = server.force_exit = True
            await asyncio.wait_for(serving, 60)
            await running
