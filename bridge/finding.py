"""What a look at the configuration or the machine found."""

from dataclasses import asdict, dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`level` error: it will not work. warning: it will, but somebody should know. ok: looked at, fine."""

    level: Literal["error", "warning", "ok"]
    key: str
    message: str
    cure: str = ""

    def line(self) -> str:
        mark = {"error": "ERROR  ", "warning": "warning", "ok": "ok     "}[self.level]
        return f"{mark} {self.key}: {self.message}{' Cure: ' + self.cure if self.cure else ''}"

    def as_dict(self) -> dict[str, str]:
        return asdict(self)
