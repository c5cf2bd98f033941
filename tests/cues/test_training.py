"""The weights come from the committed lines, and a broken file is no reason to stop."""

from pathlib import Path

import numpy as np
import pytest

from bridge.adapters.opinion import Opinion, OpinionError, opinion_file
from bridge.cues.lines import TRAINING, lines, with_company
from bridge.cues.train import save, train

SHARE_ALIKE = ("bitext", "sgd")


def test_training_again_decides_the_same(tmp_path: Path) -> None:
    chosen = lines()
    save(*train(chosen), tmp_path / "again.npz")
    kept, again = Opinion(opinion_file("en")), Opinion(tmp_path / "again.npz")
    differences = [abs(kept(line.text) - again(line.text)) for line in chosen[::7]]
    assert max(differences) < 0.01, "run make train-cues and commit its file"


def test_no_share_alike_line_is_trained_on() -> None:
    chosen = lines()
    assert len(chosen) > 4000
    assert not [line for line in chosen if line.source.startswith(SHARE_ALIKE)]
    public = (TRAINING / "public.jsonl").read_text()
    assert "-SA-" not in public
    assert "Sharing" not in public


def test_each_label_once() -> None:
    labels: dict[str, set[bool]] = {}
    for line in lines():
        if line.source == "own":
            labels.setdefault(line.text, set()).add(line.asks)
    assert [text for text, both in labels.items() if len(both) > 1] == []


def test_company_keeps_the_label() -> None:
    chosen = lines()
    texts, labels = with_company(chosen)
    assert texts[: len(chosen)] == [line.text for line in chosen]
    assert len(texts) == len(labels) > len(chosen)


@pytest.mark.parametrize("content", [b"", b"not weights", None])
def test_a_broken_file_is_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "broken.npz"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(OpinionError, match=r"broken\.npz.*make train-cues"):
        Opinion(file)


def test_weights_of_other_features_are_refused(tmp_path: Path) -> None:
    save(np.zeros(8, np.float32), 0.0, tmp_path / "small.npz")
    with pytest.raises(OpinionError, match="other features"):
        Opinion(tmp_path / "small.npz")
