"""The files a call leaves: sound, words, brief, events and record."""

import json
import wave
from pathlib import Path
from typing import Any, Final

import numpy as np
from jinja2 import Environment, FileSystemLoader
from pydantic import TypeAdapter

from bridge.demo.scenes import Scene
from bridge.model.brief import Brief
from sip.party.g711 import Pcm
from sip.party.wav import RATE, read_wav

TEMPLATES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=lambda name: bool(name) and not str(name).endswith(".md.j2"),
    trim_blocks=True, lstrip_blocks=True,
)  # fmt: skip
BRIEF: Final[TypeAdapter[Brief]] = TypeAdapter(Brief)
TAIL_S: Final = 0.5


def clock(at_s: float) -> str:
    """Seconds as m:ss.t for people."""
    return f"{int(at_s // 60)}:{at_s % 60:04.1f}"


def vtt_clock(at_s: float) -> str:
    minutes, seconds = divmod(max(at_s, 0.0), 60)
    return f"{int(minutes // 60):02d}:{int(minutes % 60):02d}:{seconds:06.3f}"


TEMPLATES.filters["clock"] = clock
TEMPLATES.filters["vtt"] = vtt_clock


def span_of(scene: Scene) -> tuple[float, float]:
    """Monotonic begin and end of the call."""
    ends = [spoken.end for spoken in scene.spoken]
    ends += [trace.origin + len(trace.heard) / RATE for trace in scene.traces.values() if trace.origin]
    return scene.origin, max([scene.origin + float(scene.record.get("seconds", 0.0)), *ends]) + TAIL_S


def caller_said(scene: Scene, begin: float, end: float) -> Pcm:
    """The caller's mouth, from the clips and when they went out."""
    out: Pcm = np.zeros(round((end - begin) * RATE), np.int16)
    for spoken in scene.spoken:
        if spoken.line.speaker == "caller":
            pcm, at = read_wav(spoken.line.wav), round((spoken.begin - begin) * RATE)
            out[at : at + len(pcm)] = pcm[: len(out) - at]
    return out


def write_scene(scene: Scene, dir: Path) -> None:
    """Everything but the pictures."""
    dir.mkdir(parents=True, exist_ok=True)
    begin, end = span_of(scene)
    if "caller" in scene.traces and scene.origin:
        ear = scene.traces["caller"].ear(begin, end)
        _stereo(dir / "call.wav", caller_said(scene, begin, end), ear)
        _mono(dir / "caller_heard.wav", ear)
        for agent in scene.agents:
            if agent.origin:
                _mono(dir / f"{agent.name}_heard.wav", agent.ear(begin, end))
    if scene.whisper:
        _mono(dir / "whisper.wav", np.concatenate([clip.pcm for clip in scene.whisper]))
    (dir / "events.jsonl").write_text("".join(json.dumps(event) + "\n" for event in scene.events))
    (dir / "record.json").write_text(json.dumps(scene.record, indent=1))
    _words(scene, dir)
    if brief := brief_of(scene):
        (dir / "brief.json").write_text(json.dumps(scene.record["brief"], indent=1))
        (dir / "brief.md").write_text(TEMPLATES.get_template("brief.md.j2").render(b=brief))


def brief_of(scene: Scene) -> Brief | None:
    tree = scene.record.get("brief")
    return BRIEF.validate_python(tree) if tree else None


def _words(scene: Scene, dir: Path) -> None:
    words: list[dict[str, Any]] = scene.record.get("transcript", [])
    (dir / "transcript.jsonl").write_text("".join(json.dumps(line) + "\n" for line in words))
    for suffix in ("md", "vtt"):
        text = TEMPLATES.get_template(f"transcript.{suffix}.j2").render(
            words=words, id=scene.conversation, engine=scene.record.get("asr", {}).get("engine", "")
        )
        (dir / f"transcript.{suffix}").write_text(text)


def _mono(path: Path, pcm: Pcm) -> None:
    _wav(path, pcm.reshape(-1, 1))


def _stereo(path: Path, left: Pcm, right: Pcm) -> None:
    length = min(len(left), len(right))
    _wav(path, np.stack([left[:length], right[:length]], axis=1))


def _wav(path: Path, frames: Pcm) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(frames.shape[1])
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(frames.astype("<i2").tobytes())
