"""`handoff models get`: a Vosk model by its name or language, from an index that says where it is.

A download that was killed goes on where it stopped; one that ends short, or is not what the index says,
leaves nothing. What the archive holds is looked at before it is unpacked.
"""

import hashlib
import re
import shutil
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Final

import httpx2
from pydantic import BaseModel, TypeAdapter, ValidationError

from asr.store import Model, ModelStore

TRIES: Final = 3
TIMEOUT_S: Final = 30.0
MOST_UNPACKED: Final = 4
"""times the archive's size, and some more: real models unpack to twice theirs"""
MB: Final = 1 << 20


class DownloadError(Exception):
    """`code`: unknown_model, network, truncated, not_as_listed, unsafe_archive, bad_index."""

    def __init__(self, code: str, message: str, cure: str) -> None:
        super().__init__(f"{message} Cure: {cure}")
        self.code = code


class Listed(BaseModel):
    """One line of the index, as Vosk publishes it; `sha256` wins over `md5` where there is one."""

    name: str
    lang: str
    url: str
    size: int
    md5: str = ""
    sha256: str = ""
    type: str = ""
    obsolete: str = "false"


_INDEX: TypeAdapter[list[Listed]] = TypeAdapter(list[Listed])


def look_up(client: httpx2.Client, index: str, wanted: str) -> Listed:
    """By name, or the newest small model of a language. Raises `DownloadError`."""
    try:
        answer = client.get(index)
        answer.raise_for_status()
        listed = _INDEX.validate_json(answer.content)
    except httpx2.HTTPError as error:
        cure = "try again, or set asr.models_index"
        raise DownloadError("network", f"{index}: {error or type(error).__name__}.", cure) from None
    except ValidationError as error:
        message = f"{index} is no list of models: {error.errors()[0]['msg']}."
        raise DownloadError("bad_index", message, "set asr.models_index") from None
    for model in listed:
        if model.name == wanted:
            return model
    small = [m for m in listed if m.lang == wanted and m.type == "small" and m.obsolete != "true"]
    if small:
        return max(small, key=lambda model: _version(model.name))
    languages = ", ".join(sorted({model.lang for model in listed}))
    message = f"no model named {wanted!r}, and no small one of such a language ({languages})."
    raise DownloadError("unknown_model", message, f"take a name out of {index}")


def fetch(
    client: httpx2.Client, model: Listed, store: ModelStore, *, language: str, tell: Callable[[str], None]
) -> Model:
    """Download, verify, unpack and add it. Raises `DownloadError`, and `AsrError` as the store does."""
    store.check_name(model.name)
    store.root.mkdir(parents=True, exist_ok=True)
    archive = store.root / f".{model.name}.zip"
    unpacked = store.begin(f"{model.name}.unpacked")
    try:
        _download(client, model, archive, tell)
        _verify(model, archive)
        _unpack(model, archive, unpacked)
        added = store.add(unpacked, name=model.name, language=language, how="move")
    except Exception:  # not a Ctrl-C: then the archive stays, to go on with
        archive.unlink(missing_ok=True)
        raise
    finally:
        shutil.rmtree(unpacked, ignore_errors=True)
    archive.unlink()
    return added


def _download(client: httpx2.Client, model: Listed, archive: Path, tell: Callable[[str], None]) -> None:
    cause = ""
    for _ in range(TRIES):
        if _length(archive) >= model.size:
            return
        tell(f"{model.name}: {_length(archive) // MB} of {model.size // MB} MB")
        try:
            _go_on(client, model, archive)
        except httpx2.HTTPStatusError as error:
            raise DownloadError("network", f"{error}.", "look at the index, or try again") from None
        except httpx2.HTTPError as error:
            cause = f": {error or type(error).__name__}"
    if _length(archive) < model.size:
        message = f"{model.url} ended after {_length(archive)} of {model.size} bytes{cause}."
        raise DownloadError("truncated", message, "try again")


def _go_on(client: httpx2.Client, model: Listed, archive: Path) -> None:
    """From where the archive ends, as far as the server goes."""
    have = _length(archive)
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    with client.stream("GET", model.url, headers=headers) as answer:
        answer.raise_for_status()
        resumed = answer.status_code == httpx2.codes.PARTIAL_CONTENT
        with archive.open("ab" if resumed else "wb") as file:
            for chunk in answer.iter_raw(MB):
                file.write(chunk)
                if file.tell() > model.size:
                    return  # it cannot be the one in the index


def _length(archive: Path) -> int:
    return archive.stat().st_size if archive.exists() else 0


def _verify(model: Listed, archive: Path) -> None:
    kind, expected = ("sha256", model.sha256) if model.sha256 else ("md5", model.md5)
    with archive.open("rb") as file:
        found = hashlib.file_digest(file, kind).hexdigest()
    if _length(archive) != model.size or found != expected.lower():
        message = f"{model.url} is not what the index lists: {kind} {found}, {_length(archive)} bytes."
        raise DownloadError("not_as_listed", message, "try again later, or download it by hand and add it")


def _unpack(model: Listed, archive: Path, target: Path) -> None:
    cure = "do not use it; tell whoever keeps the index"
    try:
        with zipfile.ZipFile(archive) as file:
            members = file.infolist()
            if bad := next((member.filename for member in members if not _safe(member)), None):
                raise DownloadError("unsafe_archive", f"{model.name} wants to write {bad!r}.", cure)
            if sum(member.file_size for member in members) > MOST_UNPACKED * model.size + 64 * MB:
                raise DownloadError("unsafe_archive", f"{model.name} unpacks to far too much.", cure)
            file.extractall(target)
    except (zipfile.BadZipFile, EOFError, NotImplementedError) as error:
        raise DownloadError("unsafe_archive", f"{model.name} is no sound zip: {error}.", cure) from None


def _safe(member: zipfile.ZipInfo) -> bool:
    """Stays below the directory it is unpacked into, and is a plain file or directory."""
    path = PurePosixPath(member.filename)
    outside = path.is_absolute() or ".." in path.parts or "\\" in member.filename
    return not outside and not stat.S_ISLNK(member.external_attr >> 16)


def _version(name: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", name))
