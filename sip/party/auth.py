"""Digest answers to 401 and 407 (RFC 2617 MD5, with qop=auth where offered; RFC 3261 section 22)."""

import hashlib
import secrets
from dataclasses import dataclass

from sip.party.message import Message, MessageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    user: str
    password: str


def _parameters(challenge: str) -> dict[str, str]:
    scheme, _, rest = challenge.strip().partition(" ")
    if scheme.lower() != "digest":
        raise MessageError("challenge is not Digest", 401)
    out: dict[str, str] = {}
    while rest := rest.strip(" ,"):
        key, _, rest = rest.partition("=")
        if rest.startswith('"'):
            value, _, rest = rest[1:].partition('"')
        else:
            value, _, rest = rest.partition(",")
        out[key.strip().lower()] = value.strip()
    return out


def _md5(*parts: str) -> str:
    return hashlib.md5(":".join(parts).encode(), usedforsecurity=False).hexdigest()


def authorize(request: Message, challenged: Message, credentials: Credentials) -> None:
    """Put the answer to the challenge in `challenged` (a 401 or 407) into `request`."""
    proxy = challenged.status == 407
    challenge = challenged.get("Proxy-Authenticate" if proxy else "WWW-Authenticate")
    given = _parameters(challenge)
    if given.get("algorithm", "MD5").upper() != "MD5":
        raise MessageError("digest algorithm is not MD5", 401)
    realm, nonce, uri = given.get("realm", ""), given.get("nonce", ""), request.uri
    secret = _md5(credentials.user, realm, credentials.password)
    act = _md5(request.method, uri)
    fields = {"username": credentials.user, "realm": realm, "nonce": nonce, "uri": uri}
    tail = ", algorithm=MD5"
    if "auth" in [option.strip() for option in given.get("qop", "").split(",")]:
        cnonce, count = secrets.token_hex(8), "00000001"
        fields |= {"cnonce": cnonce, "response": _md5(secret, nonce, count, cnonce, "auth", act)}
        tail += f", qop=auth, nc={count}"
    else:
        fields["response"] = _md5(secret, nonce, act)
    if "opaque" in given:
        fields["opaque"] = given["opaque"]
    value = "Digest " + ", ".join(f'{key}="{text}"' for key, text in fields.items()) + tail
    request.set("Proxy-Authorization" if proxy else "Authorization", value)
