"""What the commands must answer, a line each (DESIGN section 8); more keys are welcome."""

from typing import Any, Literal

from pydantic import BaseModel, NonNegativeInt

Sentiment = Literal["positive", "neutral", "impatient", "frustrated", "angry", "distressed"]
Status = Literal["verified", "partial", "failed", "none", "unknown"]


class Answer(BaseModel):
    id: str


class FoundCue(BaseModel):
    kind: str
    score: float
    span: Any = None


class CuesAnswer(Answer):
    explicit: bool
    ask: bool
    cues: list[FoundCue]


class ReplayAnswer(Answer):
    escalate: bool
    turn: int | None
    reason: str | None
    cues: list[Any]


class BriefAnswer(Answer):
    headline: str
    script: str
    seconds: float
    fields: dict[str, Any]
    redacted: int


class Span(BaseModel):
    start: NonNegativeInt
    end: NonNegativeInt
    type: str


class RedactAnswer(Answer):
    text: str
    spans: list[Span]


ANSWERS: dict[str, type[Answer]] = {
    "cues": CuesAnswer,
    "replay": ReplayAnswer,
    "brief": BriefAnswer,
    "redact": RedactAnswer,
}
