"""The recipes of configs/crm, each against a fake made of the maker's public documentation."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from bridge.adapters.crm.filing import words_of
from bridge.adapters.crm.rest import RestCrm
from bridge.config import Settings
from bridge.crm.choice import crm_of
from bridge.model.crm import CrmQuestion, CrmRecord
from tests.crm.server import Asked, Told, serving, told
from tests.store.made import record

RECIPES = Path(__file__).parents[2] / "configs" / "crm"
NUMBER = "+491701234567"
NOTE = "kept him with a discount"


def hubspot(asked: Asked) -> Told:
    """https://developers.hubspot.com/docs/api/crm/search, .../docs/guides/api/crm/engagements/calls"""
    if asked.path == "/crm/v3/objects/calls" and asked.method == "POST":
        call, (contact,) = asked.json()["properties"], asked.json()["associations"]
        right = "hs_timestamp" in call and contact["to"] == {"id": "100451"} and NOTE in call["hs_call_body"]
        return told({"id": "1"}, 201) if right else told({"status": "error"}, 400)
    if (asked.method, asked.path) != ("POST", "/crm/v3/objects/contacts/search"):
        return told({"status": "error"}, 404)
    if asked.headers["authorization"] != "Bearer secret":
        return told({"status": "error", "category": "INVALID_AUTHENTICATION"}, 401)
    groups = asked.json()["filterGroups"]
    hit = any(
        all(
            f["operator"] == "EQ" and f["propertyName"] == "mobilephone" and f["value"] == NUMBER
            for f in g["filters"]
        )
        for g in groups
    )
    known = {"firstname": "Maria", "lastname": "Lind", "company": "Northwind", "lifecyclestage": "customer"}
    properties = {name: known.get(name) for name in asked.json()["properties"]}
    row = {
        "id": "100451",
        "properties": properties,
        "createdAt": "2024-01-17T19:55:04.281Z",
        "archived": False,
    }
    return told({"total": int(hit), "results": [row] if hit else []})


def salesforce(asked: Asked) -> Told:
    """https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_query.htm"""
    if asked.path == "/services/oauth2/token":
        right = b"grant_type=client_credentials" in asked.body and b"client_secret=secret" in asked.body
        return (
            told({"access_token": "t", "token_type": "Bearer"})
            if right
            else told({"error": "invalid_client"}, 400)
        )
    if asked.headers["authorization"] != "Bearer t":
        return told([{"errorCode": "INVALID_SESSION_ID"}], 401)
    if (asked.method, asked.path) == ("PATCH", "/services/data/v63.0/sobjects/Task/HandoffId__c/c1-h1"):
        right = asked.json()["WhoId"] == "003A" and NOTE in asked.json()["Description"]  # .../dome_upsert.htm
        return told({"id": "00T", "success": True, "errors": []}, 201) if right else told([], 400)
    if asked.path != "/services/data/v63.0/query/":
        return told([{"errorCode": "NOT_FOUND"}], 404)
    query = asked.query["q"]
    rows: list[dict[str, Any]] = []
    if " FROM Contact " in query and f"MobilePhone = '{NUMBER}'" in query:
        rows = [
            {"Id": "003A", "Name": "Maria Lind", "Account": {"Name": "Northwind"}, "CustomerTier__c": "gold"}
        ]
    if " FROM Task " in query and "WhoId = '003A'" in query:
        rows = [
            {"Subject": "Invoice", "ActivityDate": "2026-10-02"},
            {"Subject": "Moved", "ActivityDate": None},
        ]
    return told({"done": True, "totalSize": len(rows), "records": rows})


def zendesk(asked: Asked) -> Told:
    """https://developer.zendesk.com/api-reference/ticketing/users/users/"""
    user = base64.b64encode(b"agent@example.com/token:secret").decode()
    if asked.headers["authorization"] != f"Basic {user}":
        return told({"error": "Couldn't authenticate you"}, 401)
    if (asked.method, asked.path) == ("POST", "/api/v2/tickets"):  # .../ticketing/introduction/
        ticket = asked.json()["ticket"]
        right = ticket["requester_id"] == "35436" and NOTE in ticket["comment"]["body"]
        keyed = asked.headers["idempotency-key"] == ticket["external_id"] == "c1-h1"
        return told({"ticket": {"id": 3}}, 201) if right and keyed else told({"error": "RecordInvalid"}, 422)
    match asked.path, asked.query["query"]:
        case "/api/v2/users/search", query if query == f"phone:{NUMBER}":
            row = {
                "id": 35436,
                "name": "Maria Lind",
                "notes": "",
                "tags": ["b2b"],
                "user_fields": {"tier": "gold"},
            }
            return told({"users": [row], "count": 1})
        case "/api/v2/users/search", _:
            return told({"users": [], "count": 0})
        case "/api/v2/search", "type:ticket requester:35436":
            ticket = {"subject": "Invoice", "status": "open", "created_at": "2026-10-02T10:00:00Z"}
            return told({"results": [ticket], "count": 1})
    return told({"error": "RecordNotFound"}, 404)


async def looked_up(tmp_path: Path, name: str, fake: Callable[[Asked], Told]) -> tuple[CrmRecord | None, str]:
    """The record of who is known, and what is said of a stranger; only where it goes is changed."""
    recipe = yaml.safe_load((RECIPES / f"{name}.yaml").read_text())
    (tmp_path / "secret").write_text("secret\n")
    recipe["auth"]["secret_file"] = str(tmp_path / "secret")
    async with serving(fake) as server:
        recipe["base_url"] = f"http://127.0.0.1:{server.port}"
        if "token_url" in recipe["auth"]:
            recipe["auth"]["token_url"] = f"http://127.0.0.1:{server.port}/services/oauth2/token"
        file = tmp_path / "crm.yaml"
        file.write_text(yaml.safe_dump(recipe))
        there = crm_of(Settings.model_validate({"crm": {"kind": "rest", "file": file}}))
        assert there
        known = await there.lookup(CrmQuestion(conversation="c1", caller=NUMBER))
        stranger = await there.lookup(CrmQuestion(conversation="c2", caller="+4930111222"))
        assert known.record
        assert known.record.id
        assert isinstance(there.source, RestCrm)
        made = record("c1")
        await there.source.write(words_of(made, made.handoffs[0], known.record.id), "c1-h1")
        await there.close()
    assert server.asked[-1].method in ("POST", "PATCH")
    return known.record, stranger.status


async def test_hubspot(tmp_path: Path) -> None:
    found, stranger = await looked_up(tmp_path, "hubspot", hubspot)
    assert found == CrmRecord(
        id="100451", name="Maria Lind", fields={"company": "Northwind", "stage": "customer"}
    )
    assert stranger == "unknown"


async def test_salesforce(tmp_path: Path) -> None:
    found, stranger = await looked_up(tmp_path, "salesforce", salesforce)
    assert found == CrmRecord(
        id="003A", name="Maria Lind", tier="gold", fields={"company": "Northwind"},
        interactions=("2026-10-02 Invoice", "Moved"),
    )  # fmt: skip
    assert stranger == "unknown"


async def test_zendesk(tmp_path: Path) -> None:
    found, stranger = await looked_up(tmp_path, "zendesk", zendesk)
    assert found == CrmRecord(
        id="35436", name="Maria Lind", tier="gold", fields={"tags": "b2b"},
        interactions=("2026-10-02T10:00:00Z Invoice open",),
    )  # fmt: skip
    assert stranger == "unknown"
