"""What was said never stands in the events unredacted, unless a measurement asked for it."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.itn.normalize import normalize
from bridge.app.redacted import redacted
from bridge.model.transcript import Speaker, Utterance, Word
from tests.flow.stage import Stage, settings
from tests.virtual_time import run


@pytest.mark.parametrize("asked", [False, True])
def test_partials_carry_text_only_when_asked(tmp_path: Path, asked: bool) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, settings(asr={"events_with_text": asked})) as stage:
            await stage.settle(2.5)
            stage.says("my parcel", partial=True)
            stage.says("My parcel is late.")
            await stage.settle()
            stage.caller.hang_up()
        return stage

    events = run(story()).events
    (partial,) = events.of("partial")
    assert partial["words"] == 2
    assert ("text" in partial) is asked
    assert [body["text"] for body in events.of("final")] == (["My parcel is late."] if asked else [])
    assert ("monotonic" in events.of("started")[0]) is asked


CARD = "my card is four one one one, two two two two three three three three"


def test_what_was_said_is_written_too(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path) as stage:
            await stage.settle(2.5)
            stage.says("I paid forty five dollars on the third of march")
            await stage.settle()
            stage.caller.hang_up()
        return stage

    stage = run(story())
    wanted = "I paid $45 on March 3"
    assert wanted in [body["normalized"] for body in stage.events.of("utterance")]
    (utterance,) = [u for u in stage.store.records[-1].transcript if u.speaker == "caller"]
    assert utterance.text == "I paid forty five dollars on the third of march"
    assert utterance.normalized == wanted


def test_a_spoken_card_number_is_nowhere(tmp_path: Path) -> None:
    """Not in the text, not written in digits, and not word by word."""

    async def story() -> Stage:
        async with Stage(tmp_path) as stage:
            await stage.settle(2.5)
            stage.says(CARD)
            await stage.settle()
            stage.caller.hang_up()
        return stage

    stage = run(story())
    (told,) = [body for body in stage.events.of("utterance") if body["speaker"] == "caller"]
    (utterance,) = [u for u in stage.store.records[-1].transcript if u.speaker == "caller"]
    assert told["text"] == told["normalized"] == "my card is [card]"
    assert utterance.text == utterance.normalized == "my card is [card]"
    assert [word.text for word in utterance.words] == ["my", "card", "is"]
    kept = [*stage.store.records[-1].transcript, *stage.events.all]
    assert not [thing for thing in map(str, kept) if "4111" in thing or "three three" in thing]


DIGIT = st.sampled_from(
    ["zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
)
GAP = st.sampled_from([" ", ", ", "-", " uh ", "\n"])


@given(st.lists(st.tuples(DIGIT, GAP), min_size=4, max_size=16), st.sampled_from(["", "it is ", "B, C, D, "]))
def test_no_digit_gets_past_the_redaction(spoken: list[tuple[str, str]], before: str) -> None:
    text = before + "".join(digit + gap for digit, gap in spoken) + "please"
    words = tuple(Word(text=word, start_s=0, end_s=0) for word in text.split())
    utterance = Utterance(
        id="u", speaker=Speaker.CALLER, text=text, start_s=0, end_s=1, normalized=normalize(text), words=words
    )
    told = redacted(utterance, "en")
    if told.text != text:
        assert not re.search(r"\d", told.normalized)
    assert len(re.sub(r"\D", "", told.normalized)) <= 3
    if told.text != text:
        assert [word.text for word in told.words] == [w for w in told.text.split() if "[" not in w]
