"""Two parties on loopback: calls, refusals, hold, digits, audio, lost messages."""

import asyncio
import time

import numpy as np
import pytest

from sip.party.behaviour import Reception
from sip.party.capture import Direction
from sip.party.events import PartyError
from sip.party.g711 import Pcm
from sip.party.message import Message
from sip.party.party import Party
from sip.party.transaction import Timers

pytestmark = [pytest.mark.wire, pytest.mark.timeout(30)]

CALLER, CALLEE = "127.0.41.1", "127.0.41.2"
FAST = Timers(t1_s=0.05, t2_s=0.2)


def tone(hz: float, seconds: float) -> Pcm:
    return (8_000 * np.sin(2 * np.pi * hz * np.arange(int(8_000 * seconds)) / 8_000)).astype(np.int16)


def loudness_at(pcm: Pcm, hz: float) -> float:
    """Share of the energy that is within 20 Hz of `hz`."""
    power = np.abs(np.fft.rfft(pcm.astype(float))) ** 2
    bins = np.fft.rfftfreq(len(pcm), 1 / 8_000)
    return float(power[np.abs(bins - hz) < 20].sum() / max(power.sum(), 1e-9))


def uri(party: Party) -> str:
    return f"sip:{party.user}@{party.address[0]}:{party.address[1]}"


async def test_both_hear_each_other_at_the_promised_time() -> None:
    async with Party(CALLER, user="alice") as alice, Party(CALLEE, user="bob") as bob:
        await alice.dial(uri(bob), headers=(("X-Case", "42"),))
        incoming = await bob.wait("incoming")
        assert incoming["message"].get("X-Case") == "42"
        await alice.wait("ringing", status=180)
        await alice.wait("answered", codec="PCMU")
        await bob.wait("acked")
        starts = {"alice": alice.play(tone(440, 0.6)), "bob": bob.play(tone(1_000, 0.6))}
        await alice.wait("play_ended")
        await bob.wait("play_ended")
        await alice.call.hangup(q850=16, text="done")
        ended = await bob.wait("ended")
        assert (ended["q850"], ended["text"], ended["by_us"]) == (16, "done", False)
    for ear, mouth, hz in ((bob, "alice", 440), (alice, "bob", 1_000)):
        assert loudness_at(ear.ear.since(starts[mouth] + 0.05)[:4000], hz) > 0.95
        first = int(np.argmax(np.abs(ear.heard) > 500))
        assert abs(ear.ear.time_of(first) - starts[mouth]) < 0.015
        assert ear.calls[0].counters.lost == 0


@pytest.mark.parametrize("status", [486, 603, 480])
async def test_a_refusal_ends_the_call_at_the_caller(status: int) -> None:
    async with (
        Party(CALLER, timers=FAST) as alice,
        Party(CALLEE, timers=FAST, reception=Reception(status=status)) as bob,
    ):
        await alice.dial(uri(bob))
        assert (await alice.wait("refused"))["status"] == status
        await alice.wait("ended")


async def test_cancel_while_it_rings() -> None:
    async with Party(CALLER) as alice, Party(CALLEE, reception=Reception(status=0)) as bob:
        call = await alice.dial(uri(bob))
        await alice.wait("ringing")
        await call.hangup(q850=26, text="completed elsewhere")
        cancelled = await bob.wait("cancelled")
        assert cancelled["q850"] == 26


async def test_an_answer_in_spite_of_cancel_is_hung_up() -> None:
    slow = Reception(after_s=0.2, ignore_cancel=True)
    async with Party(CALLER) as alice, Party(CALLEE, reception=slow) as bob:
        call = await alice.dial(uri(bob))
        await alice.wait("ringing")
        await call.hangup()
        await bob.wait("answered")
        await bob.wait("ended", by_us=False)


async def test_early_media_is_heard_before_the_answer() -> None:
    rule = Reception(early_media=True, status=0)
    async with Party(CALLER) as alice, Party(CALLEE, reception=rule) as bob:
        await alice.dial(uri(bob))
        ringing = await alice.wait("ringing", status=183)
        assert ringing["early_media"]
        bob.play(tone(700, 0.3))
        await bob.wait("play_ended")
        assert loudness_at(alice.heard[-1600:], 700) > 0.9


async def test_hold_and_resume_stop_and_restart_the_sender() -> None:
    async with Party(CALLER) as alice, Party(CALLEE) as bob:
        await alice.dial(uri(bob))
        await alice.wait("answered")
        await bob.wait("acked")
        assert (await alice.call.hold()).status == 200
        await bob.wait("held")
        assert not bob.call.rtp.live
        with pytest.raises(PartyError):
            bob.play(tone(440, 0.1))
        await alice.call.resume()
        await bob.wait("resumed")
        bob.play(tone(440, 0.3))
        await bob.wait("play_ended")
        assert (await bob.call.change("sendrecv", "UPDATE")).status == 200


@pytest.mark.parametrize("method", ["rfc4733", "info"])
async def test_digits_arrive_once_and_in_order(method: str) -> None:
    async with Party(CALLER) as alice, Party(CALLEE) as bob:
        await alice.dial(uri(bob))
        await alice.wait("answered")
        await alice.call.press("1#0*", method)
        digits = [(await bob.wait("dtmf"))["digit"] for _ in range(4)]
        assert digits == list("1#0*")
        if method == "rfc4733":
            assert (await bob.wait("dtmf_ended"))["duration_ms"] == 100


async def test_a_delayed_offer_is_answered_in_the_ack() -> None:
    async with Party(CALLER) as alice, Party(CALLEE) as bob:
        await alice.dial(uri(bob), offer=False)
        await bob.wait("acked")
        alice.play(tone(440, 0.2))
        bob.play(tone(600, 0.2))
        await alice.wait("play_ended")
        await bob.wait("play_ended")
        assert loudness_at(bob.heard[-800:], 440) > 0.9
        assert loudness_at(alice.heard[-800:], 600) > 0.9


@pytest.mark.parametrize(("offered", "chosen"), [(("PCMA",), "PCMA"), (("G722", "PCMU"), "PCMU")])
async def test_the_first_codec_both_know_is_taken(offered: tuple[str, ...], chosen: str) -> None:
    async with Party(CALLER, codecs=offered) as alice, Party(CALLEE) as bob:
        await alice.dial(uri(bob))
        await bob.wait("answered", codec=chosen)
        await alice.wait("answered", codec=chosen)
        alice.play(tone(440, 0.3))
        await alice.wait("play_ended")
        assert loudness_at(bob.heard[-1200:], 440) > 0.9


async def test_no_common_codec_is_488() -> None:
    async with Party(CALLER, codecs=("PCMA",)) as alice, Party(CALLEE, codecs=("PCMU",)) as bob:
        await alice.dial(uri(bob))
        assert (await alice.wait("refused"))["status"] == 488


@pytest.mark.parametrize("what", ["INVITE", "200", "ACK", "BYE"])
async def test_the_first_message_of_a_kind_may_get_lost(what: str) -> None:
    lost: list[str] = []

    def lose_first(direction: Direction, message: Message) -> bool:
        name = message.method if message.is_request else str(message.status)
        if direction == "out" and name == what and not lost:
            lost.append(name)
            return True
        return False

    async with Party(CALLER, timers=FAST) as alice, Party(CALLEE, timers=FAST) as bob:
        alice.wire.lose = bob.wire.lose = lose_first
        await alice.dial(uri(bob))
        await alice.wait("answered")
        await bob.wait("acked")
        await alice.call.hangup()
        await bob.wait("ended")
    assert lost == [what]
    assert len(bob.calls) == 1


async def test_nobody_there_is_a_408_after_64_t1() -> None:
    async with Party(CALLER, timers=Timers(t1_s=0.01, t2_s=0.05)) as alice:
        before = time.monotonic()
        await alice.dial(f"sip:nobody@{CALLEE}:5999")
        assert (await alice.wait("refused"))["status"] == 408
        assert 0.5 < time.monotonic() - before < 2


async def test_both_reinvite_at_once_and_agree_in_the_end() -> None:
    async with Party(CALLER, timers=FAST) as alice, Party(CALLEE, timers=FAST) as bob:
        await alice.dial(uri(bob))
        await alice.wait("answered")
        await bob.wait("acked")
        finals = await asyncio.gather(alice.call.hold(), bob.call.change("sendrecv"))
        assert {final.status for final in finals} <= {200, 491}
        assert finals[0].status == 200 or finals[1].status == 200


async def test_a_vanished_party_says_nothing() -> None:
    async with Party(CALLER) as alice, Party(CALLEE) as bob:
        await alice.dial(uri(bob))
        await alice.wait("answered")
        bob.call.stop_rtp()
        await asyncio.to_thread(time.sleep, 0.05)
        quiet_since = alice.call.rtp.last_arrival
        bob.vanish()
        alice.play(tone(440, 0.2))
        await alice.wait("play_ended")
        assert alice.call.rtp.last_arrival == quiet_since
        with pytest.raises(TimeoutError):
            await alice.wait("ended", timeout=0.1)
