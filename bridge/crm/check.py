"""`handoff check` of the customer database: the file is there and holds what is asked of it."""

import csv
import sqlite3
from collections.abc import Iterator

from bridge.adapters.crm.csv_file import CsvError, CsvFile
from bridge.adapters.crm.recipe import Recipe, recipe_of
from bridge.adapters.crm.source import Key
from bridge.adapters.crm.sqlite_file import SqliteFile
from bridge.config import ConfigError, Settings
from bridge.crm.choice import crm_of
from bridge.finding import Finding
from bridge.web.auth import is_loopback

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
        else:
            yield from _recipe(recipe_of(crm.file), str(crm.file))
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


def _recipe(recipe: Recipe, file: str) -> Iterator[Finding]:
    """Nothing is sent."""
    try:
        if recipe.auth.kind != "none" and not recipe.auth.secret():
            raise LookupError
    except (OSError, LookupError, UnicodeDecodeError):
        key, given = "secret_file", str(recipe.auth.secret_file)
        if recipe.auth.secret_env:
            key, given = "secret_env", recipe.auth.secret_env
        message = f"{file}: auth.{key}: {given} holds no secret."
        cure = "make the file readable, or set the variable, for the user of the bridge"
        yield Finding(level="error", key="crm.file", message=message, cure=cure)
    for key, url in (("base_url", recipe.base_url), ("auth.token_url", recipe.auth.token_url)):
        if url and url.scheme != "https" and not is_loopback(url.host or ""):
            message = f"{file}: {key}: secrets and callers go there in clear text."
            yield Finding(level="warning", key="crm.file", message=message, cure="use https")
