"""Prometheus' own checker of rules, unpacked from Debian beside the system. First use fetches some 30 MB."""

import subprocess
from pathlib import Path
from typing import Final

from bridge.peers.cache import cache_dir
from bridge.peers.debian import loader, unpacked

PACKAGES: Final = ("promtool", "libc6")
_LIMIT_S: Final = 60.0


def promtool(*arguments: str, cwd: Path | None = None) -> tuple[int, str]:
    """Its exit code and all it said. Raises `PeerUnavailable` on a machine without a Debian archive."""
    tree = unpacked(PACKAGES, cache_dir("prometheus"))
    done = subprocess.run(
        [*loader(tree), str(tree / "usr/bin/promtool"), *arguments],
        cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=_LIMIT_S, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout
