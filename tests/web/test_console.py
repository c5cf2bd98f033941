"""The console's WebSocket: who is let in, what each is told, what is refused; the wallboard's counts."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from bridge.web.auth import Identity
from bridge.web.board import Board
from bridge.web.desk import QUEUE, OpenPage
from bridge.web.view import changes, without_words
from tests.web.office import Office, bearer, office, token_of

TOKENS = {
    "tokens": [
        token_of("bot"), token_of("readonly"), token_of("agent", "ann"), token_of("agent", "ben"),
        token_of("supervisor"), token_of("admin"),
    ]
}  # fmt: skip


@asynccontextmanager
async def page(o: Office, token: str, query: str = "", **headers: str) -> AsyncIterator[ClientConnection]:
    url = str(o.client.base_url).replace("http", "ws")
    async with connect(f"{url}/v1/console{query}", additional_headers={**bearer(token), **headers}) as socket:
        yield socket


async def told(socket: ClientConnection, kind: str, **where: Any) -> dict[str, Any]:
    """The next message of that kind."""
    async with asyncio.timeout(5):
        while True:
            message: dict[str, Any] = json.loads(await socket.recv())
            if message["type"] == kind and all(message.get(k) == v for k, v in where.items()):
                return message


async def order(socket: ClientConnection, id: str, verb: str, **more: Any) -> str:
    await socket.send(json.dumps({"type": "order", "n": 7, "verb": verb, "conversation": id, **more}))
    return str((await told(socket, "answer", n=7))["code"])


@pytest.mark.parametrize(("token", "code"), [("nobody", 4401), ("bot", 4403)])
async def test_who_may_not_is_told_so(tmp_path: Path, token: str, code: int) -> None:
    async with office(tmp_path, TOKENS) as o, page(o, token) as socket:
        with pytest.raises(ConnectionClosed):
            await socket.recv()
        assert socket.close_code == code


async def test_another_sites_page_is_refused(tmp_path: Path) -> None:
    async with office(tmp_path, TOKENS) as o, page(o, "admin", Origin="http://evil.example") as socket:
        with pytest.raises(ConnectionClosed):
            await socket.recv()
        assert socket.close_code == 4403


@pytest.mark.parametrize(
    "sent", ['{"type":"order"}', "not JSON", "[]", '{"type":"shown","show":"x","more":1}']
)
async def test_what_no_page_of_ours_sends_ends_the_connection(tmp_path: Path, sent: str) -> None:
    async with office(tmp_path, TOKENS) as o, page(o, "ann") as socket:
        await told(socket, "snapshot")
        await socket.send(sent)
        with pytest.raises(ConnectionClosed):
            await told(socket, "never")
        assert socket.close_code == 4400


async def test_an_agent_orders_in_his_own_call_only(tmp_path: Path) -> None:
    async with office(tmp_path, TOKENS) as o, page(o, "ann") as ann, page(o, "ben", "?agent=ann") as ben:
        await told(ann, "snapshot")
        assert (await told(ben, "snapshot"))["me"]["agent"] == "ben"
        await o.client.post(f"/v1/conversations/{o.id}/escalate", json={}, headers=bearer("bot"))
        offer = await told(ann, "call")
        assert offer["set"]["agent"] == "ann"
        assert await order(ben, o.id, "decline") == "not_yours"
        assert await order(ann, o.id, "supervise") == "refused"
        assert await order(ann, o.id, "hold") == "refused"
        assert await order(ann, o.id, "decline", handoff="another") == "conflict"
        assert await order(ann, o.id, "decline", handoff=offer["set"]["handoff"]) == "accepted"
        assert (await told(ben, "call"))["set"]["agent"] == "ben"
        anns = next(page for page in o.stage.console.open if page.sit == "ann")
        assert anns.sent == {}


async def test_who_looks_on_hears_no_word_and_orders_nothing(tmp_path: Path) -> None:
    async with office(tmp_path, TOKENS) as o, page(o, "readonly") as eye:
        snapshot = await told(eye, "snapshot")
        assert snapshot["board"]["handoffs"] == 0
        body = {"note": "a word of the bot"}
        await o.client.post(f"/v1/conversations/{o.id}/escalate", json=body, headers=bearer("bot"))
        seen = await told(eye, "call")
        assert "a word of the bot" not in json.dumps(seen)
        assert seen["set"].get("brief") is None
        assert await order(eye, o.id, "send_back") == "refused"


async def test_a_supervisor_at_a_desk_acts_for_it(tmp_path: Path) -> None:
    async with office(tmp_path, TOKENS) as o, page(o, "supervisor", "?agent=ann") as sam:
        assert (await told(sam, "snapshot"))["me"]["agent"] == "ann"
        await o.client.post(f"/v1/conversations/{o.id}/escalate", json={}, headers=bearer("bot"))
        await o.handoff("dialing")
        assert await order(sam, o.id, "send_back") == "accepted"
        await sam.send(json.dumps({"type": "presence", "willing": False, "reason": "lunch"}))
        agents = await told(sam, "agents")
        while agents["agents"][0]["state"] != "away":
            agents = await told(sam, "agents")
        assert agents["agents"][0]["reason"] == "lunch"


def test_a_page_that_does_not_read_is_given_a_snapshot_instead() -> None:
    slow = OpenPage(Identity(name="ann", role="agent", agent="ann"), "ann")
    slow.snapshot({"type": "snapshot"})
    for number in range(QUEUE + 5):
        slow.tell({"type": "saying", "n": number})
    assert slow.queue.qsize() == 1
    assert slow.queue.get_nowait() is None
    slow.snapshot({"type": "snapshot"})
    slow.tell({"type": "saying"})
    assert [slow.queue.get_nowait()["rev"] for _ in range(2)] == [1, 2]  # type: ignore[index]


def test_only_what_changed_is_sent() -> None:
    before = {"state": "dialing", "hold": False, "now_s": 1.0}
    assert changes(before, {**before, "now_s": 2.0}) == {}
    assert changes(before, {**before, "hold": True, "now_s": 2.0}) == {"hold": True, "now_s": 2.0}


def test_without_words_nothing_said_is_left() -> None:
    view = {
        "id": "c1", "state": "dialing", "brief": {"headline": "h"}, "utterances": [1], "caller": "4912345",
        "escalation": {"reason": "x", "quote": "q"}, "draft": {"note": "n"},
    }  # fmt: skip
    bare = without_words(view)
    assert bare["escalation"] == {"reason": "x", "quote": ""}
    assert [bare[name] for name in ("brief", "utterances", "caller", "draft")] == [None, [], None, None]


def test_the_wallboard_counts() -> None:
    board = Board("2026-01-01T00:00:00.000Z")
    for number, (wait, result) in enumerate([(4.0, "connected"), (10.0, "transferred"), (None, "abandoned")]):
        call = f"c{number}"
        board.emit("escalation", call, {"at_s": 2.0, "reason": "bot_limit"})
        if wait is not None:
            state = "sending" if result == "transferred" else "connected"
            board.emit("handoff", call, {"state": state, "at_s": 2.0 + wait})
            board.emit("handoff", call, {"state": "connected", "at_s": 90.0})
        board.emit("outcome", call, {"result": result})
        board.emit("ended", call, {})
    view = board.view()
    assert (view["handoffs"], view["reached"]) == (3, 2)
    assert view["outcomes"] == {"connected": 1, "transferred": 1, "abandoned": 1}
    assert view["reasons"] == {"bot_limit": 3}
    assert view["wait_s"] == {"p50": 10.0, "p90": 10.0, "n": 2}
