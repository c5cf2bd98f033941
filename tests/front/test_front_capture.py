"""What the front tells a HEP3 collector: each message with the outside once, and no secret in it."""

import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from bridge.adapters.hep_events import HepEvents
from sip.hep import LOG, SIP, Capture, packet, without_secrets
from sip.party.party import Party
from tests.front.front_rig import FAST, FrontProcess, WorkerParty

pytestmark = [pytest.mark.timeout(60)]
FRONT, CALLER, COLLECTOR = "127.0.55.1:5060", "127.0.55.2", "127.0.55.9"
SDP = b"v=0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0|2^31\r\na=sendrecv\r\n"


def read(data: bytes) -> dict[int, bytes]:
    """Chunks by their type, by the specification and not by our code."""
    assert data[:4] == b"HEP3"
    assert struct.unpack("!H", data[4:6]) == (len(data),)
    chunks, at = {}, 6
    while at < len(data):
        vendor, kind, length = struct.unpack("!HHH", data[at : at + 6])
        assert vendor == 0
        chunks[kind] = data[at + 6 : at + length]
        at += length
    assert at == len(data)
    return chunks


@pytest.fixture
def collector() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((COLLECTOR, 0))
        sock.settimeout(5)
        yield sock


def test_a_packet_says_who_sent_what_to_whom_and_when() -> None:
    chunks = read(
        packet(b"OPTIONS", ("192.0.2.1", 5060), ("192.0.2.2", 5070), SIP, 7, 1_700_000_000.25, "c1")
    )
    assert {kind: value.hex() for kind, value in chunks.items()} == {
        1: "02", 2: "11", 3: "c0000201", 4: "c0000202", 7: "13c4", 8: "13ce", 9: "6553f100", 10: "0003d090",
        11: "01", 12: "00000007", 15: b"OPTIONS".hex(), 17: b"c1".hex(),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "secret", "kept"),
    [
        (
            b"INVITE sip:a SIP/2.0\r\n\r\n" + SDP,
            b"c2VjcmV0",
            b"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:-\r\n",
        ),
        (b"INFO sip:a SIP/2.0\r\n\r\nSignal=5\r\nDuration=160\r\n", b"Signal=5", b"Duration=160"),
        (b"INFO sip:a SIP/2.0\r\nContent-Type: application/dtmf\r\n\r\n5", b"\r\n\r\n5", b"application/dtmf"),
        (
            b'REGISTER sip:a SIP/2.0\r\nAuthorization: Digest username="u", response="6629f"\r\n\r\n',
            b"6629f",
            b"u",
        ),
    ],
)
def test_secrets_are_blotted_out(raw: bytes, secret: bytes, kept: bytes) -> None:
    clean = without_secrets(raw)
    assert secret in raw
    assert secret not in clean
    assert kept in clean


def test_other_messages_pass_as_they_are() -> None:
    raw = b"SIP/2.0 200 OK\r\nCSeq: 1 BYE\r\n\r\n"
    assert without_secrets(raw) == raw


@pytest.mark.wire
async def test_each_message_with_the_outside_once(tmp_path: Path, collector: socket.socket) -> None:
    host, port = collector.getsockname()
    capture = {"collector": f"{host}:{port}", "agent_id": 2001}
    async with (
        FrontProcess(tmp_path, FRONT, [f"{CALLER}/32"], capture=capture) as front,
        Party(CALLER, timers=FAST) as caller,
        WorkerParty(front) as worker,
    ):
        await caller.dial(f"sip:101@{FRONT}")
        await worker.wait("acked")
        await caller.call.hangup()
        await worker.wait("ended")
    passed = {(r.direction, r.raw.split(b"\r\n")[0]) for r in caller.log}
    seen: list[tuple[str, bytes]] = []
    while len(seen) < len(caller.log):
        chunks = read(collector.recv(65_535))
        assert chunks[11] == bytes([SIP])
        ours = socket.inet_ntoa(chunks[3]) == FRONT.partition(":")[0]
        seen.append(("in" if ours else "out", chunks[15].split(b"\r\n")[0]))
    assert set(seen) == passed
    assert len(seen) == len(caller.log)


def test_events_go_beside_it_without_words(collector: socket.socket) -> None:
    capture = Capture(collector.getsockname(), 2001)
    events = HepEvents(lambda line, call: capture.log(line, call, ("127.0.55.1", 5060)))
    events.emit("utterance", "c1", {"at_s": 1.0, "text": "my secret"})
    events.emit("escalation", "c1", {"at_s": 2.0, "reason": "dispute", "quote": "my secret"})
    chunks = read(collector.recv(65_535))
    assert chunks[11] == bytes([LOG])
    assert chunks[17] == b"c1"
    assert chunks[15] == b'{"type": "escalation", "conversation": "c1", "at_s": 2.0, "reason": "dispute"}'
    capture.close()
