"""timeline.png: who spoke when, who heard what, and where the handoff was."""

from pathlib import Path
from typing import Any, Final

import matplotlib

matplotlib.use("agg")
import itertools

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from bridge.demo.artefacts import span_of
from bridge.demo.scenes import Scene
from sip.party.g711 import Pcm
from sip.party.wav import RATE

COLOURS: Final = {
    "caller": "#2563a8", "bot": "#7d8594", "agent": "#1f8a5b", "whisper": "#c2571a", "comfort": "#a9bdd6",
}  # fmt: skip
STATES: Final = {
    "dialing": "#fdf3dc", "briefing": "#fbe3d0", "offered": "#fbe3d0", "connected": "#dff1e7",
    "referring": "#e6e3f5", "wrap_up": "#f0f0f2",
}  # fmt: skip
MARKS: Final = (
    ("escalated", "request"), ("agent_answered", "pickup"), ("accepted", "key 1"),
    ("refer_done", "transferred"),
)  # fmt: skip
INK: Final = "#22262e"
FAINT: Final = "#8a909b"
ROW: Final = 0.62
STEP: Final = 80
"""samples of an ear in one point of its envelope"""

Span = tuple[float, float]


def draw_timeline(scene: Scene, path: Path) -> None:
    """Times are seconds of the conversation."""
    begin, end = span_of(scene)
    rows = _rows(scene)
    ears = [("caller's ear", scene.traces["caller"].ear(begin, end))]
    ears += [(f"{a.name}'s ear", a.ear(begin, end)) for a in scene.agents if a.origin]
    figure, (top, *below) = plt.subplots(
        1 + len(ears), 1, sharex=True, figsize=(12.5, 3.6 + 0.72 * len(ears)), dpi=140,
        gridspec_kw={"height_ratios": [len(rows) + 1.5, *[1.15] * len(ears)], "hspace": 0.09},
    )  # fmt: skip
    _draw_rows(top, rows)
    _draw_states(top, scene, end - begin, len(rows))
    for axes, (name, pcm) in zip(below, ears, strict=True):
        _draw_ear(axes, name, pcm, COLOURS["caller" if name.startswith("caller") else "agent"])
    for axes in (top, *below):
        _bare(axes)
        for mark, _ in MARKS:
            if (at_s := scene.mark(mark)) is not None:
                axes.axvline(at_s, color=INK, linewidth=0.8, linestyle=(0, (2, 2)), zorder=1)
    below[-1].set_xlabel("seconds of the call", color=FAINT, fontsize=9)
    top.set_xlim(0, end - begin)
    title = f"{scene.name.replace('_', ' ')}: {scene.result}"
    figure.suptitle(title, x=0.1, y=0.975, ha="left", fontsize=12, fontweight="bold", color=INK)
    figure.text(0.9, 0.958, scene.peer, ha="right", fontsize=8.5, color=FAINT)
    figure.subplots_adjust(left=0.1, right=0.9, top=0.9, bottom=0.11 if len(ears) > 1 else 0.13)
    figure.savefig(path, facecolor="white")
    plt.close(figure)


def _rows(scene: Scene) -> list[tuple[str, list[Span]]]:
    def spoken(speaker: str) -> list[Span]:
        lines = [s for s in scene.spoken if s.line.speaker == speaker]
        return [(s.begin - scene.origin, s.end - scene.origin) for s in lines]

    words: list[dict[str, Any]] = scene.record.get("transcript", [])
    bot = [(u["start_s"], u["end_s"]) for u in words if u["speaker"] == "bot"]
    whisper = [(clip.begin - scene.origin, clip.end - scene.origin) for clip in scene.whisper]
    bot += announcement_spans(scene)
    return [("caller", spoken("caller")), ("bot", bot), ("comfort", comfort_spans(scene)),
            ("whisper", whisper), ("agent", spoken("agent"))]  # fmt: skip


def comfort_spans(scene: Scene) -> list[Span]:
    """While the mixer led the comfort sound to the caller."""
    tables = [e for e in scene.events if e["type"] == "hears"]
    ends = [e["at_s"] for e in tables[1:]] + [scene.record.get("seconds", 0.0)]
    return [
        (table["at_s"], end) for table, end in zip(tables, ends, strict=False)
        if ["comfort", "caller"] in table["edges"] and end > table["at_s"]
    ]  # fmt: skip


def announcement_spans(scene: Scene) -> list[Span]:
    """While a sentence of the bridge, in the bot's voice, took the place of the comfort sound."""
    comfort = comfort_spans(scene)
    return [
        (earlier[1], later[0]) for earlier, later in itertools.pairwise(comfort)
        if later[0] - earlier[1] > 0.05
    ]  # fmt: skip


def _draw_rows(axes: Axes, rows: list[tuple[str, list[Span]]]) -> None:
    for number, (name, spans) in enumerate(rows):
        y = len(rows) - number - 1
        axes.axhline(y, color="#eceef2", linewidth=0.8, zorder=0)
        bars = [(begin, max(end - begin, 0.05)) for begin, end in spans]
        axes.broken_barh(bars, (y - ROW / 2, ROW), facecolors=COLOURS[name], zorder=3, linewidth=0)
    axes.set_yticks(range(len(rows)), [name for name, _ in reversed(rows)], fontsize=10, color=INK)
    axes.set_ylim(-0.95, len(rows) + 0.75)


def _draw_states(axes: Axes, scene: Scene, length_s: float, rows: int) -> None:
    states = [(float(entry["at_s"]), str(entry["state"])) for entry in scene.handoff.get("states", [])]
    for number, (at_s, state) in enumerate(states):
        end = states[number + 1][0] if number + 1 < len(states) else length_s
        end = min(end, length_s)
        if state not in STATES or end - at_s < 0.02:
            continue
        axes.axvspan(at_s, end, color=STATES[state], zorder=0, linewidth=0)
        if (end - at_s) / length_s > 0.045:
            axes.text((at_s + end) / 2, -0.86, state.replace("_", " "), ha="center", va="bottom", fontsize=8,
                      color=FAINT, zorder=4)  # fmt: skip
    last = -10.0
    level = 0
    for mark, label in MARKS:
        marked = scene.mark(mark)
        if marked is None:
            continue
        level = (level + 1) % 3 if marked - last < 0.09 * length_s else 0
        axes.text(marked + 0.004 * length_s, rows + 0.42 - 0.38 * level, f"{label} {marked:.2f} s",
                  fontsize=8, color=INK, va="center", zorder=4)  # fmt: skip
        last = marked
    for event in scene.events:
        if event["type"] == "agent_key" and event["key"] != "1":
            axes.text(event["at_s"], rows - 0.15, f"key {event['key']}", fontsize=8, color=INK, zorder=4)


def _draw_ear(axes: Axes, name: str, pcm: Pcm, colour: str) -> None:
    pieces = np.abs(pcm[: len(pcm) // STEP * STEP].reshape(-1, STEP).astype(float)).max(axis=1) / 16_384
    at = np.arange(len(pieces)) * STEP / RATE
    axes.fill_between(at, -pieces, pieces, color=colour, alpha=0.85, linewidth=0, zorder=3)
    axes.set_ylim(-1.05, 1.05)
    axes.set_yticks([0], [name], fontsize=10, color=INK)


def _bare(axes: Axes) -> None:
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color("#d5d8de")
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", colors=FAINT, labelsize=8.5, length=3)
