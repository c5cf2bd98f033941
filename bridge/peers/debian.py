"""Packages from Debian unstable without root: private apt directories, unpacked beside the system.

The mirror is the one this machine's own apt uses, and apt checks the archive's signature as always.
Nothing is installed; what was fetched is kept, because unstable moves.
"""

import fcntl
import platform
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

_SUITE: Final = "sid"
_FETCH_TIMEOUT_S: Final = 300
_KEYRING: Final = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


class PeerUnavailable(RuntimeError):
    """The peer cannot be had on this machine; the text says why."""


def _run(*command: str, cwd: Path | None = None) -> str:
    try:
        done = subprocess.run(
            command, cwd=cwd, check=True, capture_output=True, text=True, timeout=_FETCH_TIMEOUT_S
        )
    except FileNotFoundError as error:
        raise PeerUnavailable(f"{command[0]} is not on this machine") from error
    except subprocess.TimeoutExpired as error:
        raise PeerUnavailable(f"{command[0]} took longer than {_FETCH_TIMEOUT_S} s") from error
    except subprocess.CalledProcessError as error:
        raise PeerUnavailable(f"{' '.join(command[:2])}: {error.stderr.strip()[-500:]}") from error
    return done.stdout


def mirror() -> str:
    """The Debian archive that this machine's apt is set up with."""
    lines = _run("apt-get", "indextargets", "--format", "$(ORIGIN)|$(LABEL)|$(REPO_URI)").splitlines()
    for line in lines:
        origin, label, uri = line.split("|")
        if (origin, label) == ("Debian", "Debian"):
            return uri
    for line in lines:  # no index downloaded yet: Origin and Label are in it
        uri = line.rpartition("|")[2]
        if uri.rstrip("/").endswith("/debian"):
            return uri
    raise PeerUnavailable("apt knows no Debian archive here")


def unpacked(packages: Sequence[str], cache: Path) -> Path:
    """The root of a tree with `packages` unpacked, fetched on first use. Safe against a second process."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        tree = cache / "root"
        if (tree / ".complete").exists():
            return tree
        debs = cache / "debs"
        if not _all_there(packages, debs):
            _fetch(packages, cache, debs)
        shutil.rmtree(tree, ignore_errors=True)
        for deb in sorted(debs.glob("*.deb")):
            _run("dpkg-deb", "-x", str(deb), str(tree))
        for libraries in (tree / "usr" / "lib").glob("*-linux-gnu"):
            _run("/sbin/ldconfig", "-n", str(libraries))  # some packages leave their links to it
        versions = "".join(f"{deb.name}\n" for deb in sorted(debs.glob("*.deb")))
        (cache / "versions.txt").write_text(versions)
        (tree / ".complete").write_text(versions)
        return tree


def _all_there(packages: Sequence[str], debs: Path) -> bool:
    return all(any(debs.glob(f"{package}_*.deb")) for package in packages)


def _fetch(packages: Sequence[str], cache: Path, debs: Path) -> None:
    apt = cache / "apt"
    for directory in ("state/lists/partial", "cache/archives/partial", "etc"):
        (apt / directory).mkdir(parents=True, exist_ok=True)
    debs.mkdir(exist_ok=True)
    (apt / "status").touch()
    signed = f" [signed-by={_KEYRING}]" if _KEYRING.exists() else ""
    (apt / "sources.list").write_text(f"deb{signed} {mirror()} {_SUITE} main\n")
    options = [
        f"Dir::State={apt / 'state'}",
        f"Dir::State::status={apt / 'status'}",
        f"Dir::Cache={apt / 'cache'}",
        f"Dir::Etc::sourcelist={apt / 'sources.list'}",
        "Dir::Etc::sourceparts=-",
        "Dir::Etc::preferencesparts=-",
        "Acquire::Languages=none",
        "Acquire::Retries=2",
        "APT::Sandbox::User=",
    ]
    arguments = [word for option in options for word in ("-o", option)]
    _run("apt-get", *arguments, "-q", "update")
    _run("apt-get", *arguments, "-q", "download", *packages, cwd=debs)
    shutil.rmtree(apt)


def loader(tree: Path) -> list[str]:
    """The command that runs a program of `tree` with its own C library, whatever the system has."""
    machine = platform.machine()
    triple, name = {
        "x86_64": ("x86_64-linux-gnu", "ld-linux-x86-64.so.2"),
        "aarch64": ("aarch64-linux-gnu", "ld-linux-aarch64.so.1"),
    }.get(machine, ("", ""))
    if not triple:
        raise PeerUnavailable(f"no loader known for {machine}")
    libraries = tree / "usr" / "lib" / triple
    return [str(libraries / name), "--library-path", str(libraries)]
