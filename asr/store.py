"""The model store: a directory with one directory a model, and beside each what is known about it.

A model appears whole or not at all: it is prepared under a name that begins with a dot, then renamed.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from asr.engines import ENGINES
from asr.errors import AsrError
from asr.models import packaged_whisper_dir, sha256

PACKAGED: Final = "tiny.en"
_NAME = re.compile(r"[A-Za-z0-9][\w.+-]{0,79}")
_PROBE_S = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """`language`: the one it was tried in. `bytes`: of all its files."""

    name: str
    engine: str
    language: str
    directory: Path
    sha256: str
    bytes: int


def packaged() -> Model | None:
    """tiny.en, as it comes with the installation."""
    directory = packaged_whisper_dir()
    if directory is None:
        return None
    engine = ENGINES[0]
    return Model(
        name=PACKAGED, engine=engine.name, language="en", directory=directory,
        sha256=sha256(directory / str(engine.main_file)), bytes=_size(directory),
    )  # fmt: skip


def probe(directory: Path, language: str) -> dict[str, str]:
    """Load the model in a process of its own, which a broken one may crash; see `asr.probe`.

    Raises `AsrError` as the engine does.
    """
    command = [sys.executable, "-m", "asr.probe", str(directory.absolute()), language]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_PROBE_S, check=False)
        told: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    except (subprocess.TimeoutExpired, ValueError, IndexError):
        message = f"{directory} makes its engine crash"
        raise AsrError("model_broken", message, "unpack or download the model again") from None
    if "code" in told:
        raise AsrError(told["code"], told["message"], told["cure"])
    return told


class ModelStore:
    """Models by name. The packaged one belongs to it; `root` need not exist."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def models(self) -> list[Model]:
        """The packaged one, then those added, by name."""
        here = sorted(self.root.glob("*/model.json")) if self.root.is_dir() else []
        added = [_read(path) for path in here if not path.parent.name.startswith(".")]
        return [model for model in (packaged(), *added) if model is not None]

    def find(self, name: str) -> Model | None:
        return next((model for model in self.models() if model.name == name), None)

    def directory(self, given: str | Path) -> Path:
        """The directory of an installed model, by name; anything else is a directory itself."""
        model = self.find(str(given))
        return model.directory if model else Path(given).absolute()

    def add(self, directory: Path, *, name: str, language: str = "en", how: str = "copy") -> Model:
        """Try a model, then copy, link or move it here. Raises `AsrError`; bad_name, model_exists, ..."""
        self.check_name(name)
        told = probe(directory, language)
        part = self.begin(name)
        try:
            _place(Path(told["directory"]), part / "model", how)
            model = Model(
                name=name, engine=told["engine"], language=language, directory=self.root / name / "model",
                sha256=told["sha256"], bytes=_size(part / "model"),
            )  # fmt: skip
            (part / "model.json").write_text(json.dumps(asdict(model), default=str, indent=1) + "\n")
            os.replace(part, self.root / name)
        finally:
            shutil.rmtree(part, ignore_errors=True)
        return model

    def check_name(self, name: str) -> None:
        """May a new model be called so? Raises `AsrError`."""
        if not _NAME.fullmatch(name):
            raise AsrError(
                "bad_name", f"{name!r} cannot name a model", "letters, digits and . _ + - (--name)"
            )
        if self.find(name) or (self.root / name).exists():
            cure = f"choose another with --name, or remove {self.root / name}"
            raise AsrError("model_exists", f"a model named {name!r} is there already", cure)

    def begin(self, name: str) -> Path:
        """An empty directory to prepare a model in, on the same file system."""
        part = self.root / f".{name}.part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        return part


def _place(source: Path, target: Path, how: str) -> None:
    if how == "link":
        target.symlink_to(source.absolute(), target_is_directory=True)
    elif how == "move":
        shutil.move(source, target)
    else:
        shutil.copytree(source, target)


def _size(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())


def _read(path: Path) -> Model:
    """The directory is where the store is now, which may have been moved."""
    try:
        told = json.loads(path.read_text())
        return Model(**(told | {"name": path.parent.name, "directory": path.parent / "model"}))
    except (ValueError, TypeError, OSError) as error:
        cure = f"remove {path.parent} and add the model again"
        raise AsrError("model_broken", f"{path} cannot be read: {type(error).__name__}", cure) from None
