"""The console live: brief before INVITE, literal text, strict policy, orders, roles."""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from bridge.model.transcript import Speaker
from tests.console.rig import bureau, signed_in
from tests.console.serving import chromium

pytestmark = [pytest.mark.wire, pytest.mark.timeout(90), pytest.mark.asyncio(loop_scope="module")]
INJECTED = (
    "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=window.bad=1>')",
    "document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.bad=1'}))",
)
EVIL = "check <img src=x onerror=alert(1)> & <b>confirm</b> {{7*7}} ${7*7}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as started:
        yield started


async def heading(page: Page, text: str) -> None:
    await expect(page.get_by_role("heading", level=1).filter(has_text=text).first).to_be_visible(timeout=8000)


async def test_the_brief_is_on_the_screen_before_the_invite(tmp_path: Path, browser: Browser) -> None:
    async with bureau(tmp_path) as o:
        page = await signed_in(browser, o.url, "ann", form=True)
        await heading(page, "You're available")
        seen: list[float] = []
        told = o.console.seen

        def seen_at(token: str) -> None:
            seen.append(time.monotonic())
            told(token)

        o.console.seen = seen_at  # type: ignore[method-assign]
        o.escalate()
        await o.until("dialing")
        async with asyncio.timeout(5):
            while not o.dialed:
                await asyncio.sleep(0.005)
        assert seen
        assert seen[0] <= o.dialed[0][1]
        assert await page.locator("h1.headline").inner_text() == o.live.brief.headline  # type: ignore[union-attr]
        assert [e["shown"] for e in o.events.of("screen_pop")] == [True]
        await expect(page.locator("h1.headline")).to_be_focused()
        assert page.complaints == []  # type: ignore[attr-defined]


async def test_a_page_that_says_nothing_is_waited_for_briefly_and_a_closed_one_not(
    tmp_path: Path, browser: Browser
) -> None:
    async with bureau(tmp_path) as o:
        page = await signed_in(browser, o.url, "ann")
        o.console.seen = lambda token: None  # type: ignore[method-assign]
        begun = time.monotonic()
        o.escalate()
        async with asyncio.timeout(5):
            while not o.dialed:
                await asyncio.sleep(0.005)
        assert o.dialed[0][1] - begun >= 0.9
        await page.close()


async def test_spoken_markup_shows_literally_under_a_strict_policy(tmp_path: Path, browser: Browser) -> None:
    async with bureau(tmp_path) as o:
        page = await signed_in(browser, o.url, "ann")
        o.says(EVIL)
        o.escalate()
        await o.until("dialing")
        await page.locator("summary").filter(has_text="Transcript").click()
        await expect(page.locator(".turn.caller .text").first).to_have_text(EVIL)
        assert await page.locator("#app img[src=x], #app .text b").count() == 0
        answer = await page.request.get(o.url)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        module = await page.request.get(f"{o.url}/console/main.js")
        assert module.headers["content-security-policy"] == policy
        assert (await page.request.get(f"{o.url}/console/../../main.py")).status == 404
        for attempt in INJECTED:
            await page.evaluate(attempt)
        await asyncio.sleep(0.1)
        assert await page.evaluate("window.bad") is None


async def test_a_whole_call_by_keyboard(tmp_path: Path, browser: Browser) -> None:
    async with bureau(tmp_path) as o:
        page = await signed_in(browser, o.url, "ann")
        o.says("I was charged twice on my last invoice")
        o.escalate()
        await o.until("dialing")
        await expect(page.get_by_role("button", name="Accept")).to_be_visible()
        await page.keyboard.press("a")
        await expect(page.get_by_text("Pick up your phone")).to_be_visible()
        async with asyncio.timeout(5):
            while not o.dialed:
                await asyncio.sleep(0.005)
        o.ua.far("agent-1").answer()
        await expect(page.get_by_text("Only you can hear this")).to_be_visible()
        await page.keyboard.press("Space")
        await o.until("connected")
        await expect(page.get_by_role("log")).to_be_visible()
        o.says("hello there", Speaker.AGENT)
        await expect(page.locator(".turn.agent .text").last).to_have_text("hello there")
        await page.keyboard.press("h")
        await expect(page.get_by_role("button", name="Resume")).to_have_attribute("aria-pressed", "true")
        assert o.ua.heard_by("caller") == {"comfort"}
        await page.keyboard.press("h")
        await expect(page.get_by_role("button", name="Hold")).to_be_visible()
        await page.keyboard.press("m")
        await expect(page.get_by_text("You are muted")).to_be_visible()
        await page.keyboard.press("Shift+E")
        await heading(page, "The call is over")
        await page.get_by_role("radio", name="Resolved", exact=True).check(force=True)
        await page.get_by_role("radio", name="Partly").check(force=True)
        await page.get_by_role("textbox").fill("Refund sent; tell him in May")
        await expect(page.get_by_text("Saved", exact=True)).to_be_visible()
        live = o.live.handoffs.live
        assert live
        assert (live.note, live.disposition, live.brief_right) == (
            "Refund sent; tell him in May",
            "resolved",
            "partly",
        )
        await page.get_by_role("button", name="Save and be available").click()
        await heading(page, "You're available")
        assert page.complaints == []  # type: ignore[attr-defined]


async def test_each_sees_what_is_his(tmp_path: Path, browser: Browser) -> None:
    async with bureau(tmp_path) as o:
        ann, bob, sam, eye = [await signed_in(browser, o.url, who) for who in ("ann", "bob", "sam", "eye")]
        got: list[Any] = []
        eye.on("websocket", lambda ws: ws.on("framereceived", lambda frame: got.append(frame)))
        await eye.reload()
        o.says("a word about nothing in particular")
        o.escalate()
        await o.until("dialing")
        await expect(ann.locator("h1.headline")).to_be_visible()
        await heading(bob, "You're available")
        await sam.get_by_role("button", name="Floor").click()
        await sam.locator("button.item").first.click()
        await expect(sam.locator(".turn.caller .text")).to_have_text("a word about nothing in particular")
        await asyncio.sleep(0.2)
        assert any('"state":"dialing"' in str(frame) for frame in got)
        assert not any("nothing in particular" in str(frame) or "refund" in str(frame) for frame in got)
        o.ua.far("agent-1").answer()
        await expect(ann.get_by_text("Only you can hear this")).to_be_visible()
        await ann.keyboard.press("Space")
        await o.until("connected")
        await sam.get_by_role("button", name="Coach").click()
        async with asyncio.timeout(5):
            while "supervisor-1" not in o.ua.legs:
                await asyncio.sleep(0.01)
        o.ua.far("supervisor-1").answer()
        await expect(sam.get_by_text("The agent hears you, the caller doesn't.")).to_be_visible()
        await expect(ann.get_by_text("sam speaks to you alone")).to_be_visible()
        await ann.keyboard.press("t")
        await ann.get_by_label("What should your colleague know?").fill("wants it in writing")
        await ann.get_by_role("form", name="Transfer").get_by_role("button", name="Transfer").click()
        await heading(ann, "You're available")
        await expect(bob.get_by_text("From your colleague")).to_be_visible()
        await expect(bob.locator(".facts")).to_contain_text("wants it in writing")


async def test_a_page_comes_back_by_itself(tmp_path: Path, browser: Browser) -> None:
    async with bureau(tmp_path) as o:
        page = await signed_in(browser, o.url, "ann")
        o.escalate()
        await o.until("dialing")
        async with asyncio.timeout(5):
            while not o.dialed:
                await asyncio.sleep(0.005)
        for open_page in list(o.console.open):
            open_page.restart()
        await expect(page.locator("h1.headline")).to_be_visible()
        o.ua.far("agent-1").answer()
        await expect(page.get_by_text("Only you can hear this")).to_be_visible()


async def test_offer_to_visible_brief(tmp_path: Path, browser: Browser) -> None:
    """Prints the figure of docs/console.md; no test on any machine can say what it has to be."""
    async with bureau(tmp_path) as o:
        await signed_in(browser, o.url, "ann")
        o.escalate()
        await o.until("dialing")
        live, took = o.live.handoffs.live, []
        assert live
        assert live.attempts.target
        assert o.live.brief
        for number in range(40):
            brief = replace(o.live.brief, headline=f"Another brief, number {number}")
            begun = time.monotonic()
            assert await o.console.show(o.live.call.id, live.attempts.target, brief)
            took.append(1000 * (time.monotonic() - begun))
        print(f"offer to visible brief: p50 {statistics.median(took):.0f} ms, p95 {sorted(took)[37]:.0f} ms")
