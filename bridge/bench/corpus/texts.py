"""The sentences of contact_centre.tsv: what callers say, written for this project."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

SENTENCES: Final = Path(__file__).with_name("contact_centre.tsv")
LICENCE: Final = "Apache-2.0"
REQUEST: Final = "request"
"""the kind that asks for a human"""


@dataclass(frozen=True, slots=True)
class Text:
    id: str
    kind: str
    text: str


def texts(path: Path = SENTENCES) -> list[Text]:
    lines = (line for line in path.read_text().splitlines() if line and not line.startswith("#"))
    return [Text(*line.split("\t")) for line in lines]
