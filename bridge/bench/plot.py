"""A picture of word latencies: one line a run, how many of the words were known after so long."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

SHOWN_MS: Final = (-600, 1_600)
SIZE_INCHES: Final = (9, 5)


def plot_latency(path: Path, runs: Sequence[tuple[str, Sequence[float]]], budget_ms: float) -> None:
    """`runs`: name and word latencies in ms, negative where a word was guessed before it ended."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=SIZE_INCHES, layout="constrained")
    for name, values in runs:
        ordered = np.sort(np.asarray(values, np.float64))
        if len(ordered):
            p95 = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
            share = 100 * np.arange(1, len(ordered) + 1) / len(ordered)
            axes.step(ordered, share, where="post", label=f"{name}: p95 {p95:.0f} ms, n {len(ordered)}")
    axes.axvline(budget_ms, color="black", linestyle="--", label=f"budget {budget_ms:g} ms")
    axes.axhline(95, color="grey", linewidth=0.5)
    axes.set(
        xlim=SHOWN_MS, ylim=(0, 100), xlabel="ms after the word's last sound left the caller",
        ylabel="words that main had right, %", title="Word latency",
    )  # fmt: skip
    axes.grid(alpha=0.3)
    axes.legend(loc="lower right", fontsize="small")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)
    pyplot.close(figure)
