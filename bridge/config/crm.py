"""The section about the customer database."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from bridge.config.sections import Section


class Crm(Section):
    """Who calls: looked up at the INVITE, shown with the brief. No call waits for it or fails by it."""

    kind: Literal["off", "csv", "sqlite", "rest"] = "off"
    """csv and sqlite: a file on this machine; rest: any HTTP API, described in a file (docs/crm.md)"""
    file: Path | None = None
    """the CSV file, the SQLite database, or the YAML that describes the API"""
    header: str | None = Field(default=None, pattern=r"^[A-Za-z][A-Za-z0-9-]{0,60}$")
    """header of the INVITE that holds the customer's key; without it, or where a call has none, the caller's
    number is looked up"""
    country: str = Field(default="", pattern=r"^[1-9][0-9]{0,2}$|^$")
    """calling code put before national numbers (0170... with 49 is 49170...); empty: they stay as they are"""
    first_brief_s: float = Field(default=0.15, ge=0, le=1)
    """from the INVITE on: what has come by then is in the first brief, what comes later is added to it"""
    deadline_s: float = Field(default=3.0, gt=0, le=30)
    """an answer that takes longer is none"""
    cache_s: float = Field(default=120.0, ge=0)
    """so long an answer is used again for the same caller"""
    retry_for_h: float = Field(default=72.0, ge=0)
    """rest: hours after which a wrap-up that the CRM does not take is given up and counted"""
    column: str = "phone"
    """csv: the column with the number or key that is looked up"""
    query: str = "SELECT * FROM customers WHERE phone IN (:caller, '+' || :caller, :given) LIMIT 1"
    """sqlite: one SELECT; :caller is the number in digits with the country, or the header's key, :given as
    it came"""

    @model_validator(mode="after")
    def _has_a_file(self) -> Self:
        if self.kind != "off" and self.file is None:
            raise ValueError(f"kind {self.kind} wants a file: set crm.file")
        return self
