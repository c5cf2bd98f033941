"""The noise gauge: a process that only sleeps, and by how much each sleep was too long.

`python -m bridge.bench.noise FILE` writes a line for each 20 ms sleep (start on the monotonic clock, and
overshoot in ms) until its standard input ends. Where it is late, so is everything measured beside it.
"""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final

from bridge.bench.spread import spread

STEP_S: Final = 0.020
LIMIT_MS: Final = 2.0
"""a p99 above it voids the run, or the window"""
STEAL_LIMIT: Final = 0.02
"""share of the machine's time the hypervisor gave to others"""
END_S: Final = 5.0


@dataclass(slots=True)
class Noise:
    """What the gauge saw; complete after the run."""

    limit_ms: float = LIMIT_MS
    samples: list[tuple[float, float]] = field(default_factory=list)
    """(monotonic start, overshoot in ms)"""
    steal: float = 0.0

    @property
    def void(self) -> bool:
        told = self.told()["sleep_overshoot_ms"]["p99"]
        return told is None or told > self.limit_ms or self.steal > STEAL_LIMIT

    def told(self) -> dict[str, Any]:
        return {
            "sleep_overshoot_ms": spread([ms for _, ms in self.samples]),
            "steal": round(self.steal, 4),
            "limit_ms": self.limit_ms,
        }


@contextmanager
def gauge(path: Path, limit_ms: float = LIMIT_MS) -> Iterator[Noise]:
    """Run the gauge beside the block; the `Noise` is filled when the block has ended."""
    noise = Noise(limit_ms)
    before = _times()
    process = subprocess.Popen([sys.executable, "-m", "bridge.bench.noise", str(path)], stdin=subprocess.PIPE)
    try:
        yield noise
    finally:
        assert process.stdin
        process.stdin.close()
        try:
            process.wait(END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        noise.samples = read(path)
        noise.steal = _steal(before, _times())


def read(path: Path) -> list[tuple[float, float]]:
    if not path.exists():
        return []
    pairs = [line.split() for line in path.read_text().splitlines()]
    return [(float(pair[0]), float(pair[1])) for pair in pairs if len(pair) == 2]


def _times() -> Sequence[int]:
    """The first line of /proc/stat: user nice system idle iowait irq softirq steal, in clock ticks."""
    return [int(word) for word in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]


def _steal(before: Sequence[int], after: Sequence[int]) -> float:
    spent = [b - a for a, b in zip(before, after, strict=True)]
    return spent[7] / max(1, sum(spent))


def main(path: str) -> None:
    """Sleep until standard input ends."""
    over = Event()

    def wait_for_the_end() -> None:
        sys.stdin.buffer.read()
        over.set()

    Thread(target=wait_for_the_end, daemon=True).start()
    with Path(path).open("w") as file:
        while not over.is_set():
            start = time.monotonic()
            time.sleep(STEP_S)
            file.write(f"{start:.6f} {(time.monotonic() - start - STEP_S) * 1e3:.4f}\n")


if __name__ == "__main__":
    main(sys.argv[1])
