"""What may be wrong with a model or a machine: named with its cure, or it works all the same."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from asr.engines import make_recognizer
from asr.errors import AsrError
from asr.models import packaged_whisper_dir
from asr.scheduler import Inline
from asr.store import probe
from tests.asr.conftest import VOSK_KOREAN, WHISPER_BASE


def broken_whisper(directory: Path, broken: str, content: bytes) -> Path:
    packaged = packaged_whisper_dir()
    assert packaged is not None
    for path in packaged.iterdir():
        if path.is_file() and path.name != broken:
            (directory / path.name).symlink_to(path)
    (directory / broken).write_bytes(content)
    return directory


@pytest.mark.parametrize("broken", ["model.bin", "tokenizer.json", "config.json"])
@pytest.mark.parametrize("content", [b"", b"\0" * 64, b"{"], ids=["empty", "zeros", "cut"])
def test_a_broken_whisper_file_is_a_broken_model(tmp_path: Path, broken: str, content: bytes) -> None:
    with pytest.raises(AsrError, match="Cure") as refused:
        make_recognizer("auto", Inline(), model_dir=broken_whisper(tmp_path, broken, content))
    assert refused.value.code == "model_broken"


@pytest.mark.parametrize("broken", ["am/final.mdl", "graph/Gr.fst", "conf/mfcc.conf", "ivector/final.ie"])
def test_a_broken_vosk_file_is_a_broken_model_and_costs_nobody_his_process(
    tmp_path: Path, broken: str
) -> None:
    for path in VOSK_KOREAN.rglob("*"):
        if path.is_file():
            copy = tmp_path / path.relative_to(VOSK_KOREAN)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.symlink_to(path)
    (tmp_path / broken).unlink()
    (tmp_path / broken).write_bytes(b"")
    with pytest.raises(AsrError, match="Cure") as refused:
        probe(tmp_path, "ko")
    assert refused.value.code == "model_broken"


def test_a_vosk_model_of_another_language_is_refused() -> None:
    with pytest.raises(AsrError, match=r"asr\.language") as refused:
        make_recognizer("vosk", Inline(), model_dir=VOSK_KOREAN, language="en")
    assert refused.value.code == "wrong_language"


def test_a_multilingual_model_speaks_the_language_asked_for() -> None:
    assert probe(WHISPER_BASE, "de")["engine"] == "whisper_asr"
    with pytest.raises(AsrError) as refused:
        probe(WHISPER_BASE, "xx")
    assert refused.value.code == "wrong_language"


DECODE = """
import numpy as np
from asr.models import packaged_whisper_dir
from asr.whisper_asr import FINAL
from asr.whisper_model import WhisperModel
model = WhisperModel(packaged_whisper_dir())
assert not model.decode(np.zeros(16_000, np.float32), FINAL).words
"""


def test_a_processor_without_vector_instructions_works_slowly() -> None:
    """CTranslate2's generic kernels, as on one without AVX."""
    environment = os.environ | {"CT2_FORCE_CPU_ISA": "GENERIC", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", DECODE],
        env=environment,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert done.returncode == 0, done.stderr
