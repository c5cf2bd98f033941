"""What `handoff check` says of tokens and webhooks, and what `handoff token` makes."""

import hashlib
import json
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from bridge.api_check import api_findings
from bridge.cli import app
from bridge.config import Settings

HASH = "0" * 64
HOOK = {"name": "crm", "url": "https://crm.example/in", "secret": "a secret of some length"}


def findings(**sections: Any) -> list[tuple[str, str]]:
    agents = [{"id": "ann", "uri": "sip:ann@127.0.0.1"}]
    settings = Settings.model_validate({"agents": agents} | sections)
    return [(finding.level, finding.key) for finding in api_findings(settings)]


def token(**more: Any) -> dict[str, Any]:
    return {"name": "a", "role": "admin", "sha256": HASH} | more


@pytest.mark.parametrize(
    ("api", "expected"),
    [
        ({}, []),
        ({"bind": "10.0.0.4"}, [("error", "api.tokens")]),
        ({"bind": "10.0.0.4", "port": 0}, []),
        ({"bind": "10.0.0.4", "token": "x"}, []),
        ({"bind": "10.0.0.4", "tokens": [token()]}, []),
        ({"bind": "127.0.5.1"}, []),
        ({"tokens": [token(role="agent", agent="ann")]}, []),
        ({"tokens": [token(role="agent", agent="zoe")]}, [("error", "api.tokens.0.agent")]),
        ({"tokens": [token(), token()]}, [("error", "api.tokens")]),
    ],
)
def test_tokens(api: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert findings(api=api) == expected


@pytest.mark.parametrize(
    ("hooks", "expected"),
    [
        ([HOOK], []),
        ([HOOK | {"secret": ""}], [("error", "webhooks.0.secret")]),
        ([HOOK | {"secret_file": "/nowhere/secret"}], [("error", "webhooks.0.secret_file")]),
        ([HOOK | {"events": ["outcomes"]}], [("error", "webhooks.0.events")]),
        ([HOOK | {"events": ["*"]}], []),
        ([HOOK | {"url": "http://crm.example/in"}], [("warning", "webhooks.0.url")]),
        ([HOOK | {"url": "http://127.0.0.1:9/in"}], []),
        ([HOOK, HOOK], [("error", "webhooks.0.name"), ("error", "webhooks.1.name")]),
    ],
)
def test_webhooks(hooks: list[dict[str, Any]], expected: list[tuple[str, str]]) -> None:
    assert findings(webhooks=hooks) == expected


def test_a_made_token_fits_its_lines() -> None:
    made = CliRunner().invoke(app, ["token", "ann", "--agent", "ann", "--expires", "2027-01-31", "--json"])
    told = json.loads(made.stdout)
    assert told["config"]["sha256"] == hashlib.sha256(told["token"].encode()).hexdigest()
    assert Settings.model_validate({"api": {"tokens": [told["config"]]}}).api.tokens[0].role == "agent"


def test_the_lines_are_yaml_and_hold_no_token() -> None:
    printed = CliRunner().invoke(app, ["token", "wall", "--role", "readonly"]).stdout
    secret, lines = printed.split(": ", 1)[1].split("\n", 1)
    [given] = yaml.safe_load(lines.split("api.tokens:\n", 1)[1])
    assert given["name"] == "wall"
    assert secret not in lines


@pytest.mark.parametrize(
    "wrong", [["x"], ["x", "--role", "king"], ["x", "--role", "admin", "--expires", "soon"]]
)
def test_no_token_that_cannot_be(wrong: list[str]) -> None:
    result = CliRunner().invoke(app, ["token", *wrong])
    assert result.exit_code == 2
    assert "no such token can be" in result.stderr
