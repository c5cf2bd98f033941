"""`handoff bench ...`: thin; the work is in the modules beside this one, loaded only when asked for."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bridge.bench.hints import hints

if TYPE_CHECKING:
    from bridge.bench.engines import Engine
    from bridge.bench.talk import Speech

app = typer.Typer(no_args_is_help=True, help="Measure this machine; exit 75 when it was too noisy to.")
app.command()(hints)

JsonOption = Annotated[bool, typer.Option("--json", help="JSON on standard output.")]
NoiseOption = Annotated[
    float, typer.Option("--max-noise-ms", help="p99 of sleep overshoot above which a run is void.")
]
CorpusOption = Annotated[
    Path | None, typer.Option(help="Where the corpus is; default .cache/corpus.", show_default=False)
]
EXIT_FAILED, EXIT_USAGE, EXIT_MISSING, EXIT_VOID = 1, 2, 69, 75
MOST_STREAMS = 64


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
    void = bool(told["noise"].get("void"))
    _leave(void=void, failed=bool(told["failed"]) and not void)


@app.command()
def mqtt(
    n: Annotated[int, typer.Option("--n", min=1, help="Events, one each 10 ms.")] = 500,
    budget_ms: Annotated[float, typer.Option(help="What p50 may be; exit 1 above it.")] = 5,
    as_json: JsonOption = False,
    out: Annotated[Path, typer.Option(help="Where the noise samples are left.")] = Path("out/bench-mqtt"),
    max_noise_ms: NoiseOption = 2.0,
) -> None:
    """Event to subscriber through a real Mosquitto, which Debian is asked for on first use."""
    from bridge.bench.mqtt import measure
    from bridge.bench.spread import table
    from bridge.peers.debian import PeerUnavailable

    try:
        told = measure(n, out, budget_ms=budget_ms, noise_limit_ms=max_noise_ms)
    except PeerUnavailable as error:
        raise _stop(str(error), EXIT_MISSING) from None
    if as_json:
        typer.echo(json.dumps(told))
    else:
        typer.echo(table({"event_to_subscriber_ms": told["event_to_subscriber_ms"]}))
        _conditions(told)
    void = bool(told["noise"]["void"])
    _leave(void=void, failed=bool(told["failed"]) and not void)


@app.command()
def browser(
    legs: Annotated[int, typer.Option(min=1, max=4, help="Browsers at the telephone at the same time.")] = 1,
    seconds: Annotated[float, typer.Option(min=6, help="Of bursts, in all, for each.")] = 60,
    budget_ms: Annotated[float, typer.Option(help="What the round trip's p50 may be.")] = 200,
    as_json: JsonOption = False,
    out: Annotated[Path, typer.Option(help="Where the noise samples are left.")] = Path("out/bench-browser"),
    max_noise_ms: NoiseOption = 2.0,
) -> None:
    """Caller to an agent's browser and back, each way, and the CPU of a browser's leg: a real Chromium."""
    from bridge.bench.browser import FIGURES, BrowserMissing, measure
    from bridge.bench.spread import table
    from bridge.peers.debian import PeerUnavailable

    try:
        told = measure(legs, seconds, out, budget_ms=budget_ms, noise_limit_ms=max_noise_ms, tell=_tell)
    except (BrowserMissing, PeerUnavailable) as error:
        raise _stop(str(error), EXIT_MISSING) from None
    if as_json:
        typer.echo(json.dumps(told))
    else:
        typer.echo(table({name: told[name] for name in FIGURES}))
        typer.echo(f"CPU of a browser's leg: {told['cpu_per_leg_percent']} % of a core")
        _conditions(told)
    void = bool(told["noise"]["void"])
    _leave(void=void, failed=bool(told["failed"]) and not void)


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
    from bridge.bench.asr import AsrPlan, DecodeFailed, measure
    from bridge.bench.asr_table import asr_table
    from bridge.bench.corpus.manifest import CHOICES, CorpusMissing, default_dir

    if split not in CHOICES:
        raise _stop(f"--split {split}: must be one of {', '.join(CHOICES)}", EXIT_USAGE)
    plan = AsrPlan(corpus=corpus_dir or default_dir(), split=split, limit=limit)  # type: ignore[arg-type]
    try:
        told = measure(plan, _engines(engine, model_dir), out, _tell)
    except CorpusMissing as error:
        raise _stop(str(error), EXIT_MISSING) from None
    except DecodeFailed as error:
        raise _stop(str(error), EXIT_FAILED) from None
    typer.echo(json.dumps(told) if as_json else asr_table(told))
    if any(one["nonspeech"]["finals"] for one in told["engines"]):
        raise typer.Exit(EXIT_FAILED)


@app.command()
def latency(
    streams: Annotated[
        list[str] | None,
        typer.Option(help="Callers at the same time; may be repeated, or 1,2,4,8. Default 4."),
    ] = None,
    seconds: Annotated[float, typer.Option(min=5, help="One window of talking; 3 to 5 of them.")] = 60,
    engine: Annotated[list[str] | None, typer.Option(help="auto, whisper_asr, vosk or all.")] = None,
    model_dir: Annotated[list[Path] | None, typer.Option(help="A model; may be repeated.")] = None,
    budget_ms: Annotated[float, typer.Option(help="What word p95 may be; exit 1 above it.")] = 500,
    corpus_dir: CorpusOption = None,
    split: Annotated[str, typer.Option(help="Of the corpus: test, dev or all.")] = "test",
    plot: Annotated[Path | None, typer.Option(help="A PNG of the latencies of all runs.")] = None,
    as_json: JsonOption = False,
    out: Annotated[Path, typer.Option(help="Where logs and events are left.")] = Path("out/bench-latency"),
    max_noise_ms: NoiseOption = 2.0,
) -> None:
    """Word spoken to word known, through the whole path in real time; word errors beside it."""
    from bridge.bench.latency import Plan, measure
    from bridge.bench.latency_table import judge, lines
    from bridge.bench.plot import plot_latency
    from bridge.peers.bridge import BridgeFailed

    counts = _counts(streams or ["4"])
    speech = _speech(corpus_dir, split)
    plans = [
        Plan(streams=count, seconds=seconds, engine=one, noise_limit_ms=max_noise_ms)
        for one in _engines(engine or ["auto"], model_dir)
        for count in counts
    ]
    try:
        runs = [measure(plan, speech, out, _tell) for plan in plans]
    except BridgeFailed as error:
        raise _stop(str(error), EXIT_FAILED) from None
    told = [run.told for run in runs]
    if plot:
        names = [f"{one['model']}, {one['streams']} streams" for one in told]
        plot_latency(plot, list(zip(names, [run.word_ms for run in runs], strict=True)), budget_ms)
    if as_json:
        typer.echo(json.dumps(told[0] if len(told) == 1 else {"runs": told}))
    else:
        for one in told:
            typer.echo("\n".join(lines(one)))
            _conditions(one)
    _leave(
        void=any(one["noise"]["void"] for one in told),
        failed=any(judge(one, budget_ms) for one in told if not one["noise"]["void"]),
    )


def _counts(texts: list[str]) -> list[int]:
    try:
        counts = [int(part) for text in texts for part in text.split(",")]
    except ValueError:
        counts = [0]
    if not all(1 <= count <= MOST_STREAMS for count in counts):
        raise _stop(f"--streams {' '.join(texts)}: numbers from 1 to {MOST_STREAMS}", EXIT_USAGE)
    return counts


def _speech(corpus_dir: Path | None, split: str) -> "Speech":
    """The corpus where it is built; one that was named must be there."""
    from bridge.bench.corpus.manifest import CHOICES, CorpusMissing, default_dir
    from bridge.bench.speech import SyntheticSpeech
    from bridge.bench.talk import CorpusSpeech

    if split not in CHOICES:
        raise _stop(f"--split {split}: must be one of {', '.join(CHOICES)}", EXIT_USAGE)
    try:
        return CorpusSpeech(corpus_dir or default_dir(), split)  # type: ignore[arg-type]
    except CorpusMissing as error:
        if corpus_dir:
            raise _stop(str(error), EXIT_MISSING) from None
        _tell(f"{error}; synthetic sentences are said instead")
        return SyntheticSpeech()


def _engines(names: list[str] | None, model_dirs: list[Path] | None) -> "list[Engine]":
    from asr.errors import AsrError
    from bridge.bench.engines import engines

    try:
        return engines(names or (), model_dirs or ())
    except AsrError as error:
        raise _stop(str(error), EXIT_MISSING) from None


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
    """`failed`: in a run that is not void; what a noisy machine fails at proves nothing."""
    if void or failed:
        raise typer.Exit(EXIT_FAILED if failed else EXIT_VOID)
