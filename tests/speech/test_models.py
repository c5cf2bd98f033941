"""The model store and its commands."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from asr.errors import AsrError
from asr.models import packaged_whisper_dir
from asr.store import PACKAGED, ModelStore
from bridge.check import check_settings
from bridge.cli import app
from bridge.config import load
from bridge.speech.choice import ESCALATION, choose
from bridge.speech.compare import MOST_CPU, Compared, best
from tests.asr.conftest import VOSK_KOREAN
from tests.speech.model_server import ModelServer, archive


@pytest.fixture
def packaged() -> Path:
    found = packaged_whisper_dir()
    assert found is not None
    return found


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models")


def command(store: ModelStore, *arguments: str) -> Result:
    where = f"asr.models_dir={store.root}"
    return CliRunner().invoke(app, ["models", *arguments, "--set", where])


def test_the_packaged_model_is_always_there(store: ModelStore) -> None:
    result = command(store, "list", "--json")
    assert result.exit_code == 0
    (row,) = json.loads(result.stdout)
    assert row["name"] == PACKAGED
    assert row["engine"] == "whisper_asr"
    assert row["language"] == "en"
    assert len(row["sha256"]) == 64
    assert row["bytes"] > 70_000_000


def test_a_model_is_added_under_its_name(store: ModelStore, packaged: Path) -> None:
    result = command(store, "add", str(packaged), "--name", "mine", "--link", "--json")
    assert result.exit_code == 0, result.stderr
    (row,) = json.loads(result.stdout)
    assert row["name"] == "mine"
    names = [row["name"] for row in json.loads(command(store, "list", "--json").stdout)]
    assert names == [PACKAGED, "mine"]
    assert store.directory("mine") == store.root / "mine" / "model"
    assert (store.root / "mine" / "model").is_symlink()
    again = command(store, "add", str(packaged), "--name", "mine")
    assert again.exit_code == 2
    assert "there already" in again.stderr


def test_a_copy_outlives_what_it_was_copied_from(store: ModelStore, packaged: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for path in packaged.iterdir():
        (source / path.name).symlink_to(path)
    model = store.add(source, name="mine")
    assert (model.directory / "model.bin").is_file()
    assert not (model.directory / "model.bin").is_symlink()


@pytest.mark.parametrize("name", ["", ".hidden", "a/b", "..", "a b"])
def test_a_name_that_is_no_directory_name_is_refused(store: ModelStore, packaged: Path, name: str) -> None:
    with pytest.raises(AsrError) as refused:
        store.add(packaged, name=name)
    assert refused.value.code == "bad_name"


def test_a_directory_without_a_model_says_what_belongs_there(store: ModelStore, tmp_path: Path) -> None:
    result = command(store, "add", str(tmp_path))
    assert result.exit_code == 1
    assert "model.bin or am/final.mdl" in result.stderr
    assert not store.root.exists()


def test_a_model_of_another_language_is_not_added(store: ModelStore) -> None:
    result = command(store, "add", str(VOSK_KOREAN), "--name", "ko", "--language", "en")
    assert result.exit_code == 1
    assert "everyday words of 'en'" in result.stderr
    assert not store.root.exists()


def test_one_that_crashes_its_engine_is_an_error(store: ModelStore, tmp_path: Path) -> None:
    """An empty feature configuration brings Kaldi down with the process it is in."""
    for path in VOSK_KOREAN.iterdir():
        if path.name != "conf":
            (tmp_path / path.name).symlink_to(path)
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "model.conf").write_bytes((VOSK_KOREAN / "conf" / "model.conf").read_bytes())
    (tmp_path / "conf" / "mfcc.conf").write_bytes(b"")
    result = command(store, "add", str(tmp_path), "--name", "broken", "--language", "ko")
    assert result.exit_code == 1
    assert "crash" in result.stderr


def test_get_through_the_command(store: ModelStore) -> None:
    server = ModelServer()
    try:
        server.offer("m", archive({"tiny/README": b"x"}))
        index = ("--set", f"asr.models_index={server.index_url}")
        nothing = command(store, "get", "m", *index)
        unknown = command(store, "get", "n", *index)
        server.breaks = [10, 10, 10]
        short = command(store, "get", "m", *index)
    finally:
        server.close()
    assert (nothing.exit_code, unknown.exit_code, short.exit_code) == (1, 2, 75)
    assert "no model in" in nothing.stderr


def result_of(sha256: str, wer: float, cpu_per_s: float = 0.2) -> Compared:
    return Compared(name="x", sha256=sha256, wer=wer, cpu_per_s=cpu_per_s)


def test_auto_is_the_best_measured(store: ModelStore, packaged: Path) -> None:
    settings = load(None, [f"asr.models_dir={store.root}"])
    assert choose(settings).model_dir == packaged
    store.add(packaged, name="other", how="link")
    described = json.loads((store.root / "other" / "model.json").read_text()) | {"sha256": "f" * 64}
    (store.root / "other" / "model.json").write_text(json.dumps(described))
    assert choose(settings).model_dir == packaged
    measured = [{"name": "other", "sha256": "f" * 64, "wer": 0.1, "cpu_per_s": 0.1}]
    (store.root / "bench.json").write_text(json.dumps(measured))
    assert choose(settings).model_dir == store.root / "other" / "model"
    (store.root / "bench.json").write_text("not json")
    assert choose(settings).model_dir == packaged


def test_the_best_errs_least_and_is_cheap_enough(store: ModelStore, packaged: Path) -> None:
    one = store.add(packaged, name="one", how="link")
    a, b, c = (type(one)(**{f: getattr(one, f) for f in one.__slots__} | {"sha256": s}) for s in "abc")
    assert best([a, b, c], []) is None
    assert best([a, b], [result_of("a", 0.2), result_of("b", 0.1)]) is b
    assert best([a, b], [result_of("a", 0.11, 0.1), result_of("b", 0.1, 0.2)]) is a
    assert best([a, b], [result_of("a", 0.2), result_of("b", 0.1, MOST_CPU * 2)]) is a
    assert best([a, b], [result_of("a", 0.2, 3.0), result_of("b", 0.1, 2.0)]) is b


def test_a_language_nobody_speaks_says_how_to_get_it(store: ModelStore) -> None:
    settings = load(None, [f"asr.models_dir={store.root}", "asr.language=de"])
    with pytest.raises(AsrError, match="models get de") as refused:
        choose(settings)
    assert refused.value.code == "model_missing"


def test_bench_measures_what_is_installed_and_keeps_it(store: ModelStore) -> None:
    result = command(store, "bench", "--json")
    assert result.exit_code == 0, result.stderr
    (row,) = json.loads(result.stdout)
    assert row["name"] == PACKAGED
    assert 0 <= row["wer"] < 0.3
    assert row["cpu_per_s"] > 0
    (listed,) = json.loads(command(store, "list", "--json").stdout)
    assert listed["wer"] == row["wer"]


@pytest.mark.parametrize(
    ("setting", "cure"),
    [
        ("asr.engine=kaldi", "whisper_asr"),
        ("asr.model_dir=nowhere", "models list"),
        ("asr.final_model=nowhere", "models list"),
        ("asr.language=de", "models get de"),
        (f"asr.hotwords={[f'Kowalczyk{n}' for n in range(100)]}", "rare names"),
    ],
)
def test_check_says_what_no_worker_could_start_with(store: ModelStore, setting: str, cure: str) -> None:
    settings = load(None, [f"asr.models_dir={store.root}", setting])
    (finding,) = [finding for finding in check_settings(settings) if finding.key == "asr"]
    assert finding.level == "error"
    assert cure in finding.cure


def test_escalation_words_are_hotwords_unless_switched_off(store: ModelStore) -> None:
    given = [f"asr.models_dir={store.root}", "asr.hotwords=[Aquaflow, agent]"]
    assert choose(load(None, given)).hotwords == tuple(dict.fromkeys(["Aquaflow", "agent", *ESCALATION]))
    off = [*given, "asr.escalation_hotwords=false"]
    assert choose(load(None, off)).hotwords == ("Aquaflow", "agent")
