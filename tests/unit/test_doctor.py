"""The doctor names what is wrong on this machine, each with its cure."""

import json
import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bridge.cli import app
from bridge.config import Settings, load
from bridge.doctor import examine

GOOD = ["agents=[{id: a, uri: 'sip:a@127.0.0.9'}]", "sip.bind=127.0.81.1", "sip.port=5060", "api.port=0"]


def settings(*more: str) -> Settings:
    return load(None, [*GOOD, *more])


def errors(config: Settings) -> dict[str, str]:
    return {f.key: f.cure for f in examine(config) if f.level == "error"}


def test_a_good_machine(tmp_path: Path) -> None:
    findings = {f.key: f for f in examine(settings(f"records.dir={tmp_path}"))}
    assert errors(settings(f"records.dir={tmp_path}")) == {}
    assert "4 calls a process" in findings["pjsua2"].message
    assert findings["asr"].message.startswith("whisper_asr")
    assert {"sip.port", "sip.worker_ports", "sip.rtp_ports", "tts", "cpu", "clock"} <= findings.keys()


def test_taken_port() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.81.1", 5060))
        assert "set sip.port" in errors(settings())["sip.port"]


@pytest.mark.parametrize(
    ("override", "key", "cure"),
    [
        ("asr.model_dir=/nonexistent", "asr", "directory"),
        ("sip.rtp_ports=65000", "sip.rtp_ports", "lower"),
        ("records.dir=/proc/nowhere", "records.dir", ""),
    ],
)
def test_each_fault_has_its_cure(override: str, key: str, cure: str) -> None:
    assert cure in errors(settings(override))[key]


def registered(*registrars: str) -> str:
    return f"sip.registrations=[{', '.join(f'{{registrar: {r}, user: u, password: p}}' for r in registrars)}]"


def test_registrars_are_looked_up() -> None:
    config = settings(registered("localhost", "no..name", "127.0.0.9"))
    found = {f.key: f.level for f in examine(config) if f.key.startswith("sip.registrations")}
    assert found == {
        "sip.registrations.0.registrar": "ok",
        "sip.registrations.1.registrar": "error",
        "sip.registrations.1.realm": "warning",
        "sip.registrations.2.realm": "warning",
    }


def test_a_registrar_outside_the_allowed_networks() -> None:
    findings = examine(settings(registered("localhost"), "sip.allow=[10.0.0.0/8]"))
    (found,) = [f for f in findings if f.key == "sip.registrations.0.registrar"]
    assert (found.level, found.cure) == ("warning", "add 127.0.0.1/32 to sip.allow")


def test_the_registrars_port_is_looked_at_too() -> None:
    few = ["sip.max_conversations=1", "sip.workers=1"]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.81.1", 15064))
        assert "sip.worker_ports" not in errors(settings(*few))
        assert "sip.worker_ports" in errors(settings(*few, registered("127.0.0.9")))


def test_command_speaks_json_and_fails_on_errors() -> None:
    runner = CliRunner()
    sets = [part for pair in [*GOOD, "asr.model_dir=/nonexistent"] for part in ("--set", pair)]
    told = runner.invoke(app, ["doctor", "--json", *sets])
    assert told.exit_code == 1
    assert {f["key"] for f in json.loads(told.output) if f["level"] == "error"} == {"asr"}


def test_unknown_schema_names_the_known_ones() -> None:
    told = CliRunner().invoke(app, ["schema", "nonsense"])
    assert told.exit_code == 2
    assert "record" in told.output
