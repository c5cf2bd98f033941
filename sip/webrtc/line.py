"""One connection to a page: its sound in both directions, and what became of it."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import aioice.ice
import av
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpReceiver,
    RTCSessionDescription,
)
from aiortc.rtp import RtpPacket

from sip.config import BrowserConfig
from sip.webrtc.description import Unusable, advertised, readable
from sip.webrtc.jitter import Jitter, Packet
from sip.webrtc.opus import TIME_BASE, Decoder, Encoder, Undecodable
from sip.webrtc.playout import FRAME_BYTES, SAMPLES, Playout

CODEC: Final = "opus"
UNSENT_FRAMES: Final = 10
"""What a stalled loop may pile up: older sound is of no use to anybody."""
_SILENCE: Final = bytes(FRAME_BYTES)
_JITTER_BUFFER: Final = "_RTCRtpReceiver__jitter_buffer"


@dataclass(frozen=True, slots=True)
class Answered:
    """Our answer to the page's offer."""

    line: "Line"
    sdp: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The offer cannot be answered."""

    line: "Line"
    why: str


@dataclass(frozen=True, slots=True)
class Speaking:
    """The first packet of its sound has come: once a line."""

    line: "Line"


@dataclass(frozen=True, slots=True)
class Over:
    """The page closed the connection, or never got through."""

    line: "Line"


Fact = Answered | Refused | Speaking | Over


class Line:
    """Made by `sip.webrtc.loop.PeerLoop`. `hear` is for the media clock's thread, the rest for the loop's."""

    def __init__(
        self,
        config: BrowserConfig,
        playout: Playout,
        loop: asyncio.AbstractEventLoop,
        tell: Callable[[Fact], None],
    ) -> None:
        self._config, self._playout, self._loop, self._tell = config, playout, loop, tell
        self._outgoing = Outgoing()
        self._connection: RTCPeerConnection | None = None
        self._told = False
        self.over = False
        self.heard_at: float | None = None
        """monotonic seconds of its last packet"""
        self.jitter = Jitter()

    def hear(self, pcm: bytes | None) -> None:
        """What the page shall hear next, 20 ms at 48 kHz; None is silence."""
        self._outgoing.put(pcm if pcm is not None and len(pcm) == FRAME_BYTES else _SILENCE)
        if not self.over:
            self._loop.call_soon_threadsafe(self._outgoing.wake)

    async def open(self, offer: str) -> None:
        """Answer the page. Tells `Answered`, or `Refused` and nothing more."""
        try:
            async with asyncio.timeout(self._config.connect_within_s):
                sdp = await self._answer(readable(offer))
        except Unusable as error:
            self._refuse(str(error))
        except Exception as error:  # aiortc raises what its parser happens to stumble over
            self._refuse(type(error).__name__)
        else:
            self._tell(Answered(self, sdp))
            self._loop.call_later(self._config.connect_within_s, self._still_silent)

    async def close(self) -> None:
        """Say goodbye; it is over at once."""
        self.over = True
        if self._connection is not None:
            await self._connection.close()

    # -- the connection

    async def _answer(self, offer: str) -> str:
        self._connection = connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        connection.on("connectionstatechange", self._changed)
        transceiver = connection.addTransceiver(self._outgoing, direction="sendrecv")
        known = RTCRtpReceiver.getCapabilities("audio")
        assert known is not None
        transceiver.setCodecPreferences([c for c in known.codecs if c.mimeType == f"audio/{CODEC}"])
        setattr(transceiver.receiver, _JITTER_BUFFER, Intake(self._received))
        await connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        answer = await connection.createAnswer()
        await connection.setLocalDescription(answer)
        return advertised(connection.localDescription.sdp, self._config.bind_ip, self._config.advertise)

    def _refuse(self, why: str) -> None:
        self.over = True
        self._tell(Refused(self, why))

    def _changed(self) -> None:
        assert self._connection is not None
        if self._connection.connectionState in ("failed", "closed"):
            self._end()

    def _still_silent(self) -> None:
        if not self._told:
            self._end()

    def _end(self) -> None:
        if not self.over:
            self.over = True
            self._tell(Over(self))

    # -- its sound

    def _received(self, packet: Packet) -> None:
        self.heard_at = time.monotonic()
        if not self._told:
            self._told = True
            self._decoder = Decoder()
            self._playout.restart()
            self._tell(Speaking(self))
        for due in self.jitter.add(packet):
            try:
                self._playout.push(self._decoder.decode(due.payload), due.timestamp)
            except Undecodable:
                continue  # as good as lost


class Intake:
    """In the place of aiortc's jitter buffer, which delays and, after a loss, delays for ever: takes packets
    out there, so that nothing is left for aiortc to decode."""

    def __init__(self, take: Callable[[Packet], None]) -> None:
        self._take = take

    def add(self, packet: RtpPacket) -> tuple[bool, None]:
        self._take(Packet(packet.sequence_number, packet.timestamp, packet.payload))
        return False, None


class Outgoing(MediaStreamTrack):
    """What the page hears, paced by the media clock: a timer of its own would drift from that."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._frames: deque[tuple[int, bytes]] = deque(maxlen=UNSENT_FRAMES)
        self._position = 0
        self._there = asyncio.Event()
        self._encoder: Encoder | None = None

    def put(self, pcm: bytes) -> None:
        """From any one thread; `wake` must follow on the loop's."""
        self._frames.append((self._position, pcm))
        self._position += SAMPLES

    def wake(self) -> None:
        self._there.set()

    async def recv(self) -> "av.Packet[Any]":
        while not self._frames:
            self._there.clear()
            await self._there.wait()
        self._encoder = self._encoder or Encoder()
        position, pcm = self._frames.popleft()
        packet = av.Packet(self._encoder.encode(pcm))
        packet.pts, packet.time_base = position, TIME_BASE
        return packet


def bind_only(address: str) -> None:
    """For the whole process: aioice has no setting for the addresses it binds, and leaves loopback out."""
    aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: [address] if use_ipv4 else []


def check_aiortc() -> None:
    """Raises `RuntimeError` when aiortc keeps its jitter buffer elsewhere than we put ours."""
    if not any(name.endswith("jitter_buffer") for name in RTCRtpReceiver.__init__.__code__.co_names):
        raise RuntimeError("this aiortc has no jitter buffer where ours would go: use the locked version")
