"""The API on a real loopback server: what the bot tells, what a person orders, who may."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
import uvicorn

from bridge.adapters.config_directory import ConfigDirectory
from bridge.adapters.memory import CountingClock, MemoryEvents, MemoryStore, SilentTts
from bridge.app.call import Desk
from bridge.app.service import Service
from bridge.config import Settings
from bridge.cues.detectors import our_detectors
from bridge.web.page import Pages
from bridge.web.server import make_app
from sip.commands import Dial
from sip.memory import Far, MemoryUserAgent
from tests.flow.stage import SCRIPT, agents

TOKEN = "test-token"


class Office:
    """A service with one live call on the twin, behind a real HTTP server."""

    def __init__(self, client: httpx2.AsyncClient, ua: MemoryUserAgent, service: Service, id: str) -> None:
        self.client, self.ua, self.service, self.id = client, ua, service, id

    async def handoff(self, state: str) -> None:
        async with asyncio.timeout(5):
            while (await self.client.get("/v1/conversations")).json()[0]["handoff"] != state:
                await asyncio.sleep(0.01)


@asynccontextmanager
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    settings = Settings.model_validate({"agents": agents("ann"), "api": {"token": TOKEN}})
    pages = Pages()
    desk = Desk(
        settings=settings, tts=SilentTts(tmp_path), directory=ConfigDirectory(settings.agents),
        events=MemoryEvents(), store=MemoryStore(), pop=pages, clock=CountingClock(),
            ears=our_detectors().ears, rules_version="rules of tests",
    )  # fmt: skip
    service = Service(desk, script=SCRIPT, strict=True)

    def rings(far: Far, dial: Dial) -> None:
        far.ring()

    ua = MemoryUserAgent("worker-1", on_dial=rings)
    caller = ua.call()
    serving = asyncio.create_task(service.serve(ua))
    server = uvicorn.Server(
        uvicorn.Config(
            make_app(settings, service, pages), host="127.0.0.1", port=0, log_level="error", lifespan="off"
        )
    )
    running = asyncio.create_task(server._serve())
    async with asyncio.timeout(10):
        while not (server.started and service.live):
            await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers) as client:
        yield Office(client, ua, service, next(iter(service.live)))
    caller.hang_up()
    await asyncio.wait_for(serving, 60)
    server.should_exit = True
    await running


async def test_state_then_escalation_reaches_the_brief(tmp_path: Path) -> None:
    async with office(tmp_path) as o:
        state = {
            "intent": "billing_dispute",
            "actions": [{"name": "refund_charge", "result": "refused", "ok": False}],
            "authentication": {"status": "verified", "method": "pin"},
            "open": "refund the second charge",
        }
        path = f"/v1/conversations/{o.id}"
        assert (await o.client.put(f"{path}/state", json={"state": state})).status_code == 204
        wanted = {"reason": "bot_limit", "note": "refund needs a person"}
        assert (await o.client.post(f"{path}/escalate", json=wanted)).status_code == 202
        await o.handoff("dialing")
        brief = (await o.client.get(f"{path}/brief")).json()
        assert brief["authentication"]["status"] == "verified"
        assert brief["unresolved"]["text"] == "refund the second charge"
        page = await o.client.get(path)
        assert "refund the second charge" in page.text
        index = (await o.client.get("/")).text
        assert "dialing" in index
        assert path in index
        headers = dict(o.ua.legs["agent-1"].headers)
        assert headers["X-Conversation-Id"] == o.id


async def test_spoken_markup_shows_literally(tmp_path: Path) -> None:
    async with office(tmp_path) as o:
        path = f"/v1/conversations/{o.id}"
        await o.client.put(
            f"{path}/state", json={"state": {"open": "check & confirm <img src=x onerror=alert(1)>"}}
        )
        await o.client.post(f"{path}/escalate", json={})
        await o.handoff("dialing")
        page = (await o.client.get(path)).text
        assert "<img" not in page
        assert "check &amp; confirm" in page


async def test_order_dismisses_and_a_wrong_one_is_no_error(tmp_path: Path) -> None:
    async with office(tmp_path) as o:
        path = f"/v1/conversations/{o.id}"
        await o.client.post(f"{path}/escalate", json={})
        await o.handoff("dialing")
        assert (await o.client.post(f"{path}/order", json={"order": "hand_back"})).status_code == 202
        await o.handoff("dialing")
        assert (await o.client.post(f"{path}/order", json={"order": "dismiss"})).status_code == 202
        await o.handoff("DISMISSED")
        assert o.ua.legs["agent-1"].phase == "ended"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/v1/conversations"),
        ("GET", "/v1/conversations/x"),
        ("GET", "/v1/conversations/x/brief"),
        ("PUT", "/v1/conversations/x/state"),
        ("POST", "/v1/conversations/x/escalate"),
        ("POST", "/v1/conversations/x/order"),
    ],
)
async def test_without_the_token_nothing_is_told(tmp_path: Path, method: str, path: str) -> None:
    async with office(tmp_path) as o:
        answer = await o.client.request(method, path, headers={"Authorization": "Bearer wrong"}, json={})
        assert answer.status_code == 401


async def test_unknown_conversation_and_bad_bodies(tmp_path: Path) -> None:
    async with office(tmp_path) as o:
        assert (await o.client.get("/v1/conversations/nope/brief")).status_code == 404
        bad = {"reason": "because", "x": 1}
        assert (await o.client.post(f"/v1/conversations/{o.id}/escalate", json=bad)).status_code == 422
        long = {"note": "x" * 501}
        assert (await o.client.post(f"/v1/conversations/{o.id}/escalate", json=long)).status_code == 422
        assert (await o.client.get("/healthz", headers={"Authorization": ""})).json()["ok"] is True


async def test_a_service_that_stops_leaves_the_record_of_a_call_in_wrap_up(tmp_path: Path) -> None:
    async with office(tmp_path) as o:
        await o.client.post(f"/v1/conversations/{o.id}/escalate", json={})
        await o.handoff("dialing")
        o.ua.far("agent-1").answer()
        await o.handoff("briefing")
        o.ua.far("agent-1").press("1")
        await o.handoff("connected")
        o.ua.far("caller").hang_up()
        await o.handoff("wrap_up")
        async with asyncio.timeout(5):
            await o.service.finish(within_s=4)
        assert [r.handoffs[0].outcome.result for r in o.service.finished] == ["connected"]
