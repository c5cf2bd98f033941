"""Where fetched things are kept."""

import os
from pathlib import Path


def cache_dir(name: str) -> Path:
    """`.cache/NAME` of the checkout, or of the user when installed as a package."""
    checkout = Path(__file__).resolve().parents[2]
    if (checkout / "pyproject.toml").exists():
        return checkout / ".cache" / name
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(home) / "handoff-bridge" / name
