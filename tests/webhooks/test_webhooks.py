"""Webhooks against a real server on loopback that takes, refuses, hangs and goes away."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bridge.adapters.files import SystemClock
from bridge.adapters.webhooks.hooks import Webhooks
from bridge.adapters.webhooks.signature import signed
from bridge.adapters.webhooks.spool import Message, Spool
from bridge.config import Webhook

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class Receiver:
    """Answers by `answer`: a status, or None to hang up without a word."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answer: Callable[[dict[str, Any]], int | None] = lambda body: 204
        self.port = 0
        self._news = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode().split("\r\n")[1:]
                headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
                body = await reader.readexactly(int(headers["content-length"]))
                self.got.append((headers, body))
                self._news.set()
                status = self.answer(json.loads(body))
                if status is None:
                    break
                writer.write(f"HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n".encode())
        except asyncio.IncompleteReadError:
            pass
        writer.close()

    async def until(self, done: Callable[[], bool]) -> None:
        async with asyncio.timeout(15):
            while not done():
                self._news.clear()
                try:
                    async with asyncio.timeout(0.02):
                        await self._news.wait()
                except TimeoutError:
                    continue

    def kinds(self) -> list[str]:
        return [json.loads(body)["type"] for _, body in self.got]


@asynccontextmanager
async def receiver(port: int = 0) -> AsyncIterator[Receiver]:
    there = Receiver()
    server = await asyncio.start_server(there.serve, "127.0.0.1", port)
    there.port = server.sockets[0].getsockname()[1]
    yield there
    server.close()
    server.close_clients() if hasattr(server, "close_clients") else None


def hook(port: int, **more: Any) -> Webhook:
    given = {"name": "crm", "url": f"http://127.0.0.1:{port}/in", "secret": SECRET} | more
    return Webhook.model_validate(given)


@asynccontextmanager
async def sending(tmp_path: Path, *hooks: Webhook) -> AsyncIterator[Webhooks]:
    there = Webhooks(list(hooks), tmp_path / "w.sqlite", "tests", SystemClock(), first_retry_s=0.05)
    there.start()
    yield there
    await there.close()


def outcome(there: Webhooks, call: str = "c1") -> None:
    there.emit("outcome", call, {"at_s": 1.0, "handoff": "h", "result": "connected", "phase": "connected"})


def test_the_signature_is_the_standards() -> None:
    """The vector that the libraries of standardwebhooks.com test themselves with."""
    headers = signed(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


async def test_an_event_arrives_signed_and_once(tmp_path: Path) -> None:
    async with receiver() as there, sending(tmp_path, hook(there.port)) as hooks:
        outcome(hooks)
        await there.until(lambda: hooks.counts["crm"]["sent"] == 1)
        [(headers, body)] = there.got
        told = json.loads(body)
        assert told["type"] == "handoff.outcome"
        assert told["data"]["result"] == "connected"
        at = int(headers["webhook-timestamp"])
        assert (
            headers["webhook-signature"]
            == signed(SECRET, headers["webhook-id"], at, body)["webhook-signature"]
        )


async def test_a_server_that_is_away_gets_it_later_even_from_another_process(tmp_path: Path) -> None:
    async with receiver() as there:
        port = there.port
    async with sending(tmp_path, hook(port)) as hooks:
        outcome(hooks)
        outcome(hooks, "c2")
        await there.until(lambda: hooks.counts["crm"]["failed"] >= 2)
    async with receiver(port) as back, sending(tmp_path, hook(port)) as hooks:
        await back.until(lambda: hooks.counts["crm"]["sent"] == 2)
        assert [json.loads(body)["data"]["call"] for _, body in back.got] == ["c1", "c2"]


async def test_a_retry_has_the_same_id_and_a_new_signature(tmp_path: Path) -> None:
    async with receiver() as there, sending(tmp_path, hook(there.port)) as hooks:
        answers = iter([500, None, 429, 204])
        there.answer = lambda body: next(answers)
        outcome(hooks)
        await there.until(lambda: hooks.counts["crm"]["sent"] == 1)
        assert len({headers["webhook-id"] for headers, _ in there.got}) == 1
        assert len(there.got) == 4


async def test_one_message_refused_holds_up_no_other(tmp_path: Path) -> None:
    async with receiver() as there, sending(tmp_path, hook(there.port)) as hooks:
        there.answer = lambda body: 400 if body["data"]["call"] == "bad" else 204
        outcome(hooks, "bad")
        outcome(hooks, "good")
        await there.until(lambda: hooks.counts["crm"]["sent"] == 1 and hooks.counts["crm"]["failed"] >= 2)


async def test_what_nobody_took_in_time_is_given_up_and_counted(tmp_path: Path) -> None:
    async with receiver() as there, sending(tmp_path, hook(there.port, retry_for_h=0)) as hooks:
        there.answer = lambda body: 400
        outcome(hooks)
        await there.until(lambda: hooks.counts["crm"]["dropped"] == 1)


async def test_a_server_that_says_gone_is_left_in_peace(tmp_path: Path) -> None:
    async with receiver() as there, sending(tmp_path, hook(there.port)) as hooks:
        there.answer = lambda body: 410
        outcome(hooks)
        await there.until(lambda: hooks.counts["crm"]["gone"] == 1)
        outcome(hooks)
        await there.until(lambda: len(there.got) == 1 and hooks._posting[0].done())


async def test_words_go_only_where_they_are_wanted(tmp_path: Path) -> None:
    async with receiver() as there, receiver() as other:
        quiet = hook(there.port, name="quiet", events=["*"])
        told = hook(other.port, name="told", events=["*"], words=True)
        async with sending(tmp_path, quiet, told) as hooks:
            said = {
                "at_s": 1.0, "id": "u1", "speaker": "caller", "text": "my refund", "normalized": "",
                "start_s": 0.0, "end_s": 1.0, "during": "dialogue",
            }  # fmt: skip
            hooks.emit("utterance", "c1", said)
            outcome(hooks)
            await there.until(
                lambda: hooks.counts["quiet"]["sent"] == 1 and hooks.counts["told"]["sent"] == 2
            )
        assert there.kinds() == ["handoff.outcome"]
        assert other.kinds() == ["handoff.utterance", "handoff.outcome"]


async def test_a_redirect_is_not_followed(tmp_path: Path) -> None:
    async with receiver() as there, sending(tmp_path, hook(there.port)) as hooks:
        there.answer = lambda body: 302
        outcome(hooks)
        await there.until(lambda: hooks.counts["crm"]["failed"] >= 1)
        assert hooks.counts["crm"]["sent"] == 0


def test_the_oldest_go_where_there_are_too_many(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "w.sqlite")
    several = [
        Message(hook="a", id=f"m{n}", kind="outcome", body=b"{}", made=float(n), due=float(n))
        for n in range(5)
    ]
    assert spool.put(several, most=3) == 2
    assert [message.id for message in spool.due("a", 10.0, 10)] == ["m2", "m3", "m4"]
    assert spool.put([Message(hook="b", id="x", kind="k", body=b"", made=1.0, due=1.0)], most=3) == 0
    assert (spool.waiting("a"), spool.waiting("b")) == (3, 1)
    spool.close()


def test_the_spool_is_for_us_alone(tmp_path: Path) -> None:
    Spool(tmp_path / "w.sqlite").close()
    assert (tmp_path / "w.sqlite").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("damage", [b"", b"no database at all, but a text of some length" * 100])
def test_a_damaged_spool_is_put_aside_and_said(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "w.sqlite"
    path.write_bytes(damage)
    spool = Spool(path)
    assert spool.waiting("a") == 0
    assert bool(list(tmp_path.glob("w.sqlite.damaged-*"))) == bool(damage)
    spool.close()
