"""Telephones that are asked whether they are there, in virtual time."""

import asyncio
from typing import Any

from bridge.app.directory import Directory
from bridge.app.probing import Probing
from bridge.config import Settings
from tests.virtual_time import run

ANN, BEN = "sip:ann@127.0.0.5", "sip:ben@127.0.0.5"
SETTINGS = Settings.model_validate(
    {
        "agents": [
            {"id": "ann", "uri": ANN},
            {"id": "ben", "uri": BEN},
            {"id": "cat", "devices": [{"kind": "queue", "uri": BEN}]},
        ],
        "sip": {"options_s": 30},
    }
)


class Telephones:
    """What each answers; an exception: it could not be asked."""

    def __init__(self, **answers: int | Exception | None) -> None:
        self.answers = answers
        self.asked: list[str] = []

    async def ask(self, uri: str) -> int | None:
        user = uri[4:7]
        self.asked.append(user)
        answer = self.answers.get(user)
        if isinstance(answer, Exception):
            raise answer
        return answer


def states(of: Directory) -> dict[str, str]:
    return {view.id: view.state for view in of.views()}


def follow(settings: Settings, telephones: Telephones, *rounds: dict[str, Any]) -> list[dict[str, str]]:
    """The directory after each round, in which the telephones answer as it says."""

    async def story() -> list[dict[str, str]]:
        directory = Directory(settings)
        probing = Probing(settings, directory, telephones.ask)
        seen = []
        for number, answers in enumerate(rounds):
            telephones.answers.update(answers)
            if not number:
                probing.start()
            await asyncio.sleep(1 if not number else 30)
            seen.append(states(directory))
        await probing.close()
        return seen

    return run(story())


def test_one_that_has_answered_is_gone_after_two_misses_and_back_with_its_first_answer() -> None:
    telephones = Telephones(ann=200, ben=200)
    first, missed, gone, back = follow(SETTINGS, telephones, {}, {"ann": None}, {}, {"ann": 200})
    assert first["ann"] == missed["ann"] == back["ann"] == "available"
    assert gone["ann"] == "unreachable"
    assert gone["ben"] == "available"


def test_one_that_never_answers_is_left_unjudged() -> None:
    seen = follow(SETTINGS, Telephones(ann=None, ben=405), {}, {}, {}, {})
    assert all(states["ann"] == "available" for states in seen)
    assert all(states["ben"] == "available" for states in seen)


def test_a_pbx_that_says_so_is_believed_at_once_and_for_all_who_share_the_uri() -> None:
    (seen,) = follow(SETTINGS, Telephones(ann=200, ben=480), {})
    assert seen == {"ann": "available", "ben": "unreachable", "cat": "unreachable"}


def test_what_could_not_be_asked_is_no_news() -> None:
    telephones = Telephones(ann=200, ben=200)
    lost: dict[str, Any] = {"ann": OSError("no front"), "ben": ValueError("?")}
    assert follow(SETTINGS, telephones, {}, lost, {}, {})[-1] == dict.fromkeys(
        ("ann", "ben", "cat"), "available"
    )


def test_a_uri_is_asked_once_a_round_and_never_when_switched_off() -> None:
    telephones = Telephones(ann=200, ben=200)
    follow(SETTINGS, telephones, {}, {})
    assert sorted(telephones.asked) == ["ann", "ann", "ben", "ben"]
    off, silent = SETTINGS.model_copy(deep=True), Telephones()
    off.sip.options_s = 0
    follow(off, silent, {}, {})
    assert silent.asked == []
