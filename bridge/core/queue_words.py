"""What a waiting caller is told. Pure: sentences of the configuration, filled in."""

from math import ceil


def filled(sentence: str, **values: object) -> str:
    """`{name}` for each value; anything else in braces stays as it is."""
    for name, value in values.items():
        sentence = sentence.replace(f"{{{name}}}", str(value))
    return sentence


def waiting(position: int, estimate_s: float | None, place: str, wait: str, soon: str) -> str:
    """Where the caller is in the line, and how long it may take; minutes are rounded up."""
    parts = [filled(place, position=position)] if place and position else []
    if estimate_s is not None and (wait or soon):
        minutes = ceil(estimate_s / 60)
        parts.append(filled(wait, minutes=minutes) if minutes > 1 else soon)
    return " ".join(parts)


def spelled(number: str) -> str:
    """A number digit by digit, as a voice shall read it."""
    return ", ".join(number.removeprefix("+"))
