"""Addresses in SIP headers: URIs, name-addrs, Vias (RFC 3261 sections 19.1, 20.10, 20.42)."""

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, unquote

from sip.party.message import MessageError

SIP_PORT: Final = 5060

Address = tuple[str, int]
"""(IPv4 literal, UDP port)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uri:
    """`sip:user@host:port;params?headers`."""

    scheme: str = "sip"
    user: str = ""
    host: str = ""
    port: int | None = None
    params: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> Address:
        """Where it points, for an IP literal; a name has no place on loopback."""
        return ip_literal(self.host), self.port or SIP_PORT

    def __str__(self) -> str:
        user = f"{self.user}@" if self.user else ""
        port = f":{self.port}" if self.port else ""
        params = "".join(f";{k}={v}" if v else f";{k}" for k, v in self.params.items())
        headers = "&".join(f"{k}={quote(v, safe='')}" for k, v in self.headers.items())
        return f"{self.scheme}:{user}{self.host}{port}{params}{'?' + headers if headers else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NameAddr:
    """`"Name" <uri>;params`, as in From, To, Contact, Route, Refer-To."""

    uri: Uri
    raw_uri: str
    name: str = ""
    params: dict[str, str] = field(default_factory=dict)

    @property
    def tag(self) -> str:
        return self.params.get("tag", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Via:
    host: str
    port: int | None
    params: dict[str, str] = field(default_factory=dict)

    @property
    def branch(self) -> str:
        return self.params.get("branch", "")

    @property
    def sent_by(self) -> str:
        return f"{self.host}:{self.port or SIP_PORT}"

    def reply_address(self) -> Address:
        """Where a response goes: received and rport before sent-by (RFC 3581 section 4)."""
        port = self.params.get("rport", "")
        return ip_literal(self.params.get("received") or self.host), read_port(port) or self.port or SIP_PORT

    def __str__(self) -> str:
        port = f":{self.port}" if self.port else ""
        return f"SIP/2.0/UDP {self.host}{port}" + "".join(
            f";{k}={v}" if v else f";{k}" for k, v in self.params.items()
        )


def ip_literal(host: str) -> str:
    """`host` when it is a dotted quad; names are refused, so nothing here ever waits for a resolver."""
    parts = host.split(".")
    if len(parts) != 4 or not all(
        p.isascii() and p.isdigit() and len(p) <= 3 and int(p) <= 255 for p in parts
    ):
        raise MessageError("not an IPv4 literal")
    return host


def read_port(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and 0 < int(text) < 65536):
        raise MessageError("bad port")
    return int(text)


def _params(text: str) -> dict[str, str]:
    out: dict[str, str] = {}
    for part in _split_outside_quotes(text):
        key, _, value = part.partition("=")
        if key.strip():
            out[key.strip().lower()] = value.strip()
    return out


def _split_outside_quotes(text: str) -> list[str]:
    parts, quoted, start = [], False, 0
    for i, char in enumerate(text):
        if char == '"':
            quoted = not quoted
        elif char == ";" and not quoted:
            parts.append(text[start:i])
            start = i + 1
    return [*parts, text[start:]]


def parse_uri(text: str) -> Uri:
    scheme, colon, rest = text.strip().partition(":")
    scheme = scheme.lower()
    if not colon or scheme not in ("sip", "sips", "tel") or not rest:
        raise MessageError("bad URI", 416)
    if scheme == "tel":
        return Uri(scheme="tel", user=rest.partition(";")[0])
    rest, _, header_text = rest.partition("?")
    user, at, hostpart = rest.rpartition("@")
    hostport, _, params = hostpart.partition(";")
    host, _, port = hostport.partition(":")
    if not host or any(char in host for char in ' <>"') or (at and not user):
        raise MessageError("bad URI")
    headers = {}
    for pair in filter(None, header_text.split("&")):
        key, _, value = pair.partition("=")
        headers[key] = unquote(value)
    return Uri(
        scheme=scheme, user=user, host=host, port=read_port(port), params=_params(params), headers=headers
    )


def parse_name_addr(text: str) -> NameAddr:
    text = text.strip()
    name, rest = "", text
    if text.startswith('"'):
        end = _closing_quote(text)
        name, rest = text[1:end].replace('\\"', '"').replace("\\\\", "\\"), text[end + 1 :].strip()
    if "<" in rest:
        before, _, after = rest.partition("<")
        raw_uri, closed, params = after.partition(">")
        if not closed:
            raise MessageError("no closing >")
        name = name or before.strip()
    else:  # without <> the parameters belong to the header (RFC 3261 section 20)
        raw_uri, _, params = rest.partition(";")
    return NameAddr(uri=parse_uri(raw_uri), raw_uri=raw_uri.strip(), name=name, params=_params(params))


def _closing_quote(text: str) -> int:
    escaped = False
    for i, char in enumerate(text[1:], 1):
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == '"':
            return i
    raise MessageError("no closing quote")


def parse_via(text: str) -> Via:
    protocol, _, rest = text.strip().partition(" ")
    if protocol.upper().replace(" ", "") != "SIP/2.0/UDP":
        raise MessageError("Via of another transport")
    sent_by, _, params = rest.strip().partition(";")
    host, _, port = sent_by.strip().partition(":")
    if not host.strip() or " " in host.strip():
        raise MessageError("bad Via")
    return Via(host=host.strip(), port=read_port(port.strip()), params=_params(params))


def parse_address(text: str) -> Address:
    """`ip:port` or `ip`, as written in configuration."""
    host, _, port = text.partition(":")
    return ip_literal(host), read_port(port) or SIP_PORT
