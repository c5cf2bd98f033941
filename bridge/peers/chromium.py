"""A real Chromium without a screen, from Debian: the machine's own, or unpacked beside the system.

`python -m bridge.peers.chromium` sees to it that there is one: by apt where we may install, else by unpacking
the packages that the machine has not. Chromium starts itself anew for each of its processes, so it cannot be
run by a loader of its own as other peers are: the packages are those of the machine's own release.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bridge.peers.cache import cache_dir
from bridge.peers.debian import PeerUnavailable

PACKAGES: Final = ("chromium", "fonts-dejavu-core")
_FETCH_S: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Chromium:
    """What to start, and what to add to its environment."""

    program: str
    environment: Mapping[str, str]


def chromium() -> Chromium:
    """Raises `PeerUnavailable` where there is none; `provide` may help."""
    if found := shutil.which("chromium"):
        return Chromium(program=found, environment={})
    tree = cache_dir("chromium") / "root"
    program = tree / "usr" / "lib" / "chromium" / "chromium"
    if not program.exists():
        raise PeerUnavailable("no Chromium here. Cure: python -m bridge.peers.chromium")
    libraries = sorted({str(path.parent) for path in (tree / "usr" / "lib").rglob("*.so*")})
    fonts = str(tree / "etc" / "fonts")
    return Chromium(
        program=str(program),
        environment={"LD_LIBRARY_PATH": ":".join(libraries), "FONTCONFIG_PATH": fonts},
    )


def arguments(voice: Path | None = None) -> list[str]:
    """No screen, no person: a microphone that hears `voice` (48 kHz, s16, mono) or beeps, permission to use
    it, and connections to loopback addresses, which are left out otherwise."""
    heard = [f"--use-file-for-fake-audio-capture={voice}"] if voice else []
    return [
        "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", *heard,
        "--autoplay-policy=no-user-gesture-required", "--allow-loopback-in-peer-connection",
    ]  # fmt: skip


def provide() -> None:
    """Fetch Chromium if need be. Raises `PeerUnavailable`."""
    try:
        chromium()
        return
    except PeerUnavailable:
        pass
    if os.geteuid() == 0:
        _run("apt-get", "install", "-y", "-q", "--no-install-recommends", *PACKAGES)
        return
    cache = cache_dir("chromium")
    debs = cache / "debs"
    debs.mkdir(parents=True, exist_ok=True)
    _run("apt-get", "download", "-q", *_missing(), cwd=debs)
    for deb in sorted(debs.glob("*.deb")):
        _run("dpkg-deb", "-x", str(deb), str(cache / "part"))
    (cache / "part").rename(cache / "root")
    chromium()


def _missing() -> list[str]:
    """The packages that installing Chromium would install here."""
    plan = _run(
        "apt-get", "install", "--simulate", "-o", "Debug::NoLocking=1", "--no-install-recommends", *PACKAGES
    )
    return [line.split()[1] for line in plan.splitlines() if line.startswith("Inst ")]


def _run(*command: str, cwd: Path | None = None) -> str:
    try:
        done = subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True, timeout=_FETCH_S)
    except (OSError, subprocess.SubprocessError) as error:
        said = getattr(error, "stderr", "") or str(error)
        raise PeerUnavailable(f"{' '.join(command[:2])}: {said.strip()[-300:]}") from None
    return done.stdout


if __name__ == "__main__":
    try:
        provide()
    except PeerUnavailable as missing:
        sys.exit(str(missing))
