"""`handoff demo`: the plan of lanes and scenes, the judging, the files, and what is printed."""

import asyncio
import fcntl
import hashlib
import json
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from bridge import __version__
from bridge.config import ConfigError
from bridge.demo.artefacts import write_scene
from bridge.demo.ladder import draw_ladder
from bridge.demo.report import write_report
from bridge.demo.scenes import Scene, perform
from bridge.demo.script import Cast, DemoScript, load_demo_script
from bridge.demo.stage import Place, lane
from bridge.demo.timeline import draw_timeline
from bridge.demo.verdict import Verdict, judge
from bridge.peers.asterisk import PACKAGES
from bridge.peers.bridge import BridgeFailed
from bridge.peers.cache import cache_dir
from bridge.peers.debian import PeerUnavailable, unpacked

MODES: Final = ("conference", "refer")
UNWANTED: Final = "not wanted"
SCENARIOS: Final = ("decline", "caller_hangs_up")
NETS: Final = range(90, 120, 2)
Tell = Callable[[str, str], None]
"""(lane, what happens now)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LanePlan:
    """One bridge and the scenes on it, one after the other. Two lanes run at the same time."""

    name: str
    place: Place
    scenes: tuple[str, ...]

    @property
    def modes(self) -> tuple[str, str]:
        """How each agent takes calls: ben only ever stands in."""
        return ("refer_replaces" if "refer" in self.scenes else "conference", "conference")


def plan(mode: str, *, scenarios: bool, real: bool) -> list[LanePlan]:
    """Shared out so that both lanes take about as long. `real`: there is an Asterisk."""
    first, second = free_nets()
    extra = SCENARIOS if scenarios else ()
    if mode == "all":
        lanes = [("a", False, ("conference", *extra[1:])), ("b", True, ("refer", *extra[:1]))]
    else:
        lanes = [("a", mode == "refer", (mode,)), ("b", False, extra)]
    return [
        LanePlan(name=name, place=Place(net=net, pbx=with_pbx, real=real), scenes=scenes)
        for (name, with_pbx, scenes), net in zip(lanes, (first, second), strict=True)
        if scenes
    ]


def free_nets() -> tuple[str, str]:
    """Two nets of the loopback where nobody listens: two demos may run at once."""
    for number in NETS:
        nets = f"127.0.{number}", f"127.0.{number + 1}"
        try:
            for net in nets:
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                    probe.bind((f"{net}.2", 5060))
        except OSError:
            continue
        return nets
    raise BridgeFailed("no free addresses on the loopback net")


async def run_demo(
    *, mode: str, script_file: Path | None, out: Path, scenarios: bool, asterisk: bool, tell: Tell
) -> dict[str, Any]:
    """Place the calls, judge them, leave the files; the report as a dict. Raises `ConfigError`."""
    with _alone(out):
        return await _run(mode, script_file, out, scenarios, asterisk, tell)


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Two demos in one directory would clear away each other's calls."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ConfigError(
                f"{out}: another demo is running there. Cure: --out another directory."
            ) from None
        yield


async def _run(
    mode: str, script_file: Path | None, out: Path, scenarios: bool, asterisk: bool, tell: Tell
) -> dict[str, Any]:
    began = time.monotonic()
    script = load_demo_script(script_file)
    _clear(out)
    cast = Cast(out / "raw" / "lines")
    lines = [("caller", line) for line in script.with_bot] + script.turns
    await asyncio.to_thread(cast.prepare, lines)
    no_pbx = UNWANTED
    if asterisk and mode != "conference":
        no_pbx = await asyncio.to_thread(_why_no_asterisk, tell)
    plans = plan(mode, scenarios=scenarios, real=not no_pbx)
    done = await asyncio.gather(*(_run_lane(lane_plan, script, cast, out, tell) for lane_plan in plans))
    tell("report", "judging and drawing")
    order = (*MODES, *SCENARIOS)
    played = sorted((one for scenes in done for one in scenes), key=lambda s: order.index(s.name))
    verdicts = [judge(scene) for scene in played]
    files = {v.scene.name: _leave(v.scene, out / v.scene.name) for v in verdicts}
    report = _report(verdicts, script, mode, no_pbx, files)
    report["seconds"] = round(time.monotonic() - began, 1)
    (out / "report.json").write_text(json.dumps(report, indent=1))
    write_report(out / "report.html", report, verdicts)
    return report


def _leave(scene: Scene, dir: Path) -> list[str]:
    """All files of one call; pictures only of a call that took place."""
    write_scene(scene, dir)
    if scene.origin and "caller" in scene.traces:
        draw_timeline(scene, dir / "timeline.png")
        draw_ladder(scene, dir / "ladder.svg")
    return sorted(path.name for path in dir.iterdir())


async def _run_lane(
    lane_plan: LanePlan, script: DemoScript, cast: Cast, out: Path, tell: Tell
) -> list[Scene]:
    scenes: list[Scene] = []
    try:
        async with lane(
            lane_plan.place, lane_plan.name, script=script, cast=cast, out=out, modes=lane_plan.modes,
            tell=lambda text: tell(lane_plan.name, text),
        ) as running:  # fmt: skip
            for name in lane_plan.scenes:
                running.tell = partial(_tell_of, tell, lane_plan.name, name)
                scenes.append(await perform(running, name))
    except (BridgeFailed, PeerUnavailable) as error:
        missing = lane_plan.scenes[len(scenes) :]
        scenes += [Scene(name=name, peer="none", failure=str(error)) for name in missing]
    tell(lane_plan.name, "done")
    return scenes


def _tell_of(tell: Tell, lane_name: str, scene: str, text: str) -> None:
    tell(lane_name, f"{scene}: {text}")


def _why_no_asterisk(tell: Tell) -> str:
    """Empty when there is one; the first run fetches it."""
    try:
        tell("b", "fetching Asterisk")
        unpacked(PACKAGES, cache_dir("asterisk"))
    except PeerUnavailable as error:
        return str(error)
    return ""


def _report(
    verdicts: list[Verdict], script: DemoScript, mode: str, no_pbx: str, files: dict[str, list[str]]
) -> dict[str, Any]:
    records = [v.scene.record for v in verdicts if v.scene.record]
    asr = records[0]["asr"] if records else {}
    found = {v.scene.name: {**v.as_dict(), "files": files[v.scene.name]} for v in verdicts}
    peers = {v.scene.name: v.scene.peer for v in verdicts}
    failures = [line for v in verdicts for line in v.failed()]
    text = json.dumps([script.with_bot, script.with_agent])
    return {
        "v": 1,
        "ok": not failures,
        "failures": failures,
        "version": __version__,
        "mode": mode,
        "title": script.title,
        "script_sha256": hashlib.sha256(text.encode()).hexdigest(),
        "engine": asr.get("engine", "none"),
        "model_sha256": asr.get("model_sha256", ""),
        "peer": peers.get("refer") or next(iter(peers.values()), "none"),
        "peer_note": "" if no_pbx in ("", UNWANTED) else f"no Asterisk: {no_pbx}",
        "modes": {name: found[name] for name in MODES if name in found},
        "scenarios": {name: found[name] for name in SCENARIOS if name in found},
    }


def _clear(out: Path) -> None:
    """Only what an earlier demo left there."""
    for name in ("raw", *MODES, *SCENARIOS):
        shutil.rmtree(out / name, ignore_errors=True)
    for name in ("report.json", "report.html"):
        (out / name).unlink(missing_ok=True)
