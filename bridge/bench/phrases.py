"""`python -m bridge.bench.phrases FILE`: the phrase grammar against labelled lines.

FILE is JSON Lines {id, text, label, also, hard, speaker}; `explicit_request` in label or also = should fire.
Prints precision, recall, the rate on hard negatives, and the time a line.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

from bridge.core.explicit import explicit_request

LABEL = "explicit_request"


def score(rows: list[dict[str, Any]]) -> dict[str, float | int]:
    """Rows of other speakers than the caller are left out."""
    rows = [row for row in rows if row.get("speaker", "caller") == "caller"]
    began = time.perf_counter()
    fired = [explicit_request(row["text"]) is not None for row in rows]
    seconds = time.perf_counter() - began
    wanted = [row.get("label") == LABEL or LABEL in row.get("also", ()) for row in rows]
    right = sum(f and w for f, w in zip(fired, wanted, strict=True))
    hard = [f for f, w, row in zip(fired, wanted, rows, strict=True) if row.get("hard") and not w]
    return {
        "lines": len(rows),
        "requests": sum(wanted),
        "precision": round(right / max(sum(fired), 1), 3),
        "recall": round(right / max(sum(wanted), 1), 3),
        "hard_negatives": len(hard),
        "hard_negatives_fired": round(sum(hard) / max(len(hard), 1), 4),
        "ms_per_line": round(1000 * seconds / max(len(rows), 1), 3),
    }


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m bridge.bench.phrases FILE.jsonl\n")
        return 2
    rows = [json.loads(line) for line in Path(arguments[0]).read_text().splitlines() if line.strip()]
    sys.stdout.write(json.dumps(score(rows)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
