"""An utterance as it may leave the process: in every form it has, without what must not be known."""

from dataclasses import replace
from difflib import SequenceMatcher

from asr.itn.normalize import normalize
from bridge.core.redaction import redact
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


def _kept(words: tuple[Word, ...], text: str) -> tuple[Word, ...]:
    """The timed words that still stand in `text`."""
    said = [word.text for word in words]
    matcher = SequenceMatcher(None, said, text.split(), autojunk=False)
    blocks = matcher.get_matching_blocks()
    return tuple(word for block in blocks for word in words[block.a : block.a + block.size])
