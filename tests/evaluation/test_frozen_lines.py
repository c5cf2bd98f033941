"""Perfect answers reach every target: the labels contradict neither each other nor the scorer."""

import pathlib
from collections.abc import Sequence
from typing import Any

from bridge.evaluation.cues import KIND_OF_LABEL
from bridge.evaluation.injections import CARD
from bridge.evaluation.rows import load
from bridge.evaluation.run import evaluate

Row = dict[str, Any]
DATA = load(pathlib.Path(__file__).parents[1] / "data" / "eval")
LABELLED = {row["id"]: row for row in (*DATA.utterances, *DATA.calls, *DATA.pii, *DATA.pii_context)}


def cues(row: Row) -> Row:
    labels = {LABELLED[row["id"]]["label"], *LABELLED[row["id"]]["also"]}
    kinds = [{"kind": KIND_OF_LABEL[label]} for label in sorted(labels) if label in KIND_OF_LABEL]
    return {"explicit": "explicit_request" in labels, "ask": False, "cues": kinds}


def replay(row: Row) -> Row:
    call = LABELLED[row["id"]]
    return {"escalate": call["escalate"], "turn": call["escalate_turn"], "reason": call["category"]}


def brief(row: Row) -> Row:
    fields: Row = {"authentication": {"status": "none"}, "sentiment": "neutral"}
    for fact in LABELLED.get(row["id"], {}).get("facts", ()):
        if fact["key"] not in ("auth", "sentiment"):
            fields.setdefault("why", []).append(" ".join(group[0] for group in fact["all_of"]))
    return {"headline": "Short", "script": "Short.", "seconds": 2.0, "fields": fields}


def redact(row: Row) -> Row:
    if row["id"] in LABELLED:
        return {"text": row["text"], "spans": LABELLED[row["id"]]["spans"]}
    start = len(row["text"]) - len(CARD) + CARD.index(" four") + 1
    return {"text": row["text"], "spans": [{"start": start, "end": len(row["text"]), "type": "CARD"}]}


def oracle(name: str, rows: Sequence[Row]) -> dict[str, Row]:
    answer = {"cues": cues, "replay": replay, "brief": brief, "redact": redact}[name]
    return {row["id"]: {"id": row["id"], **answer(row)} for row in rows}


def test_perfect_answers_reach_every_target() -> None:
    figures = evaluate(DATA, oracle)
    assert [(each.name, each.value) for each in figures if each.verdict not in ("ok", "-")] == []
    judged = {each.part for each in figures if each.verdict == "ok"}
    assert judged == {"cues", "calls", "brief", "redaction", "injections"}
