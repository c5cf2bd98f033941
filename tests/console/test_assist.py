"""The assist column in a real browser: hints come as people speak, are ticked, dismissed, and read by all."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from bridge.model.transcript import Speaker
from tests.console.rig import Bureau, bureau, signed_in
from tests.console.serving import chromium

pytestmark = [pytest.mark.wire, pytest.mark.timeout(90), pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as started:
        yield started


async def connect(o: Bureau) -> None:
    o.says("I was charged twice on my last invoice")
    o.escalate()
    await o.until("dialing")
    async with asyncio.timeout(5):
        while not o.dialed:
            await asyncio.sleep(0.005)
    o.ua.far("agent-1").answer()
    await o.until("briefing")


async def test_hints_come_and_go_with_what_is_said(tmp_path: Path, browser: Browser) -> None:
    async with bureau(tmp_path) as o:
        page = await signed_in(browser, o.url, "ann")
        await connect(o)
        await expect(page.get_by_text("Only you can hear this")).to_be_visible()
        await page.keyboard.press("Space")
        await o.until("connected")
        hints = page.get_by_role("list", name="Hints")
        await expect(hints.get_by_text("Go on where the assistant stopped")).to_be_visible()
        assert await hints.get_attribute("aria-live") == "polite"

        o.says("Hi, I can see that you were charged twice", Speaker.AGENT)
        await expect(page.get_by_role("list", name="Done").get_by_text("Say that you know")).to_be_visible()

        o.says("can i pay with my credit card <img src=x onerror=window.bad=1>")
        first = hints.get_by_role("listitem").first
        await expect(first.get_by_text("Take card details by key or link, never aloud")).to_be_visible()
        await expect(first.locator("q")).to_contain_text("<img src=x onerror=window.bad=1>")
        await page.get_by_role("button", name="Dismiss: Take card details").focus()
        await page.keyboard.press("Enter")
        await expect(hints.get_by_text("Take card details")).to_have_count(0)
        await page.get_by_role("button", name="Done: Go on where").click()
        await expect(page.get_by_role("list", name="Done").get_by_text("Go on where")).to_be_visible()

        closed = {hint.id: hint.closed for hints_ in o.live.call.hints.values() for hint in hints_}
        assert closed["card_payment/no_card_aloud"] == "dismissed"
        assert closed["bot_failed/no_restart"] == "ticked"
        assert page.complaints == []  # type: ignore[attr-defined]
        assert await page.evaluate("window.bad") is None
        assert len(page.context.pages) == 1


async def test_who_may_only_look_sees_no_hint(tmp_path: Path, browser: Browser) -> None:
    async with bureau(tmp_path) as o:
        eye = await signed_in(browser, o.url, "eye")
        sent: list[str] = []
        eye.on("websocket", lambda socket: socket.on("framereceived", lambda data: sent.append(str(data))))
        await eye.reload()
        await eye.wait_for_selector(".frame")
        await connect(o)
        o.ua.far("agent-1").press("1")
        await o.until("connected")
        o.says("can i pay with my credit card")
        async with asyncio.timeout(5):
            while not any('"connected"' in message for message in sent):
                await asyncio.sleep(0.02)
        assert not any("no_card_aloud" in message or "every_call" in message for message in sent)


async def test_opening_the_transcript_is_told_once(tmp_path: Path, browser: Browser) -> None:
    """Before the join by its fold: `handoff drill` asks whether it was looked at."""
    async with bureau(tmp_path) as o:
        page = await signed_in(browser, o.url, "ann")
        o.says("I was charged twice on my last invoice")
        o.escalate()
        await o.until("dialing")
        await expect(page.get_by_role("button", name="Accept")).to_be_visible()
        assert o.events.of("opened") == []
        await page.locator("summary", has_text="Transcript").click()
        async with asyncio.timeout(5):
            while not o.events.of("opened"):
                await asyncio.sleep(0.02)
        [told] = o.events.of("opened")
        assert (told["what"], told["state"]) == ("transcript", "dialing")
        assert page.complaints == []  # type: ignore[attr-defined]
