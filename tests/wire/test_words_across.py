"""What people say is written once, whatever the handoff does meanwhile: hold, whisper, join, REFER, BYE."""

import jiwer
import numpy as np
import pytest

from bridge.demo.judge import normalised
from sip.party.behaviour import Reception
from tests.wire.ears import RATE, speech
from tests.wire.reach import connect
from tests.wire.rig import Office

pytestmark = [pytest.mark.wire, pytest.mark.timeout(120)]

CALLER = (
    "The invoice of last month is wrong.", "I was charged twice for the same order.",
    "The delivery came on Thursday morning.", "Two of the boxes were damaged.",
    "I have already sent you the pictures.", "My neighbour saw the driver drop them.",
    "I would like my money back this week.", "Please tell me what happens next.",
)  # fmt: skip
AGENT = ("Thank you for waiting on the line.", "I can see the pictures you have sent.")
PAUSE_S = 0.9
WORST_WER = 0.12
"""tiny.en mishears a word now and then; a sentence lost or written twice costs more"""


def spoken(sentences: tuple[str, ...]) -> np.ndarray:
    """With pauses between them, and none behind the last."""
    pause = np.zeros(int(PAUSE_S * RATE), np.int16)
    parts = [part for text in sentences for part in (speech(text), pause)]
    return np.concatenate(parts[:-1])


def said(record: dict, speaker: str) -> str:
    return normalised(" ".join(u["text"] for u in record["transcript"] if u["speaker"] == speaker))


async def test_nobody_loses_a_word_over_the_whole_handoff(place: Office) -> None:
    """The caller talks without end, from the bot to the BYE, which comes in his last word."""
    async with place.people(ann=Reception(after_s=3.0)) as (caller, ann, _):
        talk = await place.talk(caller)
        await talk.event("utterance", speaker="bot")
        caller.play(spoken(CALLER), "story")
        await talk.event("utterance", speaker="caller")
        await talk.escalate("ann")
        await talk.state("briefing")
        await ann.wait("acked")
        await talk.event("utterance", speaker="caller", during="whisper", timeout_s=15)
        await ann.call.press("1")
        await talk.state("connected")
        ann.play(spoken(AGENT), "answer")
        await ann.wait("play_ended", timeout=20, tag="answer")
        await caller.wait("play_ended", timeout=60, tag="story")
        await caller.call.hangup()
        record = await talk.record()
    wer = jiwer.process_words(normalised(" ".join(CALLER)), said(record, "caller"))
    print(f"caller: {wer.wer:.3f}, S {wer.substitutions} D {wer.deletions} I {wer.insertions}")
    assert wer.wer <= WORST_WER
    assert jiwer.wer(normalised(" ".join(AGENT)), said(record, "agent")) <= WORST_WER
    assert {"dialogue", "hold", "whisper"} <= {u["during"] for u in record["transcript"]}
    assert record["gaps"] == []
    assert record["flush_incomplete"] == []
    starts = [u["start_s"] for u in record["transcript"] if u["speaker"] == "caller"]
    assert starts == sorted(starts)


async def test_the_last_words_before_a_release_are_written(place: Office) -> None:
    """Both legs end by the REFER's doing while the caller still talks."""
    async with place.people() as (caller, ann, _):
        talk = await place.talk(caller)
        await connect(talk, ann)
        caller.play(spoken(CALLER[:2]), "story")
        await caller.wait("play_ended", timeout=20, tag="story")
        await talk.order("release")
        record = await talk.record()
    heard = said(record, "caller")
    assert jiwer.wer(normalised(" ".join(CALLER[:2])), heard) <= WORST_WER
    assert record["flush_incomplete"] == []
