"""A capture made by hand: one handoff whose figures are known to the sample."""

import struct
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bridge.bench import sound
from bridge.bench.figures import CallNote, Notes, notes_path
from sip.party.capture import Capture
from sip.party.g711 import Pcm, ulaw_encode

BRIDGE, CALLER, AGENT = "127.0.61.1", "127.0.61.10", "127.0.61.20"
FRAME_S = 0.02
FRAME = 160


@dataclass
class Wirework:
    """Times in seconds of the synthetic call; everything else follows from them."""

    path: Path
    start: float = 1000.0
    capture: Capture = field(init=False)

    def __post_init__(self) -> None:
        self.capture = Capture(self.path)
        self.sent: list[tuple[float, tuple[str, int], tuple[str, int], bytes]] = []

    def sip(self, at: float, source: str, target: str, first_line: str, method: str, call_id: str) -> None:
        ends = f"Via: SIP/2.0/UDP {source}\r\nFrom: <sip:{source}>\r\nTo: <sip:{target}>\r\n"
        text = f"{first_line}\r\n{ends}Call-ID: {call_id}\r\nCSeq: 7 {method}\r\nContent-Length: 0\r\n\r\n"
        self.sent.append((self.start + at, (source, 5060), (target, 5060), text.encode()))

    def voice(self, begin: float, source: str, target: str, pcm: Pcm, ssrc: int) -> None:
        """Whole frames, one each 20 ms from `begin` on."""
        for number in range(len(pcm) // FRAME):
            packet = struct.pack("!BBHII", 0x80, 0, number, 5 + number * FRAME, ssrc)
            payload = packet + ulaw_encode(pcm[number * FRAME : (number + 1) * FRAME])
            at = self.start + begin + number * FRAME_S
            self.sent.append((at, (source, 4000), (target, 4000), payload))

    def key(self, at: float, digit: int) -> None:
        packet = struct.pack("!BBHII", 0x80, 0x80 | 101, 9, 9, 9) + struct.pack("!BBH", digit, 10, 160)
        self.sent.append((self.start + at, (AGENT, 4000), (BRIDGE, 4000), packet))

    def close(self) -> None:
        for one in sorted(self.sent, key=lambda s: s[0]):
            self.capture.write(*one)
        self.capture.close()


def one_call(path: Path) -> dict[str, float]:
    """Write a capture with its notes; the figures it must give, in ms."""
    clip = _tones(1.0, 440.0)
    clip[:400] = 0  # the voice's own silence: the whisper begins where it is heard
    wire = Wirework(path)
    wire.sip(0.0, CALLER, BRIDGE, "INVITE sip:b SIP/2.0", "INVITE", "c-1")
    wire.sip(0.0071, BRIDGE, CALLER, "SIP/2.0 200 OK", "INVITE", "c-1")
    said = np.zeros(8 * 8_000, np.int16)
    said[8_000:16_040] = _tones(1.005, 300.0)  # begins with the RTP at 0.02: the last sample at 2.02487
    marker = sound.marker()
    said[32_000 : 32_000 + len(marker)] = marker
    wire.voice(0.02, CALLER, BRIDGE, said, 1)
    wire.sip(2.2, BRIDGE, AGENT, "INVITE sip:a SIP/2.0", "INVITE", "a-1")
    wire.sip(2.7, AGENT, BRIDGE, "SIP/2.0 200 OK", "INVITE", "a-1")
    heard = np.zeros(8 * 8_000, np.int16)
    heard[160 : 160 + len(clip)] = clip
    wire.key(4.2, 1)
    joined, behind = 12_160, 21_380  # the agent hears sample j + 21,380 of the caller's as its sample j
    rest = said[joined + behind :]
    heard[joined : joined + len(rest)] = rest[: len(heard) - joined]
    wire.voice(2.71, BRIDGE, AGENT, heard, 2)
    wire.sip(7.5, BRIDGE, CALLER, "REFER sip:c SIP/2.0", "REFER", "c-1")
    wire.sip(7.51, AGENT, BRIDGE, "BYE sip:b SIP/2.0", "BYE", "a-1")
    wire.sip(7.5235, BRIDGE, CALLER, "BYE sip:c SIP/2.0", "BYE", "c-1")
    wire.close()
    notes = Notes(bridge=BRIDGE, caller=CALLER, agent=AGENT)
    notes.calls = [CallNote(call_id="c-1", ring_s=0.5, clips=("clip",))]
    notes.waveforms = {"hum": sound.to_text(sound.hum()), "clip": sound.to_text(sound.head(clip))}
    notes.waveforms |= {f"burst-{n}": sound.to_text(b) for n, b in enumerate(sound.bursts())}
    notes.save(notes_path(path))
    return {
        "invite_to_200_ms": 7.1,
        "request_to_invite_ms": (2.2 - (0.02 + 16_039 / 8_000)) * 1e3,
        "pickup_to_whisper_ms": (2.71 + (160 + 400) / 8_000 - 2.7) * 1e3,
        "accept_to_connected_ms": (2.71 + joined / 8_000 - 4.2) * 1e3,
        "added_delay_ms": (2.71 - 0.02 - behind / 8_000) * 1e3,
        "refer_ms": 23.5,
    }


def _tones(seconds: float, hertz: float) -> Pcm:
    """A sweep with a hard end: no stretch of it is like another."""
    t = np.arange(round(seconds * 8_000)) / 8_000
    swept: Pcm = (6_000 * np.cos(2 * np.pi * (hertz * t + 400 * t**2))).astype(np.int16)
    return swept
