"""Pages that are telephones themselves: what the console's WebSocket hands on, unread."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

Send = Callable[[dict[str, Any]], Awaitable[None]]
MODULE = "/console/browser_phone.js"
"""what the page loads to be one"""


class PageTelephone(Protocol):
    def receive(self, message: dict[str, Any]) -> None:
        """One message of the page, `phone.*`. Never raises."""


class Telephones(Protocol):
    def page(self, agent: str, send: Send) -> AbstractAsyncContextManager[PageTelephone]:
        """An open page of that agent, as long as the context lasts. `send` takes one message to the page."""
