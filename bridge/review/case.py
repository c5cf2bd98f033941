"""One conversation to be judged, as a line of a sample: a record without what the judge need not see."""

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Literal, Self

from pydantic import ConfigDict, ValidationError, model_validator

from bridge.cues.replay import TURN_S, Recorded, Turn
from bridge.model.cue import Cue
from bridge.model.record import ConversationRecord
from bridge.model.transcript import Speaker

Label = Literal["", "early", "on_time", "late", "missed", "right"]
"""`early`: escalated before a person was needed, or needlessly; `right`: rightly not escalated."""
OF_ESCALATED: tuple[Label, ...] = ("early", "on_time", "late")
OF_OTHERS: tuple[Label, ...] = ("missed", "right")
NOT_BY_CUE = frozenset({"bot_api", "bot_refer", "console", "bridge"})
"""sources of escalations that no rule decided"""


class CaseError(ValueError):
    """Names file, line, cause and cure."""


class Case(Recorded):
    """A line of a sample. What is not told has a default, so the lines of `handoff replay` are cases too."""

    model_config = ConfigDict(extra="allow")

    month: str = ""
    """YYYY-MM"""
    escalated: bool = False
    reason: str = ""
    rule: str = ""
    """the cue rule that escalated"""
    quote: str = ""
    at_s: float | None = None
    source: str = ""
    """speech, dtmf, bot_api, ...: who escalated"""
    rules_version: str = ""
    cues: tuple[Cue, ...] = ()
    weight: float = 1.0
    """so many conversations of the month this one stands for"""
    label: Label = ""
    right_turn: int | None = None
    """at which a person should have been fetched"""

    @model_validator(mode="after")
    def _label_fits(self) -> Self:
        if not self.turns:
            raise ValueError("turns: none. Cure: leave the line out")
        fitting = OF_ESCALATED if self.escalated else OF_OTHERS
        if self.label and self.label not in fitting:
            state = "was escalated" if self.escalated else "was not escalated"
            raise ValueError(f"label '{self.label}': it {state}. Cure: one of {', '.join(fitting)}")
        if self.right_turn is not None and self.right_turn not in [turn.i for turn in self.turns]:
            raise ValueError(f"right_turn {self.right_turn}: no such turn. Cure: an `i` of turns, or null")
        return self

    def place(self, i: int | None) -> int | None:
        """Where the turn `i` stands in `turns`."""
        return next((at for at, turn in enumerate(self.turns) if turn.i == i), None)

    def time(self, place: int) -> float:
        """When the turn at `place` began."""
        t = self.turns[place].t
        return t if t is not None else place * TURN_S

    def place_at(self, at_s: float, quote: str = "") -> int:
        """Of the last turn that had begun by then, where there is one of those that hold the quote: people
        talk at the same time. An agent's do not count."""
        begun = [
            at for at, turn in enumerate(self.turns)
            if self.time(at) <= at_s and turn.speaker is not Speaker.AGENT
        ]  # fmt: skip
        quoting = [at for at in begun if quote and quote in self.turns[at].text]
        return max(quoting or begun, default=0)

    @property
    def acted(self) -> int | None:
        """The place at which it was escalated."""
        return self.place_at(self.at_s or 0.0, self.quote) if self.escalated else None

    @property
    def sign(self) -> tuple[str, str]:
        """Kind and rule that escalated; else those of the strongest cue; else two empty strings."""
        if self.escalated:
            return self.reason, self.rule
        best = max(self.cues, key=lambda cue: cue.score, default=None)
        return (best.kind.value, best.rule) if best else ("", "")

    def alone_with_bot(self) -> "Case":
        """Only what was said before an agent spoke: what is said to an agent is no sign for one."""
        agents = [at for at, turn in enumerate(self.turns) if turn.speaker is Speaker.AGENT]
        if not agents:
            return self
        cues = tuple(cue for cue in self.cues if cue.at_s < self.time(agents[0]))
        return self.model_copy(update={"turns": self.turns[: agents[0]], "cues": cues})


def case_of(record: ConversationRecord) -> Case | None:
    """The record in the form of `handoff replay`, its first escalation told; None where nothing was said."""
    turns = [
        Turn(i=i, speaker=u.speaker, text=u.text, t=round(u.start_s, 3))
        for i, u in enumerate(u for u in record.transcript if u.addressed)
    ]
    if not turns:
        return None
    case = Case(
        id=record.id, turns=turns, month=record.started_at[:7], rules_version=record.rules_version,
        cues=record.cues,
    )  # fmt: skip
    if not record.handoffs:
        return case
    first = record.handoffs[0]
    why, began_s = first.escalation, first.states[0].at_s if first.states else 0.0
    told = {"reason": why.reason, "rule": why.rule, "quote": why.quote, "source": why.source}
    return case.model_copy(update={"escalated": True, "at_s": round(why.at_s or began_s, 3), **told})


def read_cases(file: Path) -> list[Case]:
    """Raises `CaseError`, which names file and line."""
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise CaseError(f"{file}: {error.strerror}. Cure: name a file of `handoff review --out`") from None
    except UnicodeDecodeError:
        raise CaseError(f"{file}: not UTF-8. Cure: write it with `handoff review --out`") from None
    return list(cases_in(lines, str(file)))


def cases_in(lines: Iterable[str], source: str) -> Iterator[Case]:
    """Raises `CaseError`, which names the line."""
    seen: set[str] = set()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            case = Case.model_validate_json(line)
        except ValidationError as error:
            raise CaseError(f"{source}:{number}: {_cause(error)}") from None
        if json.dumps(case.id) in seen:
            raise CaseError(f"{source}:{number}: id {case.id!r} again. Cure: keep one of the two lines")
        seen.add(json.dumps(case.id))
        yield case


def _cause(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    text = first["msg"].removeprefix("Value error, ")
    cure = (
        ""
        if "Cure:" in text
        else f". Cure: mend the line or remove it; labels: {', '.join((*OF_ESCALATED, *OF_OTHERS))}"
    )
    return f"{where}: {text}{cure}" if where else f"{text}{cure}"


def write_cases(file: Path, cases: Sequence[Case]) -> None:
    """Whole or not at all; for the owner's eyes only. Raises OSError."""
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = NamedTemporaryFile("w", dir=file.parent, suffix=".part", delete=False, encoding="utf-8")  # noqa: SIM115
    try:
        with unfinished:
            unfinished.writelines(f"{line_of(case)}\n" for case in cases)
            unfinished.flush()
            os.fsync(unfinished.fileno())
        os.replace(unfinished.name, file)
    except BaseException:
        Path(unfinished.name).unlink(missing_ok=True)
        raise


def line_of(case: Case) -> str:
    """The label last: it is what is filled in."""
    told = case.model_dump(mode="json")
    for turn in told["turns"]:
        if turn["state"] is None:
            del turn["state"]
    for key in ("label", "right_turn"):
        told[key] = told.pop(key)
    return json.dumps(told, ensure_ascii=False)
