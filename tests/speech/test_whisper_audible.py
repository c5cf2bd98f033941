"""What the agent hears: the whisper's words, read back out of its audio by the recognizer, in time."""

import re

import numpy as np
import pytest

from asr.engines import make_recognizer
from asr.scheduler import Inline
from asr.types import Final, SpeechEvent
from bridge.adapters.voices import HibariVoice
from bridge.app.whispering import RENDERINGS
from bridge.core.script import HEADLINE_S, SCRIPT_ROOM, SCRIPT_S, fitting, script_of
from bridge.model.bot import Action, Authentication, BotState
from sip.party.g711 import Pcm
from tests.core.brief.test_brief import CALL, STATE, brief

RATE = 8000
LONG = BotState(
    intent="order_problem",
    actions=(
        Action(
            name="track_parcel",
            result="the parcel has been waiting in the depot of the carrier for nine days",
        ),
        Action(
            name="call_carrier", result="no answer from the carrier after two attempts this morning", ok=False
        ),
    ),
    authentication=Authentication(status="partial", method="order number and postcode"),
    open="find out whether the parcel is lost and send another one free of charge if so",
)


@pytest.fixture(scope="module")
def voice() -> HibariVoice:
    return HibariVoice()


def read_back(samples: Pcm) -> str:
    heard: list[str] = []

    def emit(event: SpeechEvent) -> None:
        if isinstance(event, Final):
            heard.append(event.text)

    stream = make_recognizer("whisper_asr", Inline()).open(rate=RATE, emit=emit)
    padded = np.concatenate([np.zeros(RATE // 2, np.int16), samples, np.zeros(RATE, np.int16)])
    frame = RATE // 50
    for position in range(0, len(padded) - frame + 1, frame):
        stream.feed(padded[position : position + frame].tobytes(), position)
    stream.close(len(padded) - len(padded) % frame)
    return " ".join(heard).lower()


def test_the_words_come_through(voice: HibariVoice) -> None:
    script = script_of(brief(*CALL, state=STATE))
    text = read_back(np.concatenate([voice.speak(script.headline, RATE), voice.speak(script.detail, RATE)]))
    for word in ("charged twice", "invoice", "refund", "verified"):
        assert word in text, text
    assert re.search(r"frustrated|neutral|angry|impatient|positive|distressed", text), text


@pytest.mark.parametrize("state", [BotState(), STATE, LONG], ids=["nothing", "usual", "long"])
def test_it_fits(voice: HibariVoice, state: BotState) -> None:
    """As the app does it: measured by the real clip, shortened until it fits."""
    made = brief(*CALL, state=state)
    room = SCRIPT_ROOM
    for _ in range(RENDERINGS):
        script = script_of(made, room)
        headline = len(voice.speak(script.headline, RATE)) / RATE
        whole = headline + len(voice.speak(script.detail, RATE)) / RATE
        if whole <= SCRIPT_S:
            break
        room = fitting(room, whole)
    assert headline <= HEADLINE_S
    assert whole <= SCRIPT_S
