"""How a brief is worded: four small jinja2 templates, sandboxed, which a deployment may replace.

They see values of the brief only, and what comes out is plain text of one line whatever they say.
"""

import re
from collections.abc import Mapping
from typing import Any

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bridge.core.brief.clause import plain, shortened
from bridge.core.brief.valid import fault_of

HEADLINE = 90
"""characters"""
OPENING = 200
DEFAULTS: dict[str, str] = {
    "headline": "{% if reason %}Caller {{ reason }}: {{ matter }}{% else %}Caller: {{ matter }}{% endif %}",
    "detail": (
        "{% if tried %}Tried: {{ tried }}.{% else %}Nothing was tried.{% endif %} "
        "{{ mood | capitalize }}, {{ identity }}. "
        "{% if open %}Open: {{ open }}.{% else %}Nothing open is known.{% endif %}"
        "{% if next %} Next: {{ next }}.{% endif %}"
    ),
    "more": (
        "{% if quote %}The caller said: {{ quote }}. {% endif %}{% if facts %}Facts: {{ facts }}. {% endif %}"
        "{% if tried %}Tried: {{ tried }}.{% endif %}"
    ),
    "opening": (
        "{% if mood == 'distressed' %}I am sorry to hear that. "
        "{% elif mood in ('frustrated', 'angry') %}I am sorry for the trouble. {% endif %}"
        "{% if matter %}I can see {{ matter }}.{% else %}Thank you for holding. How can I help?{% endif %}"
    ),
}
NAMES: dict[str, frozenset[str]] = {
    "headline": frozenset({"reason", "matter", "mood", "intent"}),
    "detail": frozenset({"tried", "mood", "identity", "open", "next"}),
    "more": frozenset({"quote", "facts", "tried"}),
    "opening": frozenset({"mood", "matter"}),
}
LONGEST_TEMPLATE = 2000


class WordingError(ValueError):
    """The message names the template, the cause and the cure."""


class Wording:
    """Compiled templates; raises `WordingError`. Templates that are not given are the defaults."""

    def __init__(self, templates: Mapping[str, str] | None = None) -> None:
        environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
        environment.globals.clear()  # no range(): a template cannot make work for minutes
        self._templates = {}
        for name, text in {**DEFAULTS, **(templates or {})}.items():
            if name not in DEFAULTS:
                raise WordingError(f"{name}: no such template. Cure: one of {', '.join(DEFAULTS)}.")
            if len(text) > LONGEST_TEMPLATE:
                raise WordingError(f"{name}: longer than {LONGEST_TEMPLATE} characters. Cure: shorten it.")
            try:
                self._templates[name] = environment.from_string(text)
                self._tried_out(name)
            except TemplateError as error:
                known = ", ".join(sorted(NAMES[name]))
                raise WordingError(f"{name}: {error.message}. Cure: it may use {known}.") from None
            except Exception as error:
                raise WordingError(
                    f"{name}: {type(error).__name__}: {error}. Cure: see docs/brief.md."
                ) from None

    def _tried_out(self, name: str) -> None:
        """With all values and with none: what is wrong in a branch shall be known before a call."""
        for value in ("three words here", ""):
            made = self.say(name, **dict.fromkeys(NAMES[name], value))
            if name == "headline" and not 0 < len(made) <= HEADLINE:
                raise WordingError(f"{name}: says {len(made)} characters. Cure: 1 to {HEADLINE}.")

    def say(self, name: str, **values: Any) -> str:
        """One line of plain text."""
        return re.sub(r"\s+([.,;:])", r"\1", plain(self._templates[name].render(values)))

    def headline(self, reason: str, matter: str, mood: str, intent: str) -> str:
        """At most `HEADLINE` characters: the matter is shortened to the room that the template leaves."""
        room = HEADLINE - len(self.say("headline", reason=reason, matter="", mood=mood, intent=intent)) - 1
        for matter_room in (room, room // 2):
            made = self.say(
                "headline",
                reason=reason,
                matter=shortened(matter, max(matter_room, 1)),
                mood=mood,
                intent=intent,
            )
            if 0 < len(made) <= HEADLINE and not fault_of(made, HEADLINE):
                return made
        return shortened("Caller needs a person: matter not stated", HEADLINE)

    def opening(self, mood: str, matter: str) -> str:
        """The first sentence suggested to the agent, to the caller: "I can see your ..." """
        said = self.say("opening", mood=mood, matter=to_caller(shortened(matter, 90)) if matter else "")
        return said if not fault_of(said, OPENING) else self.say("opening", mood=mood, matter="")


TURNED = {
    "i'm": "you are", "i've": "you have", "i'd": "you would", "i'll": "you will", "i": "you", "me": "you",
    "my": "your", "mine": "yours", "myself": "yourself", "we": "you", "we're": "you are", "us": "you",
    "we've": "you have", "our": "your", "you": "we", "your": "our", "you're": "we are", "you've": "we have",
    "yours": "ours",
}  # fmt: skip
ASKING = re.compile(
    r"^(?:what|what's|where|where's|when|why|how|who|which|can|could|do|does|did|is|are|will|would|may|am|cancel|refund|take|give)\b",
    re.I,
)


def to_caller(text: str) -> str:
    """ "my bill is wrong" -> "your bill is wrong"; a question or order becomes "you asked: ..." """
    words = [TURNED.get(word.lower().replace("’", "'"), word) for word in text.split()]
    turned = re.sub(r"\b(you|we) (?:was|am)\b", r"\1 were", " ".join(words))
    turned = re.sub(r"\byou (?:have|had|got) a question about\b", "you have a question about", turned)
    if ASKING.match(text):
        return f"you asked: {turned}"
    if re.match(r"(?:you|we|your|our|the|there|it|it's|this|that|somebody|someone|\w+ing\b)", turned, re.I):
        return turned
    return f"this is about: {turned}"


STANDARD = Wording()
