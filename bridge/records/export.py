"""`handoff export`: finished conversations for billing, spreadsheets and archives."""

import asyncio
import csv
import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Final, TextIO

import typer

from bridge.adapters.db.errors import DatabaseError
from bridge.adapters.number import number_of
from bridge.config import ConfigError, Settings
from bridge.model.record import ConversationRecord
from bridge.options import EXIT_CONFIG, EXIT_RETRY, EXIT_USAGE, ConfigOption, SetOption, fail, settings_of
from bridge.records.cdr import ASTERISK, OURS, cdr_of
from bridge.records.database import database_of
from bridge.records.vcon import vcon_of

Write = Callable[[str, ConversationRecord], None]
FOR_EVER: Final = "9999-12-31"
OPENS_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def export(
    format: Annotated[
        str, typer.Option("--format", help="csv, jsonl (call detail records) or vcon.")
    ] = "csv",
    since: Annotated[str, typer.Option(help="First day or moment, ISO 8601, UTC.")] = "1970-01-01",
    until: Annotated[str, typer.Option(help="The day or moment before which they began.")] = FOR_EVER,
    out: Annotated[Path | None, typer.Option(help="File; default standard output.")] = None,
    config: ConfigOption = None,
    set_: SetOption = None,
) -> None:
    """Write finished conversations, in the order in which they began: CDRs, or one vCon a line."""
    if format not in ("csv", "jsonl", "vcon"):
        raise fail(f"--format {format}: must be csv, jsonl or vcon", EXIT_USAGE)
    span = (_moment("--since", since), _moment("--until", until))
    settings = settings_of(config, set_)
    with ExitStack() as files:
        try:
            file = files.enter_context(out.open("w", newline="", encoding="utf-8")) if out else sys.stdout
            count = asyncio.run(_export(settings, span, _writer(format, file)))
        except ConfigError as error:
            raise fail(str(error), EXIT_CONFIG) from None
        except DatabaseError as error:
            raise fail(f"records.db: not reached ({error}). Cure: try when it is up.", EXIT_RETRY) from None
        except OSError as error:
            raise fail(
                f"--out {out}: {error.strerror}. Cure: a file that can be written.", EXIT_USAGE
            ) from None
    typer.echo(f"{count} conversations", err=True)


async def _export(settings: Settings, span: tuple[float, float], write: Write) -> int:
    database, count = database_of(settings), 0
    try:
        await database.prepare()
        found: AsyncIterator[tuple[str, ConversationRecord]] = database.between(*span)
        async for site, record in found:
            write(site, record)
            count += 1
    finally:
        await database.close()
    return count


def _writer(format: str, file: TextIO) -> Write:
    if format == "csv":
        table = csv.DictWriter(file, [*ASTERISK, *OURS], lineterminator="\n")
        table.writeheader()
        return lambda site, record: table.writerow(_harmless(_cdr(site, record)))
    make = _cdr if format == "jsonl" else _vcon
    return lambda site, record: print(json.dumps(make(site, record)), file=file)


def _cdr(site: str, record: ConversationRecord) -> dict[str, Any]:
    return cdr_of(record, site=site, src=number_of(record.caller), dst=number_of(record.called))


def _vcon(site: str, record: ConversationRecord) -> dict[str, Any]:
    return vcon_of(record, site=site)


def _harmless(row: dict[str, Any]) -> dict[str, Any]:
    """A caller chooses his own name: a spreadsheet shall not take it for a formula."""
    unsafe = {k: v for k, v in row.items() if isinstance(v, str) and v.startswith(OPENS_FORMULA)}
    return row | {key: f"'{value}" for key, value in unsafe.items()}


def _moment(option: str, text: str) -> float:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise fail(f"{option} {text}: must read 2026-01-31 or 2026-01-31T12:00:00", EXIT_USAGE) from None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
