"""`handoff knowledge ...`: add a folder of handbooks, see what is there, search, forget, measure."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from bridge.options import (
    EXIT_CONFIG,
    EXIT_FAILED,
    EXIT_MISSING,
    EXIT_USAGE,
    ConfigOption,
    JsonOption,
    SetOption,
    fail,
    settings_of,
)  # fmt: skip

app = typer.Typer(no_args_is_help=True, help="Handbooks that agents are shown passages of during a call.")
_EXITS = {"folder": EXIT_USAGE, "file": EXIT_CONFIG}


@app.command()
def add(
    folder: Annotated[Path, typer.Argument(help="With Markdown, HTML or text; read anew where it changed.")],
    base: Annotated[str, typer.Option(help="Web address that stands for the folder in links.")] = "",
    config: ConfigOption = None,
    set_: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add a folder, or bring it up to date."""
    from bridge.adapters.knowledge import shelf
    from bridge.adapters.knowledge.meaning import Meaning
    from bridge.knowledge.choice import file_of, weights_of

    settings = settings_of(config, set_)
    with _explained():
        model = weights_of(settings)
        with shelf.opened(file_of(settings)) as db:
            added = shelf.add(db, folder, Meaning(model) if model else None, base)
    _print(
        asdict(added) | {"meaning": model is not None},
        f"{added.new} new, {added.changed} changed, {added.unchanged} unchanged, {added.gone} gone; "
        f"{added.passages} passages{'' if model else ', words only (no [semantic] extra)'}",
        as_json,
    )


@app.command(name="list")
def list_folders(config: ConfigOption = None, set_: SetOption = None, as_json: JsonOption = False) -> None:
    """Folders that were added."""
    from bridge.adapters.knowledge import shelf
    from bridge.knowledge.choice import file_of

    with _explained(), shelf.opened(file_of(settings_of(config, set_))) as db:
        found = shelf.folders(db)
    lines = [f"{one.folder}: {one.documents} documents, {one.passages} passages" for one in found]
    _print([asdict(one) for one in found], "\n".join(lines) or "nothing has been added", as_json)


@app.command()
def remove(
    folder: Annotated[str, typer.Argument(help="As `list` names it.")],
    config: ConfigOption = None,
    set_: SetOption = None,
) -> None:
    """Forget a folder."""
    from bridge.adapters.knowledge import shelf
    from bridge.knowledge.choice import file_of

    with _explained(), shelf.opened(file_of(settings_of(config, set_))) as db:
        gone = shelf.remove(db, folder)
    if not gone:
        raise fail(
            f"{folder}: was not added. Cure: `handoff knowledge list` names those that were.", EXIT_USAGE
        )
    typer.echo(f"{gone} documents forgotten")


@app.command()
def search(
    question: Annotated[str, typer.Argument(help="As a caller says it.")],
    limit: Annotated[int, typer.Option(min=1, max=50)] = 3,
    config: ConfigOption = None,
    set_: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """The passages an agent would be shown."""
    from bridge.knowledge.choice import library_of

    settings = settings_of(config, set_)
    with _explained():
        library = library_of(settings)
    try:
        found = library.search_now(question, limit)
    finally:
        library.close_now()
    rows = [asdict(one.passage) | {"score": one.score} for one in found]
    lines = [f"{one.score:.2f}  {' > '.join(one.passage.path)}\n      {one.passage.link}" for one in found]
    _print(rows, "\n".join(lines) or "nothing is near", as_json)


@app.command()
def bench(
    folder: Annotated[Path, typer.Argument(help="With the handbooks.")],
    questions: Annotated[
        Path, typer.Argument(help="JSON Lines: question, and file and heading that answer.")
    ],
    passages: Annotated[int, typer.Option(min=1, help="The time is measured over so many.")] = 10_000,
    budget_ms: Annotated[float, typer.Option(help="p95 of a search.")] = 20.0,
    config: ConfigOption = None,
    set_: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Recall at 3, with plain BM25 beside it, and the time of a search. Exit 1 over the budget."""
    from bridge.knowledge.bench import bench as measured
    from bridge.knowledge.bench import read_questions
    from bridge.knowledge.choice import weights_of

    with _explained():
        model = weights_of(settings_of(config, set_))
        figures = measured(folder, read_questions(questions), model, passages)
    _print(figures, _table(figures), as_json)
    if figures["search_ms"]["p95"] > budget_ms:
        raise typer.Exit(EXIT_FAILED)


def _table(figures: dict) -> str:  # type: ignore[type-arg]
    lines = [f"{figures['questions']} questions on {figures['passages']} passages"]
    for name in ("bm25", "meaning"):
        if row := figures.get(name):
            own, mixed = row["recall_at_3_own"], row["recall_at_3_all"]
            lines.append(f"{name:8} recall@3: {own:.3f} in its own handbook, {mixed:.3f} in all together")
    ms = figures["search_ms"]
    lines.append(
        f"search over {ms['passages']} passages: p50 {ms['p50']} ms, p95 {ms['p95']} ms (n={ms['n']})"
    )
    return "\n".join(lines)


@contextmanager
def _explained() -> Iterator[None]:
    from bridge.adapters.knowledge.shelf import KnowledgeError
    from bridge.config import ConfigError

    try:
        yield
    except KnowledgeError as error:
        raise fail(str(error), _EXITS[error.code]) from None
    except ConfigError as error:
        raise fail(str(error), EXIT_MISSING) from None


def _print(rows: object, text: str, as_json: bool) -> None:
    typer.echo(json.dumps(rows, ensure_ascii=False) if as_json else text)
