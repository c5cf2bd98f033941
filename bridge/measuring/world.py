"""What simulated callers call about, and how people put it."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """`facts`: label and the form of a value, # a digit. `solved`: how often the bot can do it alone."""

    why: str
    facts: tuple[tuple[str, str], ...]
    rule: str
    reason: str
    share: float
    solved: float
    says: str
    """the words on which it is escalated"""


TOPICS: Final = (
    Topic(
        why="the parcel never arrived", facts=(("order number", "#####"), ("delivery date", "## june")),
        rule="asks_for_person", reason="explicit_request", share=0.28, solved=0.62,
        says="i want to speak to a person please",
    ),
    Topic(
        why="the bill is too high", facts=(("account number", "######"), ("amount", "1## pounds")),
        rule="disputes_charge", reason="complaint_or_dispute", share=0.22, solved=0.50,
        says="i am not going to pay that",
    ),
    Topic(
        why="no internet since yesterday", facts=(("customer number", "######"), ("address", "## mill lane")),
        rule="tried_twice", reason="repeated_failure", share=0.20, solved=0.55,
        says="i told you that does not work",
    ),
    Topic(
        why="wants to cancel the contract", facts=(("contract number", "######"), ("product", "home plan")),
        rule="cancels", reason="cancellation", share=0.12, solved=0.15, says="i want to cancel my contract",
    ),
    Topic(
        why="wants to move an appointment", facts=(("appointment date", "## may"), ("phone", "0## ####")),
        rule="sighs", reason="frustration", share=0.18, solved=0.78, says="this is ridiculous honestly",
    ),
)  # fmt: skip

ASKS: Final = (
    "can i take your {} please", "what's your {}", "and the {}", "could you just confirm the {} for me",
    "sorry can you give me the {} again", "right do you have the {} there", "and what was the {}",
    "i just need your {} please", "the {} once more would you",
)  # fmt: skip
"""the last is put in a way that nobody listens for"""
ASKS_MATTER: Final = (
    "how can i help you today", "so what seems to be the problem", "can you tell me what happened",
    "okay what's it about", "what can i do for you",
)  # fmt: skip
SHOWS: Final = (
    "hi i see {} is that right",
    "hello i have it here {} yes",
    "right so {} i am sorry about that",
)
VERIFIES: Final = (
    "i need to take you through security what's your date of birth",
    "can i have your date of birth for security",
    "before i go on please tell me your memorable word",
)  # fmt: skip
NEW: Final = (
    "do you want me to send it again or refund it", "how long has that been going on",
    "is anybody at home tomorrow",
    "would the same day next week suit you", "shall i send you that in writing",
    "is there anything else i can help you with",
)  # fmt: skip
REFUSES: Final = ("you should have that already", "i typed it in before")
SPOKEN: Final = {
    "0": "oh", "1": "one", "2": "two", "3": "three", "4": "four", "5": "five", "6": "six", "7": "seven",
    "8": "eight", "9": "nine",
}  # fmt: skip


def spoken(value: str) -> str:
    """As a caller says it: digit by digit."""
    return " ".join("".join(f" {SPOKEN.get(c, c)} " if c in SPOKEN else c for c in value).split())
