"""The timer that writes the monthly sample."""

import shutil
import subprocess
from configparser import RawConfigParser
from pathlib import Path

import pytest
from typer.main import get_command

from bridge.cli import app

UNITS = Path(__file__).parents[2] / "configs" / "systemd"
SERVICE, TIMER = UNITS / "handoff-review.service", UNITS / "handoff-review.timer"
HARDENED = {
    "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes",
    "PrivateDevices": "yes", "PrivateNetwork": "yes", "UMask": "0077", "User": "handoff",
}  # fmt: skip


def unit(path: Path) -> RawConfigParser:
    parser = RawConfigParser(strict=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(path.read_text())
    return parser


def test_monthly_and_caught_up() -> None:
    timer = unit(TIMER)["Timer"]
    assert timer["OnCalendar"].startswith("*-*-01 ")
    assert timer["Persistent"] == "true"
    assert unit(TIMER)["Install"]["WantedBy"] == "timers.target"


def test_hardened_and_calling_a_command_that_exists() -> None:
    service = unit(SERVICE)["Service"]
    assert {key: service[key] for key in HARDENED} == HARDENED
    program, command, *options = service["ExecStart"].split()
    assert program.endswith("/handoff")
    known = get_command(app).commands[command]  # type: ignore[attr-defined]
    offered = {name for parameter in known.params for name in parameter.opts}
    assert {option for option in options if option.startswith("-")} <= offered


@pytest.mark.parametrize("path", [SERVICE, TIMER], ids=lambda path: path.suffix)
def test_systemd_takes_it(path: Path, tmp_path: Path) -> None:
    """With a program that is here in the place of the one that will be."""
    verifier = shutil.which("systemd-analyze")
    if verifier is None:
        return  # the tests above have parsed it
    for file in (SERVICE, TIMER):
        text = file.read_text().replace("/opt/handoff-bridge/.venv/bin/handoff", "/bin/true")
        (tmp_path / file.name).write_text(text)
    done = subprocess.run(
        [verifier, "verify", str(tmp_path / path.name)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr.strip()) == (0, "")
