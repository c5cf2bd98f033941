"""The answer to "shall I put you through to someone?". Pure."""

import re
from enum import StrEnum

from bridge.core.said import said


class Consent(StrEnum):
    YES = "yes"
    NO = "no"
    UNCLEAR = "unclear"


def _any(*phrases: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(phrases) + r")\b")


LATER = _any(
    "not (?:yet|now|just yet|right now|at the moment)",
    "(?:maybe|perhaps) later",
    "(?:hold|hang) (?:on|off)",
)
"""no for the moment"""
FIRST = _any(
    "(?:but|not) (?:first|before)",
    "but (?:can|could|will|would) you",
    "but (?:i|what|how|who|tell|only)",
    "first (?:tell|can|could|i|let|what|how|of all)",
    "before (?:that|you|we)",
    "wait",
    "depends",
    "who (?:is|would|will)",
    "how (?:long|much)",
    "what (?:for|would|will|do|does|kind)",
    "why (?:would|do|should)",
)
"""a question or a condition: neither yes nor no"""
NO = _any(
    "no",
    "nope",
    "nah",
    "naw",
    "(?:don't|do not) (?:bother|need|want|transfer|put|connect|worry|you dare|do that)",
    "rather not",
    "i'd not",
    "prefer not",
    "not (?:necessary|needed|really|today|interested|at all|for me|thanks)",
    "i'm (?:good|fine|okay|ok|all right|alright)",
    "you're (?:all right|alright|fine|okay|ok|good|grand)",
    "never mind",
    "nevermind",
    "forget it",
    "leave it",
    "it's (?:fine|okay|ok|all right|alright)",
    "i'll (?:pass|manage|leave it|do it myself|try again|call back)",
    "cancel",
    "(?:absolutely|certainly|definitely|of course|i think|i guess|please) not",
    "negative",
)
YES = _any(
    "yes",
    "yeah",
    "yea",
    "yep",
    "yup",
    "yah",
    "aye",
    "sure",
    "okay",
    "ok",
    "alright",
    "all right",
    "certainly",
    "absolutely",
    "definitely",
    "of course",
    "please",
    "go (?:on|ahead|for it)",
    "do (?:it|that|so|please)",
    "i (?:guess|suppose|think) so",
    "why not",
    "i'd (?:like|love|appreciate|prefer) (?:that|it|to)",
    "(?:that|it)(?:'d| would| will|'ll)(?: be)? (?:[a-z]+ )?(?:great|good|nice|lovely|fine|perfect|helpful|"
    "best|wonderful|super|work|help|do|okay|ok)",
    "that's (?:fine|great|good|okay|ok|perfect)",
    "sounds [a-z]+",
    "fine",
    "(?:might|may) as well",
    "if you (?:would|could|can|must|like|don't mind)",
    "(?:that|it)'s what i (?:want|asked|said|need)",
    "(?:put|patch) me through",
    "(?:transfer|connect) me",
    "let's (?:do|go)",
    "by all means",
    "right",
    "correct",
    "affirmative",
    "great",
    "perfect",
    "finally",
    "about time",
    "i (?:do|would|want that|need that|don't mind)",
    "no (?:problem|worries|bother|trouble)",
    "(?:a|an|the) (?:agent|person|human|operator|manager)",
    "(?:someone|somebody)",
)
NOT_A_NO = _any(
    "no (?:problem|worries|bother|trouble|doubt)",
    "why (?:don't you|not)",
    "i (?:don't|do not) (?:mind|care|see why not)",
    "no (?=yes|yeah|go|please (?:do|put|connect|transfer)|do|(?:just )?(?:put|connect|transfer) me)",
)
NOT_A_YES = _any(
    "not (?:sure|okay|ok|right|fine)",
    "please (?:don't|do not)",
    "are you sure",
    "i'm not (?:sure)?",
    "(?:no|nah|nope) (?:it's|that's|i'm|you're)? ?(?:thanks|thank you|fine|okay|ok|all right|alright|good)",
    "(?:it's|i'm|you're) (?:fine|okay|ok|all right|alright|good|great)",
    "of course not",
    "(?:certainly|absolutely|definitely) not",
    "don't (?:transfer|connect|put) me",
    "not (?:a|an|the) [a-z]+",
)


def consent(text: str) -> Consent:
    """Yes, no, or unclear: then the caller has said something else, or yes with a condition first."""
    line = said(text).text
    if LATER.search(line):
        return Consent.NO
    if FIRST.search(line):
        return Consent.UNCLEAR
    unwilling = NOT_A_YES.search(line) and "not sure" not in line
    if unwilling or NO.search(NOT_A_NO.sub(" ", line)):  # "nah you're alright", "yeah no i'm good"
        return Consent.NO
    willing = YES.search(NOT_A_YES.sub(" ", line)) or NOT_A_NO.search(line)
    return Consent.YES if willing else Consent.UNCLEAR
