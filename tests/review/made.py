"""Made records and samples for the tests of recalibration."""

import asyncio
import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from bridge.adapters.files import FileStore
from bridge.cli import app
from bridge.model.bot import BotState
from bridge.model.cue import Cue, CueKind, Escalation
from bridge.model.handoff import HandoffRecord, Outcome, State, StateAt
from bridge.model.record import RECORD_VERSION, ConversationRecord
from bridge.model.transcript import Speaker, Utterance
from bridge.review.case import Case

SPEAKERS = {"b": Speaker.BOT, "c": Speaker.CALLER, "a": Speaker.AGENT}


def cue(kind: str, rule: str, score: float, at_s: float) -> Cue:
    return Cue(kind=CueKind(kind), rule=rule, score=score, at_s=at_s)


def record(
    id: str, lines: list[str], *, fired: str = "", at_s: float = 0.0, score: float = 1.0,
    source: str = "speech", month: str = "2026-09", cues: tuple[Cue, ...] = (), quote: str = "",
) -> ConversationRecord:  # fmt: skip
    """`lines`: "c: words", five seconds apart and two long. `fired`: kind/rule that escalated at `at_s`."""
    said = tuple(
        Utterance(id=f"u{i}", speaker=SPEAKERS[line[0]], text=line[3:], start_s=5.0 * i, end_s=5.0 * i + 2.0)
        for i, line in enumerate(lines)
    )
    handoffs: tuple[HandoffRecord, ...] = ()
    if fired:
        kind, rule = fired.split("/")
        cues = (*cues, cue(kind, rule, score, at_s))
        why = Escalation(reason=kind, rule=rule, quote=quote, score=score, at_s=at_s, source=source)
        states = (StateAt(state=State.PROPOSED, event=None, at_s=at_s),)
        outcome = Outcome(result="connected", phase="connected")
        handoffs = (
            HandoffRecord(id=f"{id}-h1", escalation=why, states=states, attempts=(), outcome=outcome,
                          marks_s={}, absorbed=0),
        )  # fmt: skip
    return ConversationRecord(
        v=RECORD_VERSION, id=id, started_at=f"{month}-03T10:00:00.000Z", seconds=60.0, ended="completed",
        caller="sip:100@pbx", called="sip:900@bridge", headers={"X-Name": "Jane Roe"}, worker="sip-0", asr={},
        legs=(), transcript=said, gaps=(), flush_incomplete=(), cues=cues, bot_state=BotState(), brief=None,
        handoffs=handoffs, rules_version="r1",
    )  # fmt: skip


def store(dir: Path, *records: ConversationRecord) -> Path:
    async def save() -> None:
        for each in records:
            await FileStore(dir).save(each)

    asyncio.run(save())
    return dir


def case(id: str, label: str = "", **fields: Any) -> Case:
    """Four turns, five seconds apart; `at` is the place at which it was escalated."""
    turns = [
        {"i": i, "speaker": "caller" if i % 2 else "bot", "text": f"words {i}", "t": 5.0 * i}
        for i in range(4)
    ]
    if "at" in fields:
        fields |= {"escalated": True, "at_s": 5.0 * fields.pop("at") + 2.0}
    return Case.model_validate({"id": id, "turns": turns, "month": "2026-09", "label": label, **fields})


def handoff(*arguments: str | Path, given: str = "") -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=given)


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]
