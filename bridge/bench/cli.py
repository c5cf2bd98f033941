"""`handoff bench ...`: thin; the work is in the modules beside this one, loaded only when asked for."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(no_args_is_help=True, help="Measure this machine; exit 75 when it was too noisy to.")

JsonOption = Annotated[bool, typer.Option("--json", help="JSON on standard output.")]
NoiseOption = Annotated[
    float, typer.Option("--max-noise-ms", help="p99 of sleep overshoot above which a run is void.")
]
CorpusOption = Annotated[
    Path | None, typer.Option(help="Where the corpus is; default .cache/corpus.", show_default=False)
]
EXIT_FAILED, EXIT_USAGE, EXIT_MISSING, EXIT_VOID = 1, 2, 69, 75


@app.command()
def corpus(
    corpus_dir: CorpusOption = None,
    limit: Annotated[int | None, typer.Option(min=1, help="So many sentences and recordings only.")] = None,
    fetch: Annotated[bool, typer.Option(help="Fetch voices and recordings from Debian.")] = True,
    as_json: JsonOption = False,
) -> None:
    """Build the telephone speech `asr` and `latency` are measured on; `make corpus` brings all its parts."""
    from bridge.bench.corpus.build import FEWEST_CLIPS, FEWEST_WORDS, build
    from bridge.bench.corpus.manifest import default_dir

    told = build(corpus_dir or default_dir(), _tell, limit=limit, fetch=fetch)
    if as_json:
        typer.echo(json.dumps(told))
    else:
        for source, row in told["sources"].items():
            typer.echo(
                f"{source:<14} {row['clips']:>4} clips {row['words']:>5} words {row['seconds']:>7.1f} s"
            )
        typer.echo(
            f"{told['clips']} clips, {told['words']} words, {told['speech_s']} s of speech, "
            f"{told['test_share']:.0%} kept for tests, {told['nonspeech_s']} s without speech: "
            f"{told['directory']}"
        )
    whole = told["clips"] >= FEWEST_CLIPS and told["words"] >= FEWEST_WORDS and not told["missing"]
    if not whole and limit is None and fetch:
        typer.echo("the corpus is not complete; what is missing is named above", err=True)
        raise typer.Exit(EXIT_MISSING)


@app.command()
def handoff(
    n: Annotated[int, typer.Option("--n", min=1, help="Calls, one after the other; about 10 s each.")] = 20,
    as_json: JsonOption = False,
    out: Annotated[Path, typer.Option(help="Where wire.pcap and wire.json are left.")] = Path("out/bench"),
    from_pcap: Annotated[Path | None, typer.Option(help="Compute the figures of an earlier run.")] = None,
    max_noise_ms: NoiseOption = 2.0,
) -> None:
    """Pickup to whisper, request to INVITE, accept to connected, added delay, REFER: on the wire."""
    from bridge.bench.figures import FIGURES, analyse
    from bridge.bench.spread import table

    if from_pcap:
        try:
            told = analyse(from_pcap)
        except (OSError, ValueError, TypeError, KeyError) as error:
            typer.echo(f"{from_pcap}: no capture of this bench with its notes: {error}", err=True)
            raise typer.Exit(EXIT_USAGE) from None
    else:
        from bridge.bench.handoff import measure

        told = measure(n, out, noise_limit_ms=max_noise_ms, tell=_tell)
    if as_json:
        typer.echo(json.dumps(told))
    else:
        rings = told["pickup_to_whisper_by_ring_ms"]
        rows = {name: told[name] for name in FIGURES}
        typer.echo(table(rows | {f"pickup_to_whisper_ms, ring {s} s": row for s, row in rings.items()}))
        _conditions(told)
    _leave(void=bool(told["noise"].get("void")), failed=bool(told["failed"]))


@app.command()
def asr(
    engine: Annotated[
        list[str] | None, typer.Option(help="all, whisper_asr or vosk; may be repeated.")
    ] = None,
    model_dir: Annotated[list[Path] | None, typer.Option(help="A model to compare; may be repeated.")] = None,
    split: Annotated[str, typer.Option(help="test, dev or all.")] = "test",
    limit: Annotated[int | None, typer.Option(min=1, help="So many clips of each source.")] = None,
    corpus_dir: CorpusOption = None,
    as_json: JsonOption = False,
    out: Annotated[Path, typer.Option(help="Where each engine's words are left.")] = Path("out/bench-asr"),
) -> None:
    """Every engine on the same clips: word errors, requests, made-up words, CPU, memory, waiting."""
    from asr.errors import AsrError
    from bridge.bench.asr import AsrPlan, DecodeFailed, measure
    from bridge.bench.asr_table import asr_table
    from bridge.bench.corpus.manifest import CHOICES, CorpusMissing, default_dir
    from bridge.bench.engines import engines

    if split not in CHOICES:
        raise _stop(f"--split {split}: must be one of {', '.join(CHOICES)}", EXIT_USAGE)
    plan = AsrPlan(corpus=corpus_dir or default_dir(), split=split, limit=limit)  # type: ignore[arg-type]
    try:
        told = measure(plan, engines(engine or (), model_dir or ()), out, _tell)
    except (AsrError, CorpusMissing) as error:
        raise _stop(str(error), EXIT_MISSING) from None
    except DecodeFailed as error:
        raise _stop(str(error), EXIT_FAILED) from None
    typer.echo(json.dumps(told) if as_json else asr_table(told))
    if any(one["nonspeech"]["finals"] for one in told["engines"]):
        raise typer.Exit(EXIT_FAILED)


@app.command()
def latency(
    streams: Annotated[int, typer.Option(min=1, max=64, help="Callers who talk at the same time.")] = 4,
    seconds: Annotated[float, typer.Option(min=5, help="How long each of them talks.")] = 60,
    engine: Annotated[str, typer.Option(help="auto, whisper_asr or vosk.")] = "auto",
    model_dir: Annotated[Path | None, typer.Option(help="The engine's model; vosk needs one.")] = None,
    budget_ms: Annotated[float, typer.Option(help="What word p95 may be; exit 1 above it.")] = 500,
    as_json: JsonOption = False,
    out: Annotated[Path, typer.Option(help="Where logs and events are left.")] = Path("out/bench-latency"),
    max_noise_ms: NoiseOption = 2.0,
) -> None:
    """Word spoken to word known, through the whole path in real time; word errors beside it."""
    from bridge.bench.latency import COVERAGE, Plan, measure
    from bridge.bench.spread import table
    from bridge.peers.bridge import BridgeFailed

    plan = Plan(
        streams=streams, seconds=seconds, engine=engine, model_dir=model_dir, noise_limit_ms=max_noise_ms
    )
    try:
        told = measure(plan, out, _tell)
    except BridgeFailed as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(EXIT_FAILED) from None
    if as_json:
        typer.echo(json.dumps(told))
    else:
        names = ("word_latency_ms", "stable_latency_ms", "turn_text_ms", "final_ms")
        typer.echo(table({name: told[name] for name in names}))
        typer.echo(
            f"{told['engine']}, {streams} streams: coverage {told['coverage']:.3f}, WER {told['wer']}, "
            f"{told['cpu_per_stream']:.3f} core a stream, {told['windows_void']} of {told['windows']} "
            "windows void"
        )
        _conditions(told)
    slow = (told["word_latency_ms"]["p95"] or float("inf")) > budget_ms
    _leave(void=told["noise"]["void"], failed=slow or told["coverage"] < COVERAGE)


def _stop(message: str, code: int) -> typer.Exit:
    typer.echo(message, err=True)
    return typer.Exit(code)


def _tell(text: str) -> None:
    typer.echo(text, err=True)


def _conditions(told: dict[str, Any]) -> None:
    noise = told["noise"]
    overshoot = noise["sleep_overshoot_ms"]
    typer.echo(
        f"noise: sleep overshoot p99 {overshoot['p99']} ms, max {overshoot['max']} ms (limit p99 "
        f"{noise['limit_ms']} ms), steal {noise['steal']:.2%}; run {'VOID' if noise['void'] else 'valid'}"
    )
    for failure in told.get("failed", []):
        typer.echo(f"failed: {failure}")


def _leave(*, void: bool, failed: bool) -> None:
    """Void comes first: what a noisy machine failed at proves nothing."""
    if void or failed:
        raise typer.Exit(EXIT_VOID if void else EXIT_FAILED)
