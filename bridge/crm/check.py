"""`handoff check` of the customer database: the file is there and holds what is asked of it."""

import csv
import sqlite3
from collections.abc import Iterator

from bridge.adapters.crm.csv_file import CsvError, CsvFile
from bridge.adapters.crm.source import Key
from bridge.adapters.crm.sqlite_file import SqliteFile
from bridge.config import ConfigError, Settings
from bridge.crm.choice import crm_of
from bridge.finding import Finding

NOBODY = Key(caller="0", given="0")


def check_crm(settings: Settings) -> Iterator[Finding]:
    crm = settings.crm
    if crm.kind == "off" or crm.file is None:
        return
    try:
        crm_of(settings)
    except ConfigError as error:
        key, _, message = str(error).partition(": ")
        yield Finding(level="error", key=key, message=message)
        return
    if not crm.file.is_file():
        message = f"{crm.file} is no file: no caller will be known."
        yield Finding(level="error", key="crm.file", message=message, cure="name an existing one")
        return
    try:
        if crm.kind == "csv":
            CsvFile(crm.file, crm.column, crm.country).read()
        elif crm.kind == "sqlite":
            SqliteFile(crm.file, crm.query, crm.deadline_s).look_up(NOBODY)
    except CsvError as error:
        yield Finding(level="error", key="crm.file", message=str(error))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        message = f"{crm.file} cannot be read as CSV in UTF-8 ({type(error).__name__})."
        yield Finding(
            level="error", key="crm.file", message=message, cure="save it as UTF-8, with a header line"
        )
    except sqlite3.Error as error:
        cure = "try crm.query with the sqlite3 command on that file; it may use :caller and :given"
        yield Finding(level="error", key="crm.query", message=f"{crm.file}: {error}.", cure=cure)
