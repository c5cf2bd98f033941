"""What `make console` promises: somebody opens the page, presses Accept, and has a call from end to end."""

import asyncio
import re
import signal
import sys
from pathlib import Path

import pytest
from playwright.async_api import expect

from bridge.demo.run import free_nets
from tests.console.serving import chromium

pytestmark = [pytest.mark.wire, pytest.mark.timeout(150)]


async def test_anybody_can_press_accept(tmp_path: Path) -> None:
    port = 20_000 + int(free_nets()[0].split(".")[2])
    demo = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bridge.demo.live",
        "--out", str(tmp_path), "--port", str(port), "--rounds", "1",
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert demo.stdout
    try:
        async with asyncio.timeout(60):
            while b"open http" not in await demo.stdout.readline():
                pass
        async with chromium() as browser:
            page = await browser.new_page()
            await page.goto(f"http://127.0.0.1:{port}/")
            await page.get_by_role("button", name="Accept").wait_for(timeout=60_000)
            assert re.search("charged twice", await page.locator("h1.headline").inner_text())
            await page.keyboard.press("a")
            await expect(page.get_by_text("Only you can hear this")).to_be_visible(timeout=10_000)
            await page.keyboard.press("Space")
            await page.locator(".turn.agent .text").first.wait_for(timeout=20_000)
            await page.keyboard.press("Shift+E")
            await page.get_by_role("button", name="Save and be available").click()
            await expect(page.get_by_role("heading", name="You're available")).to_be_visible()
        said = (await asyncio.wait_for(demo.stdout.read(), 40)).decode()
        assert "over: connected" in said
        assert await demo.wait() == 0
    finally:
        if demo.returncode is None:
            demo.send_signal(signal.SIGINT)
            await demo.wait()
