"""Who may what: every route for every role, for one's own call and another's."""

import asyncio
import re
from pathlib import Path

import pytest

from bridge.web.server import make_app
from tests.web.office import Office, bearer, office, token_of

TOKENS = {
    "tokens": [
        token_of("bot"), token_of("readonly"), token_of("agent", "ann"), token_of("agent", "ben"),
        token_of("supervisor"), token_of("admin"),
    ]
}  # fmt: skip
PEOPLE = ("nobody", "bot", "readonly", "ann", "ben", "supervisor", "admin")

# The call is being offered to ann. Columns as PEOPLE.
MATRIX = {
    ("GET", "/healthz"): (200, 200, 200, 200, 200, 200, 200),
    ("GET", "/readyz"): (200, 200, 200, 200, 200, 200, 200),
    ("GET", "/metrics"): (401, 403, 200, 200, 200, 200, 200),
    ("GET", "/"): (200, 200, 200, 200, 200, 200, 200),  # the page is public, what it shows is not
    ("GET", "/v1/me"): (401, 200, 200, 200, 200, 200, 200),
    ("DELETE", "/v1/session"): (401, 204, 204, 204, 204, 204, 204),
    ("GET", "/v1/conversations"): (401, 403, 200, 200, 200, 200, 200),
    ("GET", "/v1/conversations/ID"): (401, 403, 403, 200, 403, 200, 200),
    ("GET", "/v1/conversations/ID/brief"): (401, 403, 403, 200, 403, 200, 200),
    ("GET", "/v1/conversations/ID/page"): (401, 403, 403, 200, 403, 200, 200),
    ("PUT", "/v1/conversations/ID/state"): (401, 204, 403, 204, 403, 204, 204),
    ("POST", "/v1/conversations/ID/escalate"): (401, 202, 403, 202, 403, 202, 202),
    ("POST", "/v1/conversations/ID/order"): (401, 403, 403, 202, 403, 202, 202),
    ("GET", "/v1/agents"): (401, 403, 200, 200, 200, 200, 200),
    ("PUT", "/v1/agents/ben/presence"): (401, 403, 403, 403, 204, 204, 204),
    ("GET", "/v1/records"): (401, 403, 403, 200, 200, 200, 200),
    ("GET", "/v1/records/none"): (401, 403, 403, 404, 404, 404, 404),
    ("GET", "/v1/measures"): (401, 403, 403, 403, 403, 200, 200),
    ("POST", "/v1/records/none/survey"): (401, 404, 403, 403, 403, 404, 404),
    ("GET", "/v1/search?q=x"): (401, 403, 403, 403, 403, 200, 200),
}
BODIES = {
    "state": {"state": {"intent": "refund"}},
    "escalate": {},
    "order": {"order": "release"},
    "presence": {"willing": True},
    "survey": {"score": 4},
}


async def offered_to_ann(o: Office) -> None:
    await o.client.post(f"/v1/conversations/{o.id}/escalate", json={}, headers=bearer("admin"))
    await o.handoff("dialing")


async def test_each_route_for_each_role(tmp_path: Path) -> None:
    async with office(tmp_path, TOKENS) as o:
        await offered_to_ann(o)
        for (method, path), expected in MATRIX.items():
            body = BODIES.get(path.rpartition("/")[2])
            for person, status in zip(PEOPLE, expected, strict=True):
                headers = {"Authorization": "" if person == "nobody" else f"Bearer {person}"}
                answer = await o.client.request(method, path.replace("ID", o.id), json=body, headers=headers)
                assert answer.status_code == status, f"{person} {method} {path}: {answer.text}"
                if status in (401, 403):
                    detail = answer.json()["detail"]
                    assert detail["code"] in ("unauthorized", "forbidden", "not_yours")
                    assert set(detail) == {"code", "message"}


async def test_the_matrix_has_every_route(tmp_path: Path) -> None:
    async with office(tmp_path, TOKENS) as o:
        described = make_app(o.stage).openapi()["paths"]
        routes = {(method.upper(), path) for path, methods in described.items() for method in methods}
        tested = {(method, re.sub("ID|ben|none", "{id}", path.partition("?")[0])) for method, path in MATRIX}
        assert routes - tested == {("POST", "/v1/session"), ("GET", "/v1/events")}, "tested on their own"


async def test_lists_hold_ones_own(tmp_path: Path) -> None:
    async with office(tmp_path, TOKENS) as o:
        await offered_to_ann(o)

        async def seen_by(person: str) -> list[str]:
            answer = await o.client.get("/v1/conversations", headers=bearer(person))
            return [row["id"] for row in answer.json()]

        assert await seen_by("ann") == [o.id]
        assert await seen_by("ben") == []
        assert await seen_by("readonly") == [o.id]
        row = (await o.client.get("/v1/conversations", headers=bearer("readonly"))).json()[0]
        assert set(row) == {"id", "seconds", "handoff", "reason", "agents"}, "no words"


async def test_a_call_that_went_on_to_another_agent_is_no_longer_shown(tmp_path: Path) -> None:
    async with office(tmp_path, TOKENS) as o:
        await offered_to_ann(o)
        o.ua.far("agent-1").refuse(486)
        async with asyncio.timeout(10):
            while "agent-2" not in o.ua.legs:
                await asyncio.sleep(0.01)
        path = f"/v1/conversations/{o.id}/brief"
        assert (await o.client.get(path, headers=bearer("ann"))).status_code == 403
        assert (await o.client.get(path, headers=bearer("ben"))).status_code == 200


async def test_the_record_is_for_who_talked(tmp_path: Path) -> None:
    async with office(tmp_path, TOKENS) as o:
        await offered_to_ann(o)
        o.ua.far("agent-1").answer()
        await o.handoff("briefing")
        o.ua.far("agent-1").press("1")
        await o.handoff("connected")
        o.ua.far("caller").hang_up()
        await o.handoff("wrap_up")
        await o.client.post(
            f"/v1/conversations/{o.id}/order", json={"order": "wrap_up"}, headers=bearer("ann")
        )
        async with asyncio.timeout(10):
            while not o.service.finished:
                await asyncio.sleep(0.01)
        for person, found in (("ann", [o.id]), ("ben", []), ("supervisor", [o.id])):
            rows = (await o.client.get("/v1/records", headers=bearer(person))).json()
            assert [row["id"] for row in rows["records"]] == found
            answer = await o.client.get(f"/v1/records/{o.id}", headers=bearer(person))
            assert answer.status_code == (200 if found else 404)
        assert rows["records"][0]["results"] == ["connected"]


@pytest.mark.parametrize("id", ["..", "%2e%2e%2fopen%2fx", "a.b", "é" * 3, "x" * 300])
async def test_no_id_is_a_path(tmp_path: Path, id: str) -> None:
    async with office(tmp_path, TOKENS) as o:
        answer = await o.client.get(f"/v1/records/{id}", headers=bearer("admin"))
        assert answer.status_code == 404
