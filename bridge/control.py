"""Main's control socket: SIP, ASR and registrar workers, the TTS process and the supervisor connect to it."""

import asyncio
import json
from contextlib import suppress
from pathlib import Path

import structlog

from bridge.adapters.tts_process import TtsProcess
from bridge.app.service import Service
from sip.remote import LONGEST_LINE_BYTES, Hello, RemoteUserAgent

log = structlog.get_logger()
HELLO_S = 5.0


class ControlSocket:
    """First line of a connection: {"kind": "sip" | "asr" | "tts" | "registrar" | "drain", ...}; the rest is
    that adapter's."""

    def __init__(self, path: Path, service: Service, tts: TtsProcess) -> None:
        self._path, self._service, self._tts = path, service, tts
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Raises OSError when the path cannot be bound."""
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(
            self._accept, path=str(self._path), limit=LONGEST_LINE_BYTES
        )
        self._path.chmod(0o600)

    async def close(self) -> None:
        if self._server:
            self._server.close()
        for task in list(self._serving):
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._serving.add(task)
        try:
            async with asyncio.timeout(HELLO_S):
                hello = json.loads(await reader.readline())
            await self._serve(reader, writer, hello)
        except (TimeoutError, ValueError, KeyError, ConnectionError) as error:
            log.warning("connection refused", error=type(error).__name__)
        except asyncio.CancelledError:
            pass
        finally:
            self._serving.discard(task)
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, hello: dict[str, object]
    ) -> None:
        match hello.get("kind"):
            case "sip":
                agent = RemoteUserAgent(reader, writer, Hello.model_validate(hello))
                if agent.hello.conversation:
                    await _listen_only(agent)
                else:
                    await self._service.serve(agent)
            case "asr":
                await self._service.asr.attach(reader, writer, hello)
            case "tts":
                await self._tts.attach(reader, writer, hello)
            case "drain":
                self._service.drain()
            case "registrar":
                await self._service.registrations.attach(reader, hello)
            case other:
                log.warning("unknown kind of connection", kind=str(other)[:20])


async def _listen_only(orphan: RemoteUserAgent) -> None:
    """A worker of the main before us keeps to its posture: told nothing, heard to its end."""
    async for _ in orphan.events():
        pass
