"""A whole bridge as a child process, for the demo, the benches and the wire tests."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import yaml

from bridge.paths import Paths

READY_S: Final = 40.0
END_S: Final = 20.0


class BridgeFailed(Exception):
    """The bridge did not become ready; the message holds the end of its log."""

    code = "bridge_failed"


class RunningBridge:
    """`handoff run` in `dir`: config.yaml, log, records/. Processes are found by their names."""

    def __init__(self, dir: Path, run_dir: Path, process: "subprocess.Popen[bytes]") -> None:
        self.dir, self.paths, self.process = dir, Paths(run_dir), process

    def pid(self, name: str) -> int:
        """Of `front`, `main`, `tts`, `asr-0`, `sip-3`, ..."""
        return int(self.paths.pid(name).read_text())

    def pids(self) -> dict[str, int]:
        found = {path.stem: int(path.read_text()) for path in self.paths.run_dir.glob("*.pid")}
        return {name: pid for name, pid in found.items() if _alive(pid)}

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        os.kill(self.pid(name), number)

    def events(self) -> list[dict[str, Any]]:
        path = self.dir / "records" / "events.jsonl"
        if not path.exists():
            return []
        return [json.loads(line) for line in path.read_text().splitlines() if line.endswith("}")]

    def records(self) -> list[dict[str, Any]]:
        return [json.loads(path.read_text()) for path in sorted((self.dir / "records").glob("20*/*.json"))]

    def wait_records(self, count: int, timeout_s: float = 15.0) -> list[dict[str, Any]]:
        """Until `count` conversations have left their record."""
        deadline = time.monotonic() + timeout_s
        while len(found := self.records()) < count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(found)} of {count} records after {timeout_s} s\n{self.log_end()}")
            time.sleep(0.05)
        return found

    def log_end(self, lines: int = 30) -> str:
        return "\n".join((self.dir / "bridge.log").read_text(errors="replace").splitlines()[-lines:])


@contextmanager
def running_bridge(config: dict[str, Any], dir: Path, *, ready_s: float = READY_S) -> Iterator[RunningBridge]:
    """Start, wait until it is ready for a call, and end it whole. Raises `BridgeFailed`."""
    dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="handoff-") as short:  # Unix sockets want a short path
        whole = {"run_dir": short, "records": {"dir": str(dir / "records")}, **config}
        (dir / "config.yaml").write_text(yaml.safe_dump(whole))
        with (dir / "bridge.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "bridge", "run", "--config", str(dir / "config.yaml")],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        bridge = RunningBridge(dir, Path(short), process)
        try:
            _await_ready(bridge, ready_s)
            yield bridge
        finally:
            _end(bridge)


def _await_ready(bridge: RunningBridge, ready_s: float) -> None:
    deadline = time.monotonic() + ready_s
    while "\nready\n" not in f"\n{bridge.log_end(1000)}\n":
        if bridge.process.poll() is not None or time.monotonic() > deadline:
            raise BridgeFailed(f"exit {bridge.process.poll()}\n{bridge.log_end()}")
        time.sleep(0.05)


def _end(bridge: RunningBridge) -> None:
    """Two signals: calls that still run are not waited for. Nothing of it may be left over."""
    left = bridge.pids()
    for _ in range(2):
        if bridge.process.poll() is None:
            bridge.process.send_signal(signal.SIGTERM)
            time.sleep(0.1)
    try:
        bridge.process.wait(END_S)
    except subprocess.TimeoutExpired:
        bridge.process.kill()
        bridge.process.wait()
    for pid in left.values():
        if _alive(pid):
            os.kill(pid, signal.SIGKILL)


def _alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
