"""A real PostgreSQL on loopback, run as a normal user from packages that are only unpacked.

`with Postgres() as server:` has an empty database behind `server.url()`. First use fetches 40 MB.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from bridge.peers.cache import cache_dir
from bridge.peers.debian import PeerUnavailable, loader, unpacked
from bridge.peers.foreign import terminate, unprivileged

PACKAGES: Final = (
    "postgresql-18", "libc6", "libpq5", "libssl3t64", "libxml2-16", "libpam0g", "libldap2",
    "libgssapi-krb5-2", "libkrb5-3", "libk5crypto3", "libcom-err2", "libkrb5support0", "libkeyutils1",
    "libicu78", "liblz4-1", "libzstd1", "libsystemd0", "libnuma1", "liburing2", "zlib1g", "libstdc++6",
    "libgcc-s1", "libsasl2-2", "libaudit1", "libcap-ng0", "libcap2",
)  # fmt: skip
BIN: Final = Path("usr/lib/postgresql/18/bin")
USER: Final = "handoff"
_BOOT_S: Final = 20.0
_STOP_S: Final = 5.0
QUICK: Final = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "jit": "off"}
"""what is lost in a crash is a test's"""


class Postgres:
    """One server; `start` again after `stop` or `kill` keeps address and data."""

    def __init__(self, host: str = "127.0.81.1", port: int | None = None) -> None:
        self.host, self.port = host, port or _free_port(host)
        self._process: subprocess.Popen[bytes] | None = None
        self._directory = Path(tempfile.mkdtemp(prefix="postgres-"))

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://{USER}@{self.host}:{self.port}/{database}"

    def start(self) -> Self:
        """Fetch if need be, make the cluster, start, wait until it answers."""
        tree = unpacked(PACKAGES, cache_dir("postgres"))
        data = self._directory / "data"
        if not data.exists():
            self._make(tree, data)
        command = [*_program(tree, "postgres"), "-D", str(data), "-k", ""]
        command += ["-h", self.host, "-p", str(self.port)]
        command += [word for name, value in QUICK.items() for word in ("-c", f"{name}={value}")]
        with (self._directory / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=data, **unprivileged()
            )
        end = time.monotonic() + _BOOT_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > end:
                told = (self._directory / "log").read_text("utf-8", "replace")[-2_000:]
                self.close()
                raise PeerUnavailable(f"PostgreSQL does not start:\n{told}")
            time.sleep(0.02)
        return self

    def stop(self, number: signal.Signals = signal.SIGINT) -> None:
        """End the process; SIGINT drops its clients, SIGKILL is a crash."""
        if self._process is not None:
            terminate(self._process, _STOP_S, number)
            self._process = None

    def hang(self, yes: bool = True) -> None:
        """Its sockets stay open and nothing answers, until `hang(False)`."""
        for pid in self._pids():
            os.kill(pid, signal.SIGSTOP if yes else signal.SIGCONT)

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self._directory, ignore_errors=True)

    @staticmethod
    def fetch() -> None:
        """Only once; raises `PeerUnavailable` where Debian's archive is not to be had."""
        unpacked(PACKAGES, cache_dir("postgres"))

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _make(self, tree: Path, data: Path) -> None:
        if os.geteuid() == 0:
            shutil.chown(self._directory, "nobody", "nogroup")
        made = subprocess.run(
            [*_program(tree, "initdb"), "-D", str(data), "-U", USER, "-A", "trust", "-E", "UTF8",
             "--no-sync", "--locale=C"],
            capture_output=True, text=True, timeout=60, cwd=self._directory, **unprivileged(),
        )  # fmt: skip
        if made.returncode:
            raise PeerUnavailable(f"initdb: {made.stderr[-1_000:]}")

    def _pids(self) -> list[int]:
        """The server and its children: it starts no further ones while it is stopped."""
        assert self._process is not None
        pid = self._process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [pid, *map(int, children)]

    def _answers(self) -> bool:
        """It speaks its protocol: an SSLRequest is answered by one letter."""
        try:
            with socket.create_connection((self.host, self.port), 1.0) as connection:
                connection.sendall(bytes((0, 0, 0, 8, 4, 210, 22, 47)))
                return connection.recv(1) in (b"N", b"S")
        except OSError:
            return False


def _free_port(host: str) -> int:
    with socket.create_server((host, 0)) as found:
        return int(found.getsockname()[1])


def _program(tree: Path, name: str) -> list[str]:
    """`initdb` starts `postgres` by its path, so that has to be a program the system can run: a line of
    shell that names the tree's own loader."""
    real, wrapper = tree / BIN / "postgres.elf", tree / BIN / "postgres"
    if not real.exists():
        wrapper.rename(real)
        words = " ".join([*loader(tree)[:1], "--argv0", str(wrapper), *loader(tree)[1:], str(real)])
        wrapper.write_text(f'#!/bin/sh\nexec {words} "$@"\n')
        wrapper.chmod(0o755)
    return [str(wrapper)] if name == "postgres" else [*loader(tree), str(tree / BIN / name)]
