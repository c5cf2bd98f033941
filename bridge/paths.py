"""Where the processes of one bridge meet: sockets, clips and resolved configurations in `run_dir`."""

from dataclasses import dataclass
from pathlib import Path

UNIX_PATH_LIMIT = 107


@dataclass(frozen=True, slots=True)
class Paths:
    """All absolute; Unix socket paths are limited to 107 bytes, so `run_dir` should be short."""

    run_dir: Path

    @property
    def control(self) -> Path:
        return self.run_dir / "main.sock"

    @property
    def front_control(self) -> Path:
        return self.run_dir / "front.sock"

    @property
    def clips(self) -> Path:
        return self.run_dir / "clips"

    @property
    def ready(self) -> Path:
        return self.run_dir / "ready"

    @property
    def session_key(self) -> Path:
        return self.run_dir / "session.key"

    def pcm(self, name: str) -> Path:
        return self.run_dir / f"{name}.pcm"

    def pid(self, name: str) -> Path:
        """Of a running process: front, main, tts, registrar, asr-0, sip-0, ..."""
        return self.run_dir / f"{name}.pid"

    def config(self, name: str) -> Path:
        return self.run_dir / f"{name}.json"

    def fits(self) -> bool:
        """Whether every socket path stays below the limit of AF_UNIX."""
        return len(str(self.run_dir)) + 20 <= UNIX_PATH_LIMIT
