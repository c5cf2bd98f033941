"""`handoff eval`: thin; the work is in the modules beside this one."""

import json
from pathlib import Path
from typing import Annotated

import typer

from bridge.options import EXIT_CONFIG, JsonOption, fail

DATA = Path("tests/data/eval")


def evaluate(
    data: Annotated[
        list[Path] | None,
        typer.Option(
            help="Directory of labelled lines; may be given several times. Default tests/data/eval."
        ),
    ] = None,
    missed: Annotated[
        bool, typer.Option("--missed", help="Also the lines that were judged wrongly.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Score cues, replay, brief and redact on labelled lines; exit 1 = a target is missed."""
    from bridge.evaluation.report import as_dict, exit_code, table
    from bridge.evaluation.rows import DataError, load
    from bridge.evaluation.run import evaluate

    try:
        loaded = [load(directory) for directory in data or [DATA]]
    except DataError as error:
        raise fail(str(error), EXIT_CONFIG) from None
    figures = [figure for each in loaded for figure in evaluate(each)]
    if as_json:
        typer.echo(json.dumps(as_dict(figures, missed=missed)))
    else:
        for line in table(figures, missed=missed):
            typer.echo(line)
    raise typer.Exit(exit_code(figures))
