"""A page as a worker meets it, without a browser: aiortc as the one who offers, on the loop of the test."""

import asyncio
import time
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from sip.webrtc.jitter import Packet
from sip.webrtc.line import Intake
from sip.webrtc.opus import TIME_BASE, Decoder, Encoder
from sip.webrtc.playout import FRAME_BYTES, RATE, SAMPLES

Samples = npt.NDArray[np.int16]


class Page:
    """`offer`, give the offer to the worker, then `answer` with what came back."""

    def __init__(self) -> None:
        self.microphone = Microphone()
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        transceiver = self.connection.addTransceiver(self.microphone, direction="sendrecv")
        setattr(transceiver.receiver, "_RTCRtpReceiver__jitter_buffer", Intake(self._received))  # noqa: B010
        self._sender = transceiver.sender
        self._decoder = Decoder()
        self.heard: list[tuple[float, Samples]] = []
        self.drop = 0
        """packets still to be lost on their way out"""

    async def offer(self) -> str:
        await self.connection.setLocalDescription(await self.connection.createOffer())
        return self.connection.localDescription.sdp

    async def answer(self, sdp: str) -> None:
        await self.connection.setRemoteDescription(RTCSessionDescription(sdp, "answer"))
        transport = self._sender.transport
        send = transport._send_rtp

        async def lossy(data: bytes) -> None:
            is_rtcp = 192 <= data[1] <= 223
            if self.drop and not is_rtcp:
                self.drop -= 1
                return
            await send(data)

        transport._send_rtp = lossy  # type: ignore[method-assign]

    async def close(self) -> None:
        await self.connection.close()

    def freeze(self) -> None:
        """As if the machine were switched off: nothing goes out any more, nothing is said."""
        self.drop = 1 << 30

    def since(self, at: float) -> Samples:
        """What it heard since then, at 48 kHz."""
        return np.concatenate([pcm for when, pcm in self.heard if when >= at] or [np.zeros(0, np.int16)])

    def _received(self, packet: Packet) -> None:
        pcm = np.frombuffer(self._decoder.decode(packet.payload), np.int16)
        self.heard.append((time.monotonic(), pcm))


class Microphone(MediaStreamTrack):
    """A tone, or silence, by its own clock."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self.hz = 0.0
        self.level = 8000.0
        self._encoder = Encoder()
        self._position = 0
        self._began: float | None = None

    async def recv(self) -> Any:
        loop = asyncio.get_running_loop()
        self._began = self._began or loop.time()
        await asyncio.sleep(self._began + self._position / RATE - loop.time())
        t = (self._position + np.arange(SAMPLES)) / RATE
        wave = self.level * np.sin(2 * np.pi * self.hz * t) if self.hz else np.zeros(SAMPLES)
        pcm = wave.astype(np.int16).tobytes()
        assert len(pcm) == FRAME_BYTES
        packet = av.Packet(self._encoder.encode(pcm))
        packet.pts, packet.time_base = self._position, TIME_BASE
        self._position += SAMPLES
        return packet
