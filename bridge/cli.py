"""The command line: `handoff COMMAND`. Exit codes: 0 ok, 1 check failed, 2 usage, 69 dependency missing,
75 try again, 78 configuration."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from bridge import __version__
from bridge.bench.cli import app as bench
from bridge.briefing.cli import brief
from bridge.config import ConfigError, run_dir
from bridge.cues.cli import cues
from bridge.cues.replay import replay
from bridge.drills.cli import drill
from bridge.evaluation.cli import evaluate
from bridge.feedback.cli import feedback
from bridge.knowledge.cli import app as knowledge
from bridge.measuring.cli import report, simulate
from bridge.options import EXIT_CONFIG, EXIT_FAILED, ConfigOption, JsonOption, SetOption, fail, settings_of
from bridge.records.cli import erase
from bridge.records.export import export
from bridge.redaction.cli import redact
from bridge.review.cli import review
from bridge.speech.cli import app as models
from bridge.tokens import token
from bridge.trace.cli import trace

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(bench, name="bench")
app.add_typer(models, name="models")
app.add_typer(knowledge, name="knowledge")
app.command(name="eval")(evaluate)
app.command()(redact)
app.command("cues")(cues)
app.command()(replay)
app.command()(brief)
app.command()(review)
app.command()(feedback)
app.command()(report)
app.command()(simulate)
app.command()(token)
app.command()(erase)
app.command()(export)
app.command()(trace)
app.command()(drill)


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


@app.command()
def run(config: ConfigOption = None, set_: SetOption = None) -> None:
    """Run the bridge until SIGTERM; the first signal drains, the second ends."""
    from bridge.check import check_settings
    from bridge.supervisor import StartError, Supervisor

    settings = settings_of(config, set_)
    errors = [finding for finding in check_settings(settings) if finding.level == "error"]
    if errors:
        raise fail("\n".join(finding.line() for finding in errors), EXIT_CONFIG)
    run_dir(settings)
    try:
        asyncio.run(Supervisor(settings, on_ready=lambda: typer.echo("ready", err=True)).run())
    except StartError as error:
        raise fail(str(error), error.code) from None


@app.command()
def check(config: ConfigOption = None, set_: SetOption = None, as_json: JsonOption = False) -> None:
    """Validate the configuration without starting anything."""
    from bridge.check import check_settings

    _report(check_settings(settings_of(config, set_)), as_json)


@app.command()
def doctor(config: ConfigOption = None, set_: SetOption = None, as_json: JsonOption = False) -> None:
    """Look at this machine: ports, codecs, call limit, models, voices, clock, disk; each with its cure."""
    from bridge.doctor import examine

    _report(examine(settings_of(config, set_)), as_json)


def _report(findings: list[Any], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps([finding.as_dict() for finding in findings]))
    else:
        for finding in findings:
            typer.echo(finding.line())
    if any(finding.level == "error" for finding in findings):
        raise typer.Exit(EXIT_FAILED)


@app.command()
def schema(name: str) -> None:
    """Print a JSON Schema (record, brief, state) or a whole interface (openapi, asyncapi)."""
    from bridge.schemas import schema_of

    try:
        typer.echo(json.dumps(schema_of(name), indent=2, sort_keys=True))
    except KeyError as error:
        raise fail(f"unknown schema {name}; known: {error.args[0]}", 2) from None


@app.command()
def demo(
    mode: Annotated[str, typer.Option(help="conference, refer (attended REFER) or all.")] = "all",
    script: Annotated[Path | None, typer.Option(help="YAML with other lines for caller and agent.")] = None,
    out: Annotated[Path, typer.Option(help="Where the report and its files go.")] = Path("out/demo"),
    scenarios: Annotated[bool, typer.Option(help="Also the calls in which something goes wrong.")] = True,
    asterisk: Annotated[bool, typer.Option(help="REFER through a real Asterisk, fetched if need be.")] = True,
    as_json: JsonOption = False,
) -> None:
    """Place real SIP calls on loopback, check them, and leave what happened in a directory."""
    from rich.console import Console

    from bridge.demo.run import run_demo
    from bridge.demo.show import progress, summary

    if mode not in ("conference", "refer", "all"):
        raise fail(f"--mode {mode}: must be conference, refer or all", 2)
    console = Console(stderr=as_json)
    try:
        with progress(console) as tell:
            work = run_demo(
                mode=mode, script_file=script, out=out, scenarios=scenarios, asterisk=asterisk, tell=tell
            )
            report = asyncio.run(work)
    except ConfigError as error:
        raise fail(str(error), EXIT_CONFIG) from None
    summary(console, report, out)
    if as_json:
        typer.echo(json.dumps(report))
    if not report["ok"]:
        raise typer.Exit(EXIT_FAILED)


def main() -> None:
    """Entry point of the `handoff` command."""
    sys.exit(app(standalone_mode=True))
