"""Every state of the console in both themes: axe finds nothing, nothing is cut off, nothing moves unasked.

With HANDOFF_SCREENSHOTS=DIR the pictures of docs/console.md are left there (`make screenshots`).
"""

import os
from collections.abc import AsyncIterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page

from bridge.web.desk import Console, OpenPage
from tests.console.rig import bureau
from tests.console.serving import Painted, chromium, served
from tests.console.states import STATES, TURNS, snapshot

pytestmark = [pytest.mark.wire, pytest.mark.timeout(90), pytest.mark.asyncio(loop_scope="module")]
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SHOTS = os.environ.get("HANDOFF_SCREENSHOTS")
CUT_OFF = """() => [...document.querySelectorAll('button, .chip, h1, dd, .controls')].filter(
    (e) => e.offsetParent && !e.matches('.hidden') && e.scrollWidth > e.clientWidth + 1
).map((e) => e.outerHTML)"""
MOVING = "document.getAnimations().filter((a) => a.playState === 'running').length"


@dataclass
class Show:
    """One page for each theme, shown one state after the other."""

    painted: Painted
    pages: dict[str, Page]

    async def state(self, name: str) -> None:
        self.painted.snapshot = STATES[name]
        await self.painted.send(STATES[name])
        for page in self.pages.values():
            view = {"floor": "Floor", "board": "Wallboard"}.get(name)
            if view:
                await page.get_by_role("button", name=view).click()
            if name == "floor":
                await page.locator("button.item", has_text="Ann Baker").click()
            await page.wait_for_function("document.getAnimations().every((a) => a.playState !== 'pending')")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def show() -> AsyncIterator[Show]:
    painted = Painted()
    painted.snapshot = STATES["available"]
    async with served(painted.app) as url, chromium() as browser:
        pages = {}
        for theme in ("light", "dark"):
            context = await browser.new_context(
                viewport={"width": 1360, "height": 860},
                color_scheme=theme,  # type: ignore[arg-type]
                reduced_motion="reduce",
            )
            pages[theme] = await context.new_page()
            await pages[theme].goto(url)
            await pages[theme].wait_for_selector(".frame")
            await pages[theme].evaluate(AXE)
        yield Show(painted, pages)


@pytest.mark.parametrize("name", list(STATES))
async def test_axe_finds_nothing(show: Show, name: str) -> None:
    await show.state(name)
    for theme, page in show.pages.items():
        if SHOTS:
            await page.screenshot(path=Path(SHOTS) / f"{name}-{theme}.png")
        result: dict[str, Any] = await page.evaluate("(rules) => axe.run(document, {runOnly: rules})", RULES)
        found = [(v["id"], [node["html"] for node in v["nodes"]]) for v in result["violations"]]
        assert found == [], theme
        assert len(result["passes"]) > 15
        assert await page.evaluate("document.documentElement.dataset.theme") == theme
        assert await page.evaluate(CUT_OFF) == []
        moving = await page.evaluate(
            "document.getAnimations().filter((a) => a.playState === 'running').length"
        )
        assert moving == 0


async def test_axe_would_notice(show: Show) -> None:
    """The check can fail: a button without a name, and words nobody can read."""
    page = show.pages["light"]
    await page.evaluate(
        "document.querySelector('.top').append(Object.assign(document.createElement('button'), {id: 'bare'}))"
    )
    result = await page.evaluate("(rules) => axe.run(document, {runOnly: rules})", RULES)
    await page.evaluate("document.getElementById('bare').remove()")
    assert [v["id"] for v in result["violations"]] == ["button-name"]


async def test_a_log_that_is_announced_and_timers_that_are_not(show: Show) -> None:
    await show.state("connected")
    page = show.pages["light"]
    log = page.get_by_role("log")
    assert await log.get_attribute("aria-live") == "polite"
    assert await log.locator("li.turn").count() == len(TURNS)
    await show.painted.send(
        {"type": "saying", "rev": 2, "id": "c1", "speaker": "caller", "text": "and then I"}
    )
    partial = page.locator(".turn.partial")
    await partial.wait_for()
    assert await partial.get_attribute("aria-hidden") == "true"
    timers = page.locator(".num[aria-hidden=true]")
    assert await timers.count() >= 2
    assert await page.locator("[aria-live] .num:not([aria-hidden]):not(.who .num)").count() == 0


async def test_the_pictures_are_of_what_the_bridge_sends(tmp_path: Path) -> None:
    """The painted snapshot has the fields of a real one, and no other."""
    async with bureau(tmp_path) as o:
        o.escalate()
        await o.until("dialing")
        page = OpenPage(o.console_identity("sam"), None)
        real = _snapshot(o.console, page)
        painted = STATES["ringing"]
        assert set(real) == set(painted)
        assert set(real["calls"][0]) == set(painted["calls"][0])
        assert set(real["calls"][0]["brief"]) == set(painted["calls"][0]["brief"])
        assert set(real["calls"][0]["escalation"]) == set(painted["calls"][0]["escalation"])
        assert set(real["calls"][0]["utterances"][0]) == set(painted["calls"][0]["utterances"][0])
        assert set(real["agents"][0]) == set(painted["agents"][0])
        assert set(real["me"]) == set(painted["me"])
        assert set(real["setup"]) == set(painted["setup"])
        assert set(real["board"]) == set(snapshot([], "supervisor", None)["board"])


@pytest.mark.parametrize(
    ("status", "says"),
    [("pending", "CRM pending"), ("no_answer", "no answer from the CRM"), ("unknown", "not in the CRM")],
)
async def test_the_page_says_what_became_of_the_crm(show: Show, status: str, says: str) -> None:
    state = deepcopy(STATES["ringing"])
    state["calls"][0]["brief"] |= {"crm": None, "crm_status": status, "missing": ["crm"]}
    show.painted.snapshot = state
    await show.painted.send(state)
    for page in show.pages.values():
        missing = page.locator("p.missing", has_text=f"customer record ({says})")
        await missing.wait_for()
        await page.locator(".folds", has_text=says).wait_for()


def _snapshot(console: Console, page: OpenPage) -> dict[str, Any]:
    console.snapshot(page)
    message = page.queue.get_nowait()
    assert message
    return message


async def test_the_wallboard_tells_whether_handoffs_work(show: Show) -> None:
    await show.state("board")
    for page in show.pages.values():
        tiles = page.get_by_role("region", name="Last 30 days").locator(".tile")
        await tiles.first.wait_for()
        told = {
            await tile.locator("dt").inner_text(): await tile.locator("dd").inner_text()
            for tile in await tiles.all()
        }
        assert told["Had to say it again"].split("\n")[0] == "22 %"
        assert told["Satisfaction, 1 to 5"].startswith("4.1")
