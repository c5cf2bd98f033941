"""The handoff, whole. Everything about its transitions stands here and nowhere else.

Moore style: what is done on entry, and who hears whom, depends only on the state entered. One timer a
state. Every live state has a way out for `caller_gone` and, but for `connected`, for `timeout`.
The diagram in the README is made from this table; `tests/core/test_table.py` compares.
"""

from dataclasses import dataclass
from typing import Final

from bridge.model.handoff import Event as E
from bridge.model.handoff import State as S

Edge = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """`hears` are (speaker, listener) among caller, bot, agent, comfort, whisper, hint."""

    on: dict[E, S]
    entry: tuple[str, ...]
    hears: tuple[Edge, ...]


TALK_BOT: Final[tuple[Edge, ...]] = (("bot", "caller"), ("caller", "bot"))
TALK_AGENT: Final[tuple[Edge, ...]] = (("agent", "caller"), ("caller", "agent"))
COMFORT: Final[tuple[Edge, ...]] = (("comfort", "caller"),)
BRIEF: Final[tuple[Edge, ...]] = (*COMFORT, ("whisper", "agent"))
HINTED: Final[tuple[Edge, ...]] = (*TALK_AGENT, ("hint", "agent"))

AGENT_OUT: Final = {E.AGENT_REFUSED: S.CHOOSING, E.AGENT_GONE: S.CHOOSING, E.AGENT_LOST: S.CHOOSING}
CALLER_LEFT: Final = {E.CALLER_GONE: S.ABANDONED}
LATE_SUCCESS: Final = {E.TRANSFER_SUCCEEDED: S.WRAP_UP}
ACCEPTED: Final = {E.ACCEPTED_CONFERENCE: S.JOINING, E.ACCEPTED_REFER: S.REFERRING}
ASKED: Final = {E.MORE_ASKED: S.BRIEFING, E.REPEAT_ASKED: S.BRIEFING}
RETURNED: Final = {E.CALLER_RETURNED: S.CHOOSING}
CLOSED: Final = {E.CALLER_GONE: S.WRAP_UP}

TABLE: Final[dict[S, Row]] = {
    S.PROPOSED: Row(
        {
            E.APPROVED_WARM: S.CHOOSING,
            E.APPROVED_COLD: S.SENDING,
            E.DISMISSED: S.DISMISSED,
            E.TIMEOUT: S.DISMISSED,
            E.BOT_GONE: S.CHOOSING,
            **CALLER_LEFT,
        },
        (),
        TALK_BOT,
    ),
    S.CHOOSING: Row(
        {
            E.TARGET_CHOSEN: S.DIALING,
            E.NONE_FREE: S.WAITING,
            E.NO_TARGET: S.FAILED,
            E.TIMEOUT: S.FAILED,
            E.DISMISSED: S.DISMISSED,
            **CALLER_LEFT,
            **LATE_SUCCESS,
        },
        ("drop_agent", "choose_target"),
        COMFORT,
    ),
    S.WAITING: Row(
        {
            E.AGENT_AVAILABLE: S.CHOOSING,
            E.CALLBACK_TAKEN: S.FAILED,
            E.TIMEOUT: S.FAILED,
            E.DISMISSED: S.DISMISSED,
            **RETURNED,
            **CALLER_LEFT,
            **LATE_SUCCESS,
        },
        ("queue", "announce_wait"),
        COMFORT,
    ),
    S.DIALING: Row(
        {
            E.AGENT_ANSWERED: S.BRIEFING,
            **AGENT_OUT,
            E.TIMEOUT: S.CHOOSING,
            E.DISMISSED: S.DISMISSED,
            **RETURNED,
            **CALLER_LEFT,
            **LATE_SUCCESS,
        },
        ("screen_pop", "dial_agent", "render_whisper"),
        COMFORT,
    ),
    S.BRIEFING: Row(
        {
            E.WHISPER_ENDED: S.OFFERED,
            E.TIMEOUT: S.OFFERED,
            **ASKED,
            **ACCEPTED,
            **AGENT_OUT,
            E.DISMISSED: S.DISMISSED,
            **RETURNED,
            **CALLER_LEFT,
            **LATE_SUCCESS,
        },
        ("play_whisper",),
        BRIEF,
    ),
    S.OFFERED: Row(
        {
            **ASKED,
            **ACCEPTED,
            **AGENT_OUT,
            E.TIMEOUT: S.CHOOSING,
            E.DISMISSED: S.DISMISSED,
            **RETURNED,
            **CALLER_LEFT,
            **LATE_SUCCESS,
        },
        ("prompt_for_key",),
        BRIEF,
    ),
    S.JOINING: Row(
        {
            E.JOINED: S.CONNECTED,
            E.JOIN_FAILED: S.CHOOSING,
            E.AGENT_GONE: S.CHOOSING,
            E.AGENT_LOST: S.CHOOSING,
            E.TIMEOUT: S.CHOOSING,
            **CALLER_LEFT,
            **LATE_SUCCESS,
        },
        ("stop_whisper", "join"),
        COMFORT,
    ),
    S.REFERRING: Row(
        {
            E.TRANSFER_SUCCEEDED: S.WRAP_UP,
            E.TRANSFER_FAILED: S.JOINING,
            E.TIMEOUT: S.JOINING,
            **CLOSED,
        },
        ("stop_whisper", "refer_replaces"),
        COMFORT,
    ),
    S.RELEASING: Row(
        {
            E.TRANSFER_SUCCEEDED: S.WRAP_UP,
            E.TRANSFER_FAILED: S.CONNECTED,
            E.TIMEOUT: S.CONNECTED,
            E.AGENT_GONE: S.REFERRING,
            E.AGENT_LOST: S.REFERRING,
            **CLOSED,
        },
        ("refer_replaces",),
        TALK_AGENT,
    ),
    S.SENDING: Row(
        {
            E.TRANSFER_SUCCEEDED: S.WRAP_UP,
            E.TRANSFER_FAILED: S.CHOOSING,
            **RETURNED,
            E.TIMEOUT: S.CHOOSING,
            **CLOSED,
        },
        ("refer_blind",),
        COMFORT,
    ),
    S.CONNECTED: Row(
        {
            **CLOSED,
            E.AGENT_GONE: S.WRAP_UP,
            E.AGENT_LOST: S.CHOOSING,
            E.PASSED_ON: S.CHOOSING,
            E.RELEASE: S.RELEASING,
            E.HAND_BACK: S.RETURNED,
            **LATE_SUCCESS,
        },
        (),
        HINTED,
    ),
    S.WRAP_UP: Row(
        {E.DISPOSITION_SET: S.COMPLETED, E.TIMEOUT: S.COMPLETED, **CLOSED},
        ("release_legs", "draft"),
        (),
    ),
    S.RETURNED: Row(
        {E.DISPOSITION_SET: S.HANDED_BACK, E.TIMEOUT: S.HANDED_BACK, E.CALLER_GONE: S.RETURNED},
        ("drop_agent", "resume_bot", "draft"),
        TALK_BOT,
    ),
    S.COMPLETED: Row({}, ("drop_agent", "persist"), ()),
    S.ABANDONED: Row({}, ("tell_agent", "drop_agent", "persist"), (("whisper", "agent"),)),
    S.FAILED: Row({}, ("drop_agent", "back_to_bot", "persist"), TALK_BOT),
    S.DISMISSED: Row({}, ("drop_agent", "back_to_bot", "persist"), TALK_BOT),
    S.HANDED_BACK: Row({}, ("drop_agent", "persist"), TALK_BOT),
}

LATE: Final = frozenset(
    {
        E.WHISPER_ENDED,
        E.ACCEPTED_CONFERENCE,
        E.ACCEPTED_REFER,
        E.AGENT_ANSWERED,
        E.AGENT_AVAILABLE,
        E.AGENT_REFUSED,
        E.AGENT_GONE,
        E.AGENT_LOST,
        E.TRANSFER_SUCCEEDED,
        E.TRANSFER_FAILED,
        E.JOINED,
        E.BOT_GONE,
        E.DISMISSED,
    }
)
"""Events that may come after their time: absorbed and counted wherever a row does not list them."""

STAYS: Final = frozenset({(S.WRAP_UP, E.CALLER_GONE), (S.RETURNED, E.CALLER_GONE)})
"""Rows that change nothing: the state is not entered again and its timer runs on."""


class IllegalTransition(Exception):
    """A pair the table does not list: our mistake. Raised in tests; logged and counted in production."""

    def __init__(self, state: S, event: E) -> None:
        super().__init__(f"{event} in {state} is not in the handoff table")
        self.state, self.event = state, event


@dataclass(frozen=True, slots=True)
class Step:
    """`entered` None = nothing happens (`absorbed` when the event was late)."""

    state: S
    entered: Row | None
    absorbed: bool = False


def step(state: S, event: E) -> Step:
    """The next state and what to do on entering it. Raises `IllegalTransition`."""
    following = TABLE[state].on.get(event)
    if following is None:
        if event in LATE or state.final:
            return Step(state, None, absorbed=True)
        raise IllegalTransition(state, event)
    if (state, event) in STAYS:
        return Step(state, None)
    return Step(following, TABLE[following])


def diagram() -> str:
    """The table as Mermaid, for the README."""
    lines = ["stateDiagram-v2", "  [*] --> proposed"]
    for state, row in TABLE.items():
        for event, following in row.on.items():
            lines.append(f"  {state} --> {following}: {event}")
        if state.final:
            lines.append(f"  {state} --> [*]")
    return "\n".join(lines)
