"""G.711 against known vectors, messages, addresses, SDP, digest, recorder."""

import random

import numpy as np
import pytest

from sip.party import g711, sdp
from sip.party.address import parse_name_addr, parse_uri, parse_via
from sip.party.auth import Credentials, authorize
from sip.party.message import MessageError, parse, request, response, split_list
from sip.party.recorder import Recorder

INVITE = (
    b"INVITE sip:bob@127.0.0.2 SIP/2.0\r\n"
    b"v: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK1;rport\r\n"
    b'f: "A, \\"B\\" <x>" <sip:a@127.0.0.1>;tag=1\r\n'
    b"t: <sip:bob@127.0.0.2>\r\ni: c1\r\nCSeq: 1 INVITE\r\n"
    b"Record-Route: <sip:127.0.0.9;lr>, <sip:127.0.0.8;lr>\r\nSubject: folded\r\n here\r\nl: 3\r\n\r\nabcdef"
)


def test_mu_law_vectors() -> None:
    """From ITU-T G.711 tables 2a and 2b: decision and reconstruction values, 14 bit scaled to 16."""
    samples = np.array([0, -1, 32_767, -32_768, 1_000, -1_000, 124, 8_031 * 4], np.int16)
    assert g711.ulaw_encode(samples) == bytes([0xFF, 0x7E, 0x80, 0x00, 0xCE, 0x4E, 0xEF, 0x80])
    assert list(g711.ulaw_decode(bytes([0x00, 0x80, 0x7F, 0xFF, 0xCE]))) == [-32_124, 32_124, 0, 0, 988]


def test_a_law_vectors() -> None:
    samples = np.array([0, -1, 32_767, -32_768, 1_000, -1_000], np.int16)
    assert g711.alaw_encode(samples) == bytes([0xD5, 0x55, 0xAA, 0x2A, 0xFA, 0x7A])
    assert list(g711.alaw_decode(bytes([0xD5, 0x55, 0xAA, 0x2A, 0xFA]))) == [8, -8, 32_256, -32_256, 1_008]


@pytest.mark.parametrize("law", ["ulaw", "alaw"])
def test_every_octet_survives_decode_and_encode(law: str) -> None:
    encode, decode = getattr(g711, f"{law}_encode"), getattr(g711, f"{law}_decode")
    octets = bytes(range(256))
    again = encode(decode(octets))
    different = [a for a, b in zip(octets, again, strict=True) if a != b]
    assert different in ([], [0x7F])  # mu-law has two zeros


def test_a_message_is_read_and_written() -> None:
    message = parse(INVITE)
    assert (message.method, message.cseq, message.body) == ("INVITE", (1, "INVITE"), b"abc")
    assert message.get("subject") == "folded here"
    assert message.get_list("Record-Route") == ["<sip:127.0.0.9;lr>", "<sip:127.0.0.8;lr>"]
    assert parse_name_addr(message.get("From")).name == 'A, "B" <x>'
    assert parse(message.to_bytes()).headers == message.headers
    answer = response(message, 180, "t9")
    assert answer.get("To").endswith(";tag=t9")
    assert len(answer.get_all("Record-Route")) == 1


@pytest.mark.parametrize(
    "broken",
    [b"", b"\r\n\r\n", INVITE[:60], INVITE.replace(b"l: 3", b"l: 999"), INVITE.replace(b"1 INVITE", b"1 BYE"),
     INVITE.replace(b"i: c1\r\n", b""), INVITE.replace(b"SIP/2.0\r\nv", b"SIP/7.0\r\nv"), b"\0" * 100],
)  # fmt: skip
def test_what_is_no_sip_is_refused(broken: bytes) -> None:
    with pytest.raises(MessageError):
        parse(broken)


def test_random_damage_never_raises_anything_else() -> None:
    seed = 20_261_122
    print("seed", seed)
    rng = random.Random(seed)
    for _ in range(3_000):
        raw = bytearray(INVITE)
        for _ in range(rng.randrange(1, 8)):
            raw[rng.randrange(len(raw))] = rng.randrange(256)
        try:
            message = parse(bytes(raw))
            parse_via(message.get_list("Via")[0])
            parse_name_addr(message.get("To"))
            sdp.parse(bytes(raw))
        except (MessageError, IndexError):
            continue


def test_addresses() -> None:
    uri = parse_uri("sip:201@127.0.0.1:5070;transport=udp?Replaces=a%40b%3Bto-tag%3D1&X-A=2")
    assert uri.address == ("127.0.0.1", 5070)
    assert uri.headers == {"Replaces": "a@b;to-tag=1", "X-A": "2"}
    assert parse_name_addr("sip:a@h;tag=9").tag == "9"
    assert parse_via("SIP/2.0/UDP 1.2.3.4;received=127.0.0.5;rport=99").reply_address() == ("127.0.0.5", 99)
    assert split_list('"a,b" <sip:x,y@h>, <sip:z>') == ['"a,b" <sip:x,y@h>', "<sip:z>"]


@pytest.mark.parametrize("text", ["http:x", "sip:", "sip:@h", "sip:a@h:99999", "sip:a@h:x"])
def test_bad_uris(text: str) -> None:
    with pytest.raises(MessageError):
        parse_uri(text)


def test_sdp_answer_mirrors_direction_and_numbers() -> None:
    remote = sdp.parse(
        b"v=0\r\no=- 1 1 IN IP4 127.0.0.9\r\ns=-\r\nc=IN IP4 127.0.0.9\r\nt=0 0\r\n"
        b"m=video 9 RTP/AVP 96\r\nm=audio 4000 RTP/AVP 8 0 97\r\n"
        b"a=rtpmap:97 telephone-event/8000\r\na=sendonly\r\n"
    )
    assert remote.held
    own = sdp.offer(("127.0.0.1", 5000), ("PCMU", "PCMA"), (7, 1))
    local = sdp.answer(remote, own)
    assert (local.codecs, local.dtmf, local.direction) == ({"PCMA": 8}, 97, "recvonly")


def test_digest_of_rfc_2617() -> None:
    """The example of section 3.5, which needs a fixed cnonce: here the form without qop (RFC 2069 errata)."""
    message = request("INVITE", "sip:bob@biloxi.com")
    challenge = response(parse(INVITE), 401)
    challenge.add("WWW-Authenticate", 'Digest realm="biloxi.com", nonce="dcd98b", opaque="5ccc"')
    authorize(message, challenge, Credentials(user="bob", password="zanzibar"))
    import hashlib

    def md5(text: str) -> str:
        return hashlib.md5(text.encode()).hexdigest()

    expected = md5(f"{md5('bob:biloxi.com:zanzibar')}:dcd98b:{md5('INVITE:sip:bob@biloxi.com')}")
    assert f'response="{expected}"' in message.get("Authorization")


def test_the_recorder_keeps_the_grid_through_jitter_and_fills_gaps() -> None:
    recorder = Recorder()
    frame = np.full(160, 100, np.int16)
    for n, jitter in enumerate([0.0, 0.004, 0.015, 0.001, 0.009]):
        recorder.take(frame, 10.0 + n * 0.02 + jitter, 1, n * 160, n)
    recorder.take(frame, 10.2, 1, 10 * 160, 10)
    heard = recorder.heard
    assert len(heard) == 11 * 160
    assert (heard[:800] == 100).all()
    assert (heard[800:1600] == 0).all()
    assert recorder.time_of(2 * 160 + 80) == pytest.approx(10.055 + 0.01)
