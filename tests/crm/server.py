"""A small HTTP server on loopback that answers as a test says."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True, slots=True)
class Asked:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Told:
    """`body` None: nothing ever comes."""

    status: int = 200
    body: bytes | None = b"{}"
    headers: dict[str, str] = field(default_factory=dict)


def told(value: Any, status: int = 200) -> Told:
    return Told(status, json.dumps(value).encode())


class Server:
    def __init__(self, answer: Callable[[Asked], Told]) -> None:
        self._answer = answer
        self.asked: list[Asked] = []
        self.port = 0
        self.serving: set[asyncio.Task[Any] | None] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.serving.add(asyncio.current_task())
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                first, *lines = head.decode().strip().split("\r\n")
                headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                method, target, _ = first.split(" ")
                address = urlsplit(target)
                query = {name: values[0] for name, values in parse_qs(address.query).items()}
                asked = Asked(method, address.path, query, headers, body)
                self.asked.append(asked)
                answer = self._answer(asked)
                if answer.body is None:
                    await reader.read()
                    break
                more = "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
                length = f"content-length: {len(answer.body)}\r\n"
                writer.write(f"HTTP/1.1 {answer.status} X\r\n{more}{length}\r\n".encode() + answer.body)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


@asynccontextmanager
async def serving(answer: Callable[[Asked], Told]) -> AsyncIterator[Server]:
    there = Server(answer)
    server = await asyncio.start_server(there.serve, "127.0.0.1", 0)
    there.port = server.sockets[0].getsockname()[1]
    yield there
    server.close()
    async with asyncio.timeout(10):  # whoever asked has closed his end
        await asyncio.gather(*filter(None, there.serving))
