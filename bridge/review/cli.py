"""`handoff review`: a month's sample, its labels, and what they say."""

import json
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from bridge.config import Settings
from bridge.options import EXIT_USAGE, ConfigOption, JsonOption, SetOption, fail, settings_of
from bridge.records.database import codec_of
from bridge.review.case import Case, line_of, read_cases, write_cases
from bridge.review.judgement import Costs
from bridge.review.label import label_file
from bridge.review.plot import plot_report
from bridge.review.records import cases_of
from bridge.review.report import report
from bridge.review.sample import draw, seed_of
from bridge.review.text import report_lines


def review(
    records: Annotated[Path | None, typer.Option(help="Directory of records; default records.dir.")] = None,
    month: Annotated[str | None, typer.Option(help="YYYY-MM; default last month.")] = None,
    n: Annotated[int | None, typer.Option("-n", min=1, help="Conversations; default review.sample.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where the sample goes; default standard output.")] = None,
    due: Annotated[bool, typer.Option("--due", help="Last month's sample, unless it is there.")] = False,
    label: Annotated[Path | None, typer.Option(help="A sample to label here, one by one.")] = None,
    report_: Annotated[
        list[Path] | None, typer.Option("--report", help="Labelled samples; may be given several times.")
    ] = None,
    plot: Annotated[Path | None, typer.Option(help="PNG of the report.")] = None,
    more: Annotated[list[Path] | None, typer.Argument(help="More files for --report.")] = None,
    config: ConfigOption = None,
    set_: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Sample a month's conversations, label them, and report per rule, with thresholds proposed."""
    settings = settings_of(config, set_)
    try:
        if label is not None:
            label_file(label, sys.stdin, typer.echo)
        elif report_:
            _report([*report_, *(more or [])], settings, records, plot, as_json)
        elif more:
            raise ValueError(f"{more[0]}: what about it? Cure: --report {more[0]} or --label {more[0]}")
        else:
            _sample(settings, records or settings.records.dir, _month(month), n, out, due)
    except OSError as error:
        told = f"{error.filename}: {error.strerror}. Cure: name a place you may write to"
        raise fail(told, EXIT_USAGE) from None
    except ValueError as error:
        raise fail(str(error), EXIT_USAGE) from None


def costs_of(settings: Settings) -> Costs:
    told = settings.review
    return Costs(early=told.cost_early, missed=told.cost_missed, late_minute=told.cost_late_minute)


def _month(given: str | None) -> str:
    """Raises ValueError."""
    if given is None:
        return (datetime.now(UTC).replace(day=1) - timedelta(days=1)).strftime("%Y-%m")
    try:
        return datetime.strptime(given, "%Y-%m").strftime("%Y-%m")
    except ValueError:
        raise ValueError(f"--month {given}: no month. Cure: YYYY-MM, for instance 2026-09") from None


def _sample(
    settings: Settings, records: Path, month: str, n: int | None, out: Path | None, due: bool
) -> None:
    if due:
        out = out or (settings.review.dir or records / "review") / f"{month}.jsonl"
        if out.exists():
            typer.echo(f"{out} is there already", err=True)
            return
    elif out is not None and out.exists():
        raise ValueError(f"--out {out}: is there, perhaps with labels. Cure: another name, or remove it")
    if not records.is_dir() and not due:
        raise ValueError(f"--records {records}: no such directory. Cure: the directory of records.dir")
    everything = list(cases_of(records, _warn, month, codec_of(settings)))
    seed = seed_of(month, settings.site)
    drawn = draw(everything, n or settings.review.sample, seed)
    typer.echo(
        f"{month} at {settings.site}: {len(drawn)} of {len(everything)} conversations, "
        f"{sum(case.escalated for case in drawn)} escalated, seed {seed}", err=True,
    )  # fmt: skip
    if out is not None and drawn:
        write_cases(out, drawn)
        typer.echo(f"written to {out}; label it with handoff review --label {out}", err=True)
    elif out is None:
        for case in drawn:
            typer.echo(line_of(case))


def _report(
    files: list[Path], settings: Settings, records: Path | None, plot: Path | None, as_json: bool
) -> None:
    cases = [case for file in files for case in read_cases(file)]
    for id, times in Counter(str(case.id) for case in cases).items():
        if times > 1:
            told_by = ", ".join(map(str, files))
            raise ValueError(f"{told_by}: id {id} in {times} of them. Cure: give each sample once")
    if records is not None and not records.is_dir():
        raise ValueError(f"--records {records}: no such directory. Cure: the directory of records.dir")
    every: list[Case] = list(cases_of(records, _warn)) if records else []
    told = report(cases, settings.policy, costs_of(settings), every)
    if plot is not None:
        plot_report(plot, told.rules, told.drift)
    if as_json:
        typer.echo(json.dumps(told.as_dict()))
    else:
        for line in report_lines(told):
            typer.echo(line)


def _warn(message: str) -> None:
    typer.echo(message, err=True)
