"""`python -m bridge.bench.phrases FILE`: the request detector against labelled lines.

FILE is JSON Lines {id, text, label, also, hard, speaker, source}; `explicit_request` in label or also means
that it should fire. Prints the totals with milliseconds a line, then one line a source; with --missed also
what it got wrong.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bridge.core.cues.explicit import Band
from bridge.cues.detectors import our_detectors

LABEL = "explicit_request"
Row = dict[str, Any]


def score(rows: list[Row]) -> dict[str, Any]:
    """Of all lines together. Rows of other speakers than the caller are left out."""
    rows = [row for row in rows if row.get("speaker", "caller") == "caller"]
    requests = our_detectors().requests
    judged, finals_ms = _timed(requests.judge, rows)
    _, partials_ms = _timed(requests.glimpse, rows)
    bands = [verdict.band for verdict in judged]
    return {**_figures(rows, bands), "final_ms": finals_ms, "partial_ms": partials_ms}


def by_source(rows: list[Row]) -> list[dict[str, Any]]:
    """The same figures for each source (up to its first slash)."""
    sources = sorted({_source(row) for row in rows})
    judge = our_detectors().requests.judge
    figures: list[dict[str, Any]] = []
    for source in sources:
        own = [row for row in rows if _source(row) == source and row.get("speaker", "caller") == "caller"]
        figures.append({"source": source, **_figures(own, [judge(row["text"]).band for row in own])})
    return figures


def missed(rows: list[Row]) -> list[str]:
    """The lines got wrong, requests and others."""
    detectors = our_detectors()
    wrong = [
        row
        for row in rows
        if row.get("speaker", "caller") == "caller" and detectors.asks(row["text"]) != _wanted(row)
    ]
    return [f"{'missed' if _wanted(row) else 'false '} {row['text']}" for row in wrong]


def _figures(rows: Sequence[Row], bands: Sequence[Band]) -> dict[str, Any]:
    fired = [band is Band.ACT for band in bands]
    right = sum(f and _wanted(row) for f, row in zip(fired, rows, strict=True))
    wanted = sum(map(_wanted, rows))
    hard = [f for f, row in zip(fired, rows, strict=True) if row.get("hard") and not _wanted(row)]
    plain = [f for f, row in zip(fired, rows, strict=True) if not row.get("hard") and not _wanted(row)]
    return {
        "lines": len(rows),
        "requests": wanted,
        "precision": _share(right, sum(fired)),
        "recall": _share(right, wanted),
        "hard_negatives": len(hard),
        "hard_negatives_fired": _share(sum(hard), len(hard)),
        "ordinary": len(plain),
        "ordinary_fired": _share(sum(plain), len(plain)),
        "asked": _share(sum(band is Band.ASK for band in bands), len(bands)),
    }


def _timed(work: Callable[[str], Any], rows: Sequence[Row]) -> tuple[list[Any], dict[str, float]]:
    done, spent = [], []
    for row in rows:
        began = time.perf_counter()
        done.append(work(row["text"]))
        spent.append(1000 * (time.perf_counter() - began))
    spent.sort()
    return done, {
        f"p{share}": round(spent[len(spent) * share // 100], 3) for share in (50, 95, 99)
    } if spent else {}


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _wanted(row: Row) -> bool:
    return row.get("label") == LABEL or LABEL in row.get("also", ())


def _source(row: Row) -> str:
    return str(row.get("source", "")).partition("/")[0]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bridge.bench.phrases", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--missed", action="store_true", help="print the lines it got wrong")
    options = parser.parse_args(arguments)
    rows = [json.loads(line) for line in options.file.read_text().splitlines() if line.strip()]
    sys.stdout.writelines(json.dumps(row) + "\n" for row in (score(rows), *by_source(rows)))
    if options.missed:
        sys.stdout.writelines(line + "\n" for line in missed(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
