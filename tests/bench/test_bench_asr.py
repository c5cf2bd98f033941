"""`handoff bench asr`: its figures on words made by hand, and the command whole on a tiny corpus."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from asr.errors import AsrError
from bridge.bench.asr import report
from bridge.bench.asr_table import asr_table
from bridge.bench.corpus.manifest import Clip
from bridge.bench.decode import Decoded
from bridge.bench.engines import engines
from bridge.bench.errors import WordErrors, difference, total, word_errors
from bridge.bench.spoken import canonical
from bridge.bench.words import Heard

pytestmark = pytest.mark.timeout(150)
WHOLE = {"rss_mb": 200.0, "model_sha256": "0"}


def clip(name: str, text: str, *, kind: str = "billing", stress: bool = False) -> Clip:
    words = tuple((word, 8_000 + 2_000 * number) for number, word in enumerate(canonical(text)))
    return Clip(
        id=name, split="test" if words else None, source="voice", kind=kind, licence="",
        text=text, words=words, start=4_000, end=20_000, samples=24_000, stress=stress, sha256="",
    )  # fmt: skip


def told(name: str, text: str, **more: str) -> Decoded:
    heard = [
        Heard(at=1.2, kind="partial", text=text, utterance=1),
        Heard(at=3.0, kind="final", text=text),
    ]
    return Decoded(id=name, heard=heard if text else [], cpu_s=1.0, **more)


def test_word_errors_are_counted_by_kind() -> None:
    counted = word_errors(canonical("pay my bill of $20"), canonical("please pay the bill twenty now"))
    assert counted == WordErrors(words=7, substitutions=2, deletions=1, insertions=1)
    assert word_errors(["a", "b"], []) == WordErrors(words=2, deletions=2)
    assert word_errors([], ["a"]) == WordErrors(insertions=1)
    assert total([counted, counted]).wer == counted.wer


def test_the_bound_is_above_the_difference_and_the_same_each_time() -> None:
    ours = [WordErrors(words=10, substitutions=number % 3) for number in range(60)]
    theirs = [WordErrors(words=10, substitutions=number % 2) for number in range(60)]
    found = difference(ours, theirs)
    assert found == difference(ours, theirs)
    assert found["points"] == 5.0
    assert 5.0 < found["upper_95"] < 10.0
    assert difference(ours, ours) == {"points": 0.0, "upper_95": 0.0}


def test_the_figures_of_an_engine() -> None:
    clips = [
        clip("a", "My bill is wrong"),
        clip("b", "Give me an agent", kind="request"),
        clip("c", "I want an agent", kind="request"),
        clip("d", "What is this", stress=True),
        clip("e", "", kind="music"),
    ]
    decoded = [
        told("a", "My bill is long", full="My bill is wrong"),
        told("b", "Give me an agent", full="Give me an agent", hotworded="Give me an agent"),
        told("c", "I want an age", full="I want an age", hotworded="I want an agent"),
        told("d", "Fish"),
        told("e", "You"),
    ]
    found = report(clips, decoded, WHOLE)
    assert (found["wer"], found["substitutions"], found["words"]) == (0.1667, 0.1667, 12)
    assert found["full_window"]["wer"] == 0.0833
    assert found["full_window"]["stream_less_full"]["points"] == 8.33
    assert found["requests"]["recall"] == 0.5
    assert found["requests"]["recall_hotwords"] == found["requests"]["recall_reference"] == 1.0
    assert found["requests"]["false"] == 0.0
    assert found["nonspeech"] == {"minutes": 0.05, "finals": 1, "finals_in": ["e"], "partials_in": ["e"]}
    assert found["by_source"]["voice (stress)"]["wer"] == 1.0
    assert found["word_audio_ms"]["n"] == 10
    assert found["word_audio_ms"]["p50"] == pytest.approx(-50.0)
    table = asr_table({"split": "test", "engines": [{"engine": "one", **found}, {"engine": "two", **found}]})
    assert "| WER %" in table
    assert len({line.count("|") for line in table.splitlines()}) == 1


def test_an_unknown_engine_and_a_directory_without_a_model_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AsrError, match="knows no engine"):
        engines(["parrot"])
    with pytest.raises(AsrError):
        engines(["whisper_asr"], [tmp_path])
    assert [engine.name for engine in engines(["auto"])] == ["whisper_asr"]
    assert engines()[0].label == "whisper_asr packaged"


def test_the_command_decodes_a_corpus(corpus: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bridge", "bench", "asr", "--json", "--engine", "whisper_asr"]
    command += ["--corpus-dir", str(corpus), "--split", "all", "--limit", "1", "--out", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=140, check=False)
    assert done.returncode == 0, done.stderr
    (found,) = json.loads(done.stdout)["engines"]
    assert found["engine"] == "whisper_asr packaged"
    assert found["wer"] < 0.4
    assert found["full_window"]["wer"] < 0.4
    assert found["nonspeech"]["finals"] == 0
    assert found["cpu_s_per_speech_s"] > 0
    assert found["rss_mb"] > 50


def test_without_a_corpus_the_cure_is_named(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bridge", "bench", "asr", "--corpus-dir", str(tmp_path / "none")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 69
    assert "make corpus" in done.stderr
