"""What the front needs to end a dialog after its worker died: gathered from the messages that go by."""

from dataclasses import dataclass, field

from sip.message import Message, tag_of, uri_of

UNKNOWN_LOCAL_CSEQ = 0x8000
"""pjsip starts a dialog's CSeq below this, so until we have sent a request the tombstone starts above it."""


@dataclass(slots=True)
class Dialog:
    """The far side of one confirmed dialog, as RFC 3261 section 12 keeps it."""

    inbound: bool
    call_id: str = ""
    local_tag: str = ""
    remote_tag: str = ""
    local_uri: str = ""
    remote_uri: str = ""
    remote_target: str = ""
    route_set: list[str] = field(default_factory=list)
    cseq: int = UNKNOWN_LOCAL_CSEQ
    complete: bool = False

    def invite_received(self, invite: Message) -> None:
        self._learn(invite, local="to", remote="from")
        self.remote_target = uri_of(invite.first("contact"))
        self.route_set = invite.record_route

    def success_sent(self, ok: Message) -> None:
        """Our 200 to the INVITE: it names our tag."""
        self.local_tag = tag_of(ok.first("to"))
        self.complete = bool(self.local_tag and self.remote_tag)

    def success_received(self, ok: Message) -> None:
        """The 200 to our INVITE."""
        self._learn(ok, local="from", remote="to")
        self.remote_target = uri_of(ok.first("contact"))
        self.route_set = ok.record_route[::-1]
        self.cseq = ok.cseq
        self.complete = bool(self.local_tag and self.remote_tag)

    def request_sent(self, cseq: int) -> bool:
        """True when the tombstone has to move on."""
        if cseq <= self.cseq and self.cseq != UNKNOWN_LOCAL_CSEQ:
            return False
        changed = cseq > self.cseq
        self.cseq = max(cseq, self.cseq)
        return changed and self.complete

    def _learn(self, message: Message, local: str, remote: str) -> None:
        self.call_id = message.first("call-id")
        self.local_tag, self.remote_tag = tag_of(message.first(local)), tag_of(message.first(remote))
        self.local_uri, self.remote_uri = uri_of(message.first(local)), uri_of(message.first(remote))

    def tombstone(self) -> dict[str, object]:
        """The front's `leg` line."""
        return {
            "op": "leg", "call_id": self.call_id, "local_tag": self.local_tag, "remote_tag": self.remote_tag,
            "local_uri": self.local_uri, "remote_uri": self.remote_uri, "remote_target": self.remote_target,
            "route_set": self.route_set, "cseq": self.cseq,
        }  # fmt: skip
