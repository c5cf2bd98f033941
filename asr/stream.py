"""One speaker's stream, the same for every engine that decodes segments: whisper_asr and vosk.

`feed` cuts the audio and queues decodes; the decode thread runs them and reports. Everything both sides touch
is under one lock, and events leave under it, so that their order is the order of what was decided.
"""

import threading

from asr.audio import ticks
from asr.disfluency import measured
from asr.endpointing import Paused, Resumed, SegmentClosed, SegmentOpened, SpeechEnd, SpeechOnset
from asr.errors import AsrError
from asr.hypothesis import Asked, Hypothesis, Transcriber
from asr.music import MusicEnd, MusicOnset
from asr.partials import PartialJob
from asr.prosody import Voice
from asr.recognizer import Emit
from asr.scheduler import Job, Priority, Scheduler
from asr.segmenter import Decision, Segmenter, VoiceHeard
from asr.types import Closed, Failed, MusicEnded, MusicStarted, SpeechEnded, SpeechEvent, SpeechStarted
from asr.utterance import Ending, Utterance

_FIRST_PARTIAL_MS = 240
"""of speech, before there is anything worth decoding"""
_BREATH_MS = 96
"""silence in which a partial need not wait for the next hop: no half word can spoil it"""
_TAIL_MS = 32
"""of silence behind a word, without which it may have been cut"""
_SURE_OVER_MUSIC = 0.65
"""confidence of a final that began in music: an engine without a gate of its own hears a "the" in a chord"""
_SHORT_HOPS = 3
"""partials of an incremental engine in the time of one of the others"""


class SegmentedStream:
    """Keeps `asr.recognizer.Stream`. Raises nothing after `open`: what fails is told as `Failed`, once."""

    def __init__(
        self,
        *,
        segmenter: Segmenter,
        transcriber: Transcriber,
        scheduler: Scheduler,
        emit: Emit,
        language: str = "en",
    ):
        self._segmenter = segmenter
        self._transcriber = transcriber
        self._scheduler = scheduler
        self._emit_event = emit
        self._language = language
        self._lock = threading.RLock()
        self._open: Utterance | None = None
        self._ids = 0
        self._undecided: list[Utterance] = []
        self._closing: int | None = None
        self._over = False

    @property
    def gap_samples(self) -> int:
        return self._segmenter.gap_samples

    def feed(self, pcm: bytes, position: int) -> None:
        with self._lock:
            if self._over or self._closing is not None:
                return
            try:
                decisions = self._segmenter.push(pcm, position)
            except AsrError as error:
                self._fail(error.code, str(error))
                return
            for decision in decisions:
                self._carry_out(decision)
            self._ask_for_partial()

    def expect(self, kind: str) -> None:
        with self._lock:
            self._segmenter.endpointer.expect(kind)

    def close(self, position: int) -> None:
        with self._lock:
            if self._over or self._closing is not None:
                return
            self._closing = position
            for decision in self._segmenter.close(position):
                self._carry_out(decision)
            for utterance in self._undecided:
                if utterance.ending is not None and utterance.ending.job is not None:
                    self._scheduler.hurry(utterance.ending.job)
            self._close_when_decided()

    def _carry_out(self, decision: Decision) -> None:
        match decision:
            case SpeechOnset(at):
                self._emit(SpeechStarted(position=self._segmenter.position(at)))
            case SpeechEnd(at):
                self._emit(SpeechEnded(position=self._segmenter.position(at)))
            case MusicOnset(at):
                self._emit(MusicStarted(position=self._segmenter.position(at)))
            case MusicEnd(at):
                self._emit(MusicEnded(position=self._segmenter.position(at)))
            case VoiceHeard(voice, last):
                self._hear_voice(voice, last)
            case SegmentOpened(start, onset):
                self._ids += 1
                music = self._segmenter.music
                self._open = Utterance(id=self._ids, start=start, onset=onset, asked=start, over_music=music)
            case Paused(at, voiced_end):
                self._guess_the_end(at, voiced_end)
            case Resumed():
                self._withdraw_the_guess()
            case SegmentClosed(end, voiced_end):
                self._settle_the_end(end, voiced_end)

    def _guess_the_end(self, at: int, voiced_end: int) -> None:
        if self._open is None:
            return
        if self._transcriber.speculates:
            self._ask_for_final(self._open, Ending(end=at, voiced_end=voiced_end))
        else:
            self._submit_partial(self._open)

    def _withdraw_the_guess(self) -> None:
        if self._open is None or self._open.ending is None:
            return
        ending, self._open.ending = self._open.ending, None
        ending.dropped = True
        if ending.job is not None:
            self._scheduler.cancel(ending.job)

    def _settle_the_end(self, end: int, voiced_end: int) -> None:
        utterance, self._open = self._open, None
        if utterance is None:
            return
        self._undecided.append(utterance)
        if utterance.ending is None:
            self._ask_for_final(utterance, Ending(end=end, voiced_end=voiced_end, certain=True))
            return
        utterance.ending.certain = True
        if utterance.ending.heard is not None:
            self._decide(utterance, utterance.ending, utterance.ending.heard)

    def _ask_for_final(self, utterance: Utterance, ending: Ending) -> None:
        audio = self._segmenter.audio(utterance.start, ending.end)

        def run() -> None:
            if ending.dropped or self._over:
                return
            try:
                heard = self._transcriber.final(utterance.id, audio)
            except Exception as error:  # native code and broken models raise anything; the call must go on
                self._fail_in_decode(error)
                return
            with self._lock:
                self._on_final(utterance, ending, heard)

        priority = Priority.FINAL if self._closing is None else Priority.CLOSING
        utterance.ending = ending
        ending.job = Job(self, priority, run)
        self._scheduler.submit(ending.job)

    def _on_final(self, utterance: Utterance, ending: Ending, heard: Hypothesis) -> None:
        if ending.dropped:
            return
        ending.heard = heard
        if ending.certain:
            self._decide(utterance, ending, heard)
        else:
            self._show(utterance, heard, ending.end, stable=len(heard.words))

    def _decide(self, utterance: Utterance, ending: Ending, heard: Hypothesis) -> None:
        if utterance.decided:
            return
        utterance.decided = True
        if utterance.over_music and heard.confidence < _SURE_OVER_MUSIC:
            heard = Hypothesis()
        position = self._segmenter.position
        final = utterance.final(heard, ending.voiced_end, position, self._language)
        if final is not None:
            if utterance.voice is not None:
                said = [word.text for word in final.words]
                self._emit(measured(utterance.id, utterance.voice, position, said))
            self._emit(final)
        elif utterance.shown:
            self._show(utterance, heard, ending.end, stable=0)
        self._undecided.remove(utterance)
        self._close_when_decided()

    def _ask_for_partial(self) -> None:
        utterance = self._open
        if utterance is None or self._segmenter.endpointer.paused:
            return
        if self._segmenter.endpointer.voiced_ticks < ticks(_FIRST_PARTIAL_MS):
            return
        hop_ms = self._scheduler.hop_ms // (_SHORT_HOPS if self._transcriber.incremental else 1)
        if self._segmenter.end - utterance.asked >= ticks(hop_ms) or self._breathes(utterance):
            self._submit_partial(utterance)

    def _breathes(self, utterance: Utterance) -> bool:
        """A word has just ended, and nothing was asked since."""
        silent = self._segmenter.endpointer.silent_ticks
        return silent >= ticks(_BREATH_MS) and utterance.asked < self._segmenter.end - silent + ticks(
            _TAIL_MS
        )

    def _submit_partial(self, utterance: Utterance) -> None:
        utterance.asked = self._segmenter.end

        def ask() -> Asked | None:
            with self._lock:
                if utterance is not self._open or self._over:
                    return None
                utterance.heard_to = self._segmenter.end
                audio = self._segmenter.audio(utterance.start, utterance.heard_to)
                return Asked(utterance=utterance.id, audio=audio, before=utterance.before)

        def heard(asked: Asked, hypothesis: Hypothesis) -> None:
            with self._lock:
                utterance.before = hypothesis
                self._on_partial(utterance, hypothesis, utterance.heard_to)

        self._scheduler.submit(
            PartialJob(
                self,
                Priority.PARTIAL,
                kin=self._transcriber.kin,
                transcriber=self._transcriber,
                ask=ask,
                heard=heard,
                failed=self._fail_in_decode,
            )
        )

    def _on_partial(self, utterance: Utterance, heard: Hypothesis, end: int) -> None:
        """A decode in doubt about half a word takes nothing back: only the final does."""
        ending = utterance.ending
        outrun = utterance.decided or (ending is not None and ending.heard is not None)
        if heard.words and not outrun and not self._over:
            stable = utterance.agreement.update([word.text for word in heard.words])
            self._show(utterance, heard, end, stable)

    def _show(self, utterance: Utterance, heard: Hypothesis, end: int, stable: int) -> None:
        if not heard.words and not utterance.shown:
            return
        utterance.shown = bool(heard.words)
        self._emit(utterance.partial(heard, end, stable, self._segmenter.position))

    def _hear_voice(self, voice: Voice, last: bool) -> None:
        """The last measure waits for the final: where there are no words, nobody spoke."""
        if self._open is None:
            return
        if last:
            self._open.voice = voice
        else:
            self._emit(measured(self._open.id, voice, self._segmenter.position))

    def _close_when_decided(self) -> None:
        if self._closing is not None and not self._undecided and not self._over:
            self._emit(Closed(position=self._closing))
            self._over = True

    def _fail_in_decode(self, error: Exception) -> None:
        # the type only: a message could quote what was said
        code = error.code if isinstance(error, AsrError) else "decode_failed"
        with self._lock:
            self._fail(code, f"decoding failed: {type(error).__name__}")

    def _fail(self, code: str, message: str) -> None:
        if not self._over:
            self._emit(Failed(code=code, message=message))
            self._over = True

    def _emit(self, event: SpeechEvent) -> None:
        if not self._over:
            self._emit_event(event)
