"""From positioned PCM to decisions: makes the audio continuous, 16 kHz, and cuts it into segments."""

from asr.audio import TICKS_PER_S, Samples, Track, Upsampler, check_rate, from_pcm, ticks
from asr.endpointing import Decision, Endpointer, EndpointRules
from asr.errors import AsrError
from asr.vad import FRAME, Vad

MAX_GAP_S = 60


class Segmenter:
    """One stream's audio clock. Not thread-safe: its stream locks."""

    def __init__(self, *, rate: int, vad: Vad, rules: EndpointRules, position: int) -> None:
        self._factor = TICKS_PER_S // check_rate(rate)
        self._rate = rate
        self._first = self._next = position
        self._upsampler = Upsampler() if self._factor == 2 else None
        self._vad = vad
        self._rules = rules
        self._track = Track()
        self.endpointer = Endpointer(rules, FRAME)
        self.gap_samples = 0
        """missing audio that was replaced by silence"""
        self.late_samples = 0
        """audio that came twice and was dropped"""

    @property
    def end(self) -> int:
        """tick up to which audio is held"""
        return self._track.end

    def position(self, tick: int) -> int:
        """Sample position at the stream's own rate."""
        return self._first + tick // self._factor

    def audio(self, start: int, end: int) -> Samples:
        return self._track.slice(start, end)

    def push(self, pcm: bytes, position: int) -> list[Decision]:
        """Silence is put where samples are missing; samples heard before are dropped.

        Raises `AsrError("position_jump")` for a hole of more than a minute: open a new stream for that.
        """
        self._forget()
        decided = self._fill_gap(position)
        samples = from_pcm(pcm)
        late = min(self._next - position, len(samples))
        if late > 0:
            self.late_samples += late
            samples = samples[late:]
        return decided + self._hear(samples)

    def close(self, position: int) -> list[Decision]:
        """No more audio after `position`."""
        decided = self._fill_gap(min(position, self._next + self._rate))
        if self._upsampler is not None:
            self._track.append(self._upsampler.flush())
        return decided + self._judge() + self.endpointer.flush(self._track.end)

    def _fill_gap(self, position: int) -> list[Decision]:
        gap = position - self._next
        if gap <= 0:
            return []
        if gap > MAX_GAP_S * self._rate:
            raise AsrError(
                "position_jump", f"{gap / self._rate:.0f} s of audio are missing", "open a new stream"
            )
        self.gap_samples += gap
        return self._hear(from_pcm(bytes(2 * gap)))

    def _hear(self, samples: Samples) -> list[Decision]:
        self._next += len(samples)
        self._track.append(samples if self._upsampler is None else self._upsampler.push(samples))
        return self._judge()

    def _forget(self) -> None:
        """Called before new audio, when the caller has taken what the last decisions were about."""
        held_from = self.endpointer.start
        if held_from is None:
            held_from = self.endpointer.now - ticks(self._rules.preroll_ms + self._rules.onset_ms) - FRAME
        self._track.forget(held_from)

    def _judge(self) -> list[Decision]:
        decided: list[Decision] = []
        while (start := self.endpointer.now) + FRAME <= self._track.end:
            frame = self._track.slice(start, start + FRAME)
            decided += self.endpointer.push(self._vad.probability(frame))
        return decided
