"""Session descriptions (RFC 8866) of one audio stream: offer, answer, direction."""

from dataclasses import dataclass, field, replace
from typing import Final

from sip.party.address import Address, ip_literal, read_port
from sip.party.message import MessageError

_NAMES: Final = {0: "PCMU/8000", 8: "PCMA/8000", 9: "G722/8000"}  # G722 says 8000 for history (RFC 3551)
_TELEPHONE_EVENT: Final = "telephone-event/8000"
_MIRROR: Final = {
    "sendrecv": "sendrecv",
    "sendonly": "recvonly",
    "recvonly": "sendonly",
    "inactive": "inactive",
}

CODECS: Final = ("PCMU", "PCMA", "G722")


@dataclass(frozen=True, slots=True, kw_only=True)
class Audio:
    """What one side says about its audio: where to, in what, which way."""

    address: Address
    codecs: dict[str, int] = field(default_factory=dict)
    """encoding name -> payload type, in the order offered"""
    dtmf: int | None = None
    direction: str = "sendrecv"
    session: tuple[int, int] = (1, 1)
    """o= session id and version"""

    @property
    def held(self) -> bool:
        """The speaker of this description does not want to hear us (or, of old, gives 0.0.0.0)."""
        return self.direction in ("sendonly", "inactive") or self.address[0] == "0.0.0.0"

    def to_bytes(self) -> bytes:
        ip, port = self.address
        numbers = [*self.codecs.values(), *([self.dtmf] if self.dtmf is not None else [])]
        lines = [
            "v=0",
            f"o=- {self.session[0]} {self.session[1]} IN IP4 {ip}",
            "s=-",
            f"c=IN IP4 {ip}",
            "t=0 0",
            f"m=audio {port} RTP/AVP {' '.join(map(str, numbers))}",
            *(f"a=rtpmap:{number} {name}/8000" for name, number in self.codecs.items()),
        ]
        if self.dtmf is not None:
            lines += [f"a=rtpmap:{self.dtmf} {_TELEPHONE_EVENT}", f"a=fmtp:{self.dtmf} 0-16"]
        return "\r\n".join([*lines, "a=ptime:20", f"a={self.direction}", ""]).encode()


def offer(
    address: Address, codecs: tuple[str, ...], session: tuple[int, int], direction: str = "sendrecv"
) -> Audio:
    numbers = {name.partition("/")[0]: number for number, name in _NAMES.items()}
    return Audio(
        address=address,
        codecs={name: numbers[name] for name in codecs},
        dtmf=101,
        direction=direction,
        session=session,
    )


def answer(remote: Audio, own: Audio, keep_hold: str = "sendrecv") -> Audio:
    """Our answer to `remote` (RFC 3264 section 6): the first common codec, their payload numbers."""
    common = [name for name in remote.codecs if name in own.codecs]
    if not common:
        raise MessageError("no common codec", 488)
    wanted = _MIRROR[remote.direction]
    direction = wanted if keep_hold == "sendrecv" else _weaker(wanted, keep_hold)
    return replace(own, codecs={common[0]: remote.codecs[common[0]]}, dtmf=remote.dtmf, direction=direction)


def _weaker(first: str, second: str) -> str:
    """The direction both allow."""
    send = first in ("sendrecv", "sendonly") and second in ("sendrecv", "sendonly")
    receive = first in ("sendrecv", "recvonly") and second in ("sendrecv", "recvonly")
    return {(True, True): "sendrecv", (True, False): "sendonly", (False, True): "recvonly"}.get(
        (send, receive), "inactive"
    )


def parse(body: bytes) -> Audio:
    """The first usable audio stream. Raises `MessageError` (488) when there is none."""
    ip, media_ip, direction, media_direction = "", "", "sendrecv", ""
    port: int | None = None
    numbers: list[int] = []
    maps = dict(_NAMES)
    in_audio = False
    for line in body.decode("utf-8", "replace").replace("\r\n", "\n").split("\n"):
        kind, _, value = line.partition("=")
        words = value.split()
        if kind == "m":
            in_audio = port is None and value.startswith("audio ") and len(words) >= 4 and words[1] != "0"
            if in_audio:
                if words[2] not in ("RTP/AVP", "RTP/AVPF"):
                    raise MessageError("unusable transport in SDP", 488)
                port, numbers = read_port(words[1].partition("/")[0]), [_number(word) for word in words[3:]]
        elif kind == "c" and len(words) == 3:
            if in_audio:
                media_ip = ip_literal(words[2])
            elif port is None:
                ip = ip_literal(words[2])
        elif kind == "a" and value.strip() in _MIRROR:
            if in_audio:
                media_direction = value.strip()
            elif port is None:
                direction = value.strip()
        elif kind == "a" and in_audio and value.startswith("rtpmap:") and len(words) >= 2:
            maps[_number(words[0].removeprefix("rtpmap:"))] = words[1]
    if port is None or not (media_ip or ip):
        raise MessageError("no audio in SDP", 488)
    return _audio(media_ip or ip, port, numbers, maps, media_direction or direction)


def _audio(ip: str, port: int, numbers: list[int], maps: dict[int, str], direction: str) -> Audio:
    codecs: dict[str, int] = {}
    dtmf = None
    for number in numbers:
        name = maps.get(number, "").lower()
        if name == _TELEPHONE_EVENT:
            dtmf = number
        for codec in CODECS:
            if name in (f"{codec.lower()}/8000", f"{codec.lower()}/8000/1"):
                codecs.setdefault(codec, number)
    return Audio(address=(ip, port), codecs=codecs, dtmf=dtmf, direction=direction)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and int(text) < 128):
        raise MessageError("bad payload type", 488)
    return int(text)
