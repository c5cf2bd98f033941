"""What a stateless proxy does to a message (RFC 3261 sections 16.3 to 16.11): pure, no sockets."""

import hashlib
from dataclasses import dataclass
from typing import Final

from sip.party.address import Address, Uri, parse_name_addr, parse_uri, parse_via
from sip.party.message import Message, MessageError
from sip.party.transaction import note_source

SOURCE_HEADER: Final = "X-Handoff-Source"
MAGIC: Final = "z9hG4bK"
_MAX_FORWARDS: Final = 70


class Refused(Exception):
    """The request must not be forwarded; `status` is the answer."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


@dataclass(frozen=True, slots=True)
class TransactionKey:
    """One INVITE with its retransmissions, CANCEL and non-2xx ACK."""

    call_id: str
    from_tag: str
    cseq: int

    @classmethod
    def of(cls, message: Message) -> "TransactionKey":
        return cls(message.call_id, parse_name_addr(message.get("From")).tag, message.cseq[0])


@dataclass(frozen=True, slots=True)
class Place:
    """The front as others see it."""

    address: Address

    @property
    def sent_by(self) -> str:
        return f"{self.address[0]}:{self.address[1]}"

    @property
    def route(self) -> str:
        return f"<sip:{self.sent_by};lr>"


def check_hops(message: Message, us: Place) -> None:
    """Max-Forwards and loop check (sections 16.3.3 and 16.3.4). Raises `Refused`, or `MessageError`."""
    left = message.get("Max-Forwards", str(_MAX_FORWARDS))
    if not (left.isascii() and left.isdigit() and len(left) <= 3 and int(left) <= 255):
        raise MessageError("bad Max-Forwards")
    if int(left) == 0:
        raise Refused(483)
    fingerprint = _fingerprint(message)
    for value in message.get_list("Via"):
        via = parse_via(value)
        if via.sent_by == us.sent_by and via.branch.endswith("." + fingerprint):
            raise Refused(482)


def pop_own_route(message: Message, us: Place) -> bool:
    """Take our own entries off the top of the Route set; True when there was one."""
    routes = message.get_list("Route")
    kept = list(routes)
    while kept and parse_name_addr(kept[0]).uri.address == us.address:
        kept.pop(0)
    if len(kept) != len(routes):
        message.set_list("Route", kept)
    return len(kept) != len(routes)


def next_uri(message: Message) -> Uri:
    """The first Route left, else the request URI."""
    routes = message.get_list("Route")
    return parse_name_addr(routes[0]).uri if routes else parse_uri(message.uri)


def stamp(message: Message, source: Address) -> None:
    """received and rport into the sender's Via, before ours goes above it."""
    note_source(message, source)


def prepare(message: Message, us: Place, *, record_route: bool) -> None:
    """Max-Forwards one less, Record-Route where a dialog begins, our Via on top.

    The branch is computed from the sender's, so that retransmissions, CANCEL and non-2xx ACK carry the
    same one, and a restarted front needs no memory (section 16.11).
    """
    branch = f"{MAGIC}hf{_of_sender(message)}.{_fingerprint(message)}"
    message.set("Max-Forwards", str(int(message.get("Max-Forwards", str(_MAX_FORWARDS))) - 1))
    if record_route and message.method == "INVITE":
        message.prepend("Record-Route", us.route)
    message.prepend("Via", f"SIP/2.0/UDP {us.sent_by};branch={branch}")


def pop_own_via(message: Message, us: Place) -> str | None:
    """Take our Via off a response; its branch, or None when the response is not ours to forward."""
    vias = message.get_list("Via")
    top = parse_via(vias[0])
    if top.sent_by != us.sent_by:
        return None
    message.set_list("Via", vias[1:])
    return top.branch


def reply_address(message: Message) -> Address:
    """Where a response goes next, once our Via is off."""
    vias = message.get_list("Via")
    if not vias:
        raise MessageError("no Via left")
    return parse_via(vias[0]).reply_address()


def mark_source(message: Message, source: Address | None) -> None:
    """Our word for where a request came from; the sender's own is never believed."""
    message.remove(SOURCE_HEADER)
    if source is not None:
        message.add(SOURCE_HEADER, f"{source[0]}:{source[1]}")


def _of_sender(message: Message) -> str:
    via = parse_via(message.get_list("Via")[0])
    if via.branch.startswith(MAGIC):
        return _digest(via.sent_by, via.branch)
    key = TransactionKey.of(message)  # a sender of RFC 2543 times
    return _digest(via.sent_by, key.call_id, key.from_tag, str(key.cseq))


def _fingerprint(message: Message) -> str:
    """What is the same when a request comes back unchanged, and differs when it was routed anew.

    Without the method: a CANCEL must match its INVITE.
    """
    key = TransactionKey.of(message)
    return _digest(message.uri, key.call_id, key.from_tag, str(key.cseq))[:12]


def _digest(*parts: str) -> str:
    text = "\0".join(parts).encode("utf-8", "surrogateescape")
    return hashlib.blake2b(text, digest_size=12).hexdigest()
