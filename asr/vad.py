"""Voice activity detection: how likely each 32 ms frame is speech. It detects; `asr.endpointing` decides.

webrtcvad calls steady noise, ringback and DTMF speech and, in its strict modes, misses a sixth of real
speech; Silero does neither (0 % false in line noise, measured) but costs 5-6 ms of CPU a second of audio. So
Silero decides, behind webrtcvad as a gate that spares it the silence; webrtcvad alone is for small machines.
"""

from collections import deque
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Literal, Protocol, get_args

import numpy as np
import onnxruntime
import webrtcvad

from asr.audio import Samples, to_pcm
from asr.errors import AsrError

FRAME: Final = 512
"""ticks (16 kHz samples) a frame: 32 ms"""
_CONTEXT = 64
_WEBRTC_TICKS = 480
_IMAGES = 0.3
_QUIET = 0.1
_FORGET_FRAMES = 16
_BLANK: Final = np.zeros((1, 1, 128), np.float32)

VadName = Literal["gated", "silero", "webrtc"]


class Vad(Protocol):
    """One stream's detector. Keeps state from frame to frame and knows no clock but the audio."""

    def probability(self, frame: Samples) -> float:
        """0..1 for the next `FRAME` ticks."""

    def reset(self) -> None:
        """Forget what was heard: the audio that follows is not continuous with it."""


def silero_path() -> Path:
    """The ONNX file in the faster-whisper wheel, found without importing that package."""
    spec = find_spec("faster_whisper")
    if spec is not None and spec.origin is not None:
        path = Path(spec.origin).parent / "assets" / "silero_vad_v6.onnx"
        if path.is_file():
            return path
    raise AsrError("model_missing", "no silero_vad_v6.onnx", "pip install 'faster-whisper>=1.2.1,<1.3'")


@lru_cache(maxsize=2)
def _session(path: Path) -> Any:
    options = onnxruntime.SessionOptions()
    options.inter_op_num_threads = options.intra_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


class Silero:
    """Silero v6, streaming: 64 ticks of context before each frame, LSTM state carried over.

    Two things it needs on the telephone (measured on 14 short utterances at 20-30 dB SNR; together they bring
    the median onset from 11 frames late to 2, and without them a "yes" never reaches 0.2):
    *images*: it was trained on wide-band audio and takes a voice with nothing above 4 kHz for none, so
    the frame is given the mirror images a plain sample-and-hold would leave;
    *forgetting*: seconds of silence in its memory delay the next onset, so it starts afresh in silence.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._run = _session(path or silero_path()).run
        self._h: Samples = _BLANK
        self._c: Samples = _BLANK
        self._quiet_frames = 0
        self._input: Samples = np.zeros((1, _CONTEXT + FRAME), np.float32)

    def reset(self) -> None:
        self._forget()
        self._input[:] = 0.0

    def probability(self, frame: Samples) -> float:
        self._input[0, :_CONTEXT] = self._input[0, -_CONTEXT:]
        self._input[0, _CONTEXT::2] = frame[0::2]
        self._input[0, _CONTEXT + 1 :: 2] = (1 - _IMAGES) * frame[1::2] + _IMAGES * frame[0::2]
        heard, self._h, self._c = self._run(None, {"input": self._input, "h": self._h, "c": self._c})
        probability = float(heard.ravel()[0])
        self._quiet_frames = self._quiet_frames + 1 if probability < _QUIET else 0
        if self._quiet_frames >= _FORGET_FRAMES:
            self._forget()
        return probability

    def _forget(self) -> None:
        self._h = self._c = _BLANK
        self._quiet_frames = 0


class Webrtc:
    """webrtcvad, 0 or 1 a frame. `mode` 0 (lets most through) to 3 (strict)."""

    def __init__(self, mode: int = 2) -> None:
        self._mode = mode
        self.reset()

    def reset(self) -> None:
        self._vad = webrtcvad.Vad(self._mode)

    def probability(self, frame: Samples) -> float:
        """It takes 30 ms, so the first 2 ms of the frame are not looked at."""
        return float(self._vad.is_speech(to_pcm(frame[-_WEBRTC_TICKS:]), 16_000))


class Gated:
    """Silero decides, and rests while webrtcvad (mode 0) has heard nothing for `hold_frames`."""

    def __init__(self, gate: Vad | None = None, judge: Vad | None = None, hold_frames: int = 16) -> None:
        self._gate = gate or Webrtc(mode=0)
        self._judge = judge or Silero()
        self._hold_frames = hold_frames
        self.reset()

    def reset(self) -> None:
        self._gate.reset()
        self._judge.reset()
        self._open_frames = 0
        self._missed: deque[Samples] = deque(maxlen=6)
        """what the judge needs to hear first when the gate opens, to have a history"""

    def probability(self, frame: Samples) -> float:
        if self._gate.probability(frame) > 0.5:
            self._open_frames = self._hold_frames
        elif self._open_frames:
            self._open_frames -= 1
        if not self._open_frames:
            self._missed.append(frame.copy())
            return 0.0
        if self._missed:
            self._judge.reset()
            while self._missed:
                self._judge.probability(self._missed.popleft())
        return self._judge.probability(frame)


def make_vad(name: str) -> Vad:
    """A detector for one stream, by its name in the configuration."""
    if name == "gated":
        return Gated()
    if name == "silero":
        return Silero()
    if name == "webrtc":
        return Webrtc()
    raise AsrError("engine_missing", f"no VAD named {name!r}", f"one of {', '.join(get_args(VadName))}")
