"""Both sides' words, for the whole life of the conversation: streams, failover, utterances."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from asr.types import (
    Closed,
    Failed,
    Final,
    MusicEnded,
    MusicStarted,
    Partial,
    SpeechEnded,
    SpeechEvent,
    SpeechStarted,
    StreamEvent,
    VoiceMeasured,
)
from bridge.app.call import Call
from bridge.app.voices import Voices
from bridge.model.transcript import REMOTE_HOLD, Gap, Speaker, Utterance, Word
from sip.commands import Listen
from sip.events import StreamBroken, StreamOpened

UNSURE_S = 3.0
"""so long a recognizer may have been deaf before it was found dead; silence before that has been decided"""


class AsrPool(Protocol):
    """Where streams are recognised: `bridge.app.asr_pool`, or a test's scripted one."""

    def assign(self, stream: str) -> tuple[str, str] | None:
        """(worker, socket path); None when no recognizer is up."""

    def release(self, stream: str) -> None: ...

    def expect(self, stream: str, kind: str) -> None:
        """What the speaker was asked (`asr.endpointing.ASKED_MS`); "" for nothing in particular."""

    def describe(self) -> dict[str, str]: ...


@dataclass(slots=True, kw_only=True)
class Track:
    """One leg being listened to."""

    leg: str
    speaker: Speaker
    stream: str
    epoch: int = 0
    worker: str | None = None
    began: float = 0.0
    """monotonic time of `start`: the nearest thing to an origin when no stream was opened live"""
    origin: float | None = None
    """monotonic time of sample 0"""
    rate: int = 8000
    decided: int | None = None
    """end of the last final, at first the beginning of the stream: a new recognizer hears again from here"""
    speaking: bool = False
    music: bool = False
    closing: bool = False
    closed: bool = False


class Listening:
    """`hear` is called with each utterance, `glimpse` with (speaker, text, stable words) of each partial,
    `noticed` with the leg and whatever a recognizer says of it.

    `during` tells of a leg and a moment what was going on there.
    """

    def __init__(
        self,
        call: Call,
        pool: AsrPool,
        *,
        hear: Callable[[Utterance], None],
        glimpse: Callable[[Speaker, Partial], None],
        voice: Callable[[Speaker, bool], None],
        noticed: Callable[[str, SpeechEvent], None],
        during: Callable[[str, float], str],
    ) -> None:
        self._call, self._pool = call, pool
        self._hear, self._glimpse, self._voice, self._during = hear, glimpse, voice, during
        self._noticed = noticed
        self._tracks: dict[str, Track] = {}
        self._count = 0
        self._asked = ""
        self.voices = Voices(call)

    def expect(self, kind: str) -> None:
        """What the bot has asked the caller."""
        if kind == self._asked:
            return
        self._asked = kind
        for track in self._tracks.values():
            if track.speaker is Speaker.CALLER and track.worker and not track.closing:
                self._pool.expect(track.stream, kind)

    def start(self, leg: str, speaker: Speaker) -> None:
        before = sum(track.leg == leg for track in self._tracks.values())
        stream = f"{self._call.id}/{leg}" + (f"+{before}" if before else "")  # a leg id may be used again
        began = self._call.started + self._call.now_s()
        self._tracks[stream] = track = Track(leg=leg, speaker=speaker, stream=stream, began=began)
        self._open(track)

    def _open(self, track: Track) -> None:
        place = self._pool.assign(track.stream)
        track.epoch += 1
        if place is None:
            track.worker = None
            self._call.after(f"asr:{track.stream}", 0.25)
            return
        track.worker, socket = place
        if self._asked and track.speaker is Speaker.CALLER:
            self._pool.expect(track.stream, self._asked)
        self._call.ua.send(
            Listen(
                leg=track.leg,
                stream=track.stream,
                epoch=track.epoch,
                asr=socket,
                from_position=0 if track.decided is None and track.epoch > 1 else track.decided,
            )
        )

    def retry(self, timer: str) -> None:
        track = self._tracks.get(timer.removeprefix("asr:"))
        if track and not track.closing and track.worker is None:
            self._open(track)

    def stop(self, leg: str) -> None:
        """The leg ended: what was said last is still decided, then `Closed` comes."""
        for track in self._tracks.values():
            if track.leg == leg and not track.closing:
                track.closing = True
                self._call.cancel(f"asr:{track.stream}")
                self._call.ua.send(Listen(leg=leg, stream=track.stream, epoch=track.epoch, asr=None))
                if track.worker is None:
                    track.closed = True

    def opened(self, event: StreamOpened) -> None:
        track = self._tracks.get(event.stream)
        if track is None or event.epoch != track.epoch:
            return
        track.rate = event.rate
        if track.decided is None:
            track.decided = event.position
        if track.origin is None:
            live = event.at - event.position / event.rate
            track.origin = live if event.epoch == 1 else track.began
        if event.gap_samples:
            seconds = event.gap_samples / event.rate
            self._gap(track, self._at_s(track, event.position) - seconds, seconds, "not_replayed")

    def broken(self, event: StreamBroken) -> None:
        track = self._tracks.get(event.stream)
        if track and event.epoch == track.epoch:
            self._reopen(track)

    def worker_lost(self, worker: str) -> None:
        for track in self._tracks.values():
            if track.worker == worker:
                self._reopen(track)

    def music_on(self, leg: str) -> bool:
        """Music comes from that leg, such as a queue plays it."""
        return any(track.music for track in self._tracks.values() if track.leg == leg and not track.closed)

    def _reopen(self, track: Track) -> None:
        self._pool.release(track.stream)
        if track.closing:
            track.closed = True
            return
        self._pass_over_silence(track)
        track.music = False  # the new recognizer tells it again
        self._call.emit("asr_reopened", leg=track.leg)
        self._open(track)

    def _pass_over_silence(self, track: Track) -> None:
        """Nobody spoke as far as the dead recognizer told: only what it may have missed is heard again."""
        if track.decided is not None and track.origin is not None and not track.speaking:
            now = self._call.started + self._call.now_s()
            certain = int((now - UNSURE_S - track.origin) * track.rate)
            track.decided = max(track.decided, certain)

    def take(self, message: StreamEvent) -> None:
        """Anything of an older epoch is dropped: the ring replays it to the newer one."""
        track = self._tracks.get(message.stream)
        if track is None or message.epoch != track.epoch:
            return
        self._noticed(track.leg, message.event)
        match message.event:
            case Partial() as partial:
                self._glimpse(track.speaker, partial)
            case Final() as final:
                track.decided = final.end
                if final.text:
                    self._hear(self._utterance(track, final))
            case SpeechStarted(position=position):
                track.speaking = True
                self.voices.turn(track.speaker, True, self._at_s(track, position))
                self._voice(track.speaker, True)
            case SpeechEnded(position=position):
                track.speaking = False
                self.voices.turn(track.speaker, False, self._at_s(track, position))
                self._voice(track.speaker, False)
            case MusicStarted() | MusicEnded():
                track.music = isinstance(message.event, MusicStarted)
                self._call.emit("music", leg=track.leg, playing=track.music)
            case VoiceMeasured() as measured:
                start_s, end_s = self._at_s(track, measured.start), self._at_s(track, measured.end)
                if self._during(track.leg, (start_s + end_s) / 2) != REMOTE_HOLD and not track.music:
                    self.voices.take(track.stream, track.speaker, measured, start_s, end_s)
            case Closed():
                track.closed = True
                self._pool.release(track.stream)
            case Failed():
                self._reopen(track)

    def _at_s(self, track: Track, position: int) -> float:
        origin = track.origin if track.origin is not None else self._call.started
        return self._call.at_s(origin + position / track.rate)

    def _utterance(self, track: Track, final: Final) -> Utterance:
        self._count += 1
        start_s = self._at_s(track, final.start)
        end_s = self._at_s(track, final.words[-1].end if final.words else final.end)
        return Utterance(
            id=f"u{self._count}",
            speaker=track.speaker,
            text=final.text,
            normalized=final.normalized,
            start_s=start_s,
            end_s=end_s,
            confidence=final.confidence,
            words=tuple(
                Word(
                    text=word.text,
                    start_s=self._at_s(track, word.start),
                    end_s=self._at_s(track, word.end),
                    confidence=word.confidence,
                )
                for word in final.words
            ),
            during=self._during(track.leg, (start_s + end_s) / 2),
            voice=self.voices.of(track.stream, final.utterance),
        )

    def _gap(self, track: Track, at_s: float, seconds: float, why: str) -> None:
        gap = Gap(speaker=track.speaker, at_s=round(at_s, 3), seconds=round(seconds, 3), why=why)
        self._call.transcript = self._call.transcript.add_gap(gap)
        self._call.emit("transcript_gap", speaker=track.speaker, seconds=gap.seconds)

    @property
    def flushed(self) -> bool:
        return all(track.closed for track in self._tracks.values())

    def unflushed(self) -> tuple[str, ...]:
        return tuple(track.leg for track in self._tracks.values() if not track.closed)
