"""Skips are counted: one that `allowed_skips.txt` does not name fails the run."""

import os
from pathlib import Path

import pytest

# what somebody has installed on this machine must not decide what the tests hear
os.environ["HANDOFF_ASR__MODELS_DIR"] = str(Path(__file__).parents[1] / ".cache" / "no-models")

ALLOWED = Path(__file__).parent / "allowed_skips.txt"


def _allowed(nodeid: str) -> bool:
    lines = (line.split("#")[0].strip() for line in ALLOWED.read_text().splitlines())
    return any(line and nodeid.startswith(line) for line in lines)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for report in terminalreporter.stats.get("skipped", []):
        if not _allowed(report.nodeid):
            terminalreporter.write_line(f"SKIP NOT ALLOWED {report.nodeid}: see tests/allowed_skips.txt")


def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if any(not _allowed(report.nodeid) for report in skipped) and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
