from pathlib import Path

import pytest

from asr.engines import choose, make_recognizer
from asr.errors import AsrError
from asr.models import packaged_whisper_dir
from asr.scheduler import Inline
from asr.whisper_asr import WhisperRecognizer


def test_auto_is_whisper_asr_as_packaged() -> None:
    assert choose(None) == "whisper_asr"
    assert choose(packaged_whisper_dir()) == "whisper_asr"


def test_auto_knows_a_vosk_directory(tmp_path: Path) -> None:
    (tmp_path / "model-en" / "am").mkdir(parents=True)
    (tmp_path / "model-en" / "am" / "final.mdl").touch()
    assert choose(tmp_path) == "vosk"


def test_auto_with_a_directory_of_something_else(tmp_path: Path) -> None:
    with pytest.raises(AsrError) as refused:
        make_recognizer("auto", Inline(), model_dir=tmp_path)
    assert refused.value.code == "model_missing"


def test_an_unknown_engine_names_those_there_are() -> None:
    with pytest.raises(AsrError, match="whisper_asr") as refused:
        make_recognizer("kaldi", Inline())
    assert refused.value.code == "engine_missing"


def test_a_model_of_english_speaks_english() -> None:
    with pytest.raises(AsrError) as refused:
        make_recognizer("whisper_asr", Inline(), language="de")
    assert refused.value.code == "wrong_language"


def test_a_whisper_directory_that_lacks_files_is_named(tmp_path: Path) -> None:
    (tmp_path / "model.bin").touch()
    with pytest.raises(AsrError, match=r"tokenizer\.json") as refused:
        WhisperRecognizer(Inline(), model_dir=tmp_path)
    assert refused.value.code == "model_missing"


def test_a_broken_whisper_model_is_said_to_be_broken(tmp_path: Path) -> None:
    packaged = packaged_whisper_dir()
    assert packaged is not None
    for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
        (tmp_path / name).symlink_to(packaged / name)
    (tmp_path / "model.bin").write_bytes(b"\0" * 1000)
    with pytest.raises(AsrError) as refused:
        WhisperRecognizer(Inline(), model_dir=tmp_path)
    assert refused.value.code == "model_broken"


def test_an_unknown_vad_is_refused_at_load_not_in_a_call() -> None:
    with pytest.raises(AsrError) as refused:
        make_recognizer("whisper_asr", Inline(), vad="energy")
    assert refused.value.code == "engine_missing"
