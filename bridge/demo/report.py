"""report.html: the whole demo on one page, with players. Links are relative: the directory can be moved."""

from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from bridge.demo.artefacts import TEMPLATES, brief_of
from bridge.demo.verdict import Verdict

TITLES: Final = {
    "conference": ("Conference", "The bridge stays: it joins caller and agent and keeps listening."),
    "refer": ("REFER with Replaces", "The bridge hands the call over to the telephone system and leaves."),
    "decline": ("The first agent declines", "Key 2 during the private brief: the next agent is called."),
    "caller_hangs_up": ("The caller hangs up", "The agent's telephone is ringing: it must stop."),
}  # fmt: skip
SOUNDS: Final = {
    "call.wav": "the whole call: caller left, what the caller hears right",
    "caller_heard.wav": "the caller's ear",
    "whisper.wav": "the private brief as rendered",
}
PLAIN_FILES: Final = (
    "transcript.md", "transcript.vtt", "transcript.jsonl", "brief.md", "brief.json", "events.jsonl",
    "record.json", "ladder.svg", "timeline.png",
)  # fmt: skip


def write_report(path: Path, report: dict[str, Any], verdicts: list[Verdict]) -> None:
    """`path` lies beside the directories of the scenes."""
    calls = [_call(verdict, report) for verdict in verdicts]
    page = TEMPLATES.get_template("report.html.j2").render(report=report, calls=calls)
    path.write_text(page)


def _call(verdict: Verdict, report: dict[str, Any]) -> dict[str, Any]:
    scene = verdict.scene
    entry = {**report["modes"], **report["scenarios"]}[scene.name]
    files: list[str] = entry["files"]
    title, what = TITLES[scene.name]
    sounds = [(name, SOUNDS[name]) for name in SOUNDS if name in files]
    sounds += [(f, f"{f.removesuffix('_heard.wav')}'s ear") for f in files if f.endswith("_heard.wav")
               and f != "caller_heard.wav"]  # fmt: skip
    brief = brief_of(scene)
    return {
        "name": scene.name, "title": title, "what": what, "entry": entry,
        "sounds": sounds, "files": [name for name in PLAIN_FILES if name in files],
        "words": scene.record.get("transcript", []), "brief": asdict(brief) if brief else None,
        "timeline": "timeline.png" in files, "ladder": "ladder.svg" in files,
    }  # fmt: skip
