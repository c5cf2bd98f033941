"""A tiny corpus, built once: the product's own voice, nothing fetched."""

from pathlib import Path

import pytest

from bridge.bench.corpus.build import build


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("corpus")
    told = build(directory, lambda text: None, limit=2, fetch=False)
    assert told["missing"] == []
    assert told["clips"] == 4
    return directory
