"""The built-in bot's script: a straight list of steps, read from YAML.

name: billing
steps:
  - say: "Thank you for calling."
  - ask: {slot: matter, prompt: "How can I help?", kind: free}
  - act: {name: look_up_invoice, result: "two charges on the third of May", ok: true}
  - limit: "I cannot refund a charge."
"""

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Ask(Part):
    """`kind`: free text, digits (keyed or spoken), yes_no, or one of `choices` (value: phrases).

    `collect: card` with digits: they are counted and not kept; the slot says only that they came.
    """

    slot: str
    prompt: str
    kind: Literal["free", "digits", "yes_no", "choice"] = "free"
    choices: dict[str, list[str]] = {}
    reprompts: list[str] = ["Sorry, I did not get that. {prompt}", "I still did not understand. {prompt}"]
    no_answer_s: float = 6.0
    max_tries: int = Field(default=3, ge=1)
    digits: int | None = None
    collect: Literal["card"] | None = None
    barge_in: bool = True

    @model_validator(mode="after")
    def _collects_digits(self) -> Self:
        if self.collect and self.kind != "digits":
            raise ValueError("collect wants kind: digits")
        return self


class Act(Part):
    """Something the bot does and reports, with what came of it."""

    name: str
    args: dict[str, Any] = {}
    result: str | None = None
    ok: bool | None = None


class Step(Part):
    """Exactly one of the keys."""

    say: str | None = None
    ask: Ask | None = None
    act: Act | None = None
    limit: str | None = None
    authenticated: str | None = None
    """status[:method], for instance `verified:pin`"""
    open: str | None = None
    hang_up: bool = False

    @model_validator(mode="after")
    def _one(self) -> Self:
        given = [k for k in ("say", "ask", "act", "limit", "authenticated", "open") if getattr(self, k)]
        if len(given) + self.hang_up != 1:
            raise ValueError("a step has exactly one of say, ask, act, limit, authenticated, open, hang_up")
        return self


class BotScript(Part):
    name: str
    intent: str | None = None
    steps: list[Step] = Field(min_length=1)
    resume: str = "You are back with me."
    language: str = "en"
