"""`handoff bench browser`: the delay between a caller and an agent's browser, each way, and the CPU it takes.

The telephone is a raw party in this process; front and workers are the real ones; the browser is a real
Chromium with the console's own module. What it and the bridge say to each other is carried here, so there is
no main. A burst of tone is timed from its first sample at one end to its first sample at the other.
"""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
import psutil

from bridge.bench.noise import gauge
from bridge.bench.spread import spread
from bridge.bench.switchboard import Switchboard
from bridge.peers.chromium import arguments, chromium
from sip import commands as c
from sip import events as e
from sip.party.g711 import Pcm
from sip.party.party import Party
from sip.remote import RemoteUserAgent

NET: Final = "127.0.61"
HERE: Final = Path(__file__).parent
CONSOLE: Final = HERE.parent / "web" / "console"
ORIGIN: Final = "http://127.0.0.1:9"
FILES: Final = {
    "/": (HERE / "browser_page.html", "text/html"),
    "/ear.js": (HERE / "browser_ear.js", "text/javascript"),
    "/browser_phone.js": (CONSOLE / "browser_phone.js", "text/javascript"),
    "/browser_sound.js": (CONSOLE / "browser_sound.js", "text/javascript"),
}
FIGURES: Final = ("to_browser_ms", "from_browser_ms", "round_trip_ms")
WAIT_S: Final = 15.0
BASE_S: Final = 4.0
SETTLE_S: Final = 3.0
BURST_S: Final = 0.06
GAP_S: Final = 0.6
LOUD: Final = 1500
LEG: Final = "agent-1"
Tell = Callable[[str], None]
Times = dict[str, list[float]]


class BrowserMissing(Exception):
    """Playwright, or a Chromium, is not on this machine."""


def measure(
    legs: int, seconds: float, out: Path, *, budget_ms: float, noise_limit_ms: float, tell: Tell
) -> dict[str, Any]:
    """`legs` calls at the same time, each with its own worker and page. Raises `BrowserMissing`."""
    out.mkdir(parents=True, exist_ok=True)
    with gauge(out / "noise.txt", noise_limit_ms) as noise:
        times, shares, stats = asyncio.run(_run(legs, seconds, tell))
    figures = {name: spread(values) for name, values in times.items()}
    round_ms = float(figures["round_trip_ms"]["p50"] or 0)
    failed = [f"{name}: nothing came through" for name, row in figures.items() if not row["n"]]
    if round_ms > budget_ms:
        failed.append(f"round trip p50 {round_ms} ms is over {budget_ms} ms")
    return {
        **figures,
        "cpu_per_leg_percent": round(float(np.median(shares)), 1),
        "legs": legs,
        "page": stats,
        "budget_ms": budget_ms,
        "noise": {**noise.told(), "void": noise.void},
        "failed": failed,
    }


async def _run(legs: int, seconds: float, tell: Tell) -> tuple[Times, list[float], list[dict[str, Any]]]:
    times: Times = {name: [] for name in FIGURES}
    with tempfile.TemporaryDirectory(prefix="handoff-") as folder:
        async with Switchboard(NET, Path(folder), legs, browsers=True) as board, _tabs(legs) as tabs:
            tell(f"{legs} browser{'s' * (legs > 1)} at the telephone")
            calls = [await _Call.begin(board, index, tab) for index, tab in enumerate(tabs)]
            shares = await asyncio.gather(*(call.cost() for call in calls))
            for call in calls:
                await call.measure(times, seconds)
            stats = [await call.tab.evaluate("phone.stats()") for call in calls]
            for call in calls:
                await call.end()
    return times, list(shares), stats


@asynccontextmanager
async def _tabs(count: int) -> AsyncIterator[list[Any]]:
    """Pages of one Chromium, with files from here instead of a server. Raises `BrowserMissing`."""
    try:
        from playwright.async_api import async_playwright
    except ImportError:
        raise BrowserMissing("playwright is not installed. Cure: pip install playwright") from None
    found = chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=found.program, headless=True, args=arguments(), env={**found.environment} or None
        )
        try:
            yield [await browser.new_page() for _ in range(count)]
        finally:
            await browser.close()


async def _serve(route: Any) -> None:
    path = "/" + route.request.url.removeprefix(ORIGIN).lstrip("/")
    if path in FILES:
        file, kind = FILES[path]
        await route.fulfill(body=file.read_bytes(), content_type=kind)
    else:
        await route.fulfill(status=404)


class _Call:
    """One caller, one worker, one page."""

    def __init__(self, board: Switchboard, caller: Party, tab: Any, ua: RemoteUserAgent) -> None:
        self._board, self._caller, self.tab, self._ua = board, caller, tab, ua

    @classmethod
    async def begin(cls, board: Switchboard, index: int, tab: Any) -> "_Call":
        """The caller is answered and hears comfort; the page has passed its test."""
        caller = Party(f"{NET}.{10 + index}", 5060, user=f"caller{index}")
        await caller.start()
        call = await caller.dial(f"sip:bench@{board.entry}")
        ua = await _event(board, e.CallIncoming)
        made = cls(board, caller, tab, ua[0])
        made._ua.send(c.Answer(leg="caller"))
        made._ua.send(c.Hear(edges=(("comfort", "caller"),)))
        await caller.wait("answered", WAIT_S, call)
        await tab.expose_function("toBridge", made._from_page)
        await tab.route("**/*", _serve)
        await tab.goto(ORIGIN + "/")
        await tab.wait_for_function("window.tested", timeout=WAIT_S * 1000)
        return made

    def _from_page(self, message: dict[str, Any]) -> None:
        if message["type"] == "phone.offer":
            self._ua.send(c.BrowserOffer(leg=LEG, sdp=message["sdp"]))

    async def cost(self) -> float:
        """Percent of a core that the browser's leg adds to the worker; the call is up afterwards."""
        process = psutil.Process(self._board.pid(self._ua))
        base = await _share(process)
        self._ua.send(c.RingBrowser(leg=LEG))
        await self.tab.evaluate(f"phone.answer('bench', '{LEG}')")
        _, answer = await _event(self._board, e.BrowserAnswer, self._ua)
        assert isinstance(answer, e.BrowserAnswer)
        message = {"type": "phone.answer", "conversation": "bench", "leg": LEG, "sdp": answer.sdp}
        await self.tab.evaluate("message => phone.take(message)", message)
        await _event(self._board, e.LegAnswered, self._ua, LEG)
        self._ua.send(c.Hear(edges=(("caller", LEG), (LEG, "caller"))))
        await asyncio.sleep(SETTLE_S)
        return await _share(process) - base

    async def measure(self, times: Times, seconds: float) -> None:
        """A third of the time for each figure."""
        count = max(1, int(seconds / 3 / GAP_S))
        offset = time.time() - time.monotonic()
        for _ in range(count):
            await self.tab.evaluate("onsets.splice(0)")
            sent = await self._say()
            onsets = await self.tab.evaluate("onsets")
            times["to_browser_ms"] += [onset - (sent + offset) * 1000 for onset in onsets[:1]]
        for _ in range(count):
            began = await self.tab.evaluate(f"burst({BURST_S})") / 1000 - offset
            times["from_browser_ms"] += await self._heard(began)
        await self.tab.evaluate("setEcho(true)")
        await asyncio.sleep(GAP_S)
        for _ in range(count):
            times["round_trip_ms"] += await self._heard(await self._say(0))

    async def _say(self, wait_s: float = GAP_S) -> float:
        """A burst from the caller's mouth: when its first sample went out."""
        sent = self._caller.play(_burst(), "burst")
        await asyncio.sleep(max(0.0, sent - time.monotonic()) + wait_s)
        return sent

    async def _heard(self, since: float) -> list[float]:
        """How long the caller waited for it, in ms; nothing when nothing came."""
        await asyncio.sleep(max(0.0, since + GAP_S - time.monotonic()))
        recorder = self._caller.call.recorder
        first = max(0, round((since - recorder.origin) * recorder.rate))
        loud = np.flatnonzero(np.abs(recorder.heard[first:].astype(int)) > LOUD)
        return [(recorder.time_of(first + int(loud[0])) - since) * 1000] if loud.size else []

    async def end(self) -> None:
        self._ua.send(c.Finish())
        await self._caller.close()


def _burst() -> Pcm:
    t = np.arange(int(BURST_S * 8000)) / 8000
    return (9000 * np.sin(2 * np.pi * 1000 * t)).astype(np.int16)


async def _share(process: psutil.Process) -> float:
    """Percent of a core, over some seconds."""
    process.cpu_percent()
    await asyncio.sleep(BASE_S)
    return float(process.cpu_percent())


async def _event(
    board: Switchboard, kind: type[e.Event], ua: RemoteUserAgent | None = None, leg: str | None = None
) -> tuple[RemoteUserAgent, e.Event]:
    """The next event of that kind; those of others are put back. Raises `TimeoutError`."""
    async with asyncio.timeout(WAIT_S):
        while True:
            found = await board.agents.get()
            theirs = (ua is not None and found[0] is not ua) or (leg and getattr(found[1], "leg", "") != leg)
            if isinstance(found[1], kind) and not theirs:
                return found
            if theirs:
                board.agents.put_nowait(found)
                await asyncio.sleep(0.005)
