"""Reading SIP messages as text: just enough for what pjsua2 hands over only as a whole message."""

import re
from dataclasses import dataclass
from typing import Final, Self

from sip.types import Header

_COMPACT: Final = {
    "f": "from", "t": "to", "i": "call-id", "m": "contact", "c": "content-type", "v": "via",
}  # fmt: skip
_URI: Final = re.compile(r"<([^>]*)>")
_TAG: Final = re.compile(r";\s*tag=([^;\s>]+)", re.IGNORECASE)
_Q850: Final = re.compile(r"Q\.850\s*;.*?cause\s*=\s*(\d+)", re.IGNORECASE)
_NAME: Final = re.compile(r"[A-Za-z0-9\-.!%*_+`'~]+")


@dataclass(frozen=True, slots=True)
class Message:
    """A request or response: start line, headers in order, body."""

    start: str
    headers: tuple[Header, ...]
    body: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Never raises: lines that are no header are skipped, bytes that are no UTF-8 are replaced."""
        text = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        head, _, body = text.replace("\r\n", "\n").partition("\n\n")
        lines = re.sub(r"\n[ \t]+", " ", head).split("\n")
        pairs = (line.partition(":") for line in lines[1:] if ":" in line)
        return cls(lines[0], tuple((name.strip(), value.strip()) for name, _, value in pairs), body)

    def all(self, name: str) -> list[str]:
        """Every value of a header, compact form included."""
        wanted = name.lower()
        return [v for n, v in self.headers if _COMPACT.get(n.lower(), n.lower()) == wanted]

    def first(self, name: str) -> str:
        return next(iter(self.all(name)), "")

    @property
    def method(self) -> str:
        """Of a request its own, of a response that of its CSeq."""
        return self.first("cseq").rpartition(" ")[2]

    @property
    def status(self) -> int:
        """0 for a request."""
        parts = self.start.split(" ", 2)
        return int(parts[1]) if parts[0] == "SIP/2.0" and len(parts) > 1 and parts[1].isdigit() else 0

    @property
    def cseq(self) -> int:
        number = self.first("cseq").partition(" ")[0]
        return int(number) if number.isdigit() else 0

    @property
    def media_type(self) -> str:
        """Type of the body, without parameters."""
        return self.first("content-type").partition(";")[0].strip().lower()

    @property
    def has_sdp(self) -> bool:
        return "application/sdp" in self.first("content-type").lower() and bool(self.body.strip())

    @property
    def q850(self) -> int | None:
        """Cause of a Reason header (RFC 3326), None without one."""
        found = next((m for m in map(_Q850.search, self.all("reason")) if m), None)
        return int(found[1]) if found else None

    @property
    def record_route(self) -> list[str]:
        return [part.strip() for value in self.all("record-route") for part in split_list(value)]


def split_list(value: str) -> list[str]:
    """Commas separate list members, but not inside <> or quotes."""
    return re.findall(r'(?:[^,<"]|<[^>]*>|"(?:\\.|[^"\\])*")+', value)


def uri_of(name_addr: str) -> str:
    """The URI of `"Name" <uri>;tag=x` or of `uri;tag=x`."""
    found = _URI.search(name_addr)
    return found[1] if found else name_addr.partition(";")[0].strip()


def display_of(name_addr: str) -> str:
    name = name_addr.partition("<")[0].strip() if "<" in name_addr else ""
    return re.sub(r"\\(.)", r"\1", name[1:-1]) if name[:1] == name[-1:] == '"' and len(name) > 1 else name


def user_of(name_addr: str) -> str:
    """The user part of its URI, "" without one."""
    user, at, _ = uri_of(name_addr).partition(":")[2].rpartition("@")
    return user if at else ""


DTMF_DIGITS: Final = "0123456789*#ABCD"
_SIGNAL: Final = re.compile(r"(?:^|\n)signal[ \t]*=[ \t]*(\S*)", re.IGNORECASE)


def info_digit(body: str) -> str | None:
    """The digit of an INFO: the body is it, or has it as `Signal=5`. None when there is none."""
    found = _SIGNAL.search(body)
    digit = (found[1] if found else body.strip()).upper()
    return digit if len(digit) == 1 and digit in DTMF_DIGITS else None


def tag_of(name_addr: str) -> str:
    found = _TAG.search(name_addr)
    return found[1] if found else ""


def host_port(uri: str) -> str:
    """`host:port` of a SIP URI, port 5060 when it names none."""
    rest = uri.partition(":")[2].partition(";")[0].partition("?")[0].rpartition("@")[2]
    host, _, port = rest.partition(":")
    return f"{host}:{port or 5060}" if host else ""


def check_headers(headers: tuple[Header, ...]) -> str | None:
    """What is wrong with headers somebody wants sent, None when nothing is."""
    for name, value in headers:
        if not _NAME.fullmatch(name):
            return f"{name!r} is no header name"
        if any(ord(c) < 32 and c != "\t" for c in value):
            return f"header {name} has a line break or control character"
    return None


def check_uri(uri: str) -> str | None:
    """What is wrong with a URI somebody wants dialled, None when nothing is."""
    if not uri.startswith("sip:"):
        return "only sip: URIs are dialled"
    if any(c in '<>" ' or ord(c) < 33 or ord(c) > 126 for c in uri):
        return "the URI has a space, bracket or control character"
    if re.search(r"%[01][0-9a-f]", uri, re.IGNORECASE) or "[" in uri:
        return "the URI has an escaped control character or an IPv6 address"
    return None if host_port(uri) else "the URI names no host"


_CALLER_ID: Final = re.compile(r'(?:"([^"\\\r\n]*)"\s*<([^<>]+)>|([^"<>]+))')
_USER: Final = re.compile(r"[A-Za-z0-9\-_.!~*'()&=+$,;?/%#]+")


def local_uri(caller_id: str, host: str) -> str | None:
    """From-header for `"Name" <user>` or `user`; None when it is neither."""
    found = _CALLER_ID.fullmatch(caller_id.strip())
    user = ((found[2] or found[3]) if found else "").strip()
    if not found or not _USER.fullmatch(user):
        return None
    uri = f"<sip:{user.replace('#', '%23')}@{host}>"
    return f'"{found[1]}" {uri}' if found[1] else uri
