"""The OpenAI-compatible endpoint, against a local one that misbehaves."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from bridge.adapters.llm import ChatEndpoint

GOOD = {"choices": [{"message": {"content": '{"why": "charged twice"}'}}]}


@dataclass
class Far:
    """`body` None never answers."""

    body: bytes | None
    status: int = 200
    asked: list[bytes] = field(default_factory=list)
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                int(x.split(b":")[1]) for x in head.split(b"\r\n") if x.lower().startswith(b"content-length")
            )
            self.asked += [head, await reader.readexactly(length)]
            if self.body is None:
                await reader.read()
            else:
                writer.write(
                    b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n" % (self.status, len(self.body)) + self.body
                )
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def far(body: bytes | None, status: int = 200) -> AsyncIterator[Far]:
    there = Far(body, status)
    server = await asyncio.start_server(there.serve, "127.0.0.1", 0)
    there.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield there
    finally:
        server.close()


async def ask(url: str, deadline_s: float = 3.0) -> dict[str, object] | None:
    endpoint = ChatEndpoint(url, "small", "secret", deadline_s)
    try:
        return await endpoint.json("shorten", "the call")
    finally:
        await endpoint.aclose()


async def test_the_answer_is_an_object() -> None:
    async with far(json.dumps(GOOD).encode()) as there:
        assert await ask(there.url) == {"why": "charged twice"}
        assert there.asked[0].startswith(b"POST /v1/chat/completions")
        assert b"Bearer secret" in there.asked[0]
        sent = json.loads(there.asked[1])
        assert sent["model"] == "small"
        assert sent["messages"][1] == {"role": "user", "content": "the call"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"oops", 500),
        (json.dumps(GOOD).encode(), 302),
        (b"not json", 200),
        (b'{"choices": []}', 200),
        (b'{"choices": [{"message": {"content": null}}]}', 200),
        (b'{"choices": [{"message": {"content": "I think that"}}]}', 200),
        (b'{"choices": [{"message": {"content": "[1]"}}]}', 200),
        (b"[" * 50_000, 200),
        (b" " * 100_000 + json.dumps(GOOD).encode(), 200),
        (b"\xff\xfe", 200),
    ],
)
async def test_anything_else_is_none(body: bytes, status: int) -> None:
    async with far(body, status) as there:
        assert await ask(there.url) is None


async def test_it_keeps_its_deadline() -> None:
    async with far(None) as there, asyncio.timeout(2):
        assert await ask(there.url, deadline_s=0.1) is None


async def test_nobody_there() -> None:
    async with far(b"") as there:
        url = there.url
    assert await ask(url) is None
