"""Whole calls: escalated inside the window, at the exact turn, and not at all where nothing asks for it."""

from collections.abc import Iterator, Mapping, Sequence

from bridge.evaluation.figure import Figure, Line, Target, share
from bridge.evaluation.rows import Row

PART = "calls"
Answers = Mapping[str, Row]


def question(call: Row, *, state: bool) -> Row:
    """What `handoff replay` and `handoff brief` are asked about a call, with the bot's state or without."""
    asked = {"id": call["id"], "turns": call["turns"]}
    for key in ("scope", *(("state",) if state else ())):
        if key in call:
            asked[key] = call[key]
    return asked


def call_figures(calls: Sequence[Row], answers: Answers, source: str) -> Iterator[Figure]:
    """On time = inside the least and greatest of `acceptable_turns`; false = a trap call escalated."""
    escalating = [call for call in calls if call["escalate"]]
    traps = [call for call in calls if not call["escalate"]]
    wrong = [call for call in escalating if _when(call, answers) != "on time"]
    yield _figure("escalated on time", source, escalating, wrong, answers, Target(0.85))
    false = [call for call in traps if answers[call["id"]]["escalate"]]
    lines = tuple(_line(call, answers) for call in false)
    n, most = len(traps), Target(0, least=False)
    yield Figure(PART, "false escalations", float(len(false)), n, source, "calls", most, lines)
    requests = [call for call in escalating if call.get("category") == "explicit_request"]
    off = [call for call in requests if answers[call["id"]].get("turn") != call["escalate_turn"]]
    yield _figure("requests at the exact turn", source, requests, off, answers, Target(0.92))
    for when in ("early", "late", "missed"):
        found = [call for call in escalating if _when(call, answers) == when]
        yield Figure(PART, when, share(len(found), len(escalating)), len(escalating), source, "calls")
    for category in sorted({call["category"] for call in escalating}):
        of = [call for call in escalating if call["category"] == category]
        yield _figure(
            f"on time, {category}", source, of, [call for call in of if call in wrong], answers, None
        )


def _when(call: Row, answers: Answers) -> str:
    answer, window = answers[call["id"]], call["acceptable_turns"]
    if not answer["escalate"]:
        return "missed"
    if answer["turn"] < min(window):
        return "early"
    return "late" if answer["turn"] > max(window) else "on time"


def _figure(
    name: str,
    source: str,
    of: Sequence[Row],
    wrong: Sequence[Row],
    answers: Answers,
    target: Target | None,
) -> Figure:
    lines = tuple(_line(call, answers) for call in wrong)
    return Figure(PART, name, share(len(of) - len(wrong), len(of)), len(of), source, "calls", target, lines)


def _line(call: Row, answers: Answers) -> Line:
    answer = answers[call["id"]]
    at = f"at {answer['turn']}" if answer["escalate"] else "never"
    window = call["acceptable_turns"]
    due = f"due {min(window)}..{max(window)}" if window else f"trap: {call.get('trap', '')}"
    return Line(call["id"], f"{at} ({answer.get('reason') or '-'}), {due}, {call['reason']}")
