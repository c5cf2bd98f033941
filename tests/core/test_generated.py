"""What is generated from code and committed is what the code would write now."""

from pathlib import Path

import pytest

from bridge.docs import generated


@pytest.mark.parametrize("path", sorted(generated()), ids=lambda p: p.name)
def test_committed_file_is_current(path: Path) -> None:
    assert path.exists(), "run: python -m bridge.docs"
    assert path.read_text() == generated()[path], "run: python -m bridge.docs"
