"""Plays at work: which begin, and which steps are done, by what is said."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bridge.core.said import said
from bridge.core.template import TemplateError, compiled
from bridge.model.assist import Play, PlaySet, Step

ANY = "*"
NEVER = re.compile("(?!)")


@dataclass(frozen=True, slots=True)
class Line:
    """A step within its play."""

    play: Play
    step: Step
    done: re.Pattern[str]

    @property
    def id(self) -> str:
        return f"{self.play.name}/{self.step.name}"


class Playbook:
    """Raises `TemplateError` naming the play whose template is wrong."""

    def __init__(self, plays: PlaySet) -> None:
        self.version = plays.version
        self._words = plays.words
        self._begins = [(play, self._pattern(play, play.name, play.say)) for play in plays.plays]
        self._lines = {
            play.name: tuple(
                Line(play, step, self._pattern(play, f"{play.name}/{step.name}", step.done))
                for step in play.steps
            )
            for play in plays.plays
        }

    def _pattern(self, play: Play, name: str, templates: tuple[str, ...]) -> re.Pattern[str]:
        try:
            return compiled(templates, self._words) if templates else NEVER
        except TemplateError as error:
            raise TemplateError(f"{play.source}: play '{name}': {error}") from None

    def for_reason(self, reason: str) -> Iterator[Line]:
        """Those that help whatever the reason come last."""
        for play, _ in self._begins:
            if reason in play.reasons:
                yield from self._lines[play.name]
        for play, _ in self._begins:
            if ANY in play.reasons:
                yield from self._lines[play.name]

    def begun_by(self, text: str) -> Iterator[Line]:
        """The caller's words begin these plays."""
        line = said(text).text + " "
        for play, pattern in self._begins:
            if pattern.search(line):
                yield from self._lines[play.name]


def ticks(line: Line, text: str) -> bool:
    """Do the agent's words do what the step asks for?"""
    return line.done.search(said(text).text + " ") is not None


def failing_examples(plays: PlaySet) -> Iterator[str]:
    """One line for each example that a play or step does not keep."""
    book = Playbook(plays)
    for play in plays.plays:
        for text, wanted in [
            *((one, True) for one in play.examples),
            *((one, False) for one in play.against),
        ]:
            if any(line.play is play for line in book.begun_by(text)) is not wanted:
                yield f"{play.source}: play '{play.name}' {'is not' if wanted else 'is'} begun by '{text}'"
        for line in book._lines[play.name]:
            step = line.step
            for text, wanted in [
                *((one, True) for one in step.examples),
                *((one, False) for one in step.against),
            ]:
                if ticks(line, text) is not wanted:
                    yield f"{play.source}: step '{line.id}' {'is not' if wanted else 'is'} done by '{text}'"
