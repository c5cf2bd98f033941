"""What a turn is about: its content words in a crude stem, to see whether something is said again."""

from bridge.core.said import said

STEM = 6
"""letters kept of a word, so that "charge", "charged" and "charges" are one"""
EMPTY = frozenset(
    (
        "a", "about", "actually", "after", "again", "all", "already", "also", "am", "an", "and", "any",
        "anything", "are", "as", "ask", "at", "back", "be", "because", "been", "before", "but", "by",
        "call", "called", "calling", "can", "can't", "come", "could", "couldn't", "did", "didn't", "do",
        "does", "doesn't", "doing", "don't", "for", "from", "get", "getting", "give", "go", "going",
        "gonna", "good", "got", "had", "has", "hasn't", "have", "haven't", "having", "he", "hello",
        "help", "her", "here", "hey", "hi", "him", "his", "how", "i", "i'd", "i'll", "i'm", "i've", "if",
        "in", "into", "is", "isn't", "it", "it's", "its", "just", "keep", "know", "let", "like", "look",
        "looking", "make", "maybe", "me", "mean", "more", "much", "my", "need", "no", "nope", "not",
        "now", "of", "oh", "ok", "okay", "on", "one", "only", "or", "our", "out", "over", "please", "put",
        "really", "right", "said", "same", "say", "saying", "see", "she", "should", "so", "some",
        "somebody", "someone", "something", "sorry", "still", "sure", "take", "tell", "telling", "than",
        "thank", "thanks", "that", "that's", "the", "their", "them", "then", "there", "there's", "these",
        "they", "thing", "think", "this", "those", "time", "to", "told", "too", "try", "trying", "up",
        "us", "very", "wait", "want", "wanted", "was", "wasn't", "way", "we", "we're", "well", "were",
        "what", "what's", "when", "where", "which", "who", "why", "will", "with", "won't", "would",
        "yeah", "yep", "yes", "you", "you're", "your",
    )
)  # fmt: skip


def content(text: str) -> frozenset[str]:
    """The stems of the words that carry the matter; numbers count."""
    return frozenset(word[:STEM] for word in said(text).words if word not in EMPTY)


def overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """How much of the shorter is in the longer, 0 to 1; 0 when either is empty."""
    shorter = min(len(one), len(other))
    return len(one & other) / shorter if shorter else 0.0


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Common stems of all stems, 0 to 1 (Jaccard)."""
    return len(one & other) / len(one | other) if one or other else 0.0
