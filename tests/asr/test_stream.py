"""The stream of segments with a decoder of our own and a queue worked off by hand: all in audio time."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest

from asr.audio import Samples
from asr.endpointing import EndpointRules
from asr.hypothesis import Asked, HeardWord, Hypothesis
from asr.scheduler import DecodeQueue, Priority
from asr.segmenter import Segmenter
from asr.stream import SegmentedStream
from asr.types import Closed, Failed, Final, Partial, SpeechEnded, SpeechEvent, SpeechStarted
from tests.asr.sounds import RATE, Sound, feed, only, seconds, tone


class Loudness:
    def probability(self, frame: Samples) -> float:
        return float(np.abs(frame).max() > 0.05)

    def reset(self) -> None:
        pass


class Seconds:
    """'Hears' one word for each half second of audio."""

    def __init__(self, speculates: bool = True) -> None:
        self.speculates = speculates
        self.incremental = False
        self.kin = None
        self.finals: list[float] = []
        self.fail = False
        self.doubts: tuple[float, float] = (0.0, 0.0)
        """nothing is heard in partials of audio of this length, in seconds"""

    def partials(self, asked: Sequence[Asked]) -> list[Hypothesis]:
        return [self._partial(one.audio) for one in asked]

    def _partial(self, audio: Samples) -> Hypothesis:
        if self.doubts[0] < len(audio) / 16_000 < self.doubts[1]:
            return Hypothesis()
        return self._heard(audio)

    def _heard(self, audio: Samples) -> Hypothesis:
        if self.fail:
            raise RuntimeError("what was said must not leak")
        count = int(len(audio) / 8000)
        words = (
            HeardWord(text=f"w{i}", start_s=i / 2, end_s=i / 2 + 0.5, confidence=0.5) for i in range(count)
        )
        return Hypothesis(words=tuple(words), confidence=0.5)

    def final(self, utterance: int, audio: Samples) -> Hypothesis:
        self.finals.append(len(audio) / 16_000)
        return self._heard(audio)


class Rig:
    def __init__(self, speculates: bool = True) -> None:
        self.queue = DecodeQueue()
        self.decoder = Seconds(speculates)
        self.events: list[SpeechEvent] = []
        segmenter = Segmenter(rate=RATE, vad=Loudness(), rules=EndpointRules(), position=0)
        self.stream = SegmentedStream(
            segmenter=segmenter, transcriber=self.decoder, scheduler=self.queue, emit=self.events.append
        )
        self.at = 0

    def hear(self, sound: Sound, decode: bool = True) -> None:
        for start in range(0, len(sound), 160):
            self.at = feed(self.stream, sound[start : start + 160], self.at)
            if decode:
                self.decode()

    def decode(self) -> None:
        while jobs := self.queue.take():
            jobs[0].run_with(jobs[1:])
            self.queue.done(jobs)


def speech(duration: float) -> Sound:
    return tone(duration, 500)


def test_a_turn() -> None:
    rig = Rig()
    rig.hear(np.concatenate([seconds(1.0), speech(2.0), seconds(1.0)]))
    kinds = [type(event) for event in rig.events]
    assert kinds[0] is SpeechStarted
    assert kinds[-2:] == [Final, SpeechEnded]
    final = only(Final, rig.events)[0]
    assert final.start == pytest.approx(1.0 * RATE, abs=300)
    assert final.end == pytest.approx(3.0 * RATE, abs=300)
    assert all(one.end <= other.start for one, other in pairwise(final.words))
    assert final.start <= final.words[0].start
    assert final.words[-1].end <= final.end


def test_partials_come_every_hop_and_become_stable() -> None:
    rig = Rig()
    rig.hear(np.concatenate([seconds(1.0), speech(3.0)]))
    partials = only(Partial, rig.events)
    steps = np.diff([partial.end for partial in partials])
    assert set(steps) <= {1280, 1440}
    assert partials[-1].stable > 0


def test_a_partial_in_doubt_takes_nothing_back() -> None:
    rig = Rig()
    rig.decoder.doubts = (1.5, 2.0)
    rig.hear(np.concatenate([seconds(1.0), speech(3.0), seconds(1.0)]))
    partials = only(Partial, rig.events)
    assert partials
    assert all(partial.text for partial in partials)
    assert all(b.stable >= a.stable for a, b in pairwise(partials))


def test_the_final_is_decoded_at_200_ms_of_silence_and_told_at_500() -> None:
    rig = Rig()
    rig.hear(np.concatenate([seconds(1.0), speech(2.0), seconds(0.3)]))
    assert len(rig.decoder.finals) == 1
    assert only(Final, rig.events) == []
    guess = only(Partial, rig.events)[-1]
    assert guess.stable == len(guess.text.split())
    rig.hear(seconds(0.3))
    assert only(Final, rig.events)[0].text == guess.text
    assert len(rig.decoder.finals) == 1


def test_speech_that_goes_on_drops_the_guess() -> None:
    rig = Rig()
    rig.hear(np.concatenate([speech(1.0), seconds(0.35), speech(1.0), seconds(1.0)]))
    assert len(rig.decoder.finals) == 2
    final = only(Final, rig.events)
    assert len(final) == 1
    assert len(final[0].words) >= 4


def test_a_guess_still_waiting_is_cancelled_when_speech_goes_on() -> None:
    rig = Rig()
    rig.hear(np.concatenate([speech(1.0), seconds(0.3)]), decode=False)
    rig.hear(speech(0.5), decode=False)
    assert rig.queue.counts.cancelled == 1
    rig.decode()
    assert rig.decoder.finals == []


def test_a_slow_decode_delays_the_final_but_changes_nothing() -> None:
    rig = Rig()
    rig.hear(np.concatenate([speech(2.0), seconds(2.0)]), decode=False)
    assert only(Final, rig.events) == []
    rig.decode()
    assert len(only(Final, rig.events)) == 1


def test_a_partial_that_comes_after_its_final_is_dropped() -> None:
    rig = Rig()
    rig.hear(speech(1.0), decode=False)
    (late,) = rig.queue.take()
    rig.hear(seconds(1.0), decode=False)
    rig.queue.done([late])
    rig.decode()
    shown = len(rig.events)
    late.run_with(())
    assert len(rig.events) == shown


def test_close_flushes_the_last_words_and_is_hurried() -> None:
    rig = Rig()
    rig.hear(np.concatenate([seconds(1.0), speech(2.0)]), decode=False)
    rig.stream.close(rig.at)
    (job,) = rig.queue.take()
    assert job.priority is Priority.CLOSING
    job.run()
    assert [type(event) for event in rig.events[-2:]] == [Final, Closed]
    assert rig.events[-1] == Closed(position=rig.at)


def test_nothing_comes_after_closed() -> None:
    rig = Rig()
    rig.stream.close(0)
    rig.hear(np.concatenate([speech(2.0), seconds(1.0)]))
    rig.stream.close(5)
    assert rig.events == [Closed(position=0)]


def test_long_speech_gives_several_finals_in_order_without_overlap() -> None:
    rig = Rig()
    rig.hear(np.concatenate([speech(9.5), seconds(0.15), speech(16.0), seconds(1.0)]), decode=False)
    rig.decode()
    finals = only(Final, rig.events)
    assert [final.utterance for final in finals] == [1, 2, 3]
    assert all(one.end <= other.start for one, other in pairwise(finals))
    assert len(only(SpeechStarted, rig.events)) == len(only(SpeechEnded, rig.events)) == 1


def test_a_decoder_that_breaks_is_told_once_without_what_was_said() -> None:
    rig = Rig()
    rig.decoder.fail = True
    rig.hear(np.concatenate([speech(2.0), seconds(1.0)]))
    failed = only(Failed, rig.events)
    assert len(failed) == 1
    assert failed[0].code == "decode_failed"
    assert "said" not in failed[0].message
    assert rig.events[-1] is failed[0]


def test_an_engine_that_does_not_speculate_decodes_each_final_once() -> None:
    rig = Rig(speculates=False)
    rig.hear(np.concatenate([speech(1.0), seconds(0.35), speech(1.0), seconds(1.0)]))
    assert len(rig.decoder.finals) == 1
    assert len(only(Final, rig.events)) == 1
