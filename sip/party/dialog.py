"""Dialogs (RFC 3261 section 12): identity, route set, the requests inside them."""

import secrets
from dataclasses import dataclass, field

from sip.party.address import Address, parse_name_addr, parse_uri
from sip.party.message import Message, request


def new_branch() -> str:
    return "z9hG4bK" + secrets.token_hex(8)


def new_tag() -> str:
    return secrets.token_hex(6)


@dataclass(slots=True, kw_only=True)
class Dialog:
    """One side's view. `local` and `remote` are the From and To values without tags."""

    call_id: str
    local: str
    local_tag: str
    remote: str
    remote_tag: str = ""
    target: str = ""
    """the other side's Contact"""
    route_set: list[str] = field(default_factory=list)
    cseq: int = 0
    remote_cseq: int = -1

    @classmethod
    def of_received(cls, invite: Message, local_tag: str) -> "Dialog":
        """The called side (section 12.1.1)."""
        caller = parse_name_addr(invite.get("From"))
        return cls(
            call_id=invite.call_id,
            local=without_tag(invite.get("To")),
            local_tag=local_tag,
            remote=without_tag(invite.get("From")),
            remote_tag=caller.tag,
            target=contact_uri(invite) or caller.raw_uri,
            route_set=invite.get_list("Record-Route"),
            remote_cseq=invite.cseq[0],
        )

    def take_response(self, answer: Message) -> None:
        """The calling side, on a response with a To-tag (section 12.1.2)."""
        self.remote_tag = parse_name_addr(answer.get("To")).tag
        self.route_set = answer.get_list("Record-Route")[::-1]
        self.target = contact_uri(answer) or self.target

    def matches(self, message: Message, local_header: str) -> bool:
        """Is `message` of this dialog? Our tag stands in To of requests, in From of responses."""
        remote_header = "From" if local_header == "To" else "To"
        return (
            message.call_id == self.call_id
            and parse_name_addr(message.get(local_header)).tag == self.local_tag
            and parse_name_addr(message.get(remote_header)).tag == self.remote_tag
        )

    def new_request(self, method: str, via: Address, user: str, cseq: int | None = None) -> Message:
        """A request inside the dialog (section 12.2.1.1); `cseq` only for ACK and CANCEL."""
        if cseq is None:
            self.cseq += 1
            cseq = self.cseq
        message = request(method, self.target)
        message.add("Via", f"SIP/2.0/UDP {via[0]}:{via[1]};rport;branch={new_branch()}")
        message.add("Max-Forwards", "70")
        for route in self.route_set:
            message.add("Route", route)
        message.add("From", f"{self.local};tag={self.local_tag}")
        message.add("To", f"{self.remote};tag={self.remote_tag}" if self.remote_tag else self.remote)
        message.add("Call-ID", self.call_id)
        message.add("CSeq", f"{cseq} {method}")
        message.add("Contact", f"<sip:{user}@{via[0]}:{via[1]}>")
        return message


def next_hop(message: Message) -> Address:
    """Where a request goes: the first Route, else the request URI (loose routing, section 8.1.2)."""
    routes = message.get_list("Route")
    if routes:
        return parse_name_addr(routes[0]).uri.address
    return parse_uri(message.uri).address


def contact_uri(message: Message) -> str:
    contacts = message.get_list("Contact")
    return parse_name_addr(contacts[0]).raw_uri if contacts and contacts[0] != "*" else ""


def without_tag(value: str) -> str:
    head, closing, params = value.rpartition(">")
    if not closing:
        return f"<{value.partition(';')[0].strip()}>"
    kept = [p for p in params.split(";") if p.strip() and not p.strip().lower().startswith("tag=")]
    return head + closing + "".join(f";{p.strip()}" for p in kept)
