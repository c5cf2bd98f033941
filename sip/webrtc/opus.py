"""Opus (RFC 6716) by the libopus inside av: one frame in, one packet out, mono at 48 kHz.

aiortc's own codecs run on other threads and in stereo; here both directions stay on the peer's thread.
"""

from fractions import Fraction
from typing import Final

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame

from sip.webrtc.playout import RATE, SAMPLES

TIME_BASE: Final = Fraction(1, RATE)
BITS_A_SECOND: Final = 32_000
EXPECTED_LOSS_PERCENT: Final = 5


class Undecodable(Exception):
    """A packet that is no Opus."""


class Encoder:
    """Speech of telephone quality or better. `encode` takes `SAMPLES` of s16 mono."""

    def __init__(self) -> None:
        codec = av.CodecContext.create("libopus", "w")
        assert isinstance(codec, AudioCodecContext)
        codec.bit_rate = BITS_A_SECOND
        codec.format = "s16"
        codec.layout = "mono"
        codec.sample_rate = RATE
        codec.time_base = TIME_BASE
        codec.options = {
            "application": "voip", "fec": "1", "packet_loss": str(EXPECTED_LOSS_PERCENT),
            "frame_duration": "20", "compression_level": "5",
        }  # fmt: skip
        self._codec = codec
        self._position = 0

    def encode(self, pcm: bytes) -> bytes:
        """One packet of 20 ms."""
        frame = AudioFrame.from_ndarray(np.frombuffer(pcm, np.int16).reshape(1, -1), "s16", "mono")
        frame.sample_rate = RATE
        frame.time_base = TIME_BASE
        frame.pts = self._position
        self._position += SAMPLES
        (packet,) = self._codec.encode(frame)
        return bytes(packet)


class Decoder:
    """One stream; it remembers what came before."""

    def __init__(self) -> None:
        codec = av.CodecContext.create("libopus", "r")
        assert isinstance(codec, AudioCodecContext)
        codec.format = "s16"
        codec.layout = "mono"
        codec.sample_rate = RATE
        self._codec = codec

    def decode(self, payload: bytes) -> bytes:
        """s16 mono. Raises `Undecodable`."""
        if not payload:  # to av this is the end of the stream, for good
            raise Undecodable("empty")
        try:
            frames = self._codec.decode(av.Packet(payload))
        except av.FFmpegError as error:
            raise Undecodable(type(error).__name__) from None
        return b"".join(bytes(frame.planes[0])[: frame.samples * 2] for frame in frames)
