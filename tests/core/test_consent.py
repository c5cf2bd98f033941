"""Yes, no and neither, to "shall I put you through to someone?"."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.core.cues.consent import Consent, consent

YES = [
    "yes",
    "yeah please",
    "yep",
    "sure why not",
    "i guess so",
    "i suppose so",
    "go on then",
    "please do",
    "okay",
    "Alright, then.",
    "that would be great",
    "that'd be lovely thanks",
    "if you would",
    "if you don't mind",
    "fine",
    "uh yeah go ahead",
    "no problem go ahead",
    "might as well",
    "yes put me through",
    "absolutely",
    "of course",
    "finally yes",
    "i don't mind",
    "no yeah that's fine",
    "sounds good",
    "do that please",
    "oh yes please that's what i asked for",
    "no please do",
    "why not",
]
NO = [
    "no",
    "no thanks",
    "nah you're alright",
    "nah i'm good",
    "not yet",
    "no it's fine",
    "not right now",
    "please don't",
    "nope that's okay",
    "i'd rather not",
    "don't bother",
    "no don't transfer me",
    "never mind",
    "it's okay i'll manage",
    "not really",
    "absolutely not",
    "yeah no i'm good",
    "you're alright thanks",
    "leave it",
    "maybe later",
    "no need",
    "that won't be necessary no",
    "of course not",
]
UNCLEAR = [
    "yeah but first tell me my balance",
    "how long would that take",
    "my order number is nine two one",
    "what for",
    "",
    "hmm",
    "yes but before you do what does it cost",
    "the router is broken",
    "i'm not sure",
    "who would that be",
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *((t, Consent.YES) for t in YES),
        *((t, Consent.NO) for t in NO),
        *((t, Consent.UNCLEAR) for t in UNCLEAR),
    ],
)
def test_answer(text: str, expected: Consent) -> None:
    assert consent(text) is expected


@given(st.text(max_size=200))
def test_any_text_is_taken(text: str) -> None:
    assert consent(text) in Consent
