"""The report of `bench asr` for people: engines side by side, in Markdown."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

_ROWS: Final[tuple[tuple[str, Callable[[dict[str, Any]], Any]], ...]] = (
    ("WER %", lambda r: _percent(r["wer"])),
    ("substitutions %", lambda r: _percent(r["substitutions"])),
    ("deletions %", lambda r: _percent(r["deletions"])),
    ("insertions %", lambda r: _percent(r["insertions"])),
    ("30 s window WER %", lambda r: r["full_window"] and _percent(r["full_window"]["wer"])),
    (
        "stream less 30 s, points",
        lambda r: r["full_window"] and r["full_window"]["stream_less_full"]["points"],
    ),
    ("its upper 95 % bound", lambda r: r["full_window"] and r["full_window"]["stream_less_full"]["upper_95"]),
    ("request recall", lambda r: r["requests"]["recall"]),
    ("request recall, hotwords", lambda r: r["requests"]["recall_hotwords"]),
    ("request recall, reference text", lambda r: r["requests"]["recall_reference"]),
    ("false requests, of the others", lambda r: r["requests"]["false"]),
    ("finals without speech", lambda r: r["nonspeech"]["finals"]),
    ("minutes without speech", lambda r: r["nonspeech"]["minutes"]),
    ("CPU s a second of speech", lambda r: r["cpu_s_per_speech_s"]),
    ("peak memory, MB", lambda r: r["rss_mb"]),
    ("coverage", lambda r: r["coverage"]),
    ("word, audio time, p50 ms", lambda r: r["word_audio_ms"]["p50"]),
    ("word, audio time, p95 ms", lambda r: r["word_audio_ms"]["p95"]),
    ("stable, audio time, p95 ms", lambda r: r["stable_audio_ms"]["p95"]),
    ("turn text, audio time, p95 ms", lambda r: r["turn_text_audio_ms"]["p95"]),
)


def asr_table(told: Mapping[str, Any]) -> str:
    reports: Sequence[dict[str, Any]] = told["engines"]
    rows = [(name, [figure(one) for one in reports]) for name, figure in _ROWS]
    sources = {source: None for one in reports for source in one["by_source"]}
    rows += [
        (f"WER % {source}", [_percent(one["by_source"].get(source, {}).get("wer")) for one in reports])
        for source in sources
    ]
    width = max(len(name) for name, _ in rows)
    columns = [max(len(one["engine"]), 8) for one in reports]
    head = " | ".join(f"{one['engine']:>{size}}" for one, size in zip(reports, columns, strict=True))
    rule = "|".join(f"{'-' * (size + 1)}:" for size in columns)
    lines = [f"| {told['split'] + ' split':<{width}} | {head} |", f"|{'-' * (width + 2)}|{rule}|"]
    for name, values in rows:
        cells = " | ".join(f"{_cell(value):>{size}}" for value, size in zip(values, columns, strict=True))
        lines.append(f"| {name:<{width}} | {cells} |")
    return "\n".join(lines)


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 2)


def _cell(value: Any) -> str:
    return "-" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
