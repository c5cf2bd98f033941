"""The report of `bench latency` for people, and what it means for the budget."""

from typing import Any, Final

from bridge.bench.spread import table

COVERAGE: Final = 0.85
FIGURES: Final = (
    "word_latency_ms", "stable_latency_ms", "turn_text_ms", "final_ms", "media_tick_late_ms",
)  # fmt: skip


def judge(told: dict[str, Any], budget_ms: float) -> bool:
    """Whether a run failed: word p95 over the budget, or too few words right to say."""
    p95 = told["word_latency_ms"]["p95"]
    return p95 is None or p95 > budget_ms or told["coverage"] < COVERAGE


def lines(told: dict[str, Any]) -> list[str]:
    errors = ", ".join(
        f"{name[0].upper()} {told[name]}" for name in ("substitutions", "deletions", "insertions")
    )
    return [
        f"{told['model']}, {told['streams']} streams; {told['speech']}",
        table({name: told[name] for name in FIGURES}),
        f"coverage {told['coverage']:.3f}, WER {told['wer']} ({errors}), {told['words']} words, "
        f"{told['cpu_per_stream']:.3f} core a stream, ASR memory {told['asr_rss_mb']} MB, "
        f"{told['windows_void']} of {told['windows']} windows void",
    ]
