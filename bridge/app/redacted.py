"""What may leave the process of an utterance and of what the bot knows: all but what must not be known."""

import re
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Any

from asr.itn.normalize import normalize
from bridge.core.redaction import Redactor, Span, redact
from bridge.model.bot import Action, BotState
from bridge.model.transcript import Utterance, Word


def redacted(utterance: Utterance, language: str, redactor: Redactor | None = None) -> Utterance:
    """To be called once for each utterance, in order; `redactor` is the conversation's.

    The normalized form is made anew from the redacted text: digits said one by one have no words there.
    """
    told = (redactor or Redactor()).final(utterance.speaker, utterance.text)
    if not told.spans:
        normalized = utterance.normalized
        return utterance if redact(normalized) == normalized else replace(utterance, normalized=told.text)
    return replace(
        utterance,
        text=told.text,
        normalized=redact(normalize(told.text, language)),
        words=_kept(utterance, told.spans),
    )


def redacted_state(state: BotState) -> BotState:
    """Slots and results hold the caller's own words; the name of a slot says what its value is."""
    return replace(
        state,
        slots=_inside(state.slots),
        actions=tuple(_redacted_action(action) for action in state.actions),
        limits=tuple(redact(limit) for limit in state.limits),
        open=_inside(state.open),
    )


def redacted_headers(headers: dict[str, str]) -> dict[str, str]:
    """A PBX may put an account number into a header."""
    return {name: redact(value, _asking(name)) for name, value in headers.items()}


def _redacted_action(action: Action) -> Action:
    return replace(action, args=_inside(action.args), result=_inside(action.result))


def _inside(value: Any, name: str = "") -> Any:
    """Every text and number in what a bot reported as JSON."""
    match value:
        case str():
            return redact(value, _asking(name))
        case bool() | None:
            return value
        case int() | float():
            told = redact(str(value), _asking(name))
            return value if told == str(value) else told
        case dict():
            return {key: _inside(inner, str(key)) for key, inner in value.items()}
        case list() | tuple():
            return [_inside(inner, name) for inner in value]
    return value


def _asking(name: str) -> str:
    """`cardNumber`, `card_number`, `X-Card-Number`: the question that such a value answers."""
    said = re.sub(r"(?<=[a-z])(?=[A-Z])|[_\-.]+", " ", name).lower().strip()
    return f"your {said} please" if said else ""


def _kept(utterance: Utterance, spans: tuple[Span, ...]) -> tuple[Word, ...]:
    """The timed words outside all spans."""
    placed = _places(utterance)
    if placed is None:  # the recognizer's words are not those of its text
        return _still_there(utterance.words, utterance.text, spans)
    return tuple(
        word
        for word, (start, end) in zip(utterance.words, placed, strict=True)
        if not any(start < span.end and span.start < end for span in spans)
    )


def _places(utterance: Utterance) -> list[tuple[int, int]] | None:
    """Where each timed word stands in the text; None if one does not."""
    places: list[tuple[int, int]] = []
    at = 0
    for word in utterance.words:
        start = utterance.text.find(word.text, at)
        if start < 0:
            return None
        at = start + len(word.text)
        places.append((start, at))
    return places


def _still_there(words: tuple[Word, ...], text: str, spans: tuple[Span, ...]) -> tuple[Word, ...]:
    """The timed words that match what is left of the text, in its order."""
    left = list(text)
    for span in spans:
        left[span.start : span.end] = "\0" * (span.end - span.start)
    matcher = SequenceMatcher(None, [word.text for word in words], "".join(left).split(), autojunk=False)
    blocks = matcher.get_matching_blocks()
    return tuple(word for block in blocks for word in words[block.a : block.a + block.size])
