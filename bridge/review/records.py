"""The records of a site as cases."""

from collections.abc import Callable, Iterator
from pathlib import Path

from pydantic import ValidationError

from bridge.adapters.files import RECORD
from bridge.model.record import ConversationRecord
from bridge.review.case import Case, case_of


def cases_of(records: Path, tell: Callable[[str], None], month: str = "????-??") -> Iterator[Case]:
    """As `records_of`; without those in which nothing was said."""
    for record in records_of(records, tell, month):
        if case := case_of(record):
            yield case


def records_of(
    records: Path, tell: Callable[[str], None], month: str = "????-??"
) -> Iterator[ConversationRecord]:
    """Of all finished conversations, or of those of one month (YYYY-MM), day by day.

    A record that cannot be read is told and passed over: it must not cost the month its review.
    """
    for path in sorted(records.glob(f"{month}-??/*.json")):
        try:
            record = RECORD.validate_json(path.read_bytes())
        except OSError as error:
            tell(f"{path}: passed over: {error.strerror}")
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "line 1"
            tell(f"{path}: passed over: {where}: {first['msg']}. Cure: restore the file or remove it")
        else:
            yield record
