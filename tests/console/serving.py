"""The real page in front of a bridge made of one snapshot."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI, WebSocket
from playwright.async_api import Browser, async_playwright
from starlette.websockets import WebSocketDisconnect

from bridge.peers.chromium import chromium as peer
from bridge.web.static import add_console_files

MEASURES = {
    "conversations": 4180, "escalation_rate": 0.31, "repeat_information_rate": 0.22, "listened": 1214,
    "fcr": 0.79, "fcr_n": 3105, "effort": 1.8, "csat": 4.1, "csat_n": 402, "handle_time": 312.4,
}  # fmt: skip


class Painted:
    """A bridge that sends `snapshot` to whoever connects, then `more`, and remembers what the page sent."""

    def __init__(self) -> None:
        self.snapshot: dict[str, Any] = {}
        self.got: list[dict[str, Any]] = []
        self.sockets: list[WebSocket] = []
        self.app = FastAPI()
        add_console_files(self.app)
        self.app.add_api_websocket_route("/v1/console", self._talk)
        self.app.add_api_route("/v1/measures", self._measures)

    async def _measures(self) -> dict[str, Any]:
        return MEASURES

    async def _talk(self, socket: WebSocket) -> None:
        await socket.accept()
        self.sockets.append(socket)
        await socket.send_json(self.snapshot)
        try:
            while True:
                self.got.append(await socket.receive_json())
        except WebSocketDisconnect:
            self.sockets.remove(socket)

    async def send(self, message: dict[str, Any]) -> None:
        for socket in self.sockets:
            await socket.send_json(message)


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[str]:
    """The app on a loopback port; its address."""
    server = uvicorn.Server(
        uvicorn.Config(
            app, host="127.0.0.1", port=0, log_level="error", lifespan="off", ws="websockets-sansio"
        )
    )
    running = asyncio.create_task(server._serve())
    async with asyncio.timeout(10):
        while not server.started:
            await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await running


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        found = peer()
        browser = await playwright.chromium.launch(
            executable_path=found.program, env={**os.environ, **found.environment}
        )
        try:
            yield browser
        finally:
            await browser.close()
