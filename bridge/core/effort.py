"""How hard a caller had to work: a score from 0 to 10; docs/measures.md names its parts. Pure."""

from typing import Final

REPEAT, REVERIFIED, HOLD, HOLD_MINUTE, TRANSFER, WAIT_MINUTE = 1.0, 1.5, 0.5, 0.5, 1.5, 1.0
"""points for one of each"""
PART: Final = 4.0
"""the most that one part adds: who waited an hour is not ten times as annoyed as after six minutes"""
MOST: Final = 10.0


def effort(
    *, repeats: int, reverified: int, holds: int, hold_s: float, transfers: int, wait_s: float
) -> float:
    """Rounded to a tenth."""
    parts = (
        REPEAT * repeats,
        REVERIFIED * reverified,
        HOLD * holds + HOLD_MINUTE * hold_s / 60,
        TRANSFER * transfers,
        WAIT_MINUTE * wait_s / 60,
    )
    return round(min(MOST, sum(min(PART, part) for part in parts)), 1)
