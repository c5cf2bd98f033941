"""The worker process over real sockets: the tests play the SIP worker and main."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from asr.pcm import ANCHOR, EOS, HELLO, PCM, pack
from tests.asr.conftest import Speak
from tests.asr.sounds import RATE, Sound, pcm, seconds, telephone
from tests.asr.worker_rig import Connect, Main, Worker, final_texts

pytestmark = [pytest.mark.wire, pytest.mark.timeout(40)]


def test_a_stream_from_hello_to_closed(
    worker: Worker, connect: Connect, main: Main, request_for_a_human: Sound
) -> None:
    hello = main.accept()
    assert hello["kind"] == "asr"
    assert hello["name"] == "asr-0"
    assert hello["pid"] == worker.process.pid
    assert hello["pcm"] == worker.path
    assert hello["engine"] == "whisper_asr"
    assert len(hello["model_sha256"]) == 64
    assert hello["rate_ok"] == [8000, 16000]
    assert os.getpriority(os.PRIO_PROCESS, worker.process.pid) == 5

    leg = connect()
    leg.send(ANCHOR, int(1e9).to_bytes(8, "little"))
    leg.say(request_for_a_human)
    asked = time.monotonic()
    leg.send(EOS)
    assert leg.closed() == leg.position
    assert time.monotonic() - asked < 1.5
    final = main.event("final")
    assert "real person" in final["event"]["text"]
    assert final["epoch"] == 3
    assert final["spoken_at"] == pytest.approx(1.0 + final["event"]["end"] / RATE)
    assert main.event("closed")["event"]["position"] == leg.position
    assert worker.stop() == 0
    assert not Path(worker.path).exists()


def test_empty_frames_are_silence_and_gaps_are_counted(
    worker: Worker, connect: Connect, main: Main, request_for_a_human: Sound
) -> None:
    main.accept()
    leg = connect(position=77_000)
    leg.say(request_for_a_human)
    for _ in range(50):
        leg.send(PCM)
        leg.position += 160
    final = main.event("final")
    assert final["event"]["start"] > 77_000
    leg.position += 800
    leg.send(PCM, bytes(320))
    leg.position += 160
    leg.send(EOS)
    assert leg.closed() == leg.position
    stats = main.ask(op="stats")
    assert stats["gap_samples"] == 800
    assert stats["finals"] >= 1
    assert stats["streams_total"] == 1


@pytest.mark.parametrize("before", [True, False])
def test_what_was_asked_reaches_the_stream(
    worker: Worker, connect: Connect, main: Main, request_for_a_human: Sound, before: bool
) -> None:
    """Told before the stream begins, or while it runs: a final waits for 1.2 s of silence, not for 0.5."""
    main.accept()
    asked: dict[str, Any] = {"op": "expect", "stream": "s", "kind": "digits"}
    leg = None if before else connect()
    main.tell(**asked)
    assert main.ask(op="ping", id=1)["id"] == 1
    leg = leg or connect()
    leg.say(np.concatenate([request_for_a_human, seconds(0.5)]))
    main.until(lambda line: line.get("event", {}).get("type") == "partial")
    assert main.ask(op="ping", id=2)["id"] == 2
    assert not final_texts(main)
    leg.say(seconds(0.7))
    assert "real person" in main.event("final")["event"]["text"]


def test_ping_comes_back_through_the_decode_thread(worker: Worker, main: Main) -> None:
    main.accept()
    assert main.ask(op="ping", id=42) == {"op": "pong", "id": 42}


@pytest.mark.parametrize("rate", [44_100, 0])
def test_a_rate_it_cannot_do_is_refused(worker: Worker, connect: Connect, main: Main, rate: int) -> None:
    main.accept()
    leg = connect(rate=rate)
    leg.closed()
    assert main.event("failed")["event"]["code"] == "bad_rate"
    assert leg.socket.recv(100) == b""


def test_nonsense_ends_that_stream_only(
    worker: Worker, connect: Connect, main: Main, request_for_a_human: Sound
) -> None:
    main.accept()
    good = connect(stream="good")
    for number, packet in enumerate(
        (b"short", pack(PCM, 3, 0, b"abc"), pack(99, 3, 0), pack(HELLO, 3, 0, b"{}"))
    ):
        bad = connect(stream=f"bad{number}")
        bad.socket.sendall(packet)
        bad.closed()
        assert main.event("failed", f"bad{number}")["event"]["code"] == "bad_packet"
    good.say(request_for_a_human)
    good.send(EOS)
    good.closed()
    assert "real person" in main.event("final", "good")["event"]["text"]


def test_a_sip_worker_killed_in_mid_word_loses_nothing_it_sent(
    worker: Worker, connect: Connect, main: Main, tmp_path: Path, request_for_a_human: Sound
) -> None:
    main.accept()
    sender = """
import os, signal, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.connect(sys.argv[1])
for packet in sys.stdin.buffer.read().split(b"|SEP|"):
    s.sendall(packet)
os.kill(os.getpid(), signal.SIGKILL)
"""
    data = pcm(request_for_a_human)
    hello = pack(HELLO, 3, 0, json.dumps({"stream": "s", "epoch": 3, "rate": RATE, "position": 0}).encode())
    frames = [pack(PCM, 3, at // 2, data[at : at + 320]) for at in range(0, len(data) - 319, 320)]
    command = [sys.executable, "-c", sender, worker.path]
    killed = subprocess.run(command, input=b"|SEP|".join([hello, *frames]), check=False, timeout=20)
    assert killed.returncode == -signal.SIGKILL
    assert "real person" in main.event("final")["event"]["text"]
    main.event("closed")
    assert main.ask(op="stats")["streams"] == 0


def test_main_may_go_and_come_back(
    worker: Worker, connect: Connect, main: Main, request_for_a_human: Sound
) -> None:
    main.accept()
    leg = connect()
    main.vanish()
    main.seen.clear()
    leg.say(np.concatenate([request_for_a_human, seconds(1)]))
    leg.send(EOS)
    assert leg.closed() == leg.position
    main.listen()
    assert main.accept()["kind"] == "asr"
    main.event("closed")
    assert ["real person" in text for text in final_texts(main)] == [True]


def test_many_streams_at_once_do_not_mix(worker: Worker, connect: Connect, main: Main, speak: Speak) -> None:
    main.accept()
    texts = ["charge", "agent", "refund", "password"]
    sounds = [telephone(np.concatenate([seconds(0.5), speak(f"my {t} please")]), seed=52) for t in texts]
    legs = [connect(stream=text) for text in texts]
    for leg, sound in zip(legs, sounds, strict=True):
        leg.say(sound)
    for leg in legs:
        leg.send(EOS)
        leg.closed()
    for _ in texts:
        main.until(lambda line: line.get("event", {}).get("type") == "closed")
    told = {
        line["stream"]: line["event"]["text"].lower()
        for line in main.seen
        if line.get("event", {}).get("type") == "final"
    }
    assert [text for text in texts if text not in told[text]] == []


def test_sigterm_decides_what_is_open_and_tells_main(
    worker: Worker, connect: Connect, main: Main, request_for_a_human: Sound
) -> None:
    main.accept()
    leg = connect()
    leg.say(request_for_a_human)
    main.event("partial")
    worker.process.send_signal(signal.SIGTERM)
    assert leg.closed() == leg.position
    assert "real person" in main.event("final")["event"]["text"]
    main.event("closed")
    assert worker.process.wait(5) == 0


def test_it_waits_for_a_main_that_is_late(tmp_path: Path) -> None:
    late = tmp_path / "control"
    holder = Main(late)
    holder.vanish()
    worker = Worker(tmp_path, holder, engine="scripted")
    try:
        holder.listen()
        assert holder.accept()["engine"] == "scripted"
    finally:
        holder.vanish()
        worker.process.kill()
        worker.process.communicate()


@pytest.mark.parametrize(
    ("config", "code"),
    [({"engine": "vosk"}, "model_missing"), ({"colour": "red"}, "bad_config"), ({"nice": 99}, "bad_config")],
)
def test_what_it_cannot_start_with_is_said(
    tmp_path: Path, main: Main, config: dict[str, Any], code: str
) -> None:
    worker = Worker(tmp_path, main, **config)
    _, complaint = worker.process.communicate(timeout=20)
    assert worker.process.returncode == 78
    assert complaint.startswith(code)
