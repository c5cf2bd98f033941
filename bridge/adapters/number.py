"""A caller as something to look for: however his number was written, it is found again."""

import re
from typing import Final

APART: Final = re.compile(r"[\s().\-/]+")
DIGITS: Final = re.compile(r"\+?[0-9]+")


def number_of(caller: str) -> str:
    """The digits of a number, without + or 00 before the country; else the user of a SIP URI as it stands.

    Takes a SIP or tel URI, a name-addr, or a number as people write it.
    """
    inner = caller.partition("<")[2].partition(">")[0] or caller
    scheme, _, rest = inner.strip().partition(":")
    match scheme.lower():
        case "sip" | "sips":
            user = rest.rpartition("@")[0].partition(";")[0]
        case "tel":
            user = rest.partition(";")[0]
        case _:
            user = inner.strip()
    digits = APART.sub("", user)
    if not DIGITS.fullmatch(digits):
        return user
    return digits.removeprefix("+") if digits.startswith("+") else digits.removeprefix("00")
