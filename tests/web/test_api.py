"""The API on a real loopback server: what the bot tells, what a person orders, who may."""

import asyncio
from pathlib import Path

import pytest

from tests.web.office import office


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
        page = await o.client.get(f"{path}/page")
        assert "refund the second charge" in page.text
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
        page = (await o.client.get(f"{path}/page")).text
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
