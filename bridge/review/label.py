"""Labels by hand: one conversation after the other, each label on the disk before the next is shown."""

from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from bridge.review.case import OF_ESCALATED, OF_OTHERS, Case, Label, read_cases, write_cases

KEYS: dict[str, Label] = {"e": "early", "o": "on_time", "l": "late", "m": "missed", "r": "right"}
ASK = {
    True: "e early, o on time, l late; s skip, q quit. With the right turn where there is one: l 3",
    False: "m missed, r rightly not escalated; s skip, q quit. With the right turn: m 3",
}


def label_file(file: Path, answers: TextIO, tell: Callable[[str], None]) -> int:
    """How many were labelled. Begins with the first without a label. Raises `CaseError` and OSError."""
    cases = read_cases(file)
    todo = [at for at, case in enumerate(cases) if not case.label]
    done = 0
    for number, at in enumerate(todo, 1):
        tell(f"\n--- {number} of {len(todo)} ---\n{shown(cases[at])}")
        answer = _answer(cases[at], answers, tell)
        if answer is None:
            break
        label, right_turn = answer
        if label:
            cases[at] = cases[at].model_copy(update={"label": label, "right_turn": right_turn})
            write_cases(file, cases)
            done += 1
    left = sum(not case.label for case in cases)
    tell(f"{done} labelled, {left} left in {file}")
    return done


def _answer(case: Case, answers: TextIO, tell: Callable[[str], None]) -> tuple[Label, int | None] | None:
    """None: enough. An empty label: not this one. What cannot be meant is asked again."""
    while True:
        tell(ASK[case.escalated])
        line = answers.readline()
        if not line:
            return None
        key, _, turn = line.strip().lower().partition(" ")
        if key[:1] == "q":
            return None
        if key[:1] == "s":
            return "", None
        wrong = _wrong(case, key, turn.strip())
        if not wrong:
            return KEYS[key], int(turn) if turn.strip() else None
        tell(wrong)


def _wrong(case: Case, key: str, turn: str) -> str:
    """Why it cannot be meant."""
    fitting = OF_ESCALATED if case.escalated else OF_OTHERS
    if KEYS.get(key) not in fitting:
        return f"'{key}' is none of {', '.join(k for k, label in KEYS.items() if label in fitting)}, s, q"
    known = {str(t.i) for t in case.turns}
    return f"there is no turn '{turn}'" if turn and turn not in known else ""


def shown(case: Case) -> str:
    """The conversation, with the words that decided between » and «, and the turn marked by >."""
    why = f"{case.reason} ({case.rule}) at {case.at_s or 0.0:.1f} s"
    lines = [f"{case.id}  {case.month}  {why if case.escalated else 'stayed with the bot'}"]
    for at, turn in enumerate(case.turns):
        here = at == case.acted
        text = turn.text.replace(case.quote, f"»{case.quote}«", 1) if here and case.quote else turn.text
        lines.append(
            f"{'>' if here else ' '}{turn.i:3} {case.time(at):6.1f} s  {turn.speaker.value:6} {_plain(text)}"
        )
    return "\n".join(lines)


def _plain(text: str) -> str:
    """Nothing in it can steer the terminal."""
    return "".join(char if char.isprintable() else " " for char in text)
