"""A telephone exchange on one UDP socket: stands where the front stands, and is every far end behind it.

Raw SIP and RTP on threads of the test process. A `Phone` is one far end; the user part of a URI names it.
"""

import re
import select
import socket
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from sip.message import Message, tag_of, uri_of
from tests.sip.voice import DTMF_PAYLOAD, Address, Voice


@dataclass(kw_only=True)
class Phone(Voice):
    """One far end. Everything it was sent is kept for the test to look at."""

    name: str
    exchange: "Exchange"
    seen: list[Message] = field(default_factory=list)
    seen_at: list[tuple[float, Message]] = field(default_factory=list)
    sent: list[Message] = field(default_factory=list)
    refer_answer: int = 202
    refer_notify: tuple[tuple[int, str], ...] = ((100, "Trying"), (200, "OK"))
    answers_requests: bool = True
    srtp_line: str = ""
    profile: str = "RTP/AVP"

    def __post_init__(self) -> None:
        super().__post_init__()
        self.tag = uuid.uuid4().hex[:8]
        self.call_id = ""
        self.local_uri, self.remote_uri, self.target = "", "", ""
        self.remote_tag = ""
        self.cseq = 100
        self.invite: Message | None = None
        self.branch = ""

    # signalling, outwards

    def call(self, worker: Address, headers: tuple[tuple[str, str], ...] = (), sdp: bool = True) -> None:
        """INVITE to the worker, as the front would forward it."""
        self.call_id, self.state = uuid.uuid4().hex, "calling"
        self.local_uri = f"sip:{self.name}@{self.exchange.host}"
        self.remote_uri = self.target = f"sip:bridge@{worker[0]}:{worker[1]}"
        self.request("INVITE", self.sdp() if sdp else "", (("X-Handoff-Source", "192.0.2.7:5060"), *headers))

    def ring(self, early_media: bool = False) -> None:
        self.respond(183 if early_media else 180, "Progress", self.sdp() if early_media else "")

    def answer(self) -> None:
        self.respond(200, "OK", self.sdp())
        self.state = "up"

    def decline(self, status: int, headers: tuple[tuple[str, str], ...] = ()) -> None:
        self.respond(status, "No", headers=headers)
        self.state = "over"

    def cancel(self) -> None:
        self.request("CANCEL", branch=self.branch, cseq=self.invite_cseq)

    def hangup(self, headers: tuple[tuple[str, str], ...] = ()) -> None:
        self.request("BYE", headers=headers)
        self.state = "over"

    def hold(self, direction: str = "sendonly") -> None:
        """Re-INVITE; `sendrecv` resumes."""
        self.request("INVITE", self.sdp(direction))

    def refer(self, target: str, headers: tuple[tuple[str, str], ...] = ()) -> None:
        self.request("REFER", headers=(("Refer-To", f"<{target}>"), *headers))

    def press(self, keys: str, method: str = "rfc4733") -> None:
        if method == "rfc4733":
            self.dial(keys)
            return
        for key in keys:
            body = f"Signal={key}\r\nDuration=160\r\n"
            self.request("INFO", body, content="application/dtmf-relay")

    # what the exchange asks

    def sdp(self, direction: str = "sendrecv") -> str:
        ip, port = self.rtp.getsockname()
        return (
            f"v=0\r\no=- 1 {self.cseq} IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\n"
            f"m=audio {port} {self.profile} 0 101\r\na=rtpmap:0 PCMU/8000\r\n"
            "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n"
            f"a={direction}\r\n{self.srtp_line}"
        )

    def request(
        self, method: str, body: str = "", headers: tuple[tuple[str, str], ...] = (),
        branch: str = "", cseq: int | None = None, content: str = "application/sdp",
    ) -> None:  # fmt: skip
        if cseq is None:
            self.cseq += 1
            cseq = self.cseq
        branch = branch or f"z9hG4bK{uuid.uuid4().hex[:12]}"
        if method == "INVITE":
            self.branch, self.invite_cseq = branch, cseq
        to = f"<{self.remote_uri}>" + (f";tag={self.remote_tag}" if self.remote_tag else "")
        lines = [
            f"{method} {self.target} SIP/2.0",
            f"Via: SIP/2.0/UDP {self.exchange.host};branch={branch};rport",
            "Max-Forwards: 70",
            f"From: <{self.local_uri}>;tag={self.tag}",
            f"To: {to}",
            f"Call-ID: {self.call_id}",
            f"CSeq: {cseq} {method}",
            f"Contact: <sip:{self.name}@{self.exchange.host}>",
            *[f"{name}: {value}" for name, value in headers],
        ]
        self.exchange.send(self._target_address(), lines, body, content, self)

    def _target_address(self) -> Address:
        host, _, port = uri_of(self.target).partition("@")[2].partition(";")[0].partition(":")
        return host, int(port or 5060)

    def respond(
        self, status: int, reason: str, body: str = "", headers: tuple[tuple[str, str], ...] = (),
        to: Message | None = None,
    ) -> None:  # fmt: skip
        request = to or self.invite
        assert request is not None
        to_header = request.first("to")
        if not tag_of(to_header) and status > 100:
            to_header += f";tag={self.tag}"
        lines = [
            f"SIP/2.0 {status} {reason}",
            *[f"Via: {via}" for via in request.all("via")],
            f"From: {request.first('from')}",
            f"To: {to_header}",
            f"Call-ID: {request.first('call-id')}",
            f"CSeq: {request.first('cseq')}",
            f"Contact: <sip:{self.name}@{self.exchange.host}>",
            *[f"Record-Route: {route}" for route in request.all("record-route")],
            *[f"{name}: {value}" for name, value in headers],
        ]
        self.exchange.send(self.exchange.worker_of(request), lines, body, "application/sdp", self)

    def received(self, message: Message) -> None:
        self.seen.append(message)
        self.seen_at.append((time.monotonic(), message))
        if message.has_sdp:
            ip = re.search(r"c=IN IP4 (\S+)", message.body)
            port = re.search(r"m=audio (\d+)", message.body)
            event = re.search(r"a=rtpmap:(\d+) telephone-event/8000", message.body)
            self.event_payload = int(event[1]) if event else DTMF_PAYLOAD
            if ip and port:
                self.remote = (ip[1], int(port[1]))
        if message.status:
            self._response(message)
        else:
            self._request(message)

    def _response(self, message: Message) -> None:
        if message.method != "INVITE" or message.status < 180:
            return
        if message.status < 300:
            self.remote_tag = tag_of(message.first("to"))
        if message.status >= 200:
            if message.status < 300:
                self.target = uri_of(message.first("contact"))
                self.state = "up"
            else:
                self.state = "over"
            self._ack(message)

    def _ack(self, response: Message) -> None:
        tag, self.remote_tag = self.remote_tag, tag_of(response.first("to"))
        late = not any(m.has_sdp for m in self.sent if m.start.startswith("INVITE"))
        ok = response.status < 300
        self.request(
            "ACK", self.sdp() if ok and late else "", branch="" if ok else self.branch, cseq=response.cseq
        )
        self.remote_tag = tag or self.remote_tag

    def _request(self, message: Message) -> None:
        method = message.start.split(" ")[0]
        if (
            method == "INVITE"
            and self.invite is not None
            and message.first("via") == self.invite.first("via")
        ):
            return  # retransmitted
        if method == "INVITE" and self.state in ("idle", "over"):
            self._invited(message)
        elif method == "ACK" or not self.answers_requests:
            return
        elif method == "CANCEL":
            self.respond(200, "OK", to=message)
            self.decline(487)
        elif method == "REFER":
            self._referred(message)
        elif method == "INVITE":
            self.respond(200, "OK", self.sdp(), to=message)
        else:
            if method == "BYE":
                self.state = "over"
            if method == "INFO" and (signal := re.search(r"Signal=\s*(\S)", message.body)):
                self.digits.append(signal[1])
            self.respond(200, "OK", to=message)

    def _invited(self, message: Message) -> None:
        self.invite, self.state = message, "ringing"
        self.call_id = message.first("call-id")
        self.local_uri, self.remote_uri = uri_of(message.first("to")), uri_of(message.first("from"))
        self.remote_tag, self.target = tag_of(message.first("from")), uri_of(message.first("contact"))
        self.exchange.on_invite(self)

    def _referred(self, message: Message) -> None:
        self.respond(self.refer_answer, "Answer", to=message)
        if self.refer_answer >= 300:
            return
        for status, reason in self.refer_notify:
            self.notify(status, reason)

    def notify(self, status: int, reason: str) -> None:
        """How a REFER to us goes."""
        over = "terminated;reason=noresource" if status >= 200 else "active;expires=60"
        self.request(
            "NOTIFY", f"SIP/2.0 {status} {reason}\r\n",
            (("Event", "refer"), ("Subscription-State", over)), content="message/sipfrag;version=2.0",
        )  # fmt: skip


class Exchange:
    """The socket, the phones, and two threads."""

    def __init__(self, ip: str) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((ip, 0))
        self.ip = ip
        self.host = f"{ip}:{self.socket.getsockname()[1]}"
        self.phones: dict[str, Phone] = {}
        self._sockets: list[socket.socket] = []
        self.strays: list[Message] = []
        self.wait_for: Callable[..., None] = wait_for
        self._threads = [
            threading.Thread(target=run, daemon=True) for run in (self._receive, self._media_clock)
        ]
        self._stop = False
        for thread in self._threads:
            thread.start()

    def phone(self, name: str) -> Phone:
        rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        rtp.bind((self.ip, 0))
        phone = Phone(name=name, exchange=self, rtp=rtp)
        self.phones[name] = phone
        self._sockets.append(rtp)
        return phone

    def uri(self, name: str) -> str:
        return f"sip:{name}@{self.host}"

    def on_invite(self, phone: Phone) -> None:
        phone.respond(100, "Trying")

    def worker_of(self, request: Message) -> Address:
        via = request.first("via").split()[1].split(";")[0]
        host, _, port = via.partition(":")
        return host, int(port or 5060)

    def send(self, to: Address, lines: list[str], body: str, content: str, phone: Phone) -> None:
        head = [*lines, *([f"Content-Type: {content}"] if body else []), f"Content-Length: {len(body)}"]
        text = "\r\n".join(head) + "\r\n\r\n" + body
        phone.sent.append(Message.parse(text))
        self.socket.sendto(text.encode(), to)

    def close(self) -> None:
        self._stop = True
        for thread in self._threads:
            thread.join(2)
        for rtp in self._sockets:
            rtp.close()
        self.socket.close()

    def _receive(self) -> None:
        while not self._stop:
            phones = {phone.rtp: phone for phone in list(self.phones.values())}
            ready, _, _ = select.select([self.socket, *phones], [], [], 0.05)
            for sock in ready:
                data = sock.recv(65536)
                if sock is self.socket:
                    self._dispatch(Message.parse(data.decode("utf-8", "replace")))
                else:
                    phones[sock].media(data, time.monotonic())

    def _dispatch(self, message: Message) -> None:
        call_id = message.first("call-id")
        phone = next((p for p in self.phones.values() if p.call_id == call_id), None)
        if phone is None and message.start.startswith("INVITE"):
            phone = self.phones.get(message.start.split(" ")[1].partition(":")[2].partition("@")[0])
        if phone is None:
            self.strays.append(message)
            return
        phone.received(message)

    def _media_clock(self) -> None:
        due = time.monotonic()
        while not self._stop:
            for phone in list(self.phones.values()):
                phone.tick()
            due += 0.02
            time.sleep(max(0.0, due - time.monotonic()))


def wait_for(what: Callable[[], object], seconds: float = 5.0) -> None:
    """Until `what` is true; fails the test otherwise."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)
