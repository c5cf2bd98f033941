"""An ASR worker process between a main and SIP workers that a test plays."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from asr.pcm import CLOSED, HELLO, PCM, pack, unpack
from tests.asr.conftest import Speak
from tests.asr.sounds import RATE, Sound, pcm, seconds, telephone

ROOT = Path(__file__).parents[2]


class Main:
    """Listens as main does; `until` reads lines up to the one wanted."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.seen: list[dict[str, Any]] = []
        self._line: socket.socket | None = None
        self.listen()

    def listen(self) -> None:
        self.path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(self.path))
        self._listener.listen()
        self._listener.settimeout(20)

    def accept(self) -> dict[str, Any]:
        self._line, _ = self._listener.accept()
        self._line.settimeout(20)
        self._file = self._line.makefile("rb")
        return self.next()

    def next(self) -> dict[str, Any]:
        line = json.loads(self._file.readline())
        self.seen.append(line)
        return line

    def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        while not wanted(line := self.next()):
            pass
        return line

    def event(self, kind: str, stream: str = "s") -> dict[str, Any]:
        found = self.until(lambda line: line.get("stream") == stream and line["event"]["type"] == kind)
        return found

    def tell(self, **request: Any) -> None:
        assert self._line is not None
        self._line.sendall(json.dumps(request).encode() + b"\n")

    def ask(self, **request: Any) -> dict[str, Any]:
        self.tell(**request)
        return self.until(lambda line: "op" in line)

    def vanish(self) -> None:
        if self._line is not None:
            self._file.close()
            self._line.close()
            self._line = None
        self._listener.close()
        self.path.unlink(missing_ok=True)


class Leg:
    """Sends one stream as a SIP worker does."""

    def __init__(self, path: str, *, stream: str = "s", rate: int = RATE, position: int = 0) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.settimeout(10)
        self.socket.connect(path)
        self.position = position
        hello = {"stream": stream, "epoch": 3, "rate": rate, "position": position}
        self.send(HELLO, json.dumps(hello).encode())

    def send(self, kind: int, payload: bytes = b"") -> None:
        self.socket.sendall(pack(kind, 3, self.position, payload))

    def say(self, sound: Sound) -> None:
        data = pcm(sound)
        for start in range(0, len(data) - 319, 320):
            self.send(PCM, data[start : start + 320])
            self.position += 160

    def closed(self) -> int:
        kind, epoch, position, _ = unpack(self.socket.recv(1000))
        assert (kind, epoch) == (CLOSED, 3)
        return position


class Worker:
    def __init__(self, directory: Path, main: Main, **config: Any) -> None:
        self.path = str(directory / "pcm")
        file = directory / "asr.json"
        settings = {"name": "asr-0", "control": str(main.path), "pcm": self.path, "nice": 5, **config}
        file.write_text(json.dumps(settings))
        command = [sys.executable, "-m", "asr.worker", str(file)]
        self.process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(10)


@pytest.fixture
def main(tmp_path: Path) -> Iterator[Main]:
    listening = Main(tmp_path / "control")
    yield listening
    listening.vanish()


Connect = Callable[..., Leg]


@pytest.fixture
def connect(worker: Worker) -> Iterator[Connect]:
    """Opens legs to the worker and closes them at the end."""
    legs: list[Leg] = []

    def connected(**how: Any) -> Leg:
        legs.append(Leg(worker.path, **how))
        return legs[-1]

    yield connected
    for leg in legs:
        leg.socket.close()


@pytest.fixture
def worker(tmp_path: Path, main: Main) -> Iterator[Worker]:
    started = Worker(tmp_path, main)
    yield started
    started.process.kill()
    started.process.communicate()


@pytest.fixture(scope="module")
def request_for_a_human(speak: Speak) -> Sound:
    return telephone(np.concatenate([seconds(0.5), speak("I want to talk to a real person.")]), seed=51)


def final_texts(main: Main) -> list[str]:
    return [line["event"]["text"] for line in main.seen if line.get("event", {}).get("type") == "final"]
