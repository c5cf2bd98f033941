"""A conversation that begins with a call of ours to somebody who has been promised one."""

from dataclasses import replace

from bridge.app.call import Call
from bridge.core.queue_words import filled
from bridge.model.callback import Callback
from bridge.model.transcript import Transcript, Utterance
from sip.commands import Dial
from sip.types import LegId


def remember(call: Call, callback: Callback) -> None:
    """What was said, done and noticed in the call before is the ground of this one too: the same brief."""
    earlier = tuple(_earlier(utterance, callback.seconds) for utterance in callback.utterances)
    call.told = call.transcript = Transcript(earlier)
    call.bot_state = callback.bot_state
    call.cues = list(callback.cues)


def _earlier(utterance: Utterance, seconds: float) -> Utterance:
    """Before this conversation's beginning, under an id that none of its own will have."""
    return replace(
        utterance,
        id=f"before-{utterance.id}",
        start_s=round(utterance.start_s - seconds, 3),
        end_s=round(utterance.end_s - seconds, 3),
    )


def dial_back(call: Call, callback: Callback, leg: LegId) -> Dial:
    rules = call.settings.queue.callback
    return Dial(
        leg=leg,
        uri=filled(rules.uri, number=callback.number),
        no_answer_s=rules.ring_s,
        headers=(("X-Conversation-Id", call.id), ("X-Callback-For", callback.id)),
    )
