"""How a request to the CRM proves who sends it. Secrets are read when they are used, and never told."""

import asyncio
import base64
import time
from typing import Final

import httpx2

from bridge.adapters.crm.answer import body_of, json_of
from bridge.adapters.crm.recipe import Auth
from bridge.adapters.crm.source import CrmTrouble

EARLY_S: Final = 30.0
"""a token is renewed so long before its end"""
SHORTEST_S: Final = 60.0


class Access:
    """Of one CRM."""

    def __init__(self, auth: Auth) -> None:
        self._auth = auth
        self._token, self._until = "", 0.0
        self._renewing = asyncio.Lock()

    @property
    def renewable(self) -> bool:
        return self._auth.kind == "oauth2"

    def refused(self) -> None:
        """The token was not taken: it is fetched anew next time."""
        self._until = 0.0

    async def headers(self, client: httpx2.AsyncClient) -> dict[str, str]:
        """Raises `CrmTrouble` where the secret or the token cannot be had, httpx2.HTTPError, OSError."""
        auth = self._auth
        match auth.kind:
            case "bearer":
                return {"authorization": f"Bearer {self._secret()}"}
            case "header":
                return {auth.header: self._secret()}
            case "basic":
                both = base64.b64encode(f"{auth.user}:{self._secret()}".encode()).decode()
                return {"authorization": f"Basic {both}"}
            case "oauth2":
                async with self._renewing:
                    if time.monotonic() >= self._until:
                        await self._renew(client)
                return {"authorization": f"Bearer {self._token}"}
        return {}

    def _secret(self) -> str:
        try:
            return _line(self._auth.secret())
        except (OSError, LookupError, UnicodeDecodeError):
            raise CrmTrouble("secret cannot be read") from None

    async def _renew(self, client: httpx2.AsyncClient) -> None:
        auth = self._auth
        form = {"grant_type": "client_credentials", "client_id": auth.user, "client_secret": self._secret()}
        if auth.scope:
            form["scope"] = auth.scope
        async with client.stream("POST", str(auth.token_url), data=form) as answer:
            found = json_of(await body_of(answer))
        if not isinstance(found, dict):
            raise CrmTrouble("no token in the answer")
        lasts_s = found.get("expires_in")
        lasts_s = float(lasts_s) if isinstance(lasts_s, int | float) else 0.0
        self._token = _line(found.get("access_token"))
        self._until = time.monotonic() + max(lasts_s - EARLY_S, SHORTEST_S)


def _line(secret: object) -> str:
    """Raises `CrmTrouble` for what cannot stand in a header."""
    if isinstance(secret, str) and secret and secret.isascii() and secret.isprintable():
        return secret
    raise CrmTrouble("secret or token is empty or no line of ASCII")
