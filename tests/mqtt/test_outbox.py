"""The outbox: order, bounds, what goes first, and what comes back on a new connection."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.adapters.mqtt.outbox import Message, Outbox


def message(topic: str, kind: str = "speech", *, retain: bool = False, payload: bytes = b"{}") -> Message:
    return Message(topic=topic, payload=payload, kind=kind, retain=retain)


async def drain(outbox: Outbox, most: int = 3) -> list[str]:
    """All that waits, as one connection after the other would publish it."""
    topics: list[str] = []
    while len(outbox):
        batch = await outbox.next(most)
        topics += [one.topic for one in batch]
        outbox.sent(batch)
    return topics


async def test_one_order_over_both_queues() -> None:
    outbox = Outbox(telemetry=10, vital=10)
    for number in range(8):
        outbox.put(message(str(number)), vital=number % 3 == 0)
    assert await drain(outbox) == [str(number) for number in range(8)]


async def test_telemetry_goes_first_and_is_counted_by_kind() -> None:
    outbox = Outbox(telemetry=4, vital=100)
    for number in range(10):
        outbox.put(message(f"t{number}", "partial" if number < 5 else "speech"), vital=False)
        outbox.put(message(f"v{number}", "handoff"), vital=True)
    assert outbox.dropped == {"partial": 5, "speech": 1}
    told = await drain(outbox)
    assert [topic for topic in told if topic[0] == "v"] == [f"v{number}" for number in range(10)]
    assert [topic for topic in told if topic[0] == "t"] == ["t6", "t7", "t8", "t9"]


async def test_even_outcomes_have_a_bound() -> None:
    outbox = Outbox(telemetry=1, vital=3)
    for number in range(5):
        outbox.put(message(str(number), "outcome"), vital=True)
    assert outbox.dropped == {"outcome": 2}
    assert await drain(outbox) == ["2", "3", "4"]


async def test_what_was_not_acknowledged_comes_again() -> None:
    outbox = Outbox(telemetry=10, vital=10)
    outbox.put(message("a"), vital=False)
    outbox.put(message("b"), vital=True)
    assert [one.topic for one in await outbox.next(10)] == ["a", "b"]  # and the connection is lost
    assert [one.topic for one in await outbox.next(10)] == ["a", "b"]


async def test_dropped_while_under_way() -> None:
    """The head goes while it is being published: its acknowledgement takes nobody else's place."""
    outbox = Outbox(telemetry=2, vital=2)
    outbox.put(message("a"), vital=False)
    outbox.put(message("b"), vital=False)
    batch = await outbox.next(1)
    outbox.put(message("c"), vital=False)
    outbox.sent(batch)
    assert await drain(outbox) == ["b", "c"]


async def test_state_is_the_latest_and_comes_again_on_a_new_connection() -> None:
    outbox = Outbox(telemetry=10, vital=10)
    outbox.state(message("status", payload=b"1", retain=True))
    outbox.state(message("status", payload=b"2", retain=True))
    outbox.put(message("call/1", "handoff", retain=True), vital=True)
    assert await drain(outbox) == ["call/1", "status"]
    outbox.anew()
    again = await outbox.next(10)
    assert [(one.topic, one.payload) for one in again] == [("status", b"2"), ("call/1", b"{}")]
    outbox.sent(again)
    outbox.put(message("call/1", "clear", retain=True, payload=b""), vital=True)
    assert await drain(outbox) == ["call/1"]
    outbox.anew()
    assert await drain(outbox) == ["status"]


async def test_waits_until_there_is_something() -> None:
    outbox = Outbox(telemetry=10, vital=10)
    waiting = asyncio.create_task(outbox.next(5))
    await asyncio.sleep(0)
    assert not waiting.done()
    outbox.put(message("a"), vital=False)
    assert [one.topic for one in await waiting] == ["a"]
    outbox.sent(waiting.result())
    await asyncio.wait_for(outbox.emptied(), 1)


@settings(deadline=None)
@given(
    doings=st.lists(st.sampled_from(["telemetry", "vital", "send", "lose"]), max_size=80),
)
def test_bounded_ordered_and_accounted_for(doings: list[str]) -> None:
    """Whatever comes in whatever order: each message is published, waiting or counted as dropped."""

    async def story() -> None:
        outbox, sent, put = Outbox(telemetry=5, vital=12), [], 0
        for doing in doings:
            if doing in ("telemetry", "vital"):
                outbox.put(message(str(put), doing), vital=doing == "vital")
                put += 1
            elif len(outbox):
                batch = await outbox.next(3)
                if doing == "send":
                    sent += [int(one.topic) for one in batch]
                    outbox.sent(batch)
            assert len(outbox) <= 17
        assert sent == sorted(set(sent))
        assert len(sent) + len(outbox) + sum(outbox.dropped.values()) == put

    asyncio.run(story())
