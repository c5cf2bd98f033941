"""ladder.svg: every SIP message of a call as an arrow between addresses, from what passed on the wire."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from bridge.demo.artefacts import TEMPLATES
from bridge.demo.scenes import Scene

ORDER: Final = ("caller", "pbx", "relay", "bridge", "ann", "ben")
LABELS: Final = {"pbx": "Asterisk", "ann": "agent ann", "ben": "agent ben"}
_PBX_LINE: Final = re.compile(
    r"^\[(?P<ts>[\d-]+ [\d:.]+)\][^\n]*<--- (?P<way>Received|Transmitting) SIP [a-z]+ \(\d+ bytes\) "
    r"(?:from|to) UDP:(?P<ip>[\d.]+):\d+ --->\n(?P<raw>.*?)(?=^\[\d{4}-|\Z)",
    re.M | re.S,
)
_DOUBLE_S: Final = 0.05
"""the same message in the logs of both its ends"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """One message. `at` is monotonic."""

    at: float
    source: str
    target: str
    raw: str

    @property
    def label(self) -> str:
        first = self.raw.partition("\n")[0].strip()
        if first.startswith("SIP/2.0"):
            return f"{first.removeprefix('SIP/2.0 ')} ({self.method})"
        if self.method == "NOTIFY" and (progress := re.search(r"^SIP/2\.0 (.+?)\s*$", self.body, re.M)):
            return f"NOTIFY {progress[1]}"
        return f"{self.method}{' with Replaces' if self._with_replaces else ''}"

    @property
    def method(self) -> str:
        found = re.search(r"^CSeq:\s*\d+\s+(\w+)", self.raw, re.M | re.I)
        return found[1] if found else self.raw.partition(" ")[0]

    @property
    def body(self) -> str:
        return self.raw.replace("\r\n", "\n").partition("\n\n")[2]

    @property
    def is_response(self) -> bool:
        return self.raw.startswith("SIP/2.0")

    @property
    def kind(self) -> str:
        """The CSS class: what a reader should see first."""
        if self.method in ("REFER", "NOTIFY"):
            return "transfer"
        return "response" if self.is_response else "request"

    @property
    def _with_replaces(self) -> bool:
        return bool(re.search(r"^(Replaces:|Refer-To:.*Replaces=)", self.raw, re.M | re.I))


def arrows_of(scene: Scene) -> list[Arrow]:
    """In order of time, each message once; OPTIONS and other calls left out."""
    found = list(_from_pbx(scene)) if scene.pbx_log else list(_from_traces(scene))
    arrows: list[Arrow] = []
    for arrow in sorted(found, key=lambda one: one.at):
        twin = any(a.raw == arrow.raw and arrow.at - a.at < _DOUBLE_S for a in arrows[-12:])
        if arrow.method != "OPTIONS" and not twin:
            arrows.append(arrow)
    return arrows


def _from_traces(scene: Scene) -> Iterator[Arrow]:
    for trace in scene.traces.values():
        for line in trace.sip:
            peer = scene.names.get(line["peer"][0], line["peer"][0])
            ends = (trace.name, peer) if line["direction"] == "out" else (peer, trace.name)
            yield Arrow(at=line["at"], source=ends[0], target=ends[1], raw=line["raw"])


def _from_pbx(scene: Scene) -> Iterator[Arrow]:
    """All messages pass the PBX, so its own log tells the whole story."""
    behind = time.time() - time.monotonic()
    for found in _PBX_LINE.finditer(scene.pbx_log):
        peer = scene.names.get(found["ip"], found["ip"])
        ends = (peer, "pbx") if found["way"] == "Received" else ("pbx", peer)
        at = datetime.fromisoformat(found["ts"]).timestamp() - behind
        yield Arrow(at=at, source=ends[0], target=ends[1], raw=found["raw"])


def draw_ladder(scene: Scene, path: Path) -> None:
    arrows = arrows_of(scene)
    seen = {name for arrow in arrows for name in (arrow.source, arrow.target)}
    parties = [name for name in ORDER if name in seen] + sorted(seen - set(ORDER))
    addresses = {name: ip for ip, name in scene.names.items()}
    lanes = [
        {"name": LABELS.get(name, name), "address": addresses.get(name, ""), "x": 150 + 230 * number}
        for number, name in enumerate(parties)
    ]
    at = dict(zip(parties, (lane["x"] for lane in lanes), strict=True))
    rows = [
        {
            "y": 96 + 26 * number, "x1": at[arrow.source], "x2": at[arrow.target], "label": arrow.label,
            "kind": arrow.kind, "at": f"{arrow.at - scene.origin:.3f}",
        }
        for number, arrow in enumerate(arrows)
    ]  # fmt: skip
    svg = TEMPLATES.get_template("ladder.svg.j2").render(
        lanes=lanes, rows=rows, width=240 + 230 * max(len(lanes) - 1, 1), height=96 + 26 * len(rows) + 16,
        title=f"SIP messages of {scene.name}",
    )  # fmt: skip
    path.write_text(svg)
