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
