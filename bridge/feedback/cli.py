"""`handoff feedback`: proposals for the bot's side, what is accepted of them, and a month's pack."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from bridge.config import ConfigError, Settings
from bridge.options import EXIT_CONFIG, EXIT_USAGE, ConfigOption, JsonOption, SetOption, fail, settings_of


def feedback(
    records: Annotated[Path | None, typer.Option(help="Directory of records; default records.dir.")] = None,
    month: Annotated[str | None, typer.Option(help="YYYY-MM; default all months.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where the proposals go; default standard output.")] = None,
    scope: Annotated[
        Path | None,
        typer.Option(help="Examples of what the bot is for, one a line: what is like them is not new."),
    ] = None,
    seen: Annotated[
        list[Path] | None,
        typer.Option(help="Proposals of earlier months: those decided on do not come again."),
    ] = None,
    adopt: Annotated[Path | None, typer.Option(help="A reviewed file: write what was accepted.")] = None,
    into: Annotated[Path | None, typer.Option(help="New directory for --adopt.")] = None,
    pack: Annotated[
        Path | None, typer.Option(help="Directory for a month's pack: sample, proposals, report.")
    ] = None,
    config: ConfigOption = None,
    set_: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """What the bot's side could learn from calls that people ended; reviewed by you."""
    from bridge.adapters.rules_files import RulesError
    from bridge.core.template import TemplateError

    settings = settings_of(config, set_)
    there = records or settings.records.dir
    try:
        if not there.is_dir():
            raise ValueError(f"--records {there}: no such directory. Cure: the directory of records.dir")
        if adopt:
            _adopt(adopt, into, there, settings, as_json)
        elif pack:
            _pack(pack, there, month or _last_month(), settings, scope, seen or [])
        else:
            _propose(out, _proposals(there, month, settings, scope, seen or []))
    except (ConfigError, RulesError, TemplateError) as error:
        raise fail(str(error), EXIT_CONFIG) from None
    except OSError as error:
        raise fail(f"{error.filename}: {error.strerror}. Cure: another place", EXIT_USAGE) from None
    except ValueError as error:
        raise fail(str(error), EXIT_USAGE) from None


def _proposals(
    there: Path, month: str | None, settings: Settings, scope: Path | None, seen: list[Path]
) -> list[Any]:
    from bridge.cues.detectors import load_detectors
    from bridge.feedback.gather import gather
    from bridge.feedback.proposal import read_proposals
    from bridge.review.records import records_of

    cues = settings.cues
    detectors = load_detectors(settings.asr.language, cues.rules_dir, cues.second_opinion)
    examples = scope.read_text("utf-8").splitlines() if scope else []
    decided = {each.id for file in seen for each in read_proposals(file) if each.accept is not None}
    found = list(records_of(there, _warn, month or "????-??"))
    return [each for each in gather(found, detectors, examples) if each.id not in decided]


def _propose(out: Path | None, proposals: list[Any]) -> None:
    from bridge.feedback.proposal import write_proposals

    counts = {
        kind: sum(each.kind == kind for each in proposals) for kind in sorted({p.kind for p in proposals})
    }
    _warn(", ".join(f"{n} {kind}" for kind, n in counts.items()) or "nothing to propose")
    if out is None:
        for each in proposals:
            typer.echo(json.dumps(each.model_dump(), ensure_ascii=False))
        return
    if out.exists():
        raise ValueError(f"--out {out}: is there, perhaps reviewed. Cure: another name, or remove it")
    write_proposals(out, proposals)
    _warn(f"written to {out}; set `accept` in each line, then handoff feedback --adopt {out} --into DIR")


def _adopt(file: Path, into: Path | None, there: Path, settings: Settings, as_json: bool) -> None:
    """Writes, then replays the records by the rules before and after."""
    from tempfile import TemporaryDirectory

    from bridge.feedback.adopt import adopt
    from bridge.feedback.proposal import read_proposals
    from bridge.review.against import replay_against

    if into is None:
        raise ValueError(f"--adopt {file}: where to? Cure: --into a new directory")
    accepted = [each for each in read_proposals(file) if each.accept]
    for path in adopt(accepted, settings.cues.rules_dir, into):
        _warn(f"written: {path}")
    with TemporaryDirectory() as nothing:
        before = settings.cues.rules_dir or Path(nothing)
        replay_against(there, settings, into, before, None, as_json)


def _pack(
    out: Path, there: Path, month: str, settings: Settings, scope: Path | None, seen: list[Path]
) -> None:
    """sample.jsonl to be labelled, feedback.jsonl to be reviewed, report.json and report.html."""
    from bridge.adapters.db.database import Database
    from bridge.adapters.db.totals import Span
    from bridge.measuring.html import write_page
    from bridge.measuring.report import report
    from bridge.records.database import address_of
    from bridge.review.case import write_cases
    from bridge.review.records import cases_of
    from bridge.review.sample import draw, seed_of

    since = datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC)
    until = (since + timedelta(days=32)).replace(day=1)
    if out.exists() and any(out.iterdir()):
        raise ValueError(f"--pack {out}: is not empty. Cure: a new directory")
    cases = list(cases_of(there, _warn, month))
    if cases:
        write_cases(out / "sample.jsonl", draw(cases, settings.review.sample, seed_of(month, settings.site)))
    _propose(out / "feedback.jsonl", _proposals(there, month, settings, scope, seen))
    before = (since - timedelta(days=1)).replace(day=1)

    async def made() -> dict[str, Any]:
        database = Database(address_of(settings), timeout_s=60.0)
        try:
            await database.prepare()
            span = Span(since_s=before.timestamp(), until_s=until.timestamp())
            return await report(database, span)
        finally:
            await database.close()

    told = asyncio.run(made())
    (out / "report.json").write_text(json.dumps(told), encoding="utf-8")
    write_page(out / "report.html", told)
    _warn(
        f"{out}: sample.jsonl (handoff review --label), feedback.jsonl (accept), "
        f"report.html of {before:%Y-%m} and {month}"
    )


def _last_month() -> str:
    return (datetime.now(UTC).replace(day=1) - timedelta(days=1)).strftime("%Y-%m")


def _warn(message: str) -> None:
    typer.echo(message, err=True)
