"""What an ASR worker is told at its start: one JSON file."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from asr.endpointing import ASKED_MS, EndpointRules
from asr.engines import AUTO
from asr.errors import AsrError


class WorkerConfig(BaseModel):
    """Sockets are Unix paths (107 bytes at most); `control` is listened on by main, `pcm` by the worker."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())

    name: str
    engine: str = AUTO
    model_dir: Path | None = None
    final_model_dir: Path | None = None
    """finals come from it, while there is time"""
    language: str = "en"
    hotwords: tuple[str, ...] = ()
    endpoint_ms: int | None = None
    asked_ms: dict[str, int] = {}
    """see `asr.endpointing.EndpointRules`"""
    vad: Literal["gated", "silero", "webrtc"] = "gated"
    control: Path
    pcm: Path
    nice: int = Field(default=10, ge=0, le=19)
    decode_threads: int = Field(default=1, ge=1, le=16)

    @property
    def rules(self) -> EndpointRules:
        """Raises `AsrError("bad_config")`."""
        given = {} if self.endpoint_ms is None else {"endpoint_ms": self.endpoint_ms}
        try:
            return EndpointRules(**given, asked_ms={**ASKED_MS, **self.asked_ms})
        except ValueError as error:
            raise AsrError("bad_config", str(error), "raise asr.endpoint.*_ms") from None


def load_config(path: Path) -> WorkerConfig:
    """Raises `AsrError("bad_config")`."""
    try:
        return WorkerConfig.model_validate_json(path.read_bytes())
    except OSError as error:
        raise AsrError("bad_config", f"cannot read {path}: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise AsrError(
            "bad_config", f"{path}: {where}: {first['msg']}", "asr.worker_config.WorkerConfig"
        ) from None
