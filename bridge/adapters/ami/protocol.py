"""The manager protocol on one connection: logging in, actions, events.

Written here because no library fits: panoramisk, the asyncio one, has not been released since 2021 and has no
types; the maintained ones read in threads. What is needed of the protocol is this file.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from itertools import count
from typing import Final, Self

CONNECT_S: Final = 5.0
LONGEST_LINE: Final = 16 * 1024
MOST_LINES: Final = 200
"""of one packet"""
QUIET_S: Final = 15.0
"""behind so much silence a ping is sent, and an answer expected within as much"""

Packet = dict[str, str]


class AmiError(Exception):
    """Not the protocol, or a login that was refused; the text holds no secret."""


class AmiConnection:
    """`async with await AmiConnection.open(...) as ami`, then `async for packet in ami.packets()`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._ids = count(1)

    @classmethod
    async def open(cls, host: str, port: int, user: str, secret: str, source: str = "") -> Self:
        """From our address `source`, the one that Asterisk permits. Raises OSError, TimeoutError, `AmiError`."""
        async with asyncio.timeout(CONNECT_S):
            reader, writer = await asyncio.open_connection(
                host, port, limit=LONGEST_LINE, local_addr=(source, 0) if source else None
            )
            made = cls(reader, writer)
            try:
                await made._log_in(user, secret)
            except BaseException:
                writer.close()
                raise
        return made

    async def _log_in(self, user: str, secret: str) -> None:
        if not (await self._reader.readline()).startswith(b"Asterisk Call Manager/"):
            raise AmiError("there is no Asterisk manager at that port")
        asked = await self._answer("Challenge", {"AuthType": "MD5"})
        key = hashlib.md5((asked.get("challenge", "") + secret).encode(), usedforsecurity=False).hexdigest()
        login = {"AuthType": "MD5", "Username": user, "Key": key, "Events": "on"}
        await self._answer("Login", login)

    async def _answer(self, action: str, fields: Mapping[str, str]) -> Packet:
        """The response to an action, before there are events."""
        id = self.send(action, fields)
        while (packet := await self._packet()) is not None:
            if packet.get("actionid") == id:
                if packet.get("response") != "Success":
                    raise AmiError(f"{action} was refused: {packet.get('message', 'no reason given')}")
                return packet
        raise AmiError("the connection was closed during the login")

    def send(self, action: str, fields: Mapping[str, str] | None = None) -> str:
        """Its id, which the response and the events of a list carry."""
        id = str(next(self._ids))
        lines = {"Action": action, "ActionID": id, **(fields or {})}
        if any("\r" in value or "\n" in value for value in lines.values()):
            raise ValueError("a value with a line end in it")
        text = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self._writer.write(text.encode() + b"\r\n")
        return id

    async def packets(self) -> AsyncIterator[Packet]:
        """Until the connection ends; names of fields are in lower case. A peer that hangs is left."""
        asked = False
        while True:
            try:
                async with asyncio.timeout(QUIET_S):
                    packet = await self._packet()
            except TimeoutError:
                if asked:
                    raise
                asked = True
                self.send("Ping")
                continue
            if packet is None:
                return
            asked = False
            yield packet

    async def _packet(self) -> Packet | None:
        """None at the end. Raises `AmiError` for what is longer than anything Asterisk sends."""
        packet: Packet = {}
        for _ in range(MOST_LINES):
            try:
                line = await self._reader.readline()
            except ValueError:
                raise AmiError("a line longer than any of Asterisk's") from None
            if not line:
                return None
            text = line.decode("utf-8", "replace").rstrip("\r\n")
            if not text:
                if packet:
                    return packet
                continue
            name, colon, value = text.partition(":")
            if colon:
                packet[name.strip().lower()] = value.strip()
        raise AmiError("a packet longer than any of Asterisk's")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc: object) -> None:
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()
