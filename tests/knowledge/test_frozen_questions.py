"""The frozen questions ask for what is there, in other words than its own."""

from collections.abc import Iterator

import pytest

from tests.knowledge.frozen import Stems, passages, questions

MOST_SHARED = 0.3


@pytest.fixture
def stems() -> Iterator[Stems]:
    stems = Stems()
    yield stems
    stems.close()


def test_there_are_enough() -> None:
    assert len(passages()) >= 300
    assert len(questions("test")) >= 80
    assert len(questions("dev")) >= 40
    asked = [one.question for half in ("dev", "test") for one in questions(half)]
    assert len(set(asked)) == len(asked)


@pytest.mark.parametrize("half", ["dev", "test"])
def test_questions_share_few_words_with_their_passage(half: str, stems: Stems) -> None:
    known = passages()
    too_near = []
    for one in questions(half):
        asked = stems.of(one.question)
        shared = asked & stems.of(known[one.file, one.heading])
        assert len(asked) >= 2, one.question
        if len(shared) > MOST_SHARED * len(asked):
            too_near.append((one.id, sorted(shared), len(asked)))
    assert too_near == []


def test_a_copied_sentence_would_be_seen(stems: Stems) -> None:
    copied = stems.of("the network operator lists planned interruptions")
    assert len(copied & stems.of(passages()["energy.md", "Power cut"])) > MOST_SHARED * len(copied)
