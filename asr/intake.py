"""One PCM connection: the packets of one stream in, its speech events out (see `asr.pcm`)."""

import time
from collections.abc import Callable
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from asr.errors import AsrError
from asr.pcm import ANCHOR, CLOSED, EOS, HELLO, PCM, pack, unpack
from asr.recognizer import Recognizer, Stream
from asr.types import Closed, Failed, Partial, SpeechEvent, StreamEvent, VoiceMeasured
from asr.types import Final as FinalText

Opened = Callable[["Intake"], None]
Tell = Callable[[StreamEvent], None]
Answer = Callable[[bytes], None]
_FRAME_MS: Final = 20


class Hello(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    stream: str
    epoch: int
    rate: int
    position: int = 0


class Intake:
    """Takes packets one by one in the owner loop. `tell` and `answer` are called from the decode thread too.

    `answer` gets the CLOSED packet, once, when the stream is over: after EOS when all before it is decided,
    or at once when the stream cannot go on (then a `Failed` was told).
    """

    def __init__(self, recognizer: Recognizer, tell: Tell, answer: Answer, opened: Opened) -> None:
        self._recognizer = recognizer
        self._opened = opened
        self._tell = tell
        self._answer = answer
        self._hello = Hello(stream="", epoch=0, rate=8000)
        self._stream: Stream | None = None
        self._anchor: tuple[int, float] | None = None
        self._over = False
        self.next_position = 0
        self.gap_samples = 0
        self.packets = 0

    @property
    def over(self) -> bool:
        return self._over

    @property
    def stream(self) -> str:
        return self._hello.stream

    def packet(self, data: bytes) -> None:
        """One packet. What is wrong with it ends the stream with `Failed("bad_packet")`."""
        if self._over:
            return
        self.packets += 1
        try:
            kind, epoch, position, payload = unpack(data)
        except ValueError as error:
            self._fail("bad_packet", str(error))
            return
        if kind == HELLO:
            self._open(payload)
        elif self._stream is None:
            self._fail("bad_packet", f"packet kind {kind} before HELLO")
        elif epoch != self._hello.epoch:
            self._fail("bad_packet", f"epoch {epoch} on a stream of epoch {self._hello.epoch}")
        elif kind == PCM:
            self._hear(self._stream, payload, position)
        elif kind == ANCHOR and len(payload) == 8:
            self._anchor = position, int.from_bytes(payload, "little") / 1e9
        elif kind == EOS:
            self._stream.close(position)
        else:
            self._fail("bad_packet", f"packet kind {kind} with {len(payload)} bytes is not understood")

    def expect(self, kind: str) -> None:
        """What this stream's speaker was asked."""
        if self._stream is not None:
            self._stream.expect(kind)

    def hung_up(self) -> None:
        """The peer is gone without EOS: decide what was heard."""
        if self._stream is not None:
            self._stream.close(self.next_position)
        self._over = True

    def close(self) -> None:
        """The worker stops: decide what was heard, and say so."""
        if self._stream is not None and not self._over:
            self._stream.close(self.next_position)

    def _open(self, payload: bytes) -> None:
        if self._stream is not None:
            self._fail("bad_packet", "a second HELLO")
            return
        try:
            self._hello = Hello.model_validate_json(payload)
            self.next_position = self._hello.position
            self._stream = self._recognizer.open(
                rate=self._hello.rate, emit=self._emit, position=self._hello.position
            )
            self._opened(self)
        except ValidationError:
            self._fail("bad_packet", "HELLO without stream, epoch or rate")
        except AsrError as error:
            self._fail(error.code, str(error))

    def _hear(self, stream: Stream, payload: bytes, position: int) -> None:
        """An empty payload is one 20 ms frame of silence."""
        if len(payload) % 2:
            self._fail("bad_packet", "half a sample")
            return
        pcm = payload or bytes(2 * self._hello.rate * _FRAME_MS // 1000)
        self.gap_samples += max(position - self.next_position, 0)
        self.next_position = max(self.next_position, position + len(pcm) // 2)
        stream.feed(pcm, position)

    def _fail(self, code: str, message: str) -> None:
        self._emit(Failed(code=code, message=message))

    def _emit(self, event: SpeechEvent) -> None:
        self._tell(
            StreamEvent(
                stream=self._hello.stream,
                epoch=self._hello.epoch,
                at=time.monotonic(),
                spoken_at=self._spoken_at(event),
                event=event,
            )
        )
        if isinstance(event, Closed | Failed) and not self._over:
            self._over = True
            position = event.position if isinstance(event, Closed) else self.next_position
            self._answer(pack(CLOSED, self._hello.epoch, position))

    def _spoken_at(self, event: SpeechEvent) -> float | None:
        if self._anchor is None or isinstance(event, Failed):
            return None
        position = event.end if isinstance(event, Partial | FinalText | VoiceMeasured) else event.position
        anchored, at = self._anchor
        return at + (position - anchored) / self._hello.rate
