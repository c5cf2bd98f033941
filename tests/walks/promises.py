"""What every walk must have kept, read from the events, the record, the wire and the caller's ear."""

from itertools import pairwise
from typing import Final

from bridge.model.handoff import State
from bridge.model.record import ConversationRecord
from bridge.model.routing import Need
from sip.party.call import Call
from tests.sip.audio import RATE, level_db
from tests.walks.cast import Cast
from tests.walks.plan import Plan
from tests.walks.world import WHISPER_HZ, World
from tests.wire.ears import longest_silence

QUIET_S: Final = 2.0
SETTLED_S: Final = 0.3
"""what was decided takes a moment to be heard"""
WHISPER_DB: Final = -45
RESULTS: Final = frozenset(
    {
        "connected",
        "transferred",
        "transferred_unconfirmed",
        "returned_to_bot",
        "abandoned",
        "failed",
        "dismissed",
    }
)
BOT_TALKS: Final = (None, State.PROPOSED, State.RETURNED, State.FAILED, State.DISMISSED, State.HANDED_BACK)
CALLER_LEFT: Final = (State.WRAP_UP, State.COMPLETED, State.ABANDONED)
Span = tuple[float, float]


def broken(plan: Plan, world: World, people: Cast) -> list[str]:
    """Every promise that was not kept, in words."""
    wrong = _one_record_each(world)
    for record in world.store.records:
        wrong += _record(record)
    wrong += [f"fault: {body}" for body in world.events.of("fault")]
    wrong += [f"command failed: {body}" for body in world.events.of("command_failed") if _unexpected(body)]
    wrong += _edges(world)
    wrong += [f"still up: {call.party.user} {call.state}" for call in people.standing()]
    for call in people.caller.calls:
        if call.outgoing:
            wrong += _caller_heard(plan, world, people, call)
    if any(world.exit_codes):
        wrong.append(f"workers exited with {world.exit_codes}")
    for word in ("Traceback", "ERROR", "Assert"):
        wrong += [f"a worker said: {line}" for line in world.said.splitlines() if word in line]
    if world.front.counters["errors"] or world.front.farewells.sent:
        wrong.append(f"front: {world.front.status()}")
    free = sum(world.directory.choose(Need(reason="")).lease is not None for _ in range(3))
    if free != len(world.settings.agents):
        wrong.append(f"{free} agents are free")
    return wrong


def _unexpected(body: dict[str, str]) -> bool:
    """A REFER may come to a leg that has just ended; nothing else may fail."""
    return body["command"] not in ("refer", "refer_replaces")


def _one_record_each(world: World) -> list[str]:
    """A caller who comes back when his conversation is over begins another one."""
    begun = [conversation for kind, conversation, _ in world.events.all if kind == "started"]
    saved = [record.id for record in world.store.records]
    return [] if sorted(begun) == sorted(saved) else [f"{begun} began, {saved} left a record"]


def _record(record: ConversationRecord) -> list[str]:
    wrong = [f"leg left behind: {leg}" for leg in record.legs if leg.ended_s is None]
    ids = [handoff.id for handoff in record.handoffs]
    if len(set(ids)) != len(ids):
        wrong.append(f"handoffs {ids}")
    results = [handoff.outcome.result for handoff in record.handoffs]
    return wrong + [f"outcome {result}" for result in results if result not in RESULTS]


def _edges(world: World) -> list[str]:
    """Nothing private has an edge to the caller, ever."""
    hears = [body["edges"] for body in world.events.of("hears")]
    private = [
        edge for edges in hears for edge in edges if edge[0] in ("whisper", "hint") and edge[1] == "caller"
    ]
    return [f"edge {edge}" for edge in private]


def _caller_heard(plan: Plan, world: World, people: Cast, call: Call) -> list[str]:
    """Packets without a gap, somebody or comfort in them, and no whisper."""
    arrivals = [arrival.at for arrival in call.recorder.arrivals]
    if not arrivals:
        return []
    wrong = []
    ends = [event.at for event in people.caller.events.all if event.name == "ended" and event.call is call]
    for before, after in pairwise([*arrivals, *ends]):
        if after - before > QUIET_S and not _overlaps((before, after), people.on_hold):
            wrong.append(f"no packet for {after - before:.1f} s")
    for begin, end, state in _spans(plan, world, arrivals[-1]):
        begin = max(begin, arrivals[0])
        if end - begin > QUIET_S and not _overlaps((begin, end + SETTLED_S), people.on_hold):
            ear = call.recorder.since(begin + SETTLED_S)[: int((end - begin - SETTLED_S) * RATE)]
            if (quiet := longest_silence(ear)) > QUIET_S:
                wrong.append(f"silence for {quiet:.1f} s within {begin:.3f} to {end:.3f}, {state}")
    whisper_db = max(
        (
            level_db(call.heard[at : at + RATE // 4], WHISPER_HZ)
            for at in range(0, len(call.heard), RATE // 4)
        ),
        default=-120.0,
    )
    return wrong + (
        [f"the caller heard the whisper at {whisper_db:.0f} dB"] if whisper_db > WHISPER_DB else []
    )


def _spans(plan: Plan, world: World, until: float) -> list[tuple[float, float, str]]:
    """From when to when somebody or comfort was owed to the caller, neighbouring states in one.

    A built-in bot that waits for an answer is silent on purpose.
    """
    moments: list[tuple[float, State | None]] = []
    for at, kind, body in world.events.timed:
        if kind == "answered" and body["leg"] == "caller" and not moments:
            moments.append((at, None))
        elif kind == "handoff":
            moments.append((at, State(body["state"])))
        elif kind == "leg_ended" and body["leg"] == "caller":
            moments.append((at, State.ABANDONED))
    spans: list[tuple[float, float, str]] = []
    for (begin, state), (end, _) in pairwise([*moments, (until, State.ABANDONED)]):
        owed = state not in CALLER_LEFT and (plan.sip_bot or state not in BOT_TALKS)
        name = state.value if state else "bot"
        if owed and spans and spans[-1][1] == begin:
            spans[-1] = (spans[-1][0], min(end, until), f"{spans[-1][2]} {name}")
        elif owed:
            spans.append((begin, min(end, until), name))
    return spans


def _overlaps(span: Span, others: list[Span]) -> bool:
    return any(begin < span[1] and span[0] < end for begin, end in others)
