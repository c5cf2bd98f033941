"""The open pages of the console: what each may see, sent as a snapshot and then as what changed.

A page is a WebSocket. Its messages are numbered (`rev`), so that it notices a gap; one that reads too slowly
is given a new snapshot instead of what it missed. Nothing waits for a page but the screen pop, and not long.
"""

import asyncio
from typing import Any, Final

from bridge.app.conversation import Conversation
from bridge.app.service import Service
from bridge.config import Settings
from bridge.model.brief import Brief
from bridge.model.transfer import Target
from bridge.ports import Roster
from bridge.web.auth import Identity
from bridge.web.board import Board
from bridge.web.page import Pages
from bridge.web.telephones import MODULE
from bridge.web.view import View, agent_view, brief_view, changes, utterance_view, view_of, without_words

QUEUE: Final = 400
SHOWS: Final = frozenset(
    {
        "started", "answered", "ringing", "leg_ended", "leg_lost", "remote_hold", "handoff", "brief",
        "dialed", "whisper", "control", "supervision", "pick_up", "passed_on", "escalation", "outcome",
        "screen_pop", "hint", "hint_over", "handed_back", "mood_trend",
    }
)  # fmt: skip
"""events after which a call looks different"""
OVER: Final = "over"


class OpenPage:
    """One browser. `sit`: the agent whose desk it is."""

    def __init__(self, who: Identity, sit: str | None) -> None:
        self.who, self.sit = who, sit
        self.queue: asyncio.Queue[View | None] = asyncio.Queue()
        self.sent: dict[str, View] = {}
        self.behind = True
        """it is to be given a snapshot before anything else"""
        self._rev = 0

    def sees(self, view: View) -> bool:
        """Agents their own calls; all others all of them."""
        return self.who.role != "agent" or (view["agent"] is not None and view["agent"] == self.sit)

    @property
    def words(self) -> bool:
        return self.who.at_least("agent")

    @property
    def counts(self) -> bool:
        return self.who.role != "agent"

    def tell(self, message: View) -> None:
        if self.behind:
            return
        if self.queue.qsize() >= QUEUE:
            self.restart()
            return
        self._rev += 1
        self.queue.put_nowait({**message, "rev": self._rev})

    def snapshot(self, message: View) -> None:
        self._rev, self.behind = 1, False
        self.queue.put_nowait({**message, "rev": 1})

    def restart(self) -> None:
        """Drop what it has not read; None asks its writer for a snapshot, which has none of its telephone."""
        unread = [self.queue.get_nowait() for _ in range(self.queue.qsize())]
        self.behind = True
        self.sent.clear()
        self.queue.put_nowait(None)
        for message in unread:
            if message and message["type"].startswith("phone."):
                self.queue.put_nowait(message)


class Console:
    """All open pages. Keeps `bridge.ports.EventSink` and `bridge.ports.ScreenPop`."""

    def __init__(self, pages: Pages, since: str) -> None:
        self._pages = pages
        self.board = Board(since)
        self.open: set[OpenPage] = set()
        self._settings: Settings | None = None
        self._service: Service | None = None
        self._roster: Roster | None = None
        self._telephones = False
        self._dirty: set[str] = set()
        self._whispers: dict[str, View] = {}
        self._shown: dict[str, asyncio.Future[None]] = {}
        self._shows = 0

    def attach(self, settings: Settings, service: Service, roster: Roster, *, telephones: bool) -> None:
        """Once, when everything the pages look at has been made. `telephones`: pages may be some."""
        self._settings, self._service, self._roster = settings, service, roster
        self._telephones = telephones

    def describe(self) -> dict[str, Any]:
        """For /healthz."""
        return {"pages": len(self.open)}

    # -- events of the bridge

    def emit(self, kind: str, conversation: str, body: dict[str, Any]) -> None:
        self.board.emit(kind, conversation, body)
        if kind == "whisper":
            self._whispers[conversation] = {name: body[name] for name in ("part", "seconds", "at_s")}
        if kind == "ended":
            self._whispers.pop(conversation, None)
            self._gone(conversation, OVER)
        elif kind == "utterance":
            self._say(conversation, {"type": "said", "id": conversation, "utterance": _said(body)})
        elif kind == "partial":
            said = {"type": "saying", "id": conversation, "speaker": body["speaker"], "text": body["shown"]}
            self._say(conversation, said)
        elif kind in SHOWS:
            self._touch(conversation)
        if kind == "outcome":
            self._tell_board()

    def _touch(self, conversation: str) -> None:
        """Looked at once all that happens in this turn has happened."""
        if not self.open:
            return
        if not self._dirty:
            asyncio.get_running_loop().call_soon(self._flush)
        self._dirty.add(conversation)

    def _flush(self) -> None:
        dirty, self._dirty = self._dirty, set()
        for id in dirty:
            if (conversation := self._live(id)) is not None:
                self._show(id, self._view(conversation))

    def _show(self, id: str, view: View) -> None:
        for page in self.open:
            self._show_to(page, id, view)

    def _show_to(self, page: OpenPage, id: str, view: View, show: str | None = None) -> None:
        mine = page.sees(view)
        if not mine and id in page.sent:
            del page.sent[id]
            page.tell({"type": "gone", "id": id, "why": "passed_on" if view["agent"] else "taken"})
        if not mine or page.behind:
            return
        view = view if page.words else without_words(view)
        before = page.sent.get(id)
        new = changes(before, view) if before is not None else {**view, "utterances": self._said_in(page, id)}
        page.sent[id] = view
        if new or show:
            page.tell({"type": "call", "id": id, "set": new, **({"show": show} if show else {})})

    def _say(self, id: str, message: View) -> None:
        for page in self.open:
            if id in page.sent and page.words:
                page.tell(message)

    def _gone(self, id: str, why: str) -> None:
        for page in self.open:
            if page.sent.pop(id, None) is not None:
                page.tell({"type": "gone", "id": id, "why": why})

    def _tell_board(self) -> None:
        for page in self.open:
            if page.counts:
                page.tell({"type": "board", "board": self.board.view()})

    # -- the screen pop

    async def show(self, conversation: str, target: Target, brief: Brief) -> bool:
        """True as soon as a page at that agent's desk says that the brief is on its screen. With no page open
        there it is kept for who asks, and nobody is waited for."""
        await self._pages.show(conversation, target, brief)
        agent, live = target.agent or target.id, self._live(conversation)
        pages = [page for page in self.open if page.sit == agent and not page.behind and page.words]
        if live is None or not pages:
            return False
        view = {**self._view(live), "brief": brief_view(brief)}
        self._shows += 1
        token = f"s{self._shows}"
        self._shown[token] = seen = asyncio.get_running_loop().create_future()
        for page in pages:
            self._show_to(page, conversation, view, show=token)
        try:
            await seen
        finally:
            del self._shown[token]
        return True

    def seen(self, token: str) -> None:
        if (waiting := self._shown.get(token)) and not waiting.done():
            waiting.set_result(None)

    # -- what pages are given

    def snapshot(self, page: OpenPage) -> None:
        """Everything this page may see, now."""
        assert self._settings
        assert self._service
        settings, live = self._settings, self._service.live
        views = [self._view(conversation) for conversation in live.values()]
        page.sent = {
            view["id"]: view if page.words else without_words(view) for view in views if page.sees(view)
        }
        page.snapshot(
            {
                "type": "snapshot",
                "me": {
                    "name": page.who.name, "role": page.who.role, "agent": page.sit,
                    "telephone": bool(settings.console.telephone(page.who.name)),
                },
                "setup": {
                    "site": settings.site, "dispositions": settings.console.dispositions,
                    "browser_phone": MODULE if self._rings(page.sit) else None,
                },
                "agents": self.agents(),
                "calls": [{**view, "utterances": self._said_in(page, id)} for id, view in page.sent.items()],
                "board": self.board.view() if page.counts else None,
            }
        )  # fmt: skip

    def agents(self) -> list[View]:
        assert self._roster
        return [agent_view(agent) for agent in self._roster.views()]

    def _rings(self, agent: str | None) -> bool:
        """Whether that agent's telephone is the page."""
        assert self._settings
        devices = (one for mine in self._settings.agents if mine.id == agent for one in mine.devices)
        return self._telephones and any(device.kind == "browser" for device in devices)

    def _live(self, id: str) -> Conversation | None:
        return self._service.live.get(id) if self._service else None

    def _view(self, conversation: Conversation) -> View:
        return view_of(conversation, self._whispers.get(conversation.call.id))

    def _said_in(self, page: OpenPage, id: str) -> list[View]:
        live = self._live(id)
        return [utterance_view(one) for one in live.call.told.utterances] if live and page.words else []


def _said(body: dict[str, Any]) -> View:
    names = ("id", "speaker", "text", "start_s", "end_s", "during")
    return {name: body[name] for name in names}
