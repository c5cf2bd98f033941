"""SIP messages (RFC 3261 section 7): parse, change, write. Bytes not understood survive the round trip."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

MAX_BYTES: Final = 65_535
MAX_HEADERS: Final = 256
MAX_LINE: Final = 8_192

_COMPACT: Final = {
    "a": "Accept-Contact",
    "b": "Referred-By",
    "c": "Content-Type",
    "e": "Content-Encoding",
    "f": "From",
    "i": "Call-ID",
    "k": "Supported",
    "l": "Content-Length",
    "m": "Contact",
    "o": "Event",
    "r": "Refer-To",
    "s": "Subject",
    "t": "To",
    "u": "Allow-Events",
    "v": "Via",
    "x": "Session-Expires",
    "y": "Identity",
}
_REASONS: Final = {
    100: "Trying",
    180: "Ringing",
    183: "Session Progress",
    200: "OK",
    202: "Accepted",
    302: "Moved Temporarily",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    407: "Proxy Authentication Required",
    408: "Request Timeout",
    415: "Unsupported Media Type",
    420: "Bad Extension",
    480: "Temporarily Unavailable",
    481: "Call/Transaction Does Not Exist",
    482: "Loop Detected",
    483: "Too Many Hops",
    486: "Busy Here",
    487: "Request Terminated",
    488: "Not Acceptable Here",
    489: "Bad Event",
    491: "Request Pending",
    500: "Server Internal Error",
    501: "Not Implemented",
    503: "Service Unavailable",
    603: "Decline",
}


class MessageError(ValueError):
    """Not a SIP message; `status` is what a well-meaning server would answer, were it to answer."""

    def __init__(self, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.status = status


def reason_phrase(status: int) -> str:
    return _REASONS.get(status, "Unknown")


@dataclass(slots=True)
class Message:
    """A request or response. Header order is kept; names are matched without regard to case."""

    start: str
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    @property
    def is_request(self) -> bool:
        return not self.start.startswith("SIP/2.0 ")

    @property
    def method(self) -> str:
        """The request's method; for a response, the method of its CSeq."""
        return self.start.split(" ", 1)[0] if self.is_request else self.cseq[1]

    @property
    def uri(self) -> str:
        return self.start.split(" ")[1]

    @property
    def status(self) -> int:
        return int(self.start.split(" ")[1])

    @property
    def reason(self) -> str:
        return self.start.split(" ", 2)[2] if self.start.count(" ") >= 2 else ""

    @property
    def call_id(self) -> str:
        return self.get("Call-ID")

    @property
    def cseq(self) -> tuple[int, str]:
        number, _, method = self.get("CSeq").strip().partition(" ")
        return int(number), method.strip()

    def get(self, name: str, default: str = "") -> str:
        """The first header of that name."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), default)

    def get_all(self, name: str) -> list[str]:
        wanted = name.lower()
        return [value for key, value in self.headers if key.lower() == wanted]

    def get_list(self, name: str) -> list[str]:
        """All values, with comma-joined lines taken apart (RFC 3261 section 7.3.1)."""
        return [part for value in self.get_all(name) for part in split_list(value)]

    def has(self, name: str) -> bool:
        wanted = name.lower()
        return any(key.lower() == wanted for key, _ in self.headers)

    def add(self, name: str, value: str) -> None:
        self.headers.append((name, value))

    def set(self, name: str, value: str) -> None:
        """Replace every header of that name by one, in the place of the first."""
        wanted = name.lower()
        at = next((i for i, (key, _) in enumerate(self.headers) if key.lower() == wanted), len(self.headers))
        self.remove(name)
        self.headers.insert(at, (name, value))

    def set_list(self, name: str, values: Iterable[str]) -> None:
        """Replace every header of that name by one line for each value; none removes the header."""
        wanted = name.lower()
        at = next((i for i, (key, _) in enumerate(self.headers) if key.lower() == wanted), len(self.headers))
        self.remove(name)
        self.headers[at:at] = [(name, value) for value in values]

    def prepend(self, name: str, value: str) -> None:
        """Put a header above the others of its name, which for Via and Record-Route means: newest."""
        wanted = name.lower()
        at = next((i for i, (key, _) in enumerate(self.headers) if key.lower() == wanted), 0)
        self.headers.insert(at, (name, value))

    def remove(self, name: str) -> None:
        wanted = name.lower()
        self.headers = [(key, value) for key, value in self.headers if key.lower() != wanted]

    def copy(self) -> "Message":
        return Message(self.start, list(self.headers), self.body)

    def to_bytes(self) -> bytes:
        """Write it, with Content-Length put right."""
        self.set("Content-Length", str(len(self.body)))
        lines = [self.start, *(f"{name}: {value}" for name, value in self.headers), "", ""]
        return "\r\n".join(lines).encode("utf-8", "surrogateescape") + self.body


def split_list(value: str) -> list[str]:
    """Split on commas outside quotes and angle brackets."""
    parts: list[str] = []
    quoted = escaped = False
    depth = start = 0
    for i, char in enumerate(value):
        if escaped:
            escaped = False
        elif quoted and char == "\\":
            escaped = True
        elif char == '"':
            quoted = not quoted
        elif not quoted and char == "<":
            depth += 1
        elif not quoted and char == ">":
            depth = max(0, depth - 1)
        elif char == "," and not quoted and depth == 0:
            parts.append(value[start:i].strip())
            start = i + 1
    parts.append(value[start:].strip())
    return [part for part in parts if part]


def parse(raw: bytes) -> Message:
    """Read one datagram. Raises `MessageError`; never anything else, whatever the bytes."""
    if len(raw) > MAX_BYTES:
        raise MessageError("too long", 513)
    text = raw.lstrip(b"\r\n")
    head, separator, body = text.partition(b"\r\n\r\n")
    if not separator:
        head, separator, body = text.partition(b"\n\n")
    if not separator:
        raise MessageError("no end of headers")
    if b"\0" in head:
        raise MessageError("NUL in headers")
    lines = _unfold(head.decode("utf-8", "surrogateescape").replace("\r\n", "\n").split("\n"))
    message = Message(_start_line(lines[0]), [_header(line) for line in lines[1:]])
    message.body = _body(message, body)
    _check_mandatory(message)
    return message


def _unfold(lines: list[str]) -> list[str]:
    out: list[str] = []
    for line in lines:
        if len(line) > MAX_LINE:
            raise MessageError("line too long")
        if "\r" in line:
            raise MessageError("stray CR")
        if line[:1] in (" ", "\t") and len(out) > 1:
            out[-1] += " " + line.strip()
        else:
            out.append(line)
        if len(out) > MAX_HEADERS:
            raise MessageError("too many headers")
    return out


def _start_line(line: str) -> str:
    words = line.split(" ")
    if line.startswith("SIP/2.0 "):
        if len(words) < 2 or len(words[1]) != 3 or not _digits(words[1]) or not 100 <= int(words[1]) <= 699:
            raise MessageError("bad status line")
        return line
    if len(words) != 3 or not words[0] or not words[1]:
        raise MessageError("bad request line")
    if not all(char.isascii() and (char.isalnum() or char in "-.!%*_+`'~") for char in words[0]):
        raise MessageError("bad method")
    if words[2] != "SIP/2.0":
        raise MessageError("not SIP/2.0", 505)
    return line


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    name = name.strip()
    if not colon or not name or " " in name:
        raise MessageError("bad header line")
    return _COMPACT.get(name.lower(), name), value.strip()


def _digits(text: str) -> bool:
    """ASCII digits alone: `int` would also take a sign, blanks and the digits of other scripts."""
    return text.isascii() and text.isdigit()


def _body(message: Message, body: bytes) -> bytes:
    lengths = message.get_all("Content-Length")
    if not lengths:
        return body
    if len(set(lengths)) > 1 or not _digits(lengths[0]) or len(lengths[0]) > 6:
        raise MessageError("bad Content-Length")
    length = int(lengths[0])
    if length > len(body):
        raise MessageError("body shorter than Content-Length")
    return body[:length]


def _check_mandatory(message: Message) -> None:
    for name in ("Via", "From", "To", "Call-ID", "CSeq"):
        if not message.get(name):
            raise MessageError(f"no {name}")
    for name in ("From", "To", "Call-ID", "CSeq"):
        if len(message.get_all(name)) > 1:
            raise MessageError(f"two {name}")
    number, _, method = message.get("CSeq").partition(" ")
    if not _digits(number) or len(number) > 10 or int(number) >= 2**32 or not method.strip():
        raise MessageError("bad CSeq")
    if message.is_request and method.strip() != message.method:
        raise MessageError("CSeq of another method")


def request(method: str, uri: str) -> Message:
    return Message(f"{method} {uri} SIP/2.0")


def response(to: Message, status: int, tag: str = "", reason: str = "") -> Message:
    """A response to `to` with the headers RFC 3261 section 8.2.6.2 copies; `tag` goes into To."""
    message = Message(f"SIP/2.0 {status} {reason or reason_phrase(status)}")
    for via in to.get_all("Via"):
        message.add("Via", via)
    if 100 < status < 300:
        for route in to.get_all("Record-Route"):
            message.add("Record-Route", route)
    message.add("From", to.get("From"))
    recipient = to.get("To")
    if tag and ";tag=" not in recipient.rpartition(">")[2].lower().replace(" ", ""):
        recipient += f";tag={tag}"
    message.add("To", recipient)
    message.add("Call-ID", to.call_id)
    message.add("CSeq", to.get("CSeq"))
    return message
