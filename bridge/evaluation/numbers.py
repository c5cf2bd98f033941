"""Spoken numbers in digits, so that what was said and what was written can be compared."""

import re

from text_to_num import alpha2digit


def written(text: str) -> str:
    """`text` in lower case with its numbers in digits: "oh double nine" -> "0 9 9", "fourteen" -> "14"."""
    spoken = re.sub(r"\boh\b", "zero", text.lower().replace("_", " "))
    spoken = re.sub(r"\bdouble (\w+)", r"\1 \1", spoken)
    spoken = re.sub(r"\btriple (\w+)", r"\1 \1 \1", spoken)
    return "\n".join(str(alpha2digit(line, "en")) for line in spoken.split("\n"))


def digits(text: str) -> str:
    """All digits of each line of `text`, spoken ones too, with nothing between them."""
    return re.sub(r"[^\d\n]", "", written(text))
