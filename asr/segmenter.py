"""From positioned PCM to decisions: makes the audio continuous, 16 kHz, and cuts it into segments."""

from dataclasses import dataclass

from asr.audio import TICKS_PER_S, Samples, Track, Upsampler, check_rate, from_pcm, ticks
from asr.endpointing import Decision as Endpointing
from asr.endpointing import Endpointer, EndpointRules, SegmentClosed, SegmentOpened
from asr.errors import AsrError
from asr.music import MusicDetector, MusicEnd, MusicOnset
from asr.prosody import Prosody, Voice
from asr.spectrum import Spectra
from asr.vad import FRAME, Vad

MAX_GAP_S = 60
_OVER_MUSIC = 0.5
"""what a voice in music is worth: only a plain one, such as a person talking over it, opens a segment"""


@dataclass(frozen=True, slots=True)
class VoiceHeard:
    """How the open segment sounds so far; the last one comes just before it is closed."""

    voice: Voice
    last: bool


Decision = Endpointing | MusicOnset | MusicEnd | VoiceHeard


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
        self._spectra = Spectra()
        self._music = MusicDetector()
        self._prosody = Prosody()
        self._onset = 0
        self.endpointer = Endpointer(rules, FRAME)
        self.gap_samples = 0
        """missing audio that was replaced by silence"""
        self.late_samples = 0
        """audio that came twice and was dropped"""

    @property
    def end(self) -> int:
        """tick up to which audio is held"""
        return self._track.end

    @property
    def music(self) -> bool:
        """Music is playing."""
        return self._music.playing

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
        decided += self._judge()
        return decided + self._with_voice(self.endpointer.flush(self._track.end))

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
        self._prosody.forget(held_from)

    def _judge(self) -> list[Decision]:
        decided: list[Decision] = []
        while (start := self.endpointer.now) + FRAME <= self._track.end:
            frame = self._track.slice(start, start + FRAME)
            spectrum = self._spectra.push(frame)
            if music := self._music.push(spectrum, start + FRAME):
                decided.append(music)
            probability = self._vad.probability(frame) * (_OVER_MUSIC if self._music.playing else 1.0)
            self._prosody.push(spectrum, speech=probability >= self._rules.hold_probability)
            decided += self._with_voice(self.endpointer.push(probability))
        return decided

    def _with_voice(self, decided: list[Endpointing]) -> list[Decision]:
        out: list[Decision] = []
        for decision in decided:
            if isinstance(decision, SegmentOpened):
                self._onset = decision.onset
                self._prosody.opened(decision.onset)
            elif isinstance(decision, SegmentClosed):
                out += _heard(self._prosody.closed(self._onset, decision.voiced_end), last=True)
            out.append(decision)
        if self.endpointer.start is not None:
            out += _heard(self._prosody.under_way(self._onset, self.endpointer.now), last=False)
        return out


def _heard(voice: Voice | None, *, last: bool) -> list[VoiceHeard]:
    return [] if voice is None else [VoiceHeard(voice, last)]
