"""What the callers of the bench say: each time something else, so that no whisper was rendered before."""

from itertools import islice, product
from typing import Final

THINGS: Final = (
    "router", "invoice", "parcel", "heating", "train ticket", "bank card", "phone", "washing machine",
    "insurance", "hotel room", "door lock", "water meter", "bicycle", "laptop", "garden table", "printer",
)  # fmt: skip
TROUBLES: Final = (
    "is broken", "is wrong", "never arrived", "has disappeared", "was damaged", "stopped working",
    "is the wrong colour", "costs too much", "came twice", "is very late", "makes a noise", "got wet",
    "was stolen",
)  # fmt: skip
ASKED: Final = "I want to talk to a real person."


def requests(count: int) -> list[str]:
    """`count` spoken requests. After 208 they repeat, and their whispers with them."""
    pairs = [(thing, trouble) for trouble, thing in product(TROUBLES, THINGS)]
    whole = pairs * (count // len(pairs) + 1)
    return [f"My {thing} {trouble}, {ASKED}" for thing, trouble in islice(whole, count)]
