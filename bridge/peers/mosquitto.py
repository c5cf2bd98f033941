"""A real Mosquitto on loopback, run as a normal user from packages that are only unpacked.

`with Mosquitto() as broker:` is a broker by `configs/mosquitto` that lets everybody do everything; `users`
switches its passwords and its ACL on, `tls` its certificate. First use fetches 15 MB.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from bridge.peers.cache import cache_dir
from bridge.peers.debian import PeerUnavailable, loader, unpacked
from bridge.peers.foreign import terminate, unprivileged

PACKAGES: Final = (
    "mosquitto", "libc6", "libcjson1", "libdlt3", "libmicrohttpd12t64", "libpicohttpparser1", "libssl3t64",
    "libsystemd0", "libwrap0", "libnsl2", "libtirpc3t64", "libgnutls30t64", "libnettle8t64",
    "libhogweed6t64", "libidn2-0", "libunistring5", "libp11-kit0", "libtasn1-6", "libgmp10", "libffi8",
    "libcap2", "libgcc-s1", "zlib1g", "libzstd1",
)  # fmt: skip
CONFIGS: Final = Path(__file__).resolve().parents[2] / "configs" / "mosquitto"
_BOOT_S: Final = 10.0
_STOP_S: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificates:
    """PEM files: the authority, and the broker's certificate with its key."""

    ca: Path
    cert: Path
    key: Path


class Mosquitto:
    """One broker process; `start` again after `stop` or `kill` keeps address and directory, but no state."""

    def __init__(
        self,
        host: str = "127.0.80.1",
        port: int = 1883,
        *,
        users: Mapping[str, str] | None = None,
        tls: Certificates | None = None,
    ) -> None:
        self.host, self.port = host, port
        self._users, self._tls = dict(users or {}), tls
        self._process: subprocess.Popen[bytes] | None = None
        self._directory = Path(tempfile.mkdtemp(prefix="mosquitto-"))

    @property
    def log(self) -> str:
        path = self._directory / "log"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    def start(self) -> Self:
        """Fetch if need be, write the configuration, start, wait until it listens."""
        tree = unpacked(PACKAGES, cache_dir("mosquitto"))
        self._write(tree)
        command = [*loader(tree), str(tree / "usr/sbin/mosquitto"), "-c", str(self._directory / "conf")]
        with (self._directory / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                **unprivileged(),
            )
        end = time.monotonic() + _BOOT_S
        while True:
            try:
                socket.create_connection((self.host, self.port), 1.0).close()
                return self
            except OSError:
                if self._process.poll() is not None or time.monotonic() > end:
                    log_end = self.log[-2_000:]
                    self.close()
                    raise PeerUnavailable(f"Mosquitto does not start:\n{log_end}") from None
                time.sleep(0.02)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End the process, by SIGKILL for a crash."""
        if self._process is not None:
            terminate(self._process, _STOP_S, number)
            self._process = None

    def hang(self, yes: bool = True) -> None:
        """Its sockets stay open and nothing answers, until `hang(False)`."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP if yes else signal.SIGCONT)

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self._directory, ignore_errors=True)

    @staticmethod
    def version() -> str:
        """Debian's version of the fetched package."""
        tree = unpacked(PACKAGES, cache_dir("mosquitto"))
        names = (tree / ".complete").read_text().splitlines()
        return next(name for name in names if name.startswith("mosquitto_")).split("_")[1]

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _write(self, tree: Path) -> None:
        """The shipped configuration; what stands on this machine somewhere else is put in its place."""
        run = self._directory
        changes: dict[str, str | None] = {
            "listener": f"{self.port} {self.host}",
            "allow_anonymous": "false" if self._users else "true",
            "password_file": str(run / "passwords") if self._users else None,
            "acl_file": str(run / "acl") if self._users else None,
            "cafile": str(run / "ca.pem") if self._tls else None,
            "certfile": str(run / "cert.pem") if self._tls else None,
            "keyfile": str(run / "key.pem") if self._tls else None,
        }
        (run / "conf").write_text(_changed((CONFIGS / "mosquitto.conf").read_text(), changes))
        shutil.copy(CONFIGS / "acl", run / "acl")
        (run / "acl").chmod(0o600)
        if self._tls:
            for name, source in (("ca", self._tls.ca), ("cert", self._tls.cert), ("key", self._tls.key)):
                shutil.copy(source, run / f"{name}.pem")
        self._passwords(tree)
        if os.geteuid() == 0:
            for path in (run, *run.rglob("*")):
                shutil.chown(path, "nobody", "nogroup")

    def _passwords(self, tree: Path) -> None:
        path = self._directory / "passwords"
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        for user, password in self._users.items():
            tool = [*loader(tree), str(tree / "usr/bin/mosquitto_passwd"), "-b", str(path), user, password]
            subprocess.run(tool, check=True, capture_output=True, timeout=_BOOT_S)


def _changed(text: str, changes: Mapping[str, str | None]) -> str:
    """Lines `key value` of `text` with other values; without those whose value is None."""
    lines = []
    for line in text.splitlines():
        key = line.partition(" ")[0]
        if key not in changes:
            lines.append(line)
        elif changes[key] is not None:
            lines.append(f"{key} {changes[key]}")
    return "\n".join(lines) + "\n"
