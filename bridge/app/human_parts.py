"""The part that a person played in a call, as it is told when it is over."""

from dataclasses import asdict
from typing import Any

from bridge.app.call import Call
from bridge.app.redacted import redacted_state
from bridge.core.human_part import human_part
from bridge.model.brief import Brief
from bridge.model.handoff import HandoffRecord


def part_of(call: Call, handoff: HandoffRecord, brief: Brief | None) -> dict[str, Any] | None:
    """None: nobody had the caller."""
    part = human_part(
        handoff, brief=brief, transcript=call.told.utterances, state=redacted_state(call.bot_state),
        cues=call.cues, over_s=call.now_s(),
    )  # fmt: skip
    return asdict(part) if part else None
