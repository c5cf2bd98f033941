"""A real Asterisk 22 on loopback, run as a normal user from packages that are only unpacked.

`with Asterisk() as pbx:` gives the telephone system of `configs/asterisk`: extensions 101 to 105 lead to
the bridge, 201 and 202 to the agents. First use fetches 16 MB; later starts take about a second.
"""

import os
import platform
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import numpy as np

from bridge.peers.cache import cache_dir
from bridge.peers.debian import PeerUnavailable, loader, unpacked
from bridge.peers.foreign import terminate, unprivileged
from sip.party.g711 import Pcm
from sip.party.wav import write_wav

PACKAGES: Final = (
    "asterisk", "asterisk-modules", "libc6", "libssl3t64", "libsqlite3-0", "libxml2-16", "libxslt1.1",
    "libsrtp2-1", "liburiparser1", "libjansson4", "libedit2", "libnss3", "libnspr4", "libsystemd0",
    "libstdc++6", "libgcc-s1", "libgsm1", "libuuid1", "libbsd0", "libmd0", "libcap2", "libcrypt1",
    "libtinfo6", "libzstd1", "zlib1g",
)  # fmt: skip
_BOOT_S: Final = 20
_STOP_S: Final = 5
_CONFIGS: Final = Path(__file__).resolve().parents[2] / "configs" / "asterisk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Who is where; each `ip:port` goes into the @NAME@s of configs/asterisk."""

    pbx: str = "127.0.7.1:5060"
    bridge: str = "127.0.7.2:5060"
    caller: str = "127.0.7.10:5060"
    agent1: str = "127.0.7.11:5060"
    agent2: str = "127.0.7.12:5060"
    bridge_password: str = "not-a-secret"
    ami_password: str = "not-a-secret-either"
    qualify_s: int = 5
    rtp_first: int = 20_000
    rtp_last: int = 20_400

    def names(self) -> dict[str, str]:
        out = {
            "BRIDGE_PASSWORD": self.bridge_password,
            "AMI_PASSWORD": self.ami_password,
            "QUALIFY": str(self.qualify_s),
            "RTP_FIRST": str(self.rtp_first),
            "RTP_LAST": str(self.rtp_last),
        }
        for name in ("pbx", "bridge", "caller", "agent1", "agent2"):
            ip, _, port = getattr(self, name).partition(":")
            out |= {name.upper(): ip, f"{name.upper()}_PORT": port or "5060"}
        return out


class Asterisk:
    """One Asterisk process; `addresses` says where it and its neighbours are."""

    def __init__(
        self,
        addresses: Addresses | None = None,
        configs: Path = _CONFIGS,
        changes: Mapping[str, str] | None = None,
    ) -> None:
        """`changes` maps text in the configuration to what shall stand there instead, at the next start."""
        self.addresses = addresses or Addresses()
        self.changes = dict(changes or {})
        self._configs = configs
        self._process: subprocess.Popen[bytes] | None = None
        self._directory: Path | None = None

    @property
    def log(self) -> str:
        """The messages log so far."""
        return (self.directory / "log" / "messages").read_text("utf-8", "replace")

    @property
    def directory(self) -> Path:
        if self._directory is None:
            raise PeerUnavailable("Asterisk has not been started")
        return self._directory

    def start(self) -> Self:
        """Fetch if need be, write the configuration, start, wait until fully booted."""
        tree = unpacked(PACKAGES, cache_dir("asterisk"))
        self._directory = Path(tempfile.mkdtemp(prefix="asterisk-"))
        self._command = [
            *loader(tree),
            str(tree / "usr/sbin/asterisk"),
            "-C",
            str(self._directory / "etc/asterisk.conf"),
        ]
        self._write(tree)
        output = (self._directory / "log/console").open("wb")
        with output:
            self._process = subprocess.Popen(
                [*self._command, "-f"],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self._directory,
                **unprivileged(),
            )
        try:
            self._wait_booted()
        except PeerUnavailable:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """End the process and remove its directory."""
        if self._process is not None:
            terminate(self._process, _STOP_S)
            self._process = None
        if self._directory is not None:
            shutil.rmtree(self._directory, ignore_errors=True)
            self._directory = None

    def rx(self, command: str) -> str:
        """A console command and what it prints, as `asterisk -rx`."""
        done = subprocess.run(
            [*self._command, "-rx", command],
            capture_output=True,
            text=True,
            timeout=_BOOT_S,
            **unprivileged(),
        )
        return done.stdout

    def wait_for(self, command: str, text: str, timeout_s: float = 10.0) -> str:
        """Ask `command` until `text` is in the answer. Raises `TimeoutError` with the last answer."""
        end = time.monotonic() + timeout_s
        while text not in (answer := self.rx(command)):
            if time.monotonic() > end:
                raise TimeoutError(f"{command}: no {text!r} in\n{answer}")
            time.sleep(0.05)
        return answer

    @staticmethod
    def version() -> str:
        """Debian's version of the fetched package."""
        tree = unpacked(PACKAGES, cache_dir("asterisk"))
        names = (tree / ".complete").read_text().splitlines()
        name = next(name for name in names if name.startswith("asterisk_"))
        return name.split("_")[1].replace("%3a", ":").partition(":")[2]

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _wait_booted(self) -> None:
        assert self._process is not None
        end = time.monotonic() + _BOOT_S
        while "fully booted" not in self.rx("core waitfullybooted"):
            if self._process.poll() is not None or time.monotonic() > end:
                console = (self.directory / "log/console").read_text("utf-8", "replace")
                raise PeerUnavailable(f"Asterisk does not start:\n{console[-2_000:]}")
            time.sleep(0.02)

    def _write(self, tree: Path) -> None:
        run = self.directory
        for name in ("etc", "lib", "lib/keys", "spool", "run", "log", "music"):
            (run / name).mkdir()
        names = self.addresses.names() | {
            "RUN": str(run),
            "TREE": str(tree),
            "TRIPLE": f"{platform.machine()}-linux-gnu",
            "MUSIC": str(run / "music"),
        }
        for source in sorted(self._configs.glob("*.conf")):
            text = source.read_text()
            for name, value in names.items():
                text = text.replace(f"@{name}@", value)
            for old, new in self.changes.items():
                text = text.replace(old, new)
            (run / "etc" / source.name).write_text(text)
        write_wav(run / "music" / "hold.wav", hold_music())
        if os.geteuid() == 0:
            for path in (run, *run.rglob("*")):
                shutil.chown(path, "nobody", "nogroup")


def hold_music() -> Pcm:
    """Eight seconds of a quiet arpeggio, a tone that no test uses for a voice."""
    notes = [262, 330, 392, 523, 392, 330, 262, 196]
    t = np.arange(8_000) / 8_000
    envelope = np.minimum(1, np.minimum(t / 0.05, (1 - t) / 0.2))
    return np.concatenate([(3_000 * envelope * np.sin(2 * np.pi * hz * t)).astype(np.int16) for hz in notes])
