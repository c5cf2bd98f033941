"""Who asks, and what he may: tokens by their hash, and short sessions for browsers."""

import hashlib
import hmac
import ipaddress
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import Final
from urllib.parse import urlsplit

from cryptography.fernet import Fernet, InvalidToken
from fastapi import HTTPException
from starlette.requests import HTTPConnection

from bridge.config.outside import Api, Role, Token

COOKIE: Final = "handoff_session"
RANK: Final[dict[Role, int]] = {"bot": 0, "readonly": 1, "agent": 2, "supervisor": 3, "admin": 4}
"""each may what those before it may, but the bot's own calls are the bot's and from supervisor on"""
SAFE: Final = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """`agent`: whose offers and calls are his own."""

    name: str
    role: Role
    agent: str | None = None

    def at_least(self, role: Role) -> bool:
        return RANK[self.role] >= RANK[role]


class Denied(HTTPException):
    """401: we do not know who that is. 403: we do, and he may not."""

    def __init__(self, status: int, code: str, message: str) -> None:
        headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
        super().__init__(status, {"code": code, "message": message}, headers)


class Door:
    """Knows everybody by `Authorization: Bearer TOKEN`, or by the cookie a session gave.

    A session is a sealed note (Fernet) that the browser keeps: a new main lets people go on working. It is
    over when its token leaves the configuration, is out of date, or nobody asked anything for some time.
    """

    def __init__(self, api: Api, key: bytes, now: Callable[[], float]) -> None:
        self._api, self._seal, self._now = api, Fernet(key), now
        self._tokens = {token.sha256: token for token in api.tokens}
        if secret := api.secret():
            admin = Token(name="api.token", role="admin", sha256=hash_of(secret))
            self._tokens.setdefault(admin.sha256, admin)
        self._ended: dict[str, float] = {}
        self.open = not self._tokens
        """nobody was given a token: this machine is trusted"""

    def who(self, asking: HTTPConnection) -> Identity:
        """Raises `Denied`. A request made by another site's page is refused whoever's browser it is."""
        self._by_our_name(asking)
        self._same_site(asking)
        if self.open:
            return Identity(name="anybody on this machine", role="admin")
        scheme, _, given = asking.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and given:
            return self.bearer(given.strip())
        if sealed := asking.cookies.get(COOKIE):
            return self._in_session(sealed)
        raise Denied(401, "unauthorized", "send Authorization: Bearer TOKEN, or open a session")

    def bearer(self, token: str) -> Identity:
        return self._identity(self._known(hash_of(token)))

    # -- sessions

    def session(self, token: str) -> str:
        """A new cookie for who shows a token. Raises `Denied`."""
        known = self._known(hash_of(token))
        return self._sealed({"of": known.sha256, "since": self._now(), "id": token_hex(8)})

    def renewed(self, asking: HTTPConnection) -> str | None:
        """The cookie again with a new hour on it, for who is in a session; None for others."""
        sealed = asking.cookies.get(COOKIE)
        note = self._opened(sealed) if sealed and not self.open else None
        return self._sealed(note) if note else None

    def leave(self, asking: HTTPConnection) -> None:
        """The session is over, whoever kept a copy of the cookie."""
        now = self._now()
        self._ended = {id: until for id, until in self._ended.items() if until > now}
        if note := self._opened(asking.cookies.get(COOKIE, "")):
            self._ended[str(note["id"])] = now + self._api.session_longest_h * 3600

    @property
    def idle_s(self) -> int:
        return int(self._api.session_idle_m * 60)

    def _in_session(self, sealed: str) -> Identity:
        note = self._opened(sealed)
        if note is None:
            raise Denied(401, "session_over", "open a new session: POST /v1/session")
        return self._identity(self._known(note["of"]))

    def _sealed(self, note: dict[str, object]) -> str:
        return self._seal.encrypt_at_time(json.dumps(note).encode(), int(self._now())).decode()

    def _opened(self, sealed: str) -> dict[str, object] | None:
        try:
            opened = self._seal.decrypt_at_time(sealed.encode(), self.idle_s, int(self._now()))
        except InvalidToken:
            return None
        note: dict[str, object] = json.loads(opened)
        if self._now() - float(str(note["since"])) > self._api.session_longest_h * 3600:
            return None
        return None if note["id"] in self._ended else note

    # -- tokens

    def _known(self, hashed: object) -> Token:
        known = next((t for h, t in self._tokens.items() if hmac.compare_digest(h, str(hashed))), None)
        if known is None:
            raise Denied(401, "unauthorized", "no such token")
        if known.expires and datetime.fromtimestamp(self._now(), UTC).date() > known.expires:
            raise Denied(401, "token_expired", f"the token {known.name} was good until {known.expires}")
        return known

    @staticmethod
    def _identity(token: Token) -> Identity:
        return Identity(name=token.name, role=token.role, agent=token.agent)

    # -- browsers

    @staticmethod
    def _same_site(asking: HTTPConnection) -> None:
        """Browsers name the page a request comes from, for everything that can change something."""
        origin = asking.headers.get("origin")
        changes = asking.scope["type"] == "websocket" or asking.scope.get("method") not in SAFE
        if origin is not None and changes and urlsplit(origin).netloc != asking.headers.get("host"):
            raise Denied(403, "cross_origin", "this came from a page of another site")

    def _by_our_name(self, asking: HTTPConnection) -> None:
        """Without tokens a name that points here (DNS rebinding) would make every site's pages admin."""
        if not self.open and not self._api.hosts:
            return
        host = urlsplit(f"//{asking.headers.get('host', '')}").hostname or ""
        if host not in ("localhost", self._api.bind, *self._api.hosts) and not is_loopback(host):
            raise Denied(403, "unknown_host", "use the bridge's address, or name this host in api.hosts")


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def session_key(path: Path) -> bytes:
    """What sessions are sealed with: made once, kept beside the sockets, for us alone to read."""
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(file, "wb") as opened:
        opened.write(key := Fernet.generate_key())
    return key
