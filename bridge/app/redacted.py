"""What may leave the process of an utterance and of what the bot knows: all but what must not be known."""

from dataclasses import replace
from difflib import SequenceMatcher
from typing import Any

from asr.itn.normalize import normalize
from bridge.core.redaction import redact
from bridge.model.bot import Action, BotState
from bridge.model.transcript import Utterance, Word


def redacted(utterance: Utterance, language: str) -> Utterance:
    """The normalized form is made anew from the redacted text: digits said one by one have no words there."""
    text = redact(utterance.text)
    normalized = utterance.normalized if text == utterance.text else normalize(text, language)
    return replace(
        utterance,
        text=text,
        normalized=redact(normalized),
        words=utterance.words if text == utterance.text else _kept(utterance.words, text),
    )


def redacted_state(state: BotState) -> BotState:
    """Slots and results hold the caller's own words."""
    return replace(
        state,
        slots=_inside(state.slots),
        actions=tuple(_redacted_action(action) for action in state.actions),
        limits=tuple(redact(limit) for limit in state.limits),
        open=_inside(state.open),
    )


def _redacted_action(action: Action) -> Action:
    return replace(action, args=_inside(action.args), result=_inside(action.result))


def _inside(value: Any) -> Any:
    """Every text in what a bot reported as JSON."""
    match value:
        case str():
            return redact(value)
        case dict():
            return {key: _inside(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_inside(inner) for inner in value]
    return value


def _kept(words: tuple[Word, ...], text: str) -> tuple[Word, ...]:
    """The timed words that still stand in `text`."""
    said = [word.text for word in words]
    matcher = SequenceMatcher(None, said, text.split(), autojunk=False)
    blocks = matcher.get_matching_blocks()
    return tuple(word for block in blocks for word in words[block.a : block.a + block.size])
