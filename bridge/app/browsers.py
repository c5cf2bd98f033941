"""The pages that are agents' telephones: which page may answer which leg, and what is said to whom.

What a page and the worker have to say to each other is text (SDP) and goes through here; sound never does.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final, Self

import structlog

from bridge.app.phone_messages import BadMessage, End, Keep, Offer, Ready, parse
from sip.agent import UserAgent
from sip.commands import BrowserGone, BrowserOffer
from sip.events import BrowserAnswer, CommandFailed, Event, LegAnswered, LegEnded, LegMedia, WorkerLost
from sip.types import LegId

log = structlog.get_logger()

UNSENT: Final = 64
"""messages a page may leave unread"""
RETURN_S: Final = 3.0
"""how long a ringing waits for an agent who closed the last page"""
UNREACHABLE, DECLINED, GOODBYE = 480, 603, 200
ELSEWHERE: Final = "completed elsewhere"
REASONS: Final = {408: "no_answer", 480: "unreachable", 603: "declined"}

Send = Callable[[dict[str, Any]], Awaitable[None]]
Key = tuple[str, LegId]


@dataclass(slots=True, eq=False)
class PageLeg:
    """A leg for a page of `agent`, ringing or up. `page`: the one that answered, while it is open."""

    ua: UserAgent
    conversation: str
    leg: LegId
    agent: str
    page: "Page | None" = None
    answered: bool = False
    away: bool = False

    def says(self, kind: str, **more: Any) -> dict[str, Any]:
        return {"type": f"phone.{kind}", "conversation": self.conversation, "leg": self.leg, **more}

    def invitation(self) -> dict[str, Any]:
        """`resume`: the call is up, so the page shall answer without asking anybody; or keep what it has,
        unless nothing comes of it (`away`)."""
        return self.says("ring", resume=self.answered, away=self.away)

    def open_to(self, page: "Page") -> bool:
        """Whether that page may answer now."""
        return self.page is None or self.page is page or self.away


@dataclass(slots=True)
class Browsers:
    """One for the service. `reach` is told when an agent has a page that is ready for calls, and when not."""

    reach: Callable[[str, bool], object] = lambda agent, ready: None
    _rings: dict[Key, PageLeg] = field(default_factory=dict)
    _pages: dict[str, list["Page"]] = field(default_factory=dict)

    def page(self, agent: str, send: Send) -> "Page":
        """An open page of an identified agent: use it as a context. `send` takes one message."""
        return Page(self, agent, send)

    # -- for conversations

    def ring(self, ua: UserAgent, conversation: str, leg: LegId, agent: str) -> bool:
        """Invite the agent's pages. False: none is open and ready."""
        if not self._ready(agent):
            return False
        ring = self._rings[conversation, leg] = PageLeg(ua, conversation, leg, agent)
        self._invite(ring)
        return True

    def note(self, conversation: str, event: Event) -> None:
        """Whatever happens to a conversation's legs; what is no page's is ignored."""
        if isinstance(event, WorkerLost):
            self.forget(conversation)
            return
        ring = self._rings.get((conversation, getattr(event, "leg", None) or ""))
        if ring is None:
            return
        match event:
            case BrowserAnswer():
                self._tell(ring.page, ring.says("answer", sdp=event.sdp))
            case LegAnswered():
                ring.answered = True
            case LegMedia():
                ring.away = event.remote_hold
                if ring.away:
                    self._invite(ring)
            case LegEnded():
                elsewhere = event.cause.reason == ELSEWHERE
                self._over(ring, ELSEWHERE if elsewhere else REASONS.get(event.cause.status, "ended"))
            case CommandFailed(command="browser_offer"):
                self._tell(ring.page, ring.says("error", code=event.code))
                ring.page = None
                self._invite(ring)
            case CommandFailed(command="ring_browser"):
                self._over(ring, event.code)

    def forget(self, conversation: str) -> None:
        """The conversation is over, or nobody is left who could say what becomes of its legs."""
        for ring in [ring for ring in self._rings.values() if ring.conversation == conversation]:
            self._over(ring, "lost")

    def _over(self, ring: PageLeg, reason: str) -> None:
        del self._rings[ring.conversation, ring.leg]
        for page in self._pages.get(ring.agent, ()):
            self._tell(page, ring.says("end", reason=reason))

    def _invite(self, ring: PageLeg) -> None:
        for page in self._pages.get(ring.agent, ()):
            if page.ready or ring.answered:
                self._tell(page, ring.invitation())

    def _ready(self, agent: str) -> bool:
        return any(page.ready for page in self._pages.get(agent, ()))

    @staticmethod
    def _tell(page: "Page | None", message: dict[str, Any]) -> None:
        if page is not None:
            page.tell(message)

    # -- for pages

    def opened(self, page: "Page") -> None:
        self._pages.setdefault(page.agent, []).append(page)
        page.tell({"type": "phone.hello"})
        for ring in self._of(page.agent):
            if ring.answered and ring.open_to(page):
                page.tell(ring.invitation())

    def closed(self, page: "Page") -> None:
        """Its calls wait for it to come back; the worker knows how long."""
        pages = self._pages[page.agent]
        pages.remove(page)
        if not pages:
            del self._pages[page.agent]
        self.reach(page.agent, self._ready(page.agent))
        for ring in self._of(page.agent):
            if ring.page is page:
                ring.page = None
                self._invite(ring)
            if not pages and not ring.answered:
                asyncio.get_running_loop().call_later(RETURN_S, self._abandoned, ring)

    def _abandoned(self, ring: PageLeg) -> None:
        if not ring.answered and ring.agent not in self._pages:
            ring.ua.send(BrowserGone(leg=ring.leg, status=UNREACHABLE))

    def readied(self, page: "Page") -> None:
        """Its microphone and loudspeaker were tested, or are no longer there."""
        self.reach(page.agent, self._ready(page.agent))
        for ring in self._of(page.agent):
            if page.ready and not ring.answered and ring.page is None:
                page.tell(ring.invitation())

    def offered(self, page: "Page", offer: Offer) -> None:
        """A page answers: the first one has the call."""
        ring = self._rings.get((offer.conversation, offer.leg))
        if ring is None or ring.agent != page.agent:
            page.tell(_error(offer, "unknown_leg"))
        elif not ring.open_to(page):
            page.tell(_error(offer, "taken"))
        else:
            ring.page = page
            ring.ua.send(BrowserOffer(leg=ring.leg, sdp=offer.sdp))
            for other in self._pages[page.agent]:
                if other is not page:
                    other.tell(ring.says("end", reason=ELSEWHERE))

    def kept(self, page: "Page", keep: Keep) -> None:
        """Its own connection is back, the call's was never gone."""
        ring = self._rings.get((keep.conversation, keep.leg))
        if ring is not None and ring.agent == page.agent and ring.open_to(page):
            ring.page = page

    def ended(self, page: "Page", end: End) -> None:
        """A page declines, or hangs up what it answered."""
        ring = self._rings.get((end.conversation, end.leg))
        if ring is None or ring.agent != page.agent:
            page.tell(_error(end, "unknown_leg"))
        elif ring.answered and not ring.open_to(page):
            page.tell(_error(end, "taken"))
        else:
            ring.ua.send(BrowserGone(leg=ring.leg, status=GOODBYE if ring.answered else DECLINED))

    def _of(self, agent: str) -> list[PageLeg]:
        return [ring for ring in self._rings.values() if ring.agent == agent]


class Page:
    """An agent's open page. `async with browsers.page(agent, send) as page`, then `receive` what it sends."""

    def __init__(self, browsers: Browsers, agent: str, send: Send) -> None:
        self.agent, self.ready = agent, False
        self._browsers, self._send = browsers, send
        self._unsent: asyncio.Queue[dict[str, Any]] = asyncio.Queue(UNSENT)
        self._sending: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._sending = asyncio.create_task(self._send_all())
        self._browsers.opened(self)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.ready = False
        self._browsers.closed(self)
        if self._sending:
            self._sending.cancel()
            await asyncio.gather(self._sending, return_exceptions=True)

    def receive(self, message: dict[str, Any]) -> None:
        """One message of the page, `phone.*`. Never raises; what makes no sense is answered `phone.error`."""
        try:
            said = parse(message)
        except BadMessage:
            self.tell({"type": "phone.error", "code": "bad_message"})
            return
        match said:
            case Ready():
                self.ready = said.ready
                self._browsers.readied(self)
            case Offer():
                self._browsers.offered(self, said)
            case Keep():
                self._browsers.kept(self, said)
            case End():
                self._browsers.ended(self, said)

    def tell(self, message: dict[str, Any]) -> None:
        """Never blocks; a page that does not read misses what is too much."""
        try:
            self._unsent.put_nowait(message)
        except asyncio.QueueFull:
            log.warning("a page does not read", message=message["type"])

    async def _send_all(self) -> None:
        """Ends with the connection; its reader sees that too, and leaves the context."""
        while True:
            await self._send(await self._unsent.get())


def _error(about: Offer | End, code: str) -> dict[str, Any]:
    return {"type": "phone.error", "conversation": about.conversation, "leg": about.leg, "code": code}
