"""What every customer database is asked, and what a record of it is made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from bridge.model.crm import CrmRecord

MOST_FIELDS: Final = 40
LONGEST: Final = 400
"""characters of one value"""


class CrmTrouble(Exception):
    """It was asked and gave no usable answer; `cause` is a code without personal data, `status` that of
    HTTP where there was one."""

    def __init__(self, cause: str, status: int | None = None) -> None:
        super().__init__(cause)
        self.cause, self.status = cause, status


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """`caller`: digits with the country, or the key of a header; nothing but letters, digits and _ . @ + -
    in either. `given`: the same as it came."""

    caller: str
    given: str
    conversation: str = ""


class CrmSource(Protocol):
    async def find(self, key: Key) -> CrmRecord | None:
        """None: no such customer. Raises `CrmTrouble`."""

    async def close(self) -> None: ...


def record_of_row(row: Mapping[str, object]) -> CrmRecord:
    """A table's row: columns id, name and tier are what they are called, `interactions` holds a line
    each, all others are fields."""
    told = {str(name).strip(): text for name, value in row.items() if (text := told_as(value))}
    interactions = tuple(line.strip() for line in told.pop("interactions", "").splitlines() if line.strip())
    named = {name: told.pop(name, None) for name in ("id", "name", "tier")}
    return CrmRecord(**named, fields=dict(list(told.items())[:MOST_FIELDS]), interactions=interactions[:5])


def told_as(value: object) -> str:
    """Of a plain value; "" of anything else."""
    match value:
        case bool():
            return "yes" if value else "no"
        case str() | int() | float():
            return str(value).strip()[:LONGEST]
    return ""
