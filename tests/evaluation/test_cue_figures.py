"""The scorer of cues and calls, on tables small enough to check by hand."""

from typing import Any

import pytest

from bridge.evaluation.calls import call_figures
from bridge.evaluation.cues import kind_figures, request_figures, scoped
from bridge.evaluation.figure import Figure

Row = dict[str, Any]


def line(i: str, label: str, **more: Any) -> Row:
    return {
        "id": i,
        "text": f"text of {i}",
        "label": label,
        "also": [],
        "hard": "",
        "speaker": "caller",
        **more,
    }


def said(i: str, *kinds: str, explicit: bool = False, ask: bool = False) -> Row:
    return {"id": i, "explicit": explicit, "ask": ask, "cues": [{"kind": k, "score": 0.9} for k in kinds]}


def by_name(figures: Any) -> dict[str, Figure]:
    return {figure.name: figure for figure in figures}


REQUESTS = [
    line("r1", "explicit_request", form="person"),
    line("r2", "explicit_request", form="tier", asr=True),
    line("r3", "frustrated", also=["explicit_request"]),
    line("h1", "none", hard="past"),
    line("h2", "none", hard="near_cancellation"),
    line("o1", "none"),
    line("o2", "none"),
    line("b1", "none", speaker="bot"),
]


def requests(*fired: str) -> dict[str, Figure]:
    answers = {row["id"]: said(row["id"], explicit=row["id"] in fired) for row in REQUESTS}
    return by_name(request_figures(REQUESTS, answers, "table"))


def test_all_right_is_ok_everywhere() -> None:
    figures = requests("r1", "r2", "r3")
    assert {figure.verdict for figure in figures.values()} == {"ok", "-"}
    assert figures["request recall"].n == 3
    assert figures["request fires on hard negatives"].n == 1
    assert figures["request fires on ordinary turns"].n == 2


def test_a_request_not_heard_is_missed_and_named() -> None:
    figures = requests("r1", "r3")
    assert figures["request recall"].value == pytest.approx(2 / 3)
    assert figures["request recall"].verdict == "missed"
    assert [missed.id for missed in figures["request recall"].lines] == ["r2"]
    assert figures["request recall, misheard words"].value == 0
    assert figures["request recall, misheard words"].verdict == "missed"
    assert figures["request recall, person"].value == 1
    assert figures["request precision"].verdict == "ok"


def test_false_requests_miss_their_own_targets() -> None:
    figures = requests("r1", "r2", "r3", "h1", "h2", "o2", "b1")
    assert figures["request precision"].value == pytest.approx(3 / 6), "the bot's turn is not a caller's"
    assert figures["request precision"].verdict == "missed"
    assert figures["request fires on hard negatives"].value == 1
    assert figures["request fires on past"].value == 1
    assert figures["request fires on ordinary turns"].value == 0.5
    assert figures["request fires on ordinary turns"].verdict == "missed"
    assert [fired.id for fired in figures["request fires on ordinary turns"].lines] == ["o2"]


def test_the_ask_band_counts_only_what_did_not_act() -> None:
    answers = {row["id"]: said(row["id"], ask=True, explicit=row["id"] == "r1") for row in REQUESTS}
    figures = by_name(request_figures(REQUESTS, answers, "table"))
    assert figures["request left to the ask band"].value == pytest.approx(2 / 3)


KINDS = [
    line("c1", "cancellation"),
    line("c2", "cancellation"),
    line("n1", "none", hard="near_cancellation"),
    line("n2", "none", hard="cancel_words"),
    line("d1", "complaint_or_dispute"),
    line("m1", "none", hard="near_negotiation"),
    line("o1", "none"),
]


def kinds(**fired: str) -> dict[str, Figure]:
    answers = {row["id"]: said(row["id"], *fired.get(row["id"], "").split()) for row in KINDS}
    return by_name(kind_figures(KINDS, answers, "table"))


def test_a_kind_is_judged_on_its_lines_its_near_misses_and_ordinary_turns() -> None:
    figures = kinds(
        c1="cancellation", c2="cancellation", n1="cancellation", d1="cancellation", m1="cancellation"
    )
    assert figures["cancellation precision"].value == pytest.approx(2 / 3), "other kinds are no negatives"
    assert figures["cancellation precision"].verdict == "missed"
    assert figures["cancellation recall"].verdict == "ok"
    assert figures["cancellation fires on near misses"].n == 2
    assert figures["complaint_or_dispute recall"].verdict == "missed"


def test_nothing_fired_has_no_precision_and_misses_recall() -> None:
    figures = kinds()
    assert figures["cancellation precision"].value is None
    assert figures["cancellation precision"].verdict == "-"
    assert figures["cancellation recall"].verdict == "missed"


def test_labels_are_mapped_to_the_kinds_of_the_contract() -> None:
    rows = [
        line("f1", "frustrated"),
        line("s1", "sensitive_compliance"),
        line("a1", "ai_limitation", speaker="bot"),
    ]
    answers = {"f1": said("f1", "frustration"), "s1": said("s1", "sensitive"), "a1": said("a1", "bot_limit")}
    figures = by_name(kind_figures(rows, answers, "table"))
    recalls = ("frustration recall", "sensitive recall", "bot_limit recall")
    assert [figures[name].value for name in recalls] == [1, 1, 1]


def test_out_of_scope_is_judged_only_with_examples() -> None:
    rows = [line("x1", "out_of_scope"), line("x2", "out_of_scope", scope=["my balance"])]
    answers = {"x1": said("x1"), "x2": said("x2", "out_of_scope")}
    assert by_name(kind_figures(rows, answers, "table"))["out_of_scope recall"].n == 1
    assert [row["id"] for row in scoped(rows)] == ["x2"]


CALLS: list[Row] = [
    {
        "id": "a",
        "escalate": True,
        "escalate_turn": 3,
        "acceptable_turns": [1, 3],
        "category": "explicit_request",
    },
    {"id": "b", "escalate": True, "escalate_turn": 5, "acceptable_turns": [4, 6], "category": "frustration"},
    {"id": "t", "escalate": False, "escalate_turn": None, "acceptable_turns": [], "category": "none"},
]


def calls(**turns: int | None) -> dict[str, Figure]:
    rows = [{**call, "reason": "why", "trap": "trap"} for call in CALLS]
    answers = {
        row["id"]: {"escalate": turns[row["id"]] is not None, "turn": turns[row["id"]], "reason": "x"}
        for row in rows
    }
    return by_name(call_figures(rows, answers, "table"))


def test_calls_on_time_may_be_anywhere_in_the_window_but_requests_are_exact() -> None:
    figures = calls(a=2, b=5, t=None)
    assert figures["escalated on time"].value == 1
    assert figures["escalated on time"].verdict == "ok"
    assert figures["requests at the exact turn"].value == 0
    assert figures["requests at the exact turn"].verdict == "missed"
    assert figures["false escalations"].verdict == "ok"


def test_early_late_missed_and_false_are_told_apart() -> None:
    figures = calls(a=0, b=7, t=1)
    assert figures["escalated on time"].verdict == "missed"
    assert [figures[name].value for name in ("early", "late", "missed")] == [0.5, 0.5, 0]
    assert figures["false escalations"].value == 1
    assert figures["false escalations"].verdict == "missed"
    assert calls(a=3, b=None, t=None)["missed"].value == 0.5
