"""The REST connector against a server that answers, refuses, hangs and talks nonsense."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from bridge.adapters.crm.answer import LARGEST
from bridge.config import ConfigError, Settings
from bridge.crm.check import check_crm
from bridge.crm.choice import crm_of
from bridge.model.crm import CrmAnswer, CrmQuestion
from tests.crm.server import Asked, Server, Told, serving, told

TOKEN = "s3cret-token"
ROW = {"id": 17, "who": {"name": "Maria"}, "tier": "gold", "plan": "Home", "vip": True, "none": None}
RECIPE: dict[str, Any] = {
    "auth": {"kind": "bearer", "secret_env": "CRM_TOKEN"},
    "lookup": {"path": "/customers", "query": {"phone": "+{{ caller }}"}, "record": "found[0]"},
    "map": {"id": "id", "name": "who.name", "tier": "tier"},
    "fields": {"plan": "plan", "vip": "vip", "none": "none", "all": "who", "none of it": "length(tickets)"},
}
CONTACTS = {"path": "/customers/{{ id }}/contacts", "lines": "[].join(' ', [day, matter])"}


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_TOKEN", TOKEN)


def written(tmp_path: Path, recipe: dict[str, Any], port: int = 1, **crm: Any) -> Settings:
    file = tmp_path / "crm.yaml"
    file.write_text(yaml.safe_dump({"base_url": f"http://127.0.0.1:{port}", **recipe}))
    return Settings.model_validate({"crm": {"kind": "rest", "file": file, "deadline_s": 0.5, **crm}})


async def ask(settings: Settings, caller: str = "+491701234567") -> CrmAnswer:
    there = crm_of(settings)
    assert there
    try:
        return await there.lookup(CrmQuestion(conversation="c1", caller=caller))
    finally:
        await there.close()


def found(asked: Asked) -> Told:
    if asked.path == "/customers":
        return told({"found": [ROW]})
    return told([{"day": "2026-10-02", "matter": "invoice"}, {"day": "2026-09-01", "matter": "moved"}])


async def test_a_record_is_mapped_and_the_last_contacts_are_asked_for(tmp_path: Path) -> None:
    async with serving(found) as server:
        answer = await ask(written(tmp_path, {**RECIPE, "contacts": CONTACTS}, server.port))
    assert answer.record
    assert (answer.record.id, answer.record.name, answer.record.tier) == ("17", "Maria", "gold")
    assert answer.record.fields == {"plan": "Home", "vip": "yes"}
    assert answer.record.interactions == ("2026-10-02 invoice", "2026-09-01 moved")
    first, second = server.asked
    assert first.query == {"phone": "+491701234567"}
    assert first.headers["authorization"] == f"Bearer {TOKEN}"
    assert second.path == "/customers/17/contacts"


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (told({"found": []}), "unknown"),
        (told({}, 404), "unknown"),
        (told({}, 500), "no_answer"),
        (told({}, 401), "no_answer"),
        (Told(302, b"", {"location": "http://127.0.0.2:9/elsewhere"}), "no_answer"),
        (Told(200, b"<html>busy</html>"), "no_answer"),
        (Told(200, b'{"found": "' + b"x" * LARGEST + b'"}'), "no_answer"),
        (Told(200, b"[" * 100_000), "no_answer"),
        (told({"found": ["just text"]}), "no_answer"),
        (Told(200, b'{"found": \xff}'), "no_answer"),
        (Told(200, None), "no_answer"),
    ],
    ids=["none", "404", "500", "401", "302", "html", "long", "deep", "no object", "no utf-8", "hangs"],
)
async def test_whatever_it_answers(
    tmp_path: Path, answer: Told, status: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async with serving(lambda asked: answer) as server:
        assert (await ask(written(tmp_path, RECIPE, server.port))).status == status
    output = capsys.readouterr()
    assert TOKEN not in output.out + output.err
    assert "491701234567" not in output.out + output.err
    assert len(server.asked) == 1


async def test_it_is_told_away_until_it_answers_again(tmp_path: Path) -> None:
    answers = [Told(200, None), told({}, 500), told({"found": [ROW]})]
    async with serving(lambda asked: answers.pop(0)) as server:
        there = crm_of(written(tmp_path, RECIPE, server.port, deadline_s=0.2))
        assert there
        question = CrmQuestion(conversation="c1", caller="+491701234567")
        said = [there.describe()["connected"]]
        for _ in range(3):
            await there.lookup(question)
            said.append(there.describe()["connected"])
        await there.close()
    assert said == [True, False, False, True]
    assert there.counts == {"no_answer": 2, "found": 1}


async def test_nobody_there(tmp_path: Path) -> None:
    async with serving(found) as server:
        port = server.port
    assert (await ask(written(tmp_path, RECIPE, port))).status == "no_answer"


@pytest.mark.parametrize("broken", [told({}, 500), Told(200, b"?"), Told(200, None), told({"a": 1})])
async def test_a_customer_is_known_without_his_contacts(tmp_path: Path, broken: Told) -> None:
    async with serving(lambda asked: found(asked) if asked.path == "/customers" else broken) as server:
        answer = await ask(written(tmp_path, {**RECIPE, "contacts": CONTACTS}, server.port))
    assert answer.record
    assert answer.record.interactions == ()


@pytest.mark.parametrize(
    ("auth", "header", "value"),
    [
        ({"kind": "header", "secret_env": "CRM_TOKEN", "header": "X-Key"}, "x-key", TOKEN),
        (
            {"kind": "basic", "secret_env": "CRM_TOKEN", "user": "me"},
            "authorization",
            "Basic bWU6czNjcmV0LXRva2Vu",
        ),
    ],
)
async def test_other_ways_to_say_who_asks(
    tmp_path: Path, auth: dict[str, str], header: str, value: str
) -> None:
    async with serving(found) as server:
        assert (await ask(written(tmp_path, {**RECIPE, "auth": auth}, server.port))).status == "found"
    assert server.asked[0].headers[header] == value


def guarded(good: Callable[[], str]) -> Callable[[Asked], Told]:
    """A server that takes the token that is good now, and gives it to who has the secret."""

    def answer(asked: Asked) -> Told:
        if asked.path == "/token":
            right = b"client_id=me" in asked.body and b"client_secret=" + TOKEN.encode() in asked.body
            return told({"access_token": good(), "expires_in": 3600}) if right else told({}, 400)
        return found(asked) if asked.headers["authorization"] == f"Bearer {good()}" else told({}, 401)

    return answer


def paths(server: Server) -> list[str]:
    return [asked.path for asked in server.asked]


async def test_a_token_is_fetched_once_and_again_when_it_is_refused(tmp_path: Path) -> None:
    good = ["one"]
    async with serving(guarded(lambda: good[0])) as server:
        auth = {
            "kind": "oauth2", "user": "me", "secret_env": "CRM_TOKEN",
            "token_url": f"http://127.0.0.1:{server.port}/token",
        }  # fmt: skip
        there = crm_of(written(tmp_path, {**RECIPE, "auth": auth}, server.port, cache_s=0))
        assert there
        question = CrmQuestion(conversation="c1", caller="+491701234567")
        assert (await there.lookup(question)).status == "found"
        assert (await there.lookup(question)).status == "found"
        assert paths(server) == ["/token", "/customers", "/customers"]
        good[0] = "two"
        assert (await there.lookup(question)).status == "found"
        assert paths(server)[3:] == ["/customers", "/token", "/customers"]
        await there.close()


async def test_a_secret_that_is_gone_is_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CRM_TOKEN")
    async with serving(found) as server:
        settings = written(tmp_path, RECIPE, server.port)
        assert (await ask(settings)).status == "no_answer"
        assert server.asked == []
    (finding,) = check_crm(settings)
    assert "auth.secret_env: CRM_TOKEN holds no secret" in finding.line()


def lookup(**changes: Any) -> dict[str, Any]:
    return {"lookup": {**RECIPE["lookup"], **changes}}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"lokup": {}}, "crm.yaml: lokup"),
        (lookup(record="found[0"), "lookup.record: not JMESPath"),
        (lookup(path="customers"), "lookup.path"),
        (lookup(query={"q": "{{ calller }}"}), "it may use caller, conversation, given"),
        (lookup(query={"q": "{% for %}"}), "{% for %}"),
        (lookup(query={"q": "{{ ''.__class__.__mro__ }}"}), "unsafe"),
        ({"auth": {"kind": "bearer"}}, "auth: kind bearer wants secret_file or secret_env"),
        ({"auth": {"kind": "oauth2", "user": "me", "secret_env": "X"}}, "auth: kind oauth2 wants token_url"),
        ({"contacts": CONTACTS, "map": {}}, "add map.id"),
        ({"base_url": "ftp://crm"}, "base_url"),
    ],
)
def test_check_names_file_key_and_cause(tmp_path: Path, changes: dict[str, Any], says: str) -> None:
    settings = written(tmp_path, {**RECIPE, **changes})
    (finding,) = check_crm(settings)
    assert finding.level == "error"
    assert str(tmp_path / "crm.yaml") in finding.line()
    assert says in finding.line()
    assert TOKEN not in finding.line()
    with pytest.raises(ConfigError):
        crm_of(settings)


def test_check_of_a_file_that_is_no_recipe(tmp_path: Path) -> None:
    settings = written(tmp_path, RECIPE)
    assert list(check_crm(settings)) == []
    assert settings.crm.file
    settings.crm.file.write_text("a: [\n")
    assert "not YAML" in next(iter(check_crm(settings))).line()
    settings.crm.file.write_text("just text")
    assert "the whole" in next(iter(check_crm(settings))).line()
    clear = written(tmp_path, {**RECIPE, "base_url": "http://crm.example.com"})
    assert [finding.level for finding in check_crm(clear)] == ["warning"]
