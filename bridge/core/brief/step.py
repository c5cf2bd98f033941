"""The agent's next step: what the bot reported as open, what the matter takes, what the caller wishes."""

import re

from bridge.core.brief.clause import shortened
from bridge.core.brief.heard import Act
from bridge.core.brief.matter import filled
from bridge.core.brief.phrases import META
from bridge.core.brief.told import NEXT, Known, because, covers, joined, plainly
from bridge.core.brief.want import want_of
from bridge.model.brief import Line


def next_line(k: Known) -> Line | None:
    """A step for the agent: what the bot reported as open, then what the matter takes, then the wish."""
    steps: list[str] = []
    failed = [a for a in k.state.actions if a.ok is False]
    if k.authentication.status == "failed" or any(re.search(r"verif|authent", a.name, re.I) for a in failed):
        steps.append("verify the caller another way")
    if k.state.open:
        steps.append(k.state.open)
    elif failed and not re.search(r"verif|authent", failed[-1].name, re.I):
        steps.append(f"finish {plainly(failed[-1].name)}{because(failed[-1])}")
    if misheard := next(
        (h for h in k.heard if h.act is Act.ASKED and (h.misheard > 1 or (h.misheard and h.times > 1))), None
    ):
        steps.append(f"take the {misheard.text}")
    wish = _wish(k)
    if k.matter:
        steps.append(filled(k.matter.step, k.it))
    elif k.state.intent and not wish:
        steps.append(f"take up: {plainly(k.state.intent)}")
    elif not wish and k.why:
        steps.append(f"take up: {shortened(k.why[0].text, 70)}")
    if wish and not any(covers(step, wish) for step in steps):
        steps.append(wish)
    if not steps:
        return None
    return Line(
        text=joined(steps, NEXT),
        source="bot_state" if k.state.open else "rule",
        utterances=tuple(dict.fromkeys(c.by.id for c in k.why)),
    )


def _wish(k: Known) -> str:
    """The last thing asked for outweighs the first, unless it is only a reaction."""
    for clause in (*k.why, *reversed(k.clauses)):
        if not META.search(clause.text) and (wish := want_of(clause.text)) and len(wish.split()) > 2:
            return wish
    return ""
