"""Requests made of templates: jinja2 in its sandbox, without functions, a text at a time."""

from collections.abc import Mapping
from typing import Any

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment


class Wording:
    """Compiled once each."""

    def __init__(self) -> None:
        self._environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
        self._environment.globals.clear()

    def say(self, template: str, words: Mapping[str, str]) -> str:
        """Raises ValueError."""
        try:
            return self._environment.from_string(template).render(words)
        except TemplateError as error:
            known = ", ".join(sorted(words))
            raise ValueError(f"{template}: {error.message}; it may use {known}") from None


def worded(wording: Wording, value: Any, words: Mapping[str, str]) -> Any:
    """`value` with every text in it filled in. Raises ValueError."""
    match value:
        case str():
            return wording.say(value, words)
        case dict():
            return {key: worded(wording, inner, words) for key, inner in value.items()}
        case list() | tuple():
            return [worded(wording, inner, words) for inner in value]
    return value
