"""`handoff erase`: what the bridge keeps of one caller."""

import asyncio
import json
from typing import Annotated, Any

import typer

from bridge.config import ConfigError, Settings
from bridge.options import (
    EXIT_CONFIG,
    EXIT_FAILED,
    EXIT_RETRY,
    EXIT_USAGE,
    ConfigOption,
    JsonOption,
    SetOption,
    fail,
    settings_of,
)
from bridge.records.database import database_of
from bridge.records.erasure import Erasure, ErasureError


def erase(
    caller: Annotated[str, typer.Option(help="Number or SIP URI; + or 00, blanks and dashes do not matter.")],
    config: ConfigOption = None,
    set_: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Erase a caller everywhere, then search everywhere: 1 if something is left, 75 if a place is away."""
    settings = settings_of(config, set_)
    try:
        told = asyncio.run(_erased(settings, caller))
    except ConfigError as error:
        raise fail(str(error), EXIT_CONFIG) from None
    except ErasureError as error:
        raise fail(str(error), EXIT_RETRY) from None
    except ValueError as error:
        raise fail(str(error), EXIT_USAGE) from None
    typer.echo(json.dumps(told) if as_json else _plainly(told))
    if told["left"]:
        raise typer.Exit(EXIT_FAILED)


async def _erased(settings: Settings, caller: str) -> dict[str, Any]:
    database = database_of(settings)
    try:
        erasure = Erasure(settings, database, caller)
        if not erasure.number:
            raise ValueError(
                f"--caller {caller!r}: no number in it. Cure: a number, or a SIP URI with a user."
            )
        await erasure.prepare()
        erased = await erasure.erase()
        left = await erasure.left()
    finally:
        await database.close()
    return {"conversations": len(erasure.ids), "erased": erased, "left": left}


def _plainly(told: dict[str, Any]) -> str:
    lines = [f"{told['conversations']} conversations"]
    lines += [f"  {place}: {count} erased" for place, count in told["erased"].items()]
    lines += [f"  LEFT in {place}: {count}" for place, count in told["left"].items()]
    return "\n".join(
        [*lines, "something is left" if told["left"] else "searched everywhere: nothing is left"]
    )
