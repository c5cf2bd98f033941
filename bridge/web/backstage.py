"""What the routes work with, and who may touch which conversation."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import HTTPException, Request

from bridge.app.conversation import Conversation
from bridge.app.service import Service
from bridge.config import Settings
from bridge.config.outside import Role
from bridge.ports import Feed, Ledger, Records, Roster, Search
from bridge.web.auth import Denied, Door, Identity
from bridge.web.desk import Console
from bridge.web.page import Pages
from bridge.web.telephones import Telephones

Parts = Mapping[str, Callable[[], dict[str, Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backstage:
    """`parts`: other parts of the process, with what each says of itself in /healthz."""

    settings: Settings
    service: Service
    pages: Pages
    console: Console
    door: Door
    roster: Roster
    records: Records
    feed: Feed
    search: Search | None = None
    ledger: Ledger | None = None
    """None: no database is configured"""
    """None: nothing is found"""
    telephones: Telephones | None = None
    """None: calls ring on telephones of the agents' own only"""
    metrics: Callable[[], tuple[bytes, str]] = lambda: (b"", "text/plain")
    """what Prometheus reads, and its media type"""
    parts: Parts = field(default_factory=dict)
    ready: Callable[[], tuple[str, ...]] = tuple
    """what is not ready yet; empty = calls may come"""

    def need(self, role: Role, *, bot: bool = False) -> Callable[[Request], Awaitable[Identity]]:
        """A dependency: the identity of who asks, if it is `role` or more. `bot`: the bot may as well."""

        async def identity(request: Request) -> Identity:
            who = self.door.who(request)
            if not (who.at_least(role) or (bot and who.role == "bot")):
                raise Denied(403, "forbidden", f"{who.name} has role {who.role}; this wants {role}")
            return who

        return identity

    def owns(self, who: Identity, agents: frozenset[str]) -> bool:
        """Whether a call of these agents is his to see; supervisors and the bot see all."""
        return who.role != "agent" or who.agent in agents

    def live(self, who: Identity, id: str) -> Conversation:
        """Raises 404 `unknown_conversation`, 403 `not_yours`."""
        conversation = self.service.live.get(id)
        if conversation is None:
            raise HTTPException(404, {"code": "unknown_conversation", "message": "no such live conversation"})
        if not self.owns(who, self.service.agents_of(id)):
            raise Denied(403, "not_yours", f"this call is not offered to {who.agent}")
        return conversation
