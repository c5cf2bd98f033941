from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from asr.codec import decode_event, decode_speech_event, encode_event
from asr.engines import make_recognizer
from asr.errors import AsrError
from asr.outbox import Outbox
from asr.scheduler import Inline
from asr.scripted import ScriptedRecognizer, say
from asr.types import (
    Closed,
    Failed,
    Final,
    Partial,
    SpeechEnded,
    SpeechEvent,
    SpeechStarted,
    StreamEvent,
    Word,
)
from tests.asr.sounds import RATE, feed, seconds


def test_events_come_when_the_audio_passes_them() -> None:
    events: list[SpeechEvent] = []
    script = say("talk to an agent", start=RATE, words_per_s=4.0)
    stream = ScriptedRecognizer([script]).open(rate=RATE, emit=events.append)
    feed(stream, seconds(0.98))
    assert events == []
    stream.feed(bytes(320), RATE - 160)
    assert events == [SpeechStarted(position=RATE)]
    feed(stream, seconds(0.9), RATE)
    shown = [event.text for event in events if isinstance(event, Partial)]
    assert shown == ["talk", "talk to", "talk to an"]
    feed(stream, seconds(1.0), 2 * RATE)
    assert [type(event) for event in events[-2:]] == [SpeechEnded, Final]


def test_a_stream_opened_again_does_not_repeat_itself() -> None:
    events: list[SpeechEvent] = []
    recognizer = ScriptedRecognizer([[], say("hello", start=100)])
    recognizer.open(rate=RATE, emit=events.append)
    feed(recognizer.open(rate=RATE, emit=events.append, position=RATE), seconds(2), RATE)
    assert events == []


def test_a_test_may_drive_it_by_hand() -> None:
    events: list[SpeechEvent] = []
    recognizer = ScriptedRecognizer()
    stream = recognizer.open(rate=RATE, emit=events.append)
    recognizer.streams[0].tell(SpeechStarted(position=5))
    recognizer.streams[0].fail("decode_failed")
    stream.close(9)
    assert [type(event) for event in events] == [SpeechStarted, Failed]


def test_a_script_comes_from_a_file(tmp_path: Path) -> None:
    script = tmp_path / "script.json"
    script.write_text('[[{"at": 160, "event": {"type": "speech_started", "position": 100}}]]')
    events: list[SpeechEvent] = []
    recognizer = make_recognizer("scripted", Inline(), model_dir=script)
    feed(recognizer.open(rate=RATE, emit=events.append), seconds(0.1))
    assert events == [SpeechStarted(position=100)]
    script.write_text("{}")
    with pytest.raises(AsrError) as refused:
        make_recognizer("scripted", Inline(), model_dir=script)
    assert refused.value.code == "model_broken"


POSITION = st.integers(0, 2**53)
TEXT = st.text(max_size=30)
SHARE = st.floats(0, 1)
WORDS = st.builds(Word, text=TEXT, start=POSITION, end=POSITION, confidence=SHARE | st.none())
EVENTS = st.one_of(
    st.builds(SpeechStarted, position=POSITION),
    st.builds(SpeechEnded, position=POSITION),
    st.builds(Partial, utterance=POSITION, text=TEXT, stable=POSITION, start=POSITION, end=POSITION),
    st.builds(
        Final,
        utterance=POSITION,
        text=TEXT,
        words=st.lists(WORDS, max_size=3).map(tuple),
        start=POSITION,
        end=POSITION,
        confidence=SHARE,
    ),
    st.builds(Closed, position=POSITION),
    st.builds(Failed, code=TEXT, message=TEXT),
)


@given(
    st.builds(
        StreamEvent,
        stream=TEXT,
        epoch=POSITION,
        at=st.floats(0, 1e9),
        spoken_at=st.floats(0, 1e9) | st.none(),
        event=EVENTS,
    )
)
def test_events_cross_as_lines_and_come_out_the_same(event: StreamEvent) -> None:
    line = encode_event(event)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert decode_event(line) == event


def test_what_is_no_event_is_refused() -> None:
    with pytest.raises(ValidationError):
        decode_event(b'{"stream": "a"}')
    with pytest.raises(ValidationError):
        decode_speech_event(b'{"type": "shouted", "position": 1}')


def drain(outbox: Outbox) -> list[bytes]:
    lines = []
    while (line := outbox.head()) is not None:
        lines.append(line)
        outbox.sent()
    return lines


def test_the_outbox_drops_partials_before_finals() -> None:
    outbox = Outbox(lambda: None, max_lines=10)
    for number in range(10):
        outbox.put(b"f%d" % number)
        outbox.put(b"p%d" % number, droppable=True)
    assert drain(outbox) == [b"f%d" % number for number in range(10)]
    assert (outbox.dropped_partials, outbox.dropped_finals) == (10, 0)


def test_the_outbox_never_drops_a_line_half_sent() -> None:
    outbox = Outbox(lambda: None, max_lines=3)
    outbox.put(b"half", droppable=True)
    assert outbox.head() == b"half"
    for number in range(5):
        outbox.put(b"f%d" % number)
    assert drain(outbox) == [b"half", b"f3", b"f4"]
    assert outbox.dropped_finals == 3
