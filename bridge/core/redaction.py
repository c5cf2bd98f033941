"""Takes card numbers, codes, secrets and contact data out of text before it leaves the process.

A first layer: written and spoken digit groups of four and more, emails, and what follows a secret's name.
Flight numbers, money, times and small counts stay.
"""

import re

DIGIT = r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple|niner)"
SPOKEN = re.compile(rf"\b{DIGIT}(?:[\s,\-]+(?:uh|um|and)?\s*{DIGIT}){{3,}}\b", re.I)
WRITTEN = re.compile(r"(?<![\w$£€.])\d(?:[ \-]?\d){5,18}(?![\w%])")
EMAIL = re.compile(r"\b[\w.+-]+\s*(?:@|\bat\b)\s*[\w-]+\s*(?:\.|\bdot\b)\s*(?:com|net|org|edu|co|io)\b", re.I)
SECRET = re.compile(
    r"\b((?:pass(?:word|code|phrase)|pin|cvv|security code|maiden name|one[- ]time code|"
    r"social security(?: number)?)(?: is| was|:)?)\s+\S+(?:\s+\S+){0,3}",
    re.I,
)


def redact(text: str) -> str:
    """`text` with each span replaced by its type in square brackets."""
    text = SECRET.sub(r"\1 [secret]", text)
    text = EMAIL.sub("[email]", text)
    text = SPOKEN.sub("[number]", text)
    return WRITTEN.sub("[number]", text)
