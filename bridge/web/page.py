"""The screen pop: the brief as JSON and as a plain page, complete before the telephone rings."""

import asyncio
from collections import OrderedDict
from dataclasses import asdict
from typing import Any

from jinja2 import Environment, PackageLoader

from bridge.model.brief import Brief
from bridge.model.transfer import Target

KEPT = 200
TEMPLATES = Environment(autoescape=True, loader=PackageLoader("bridge.web"))


class Pages:
    """Keeps `bridge.ports.ScreenPop`. Subscribed pages acknowledge; without any, nobody is waited for."""

    def __init__(self) -> None:
        self._briefs: OrderedDict[str, Brief] = OrderedDict()
        self._subscribers: dict[str, set[asyncio.Queue[dict[str, Any]]]] = {}

    async def show(self, conversation: str, target: Target, brief: Brief) -> bool:
        self.keep(conversation, brief)
        queues = self._subscribers.get(target.id, set())
        shown: asyncio.Event = asyncio.Event()
        for queue in queues:
            queue.put_nowait({"conversation": conversation, "brief": asdict(brief), "shown": shown.set})
        if not queues:
            return False
        await shown.wait()
        return True

    def keep(self, conversation: str, brief: Brief) -> None:
        self._briefs[conversation] = brief
        while len(self._briefs) > KEPT:
            self._briefs.popitem(last=False)

    def brief(self, conversation: str) -> Brief | None:
        return self._briefs.get(conversation)

    def html(self, conversation: str) -> str | None:
        brief = self.brief(conversation)
        return TEMPLATES.get_template("brief.html").render(b=brief, id=conversation) if brief else None

    def index(self, live: list[tuple[str, str | None]]) -> str:
        """`live` are (id, handoff state); the page renews itself."""
        rows = [(id, state, b.headline if (b := self.brief(id)) else None) for id, state in live]
        return TEMPLATES.get_template("index.html").render(rows=rows)
