"""What commands have in common: the configuration they read, and how they end."""

from pathlib import Path
from typing import Annotated

import typer

from bridge.config import ConfigError, Settings, load

ConfigOption = Annotated[
    Path | None, typer.Option("--config", "-c", help="YAML file. Without it: defaults and environment.")
]
SetOption = Annotated[list[str] | None, typer.Option("--set", help="Override, for instance sip.port=5062.")]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON on standard output.")]

EXIT_FAILED, EXIT_USAGE, EXIT_MISSING, EXIT_RETRY, EXIT_CONFIG = 1, 2, 69, 75, 78


def fail(message: str, code: int) -> typer.Exit:
    typer.echo(message, err=True)
    return typer.Exit(code)


def settings_of(config: Path | None, overrides: list[str] | None) -> Settings:
    try:
        settings = load(config, overrides)
    except ConfigError as error:
        raise fail(str(error), EXIT_CONFIG) from None
    settings.run_dir = settings.run_dir.absolute()
    settings.records.dir = settings.records.dir.absolute()
    return settings
