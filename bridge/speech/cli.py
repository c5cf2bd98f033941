"""`handoff models ...`: thin; the work is in the modules beside this one, loaded only when asked for."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from bridge.options import (
    EXIT_FAILED,
    EXIT_MISSING,
    EXIT_RETRY,
    EXIT_USAGE,
    ConfigOption,
    JsonOption,
    SetOption,
    fail,
    settings_of,
)  # fmt: skip

app = typer.Typer(no_args_is_help=True, help="Speech models: which are installed, add, get, compare.")

LanguageOption = Annotated[str | None, typer.Option(help="Two letters; default asr.language.")]
_EXITS = {"network": EXIT_RETRY, "truncated": EXIT_RETRY, "engine_missing": EXIT_MISSING} | dict.fromkeys(
    ("unknown_model", "bad_name", "model_exists"), EXIT_USAGE
)


@app.command(name="list")
def list_models(config: ConfigOption = None, set_: SetOption = None, as_json: JsonOption = False) -> None:
    """Installed models: the packaged one and those that were added."""
    from bridge.speech.choice import store_of
    from bridge.speech.compare import compared

    with _explained():
        store = store_of(settings_of(config, set_))
        measured = {result.sha256: result for result in compared(store)}
        rows = []
        for model in store.models():
            result = measured.get(model.sha256)
            figures = {"wer": result.wer, "cpu_per_s": result.cpu_per_s} if result else {}
            rows.append(asdict(model) | {"directory": str(model.directory)} | figures)
    _print(rows, as_json)


@app.command()
def add(
    directory: Annotated[Path, typer.Argument(help="A CTranslate2 Whisper or a Vosk model directory.")],
    name: Annotated[str | None, typer.Option(help="Default: the directory's own.")] = None,
    language: LanguageOption = None,
    link: Annotated[bool, typer.Option(help="Leave the files where they are.")] = False,
    config: ConfigOption = None,
    set_: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Try a model and add it; afterwards its name will do in asr.model_dir and asr.final_model."""
    from bridge.speech.choice import store_of

    settings = settings_of(config, set_)
    with _explained():
        added = store_of(settings).add(
            directory,
            name=name or directory.absolute().name,
            language=language or settings.asr.language,
            how="link" if link else "copy",
        )
    _print([asdict(added) | {"directory": str(added.directory)}], as_json)


@app.command()
def get(
    name: Annotated[str, typer.Argument(help="A Vosk model's name, or a language for its newest small one.")],
    config: ConfigOption = None,
    set_: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Download a Vosk model, verify it and add it."""
    import httpx2

    from asr.vosk import index_url
    from bridge.speech.choice import store_of
    from bridge.speech.download import TIMEOUT_S, fetch, look_up

    settings = settings_of(config, set_)
    with _explained(), httpx2.Client(timeout=TIMEOUT_S, follow_redirects=True) as client:
        listed = look_up(client, settings.asr.models_index or index_url(), name)
        language = listed.lang.partition("-")[0]
        added = fetch(client, listed, store_of(settings), language=language, tell=_tell)
    _print([asdict(added) | {"directory": str(added.directory)}], as_json)


@app.command()
def bench(config: ConfigOption = None, set_: SetOption = None, as_json: JsonOption = False) -> None:
    """Compare the installed models here; `asr.engine: auto` takes the best from then on."""
    from bridge.speech.choice import store_of
    from bridge.speech.compare import compare

    with _explained():
        results = compare(store_of(settings_of(config, set_)), tell=_tell)
    _print([asdict(result) for result in results], as_json)


@contextmanager
def _explained() -> Iterator[None]:
    from asr.errors import AsrError
    from bridge.speech.compare import CompareError
    from bridge.speech.download import DownloadError

    try:
        yield
    except (AsrError, DownloadError) as error:
        raise fail(str(error), _EXITS.get(error.code, EXIT_FAILED)) from None
    except CompareError as error:
        raise fail(str(error), EXIT_FAILED) from None


def _print(rows: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(rows))
        return
    for row in rows:
        typer.echo("  ".join(f"{key} {value}" for key, value in row.items()))


def _tell(text: str) -> None:
    typer.echo(text, err=True)
