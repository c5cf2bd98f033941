"""A record without what was said: who called when, and what became of it, stays."""

from dataclasses import replace

from bridge.model.bot import BotState
from bridge.model.cue import Cue, Escalation
from bridge.model.record import ConversationRecord


def without_words(record: ConversationRecord) -> ConversationRecord:
    """Transcript, sealed transcript, quotes, brief and the bot's state go. What the agent noted stays."""
    return replace(
        record,
        transcript=(),
        vault=None,
        cues=_unquoted(record.cues),
        bot_state=BotState(),
        brief=None,
        handoffs=tuple(replace(each, escalation=_silent(each.escalation)) for each in record.handoffs),
    )


def _silent(escalation: Escalation) -> Escalation:
    return replace(escalation, quote="", said="", cues=_unquoted(escalation.cues))


def _unquoted(cues: tuple[Cue, ...]) -> tuple[Cue, ...]:
    return tuple(replace(cue, quote="", span=None) for cue in cues)
