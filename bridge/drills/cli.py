"""`handoff drill`: rings a trainee with an escalation and scores what he does."""

import ipaddress
import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

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
)  # fmt: skip


def drill(
    scenario: Annotated[
        list[str] | None, typer.Argument(help="Names, YAML files or records; default all of ours.")
    ] = None,
    trainee: Annotated[str | None, typer.Option(help="SIP URI of a telephone, instead of an agent.")] = None,
    agent: Annotated[
        str | None, typer.Option(help="An agent of the configuration; default the first.")
    ] = None,
    bind: Annotated[str | None, typer.Option(help="The drill bridge's address; default sip.bind.")] = None,
    port: Annotated[int, typer.Option(help="Its SIP port: the real bridge may run beside it.")] = 5070,
    page_port: Annotated[int, typer.Option(help="Of the trainee's page.")] = 8090,
    out: Annotated[Path, typer.Option(help="Where records and the score go.")] = Path("out/drill"),
    list_: Annotated[bool, typer.Option("--list", help="Name the scenarios.")] = False,
    config: ConfigOption = None,
    set_: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ring a trainee with synthetic or recorded escalations; exit 1 when one was not passed."""
    from bridge.config import ConfigError
    from bridge.demo.phone import SceneFailed
    from bridge.drills.run import drill as play
    from bridge.drills.scenario import load_scenario, names
    from bridge.peers.bridge import BridgeFailed

    if list_:
        rows = {name: load_scenario(name) for name in names()}
        text = "\n".join(f"{name}: {one.title}" for name, one in rows.items())
        typer.echo(json.dumps({name: one.title for name, one in rows.items()}) if as_json else text)
        return
    try:
        chosen = {name: load_scenario(name) for name in scenario or names()}
        desk = _desk(settings_of(config, set_), trainee, agent, bind, port, page_port)
    except ConfigError as error:
        raise fail(str(error), EXIT_CONFIG) from None
    scores = []
    for number, (_, one) in enumerate(chosen.items(), 1):
        try:
            scores.append(play(one, desk, out / f"{number:02}", lambda text: typer.echo(text, err=True)))
        except (SceneFailed, BridgeFailed, TimeoutError) as error:
            raise fail(f"{one.title}: came to nothing: {error}. Cure: try again.", EXIT_RETRY) from None
    rows_ = [asdict(one) for one in scores]
    out.mkdir(parents=True, exist_ok=True)
    (out / "scores.json").write_text(json.dumps(rows_, indent=1))
    typer.echo(json.dumps(rows_) if as_json else "\n".join(_line(row) for row in rows_))
    if not all(one.passed for one in scores):
        raise typer.Exit(EXIT_FAILED)


def _desk(
    settings: Any, trainee: str | None, agent: str | None, bind: str | None, port: int, page_port: int
) -> Any:
    """Raises `typer.Exit` for what is not there."""
    from bridge.drills.run import Desk

    if trainee:
        chosen: dict[str, Any] = {"id": "trainee", "uri": trainee}
        browser = False
    else:
        found = [one for one in settings.agents if agent in (None, one.id)]
        if not found:
            raise fail(
                "no such agent. Cure: --trainee sip:NAME@HOST, or --agent ID of the config.", EXIT_USAGE
            )
        chosen = found[0].model_dump(mode="json", exclude_defaults=True)
        browser = not any(device.uri for device in found[0].all_devices)
    address = bind or settings.sip.bind
    loopback = ipaddress.ip_address(address).is_loopback
    caller = (f"{address.rpartition('.')[0]}.10", 5060) if loopback else (address, port + 2)
    return Desk(
        agent=chosen,
        bind=address,
        port=port,
        caller=caller,
        page_port=page_port,
        assist=_assist(settings),
        browser=browser,
    )


def _assist(settings: Any) -> dict[str, Any]:
    """With the knowledge that the real bridge has."""
    from bridge.knowledge.choice import file_of

    section: dict[str, Any] = settings.assist.model_dump(mode="json")
    section["knowledge"]["file"] = str(file_of(settings))
    return section


def _line(row: dict[str, Any]) -> str:
    first = row["time_to_first_useful_word_s"]
    facts = [
        f"first useful word {first:.1f} s" if first is not None else "nothing useful",
        f"asked again: {', '.join(row['re_asked']) or 'nothing'}",
        {True: "transcript opened", False: "transcript not opened", None: "no page open"}[
            row["transcript_opened"]
        ],
    ]
    verdict = "passed" if row["passed"] else f"NOT passed ({'; '.join(row['failures'])})"
    return f"{row['scenario']}: {verdict}; {', '.join(facts)}"
