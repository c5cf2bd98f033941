"""A whole bridge that registers: at a raw registrar for exactness, at a real Asterisk for the calls."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from bridge.peers.asterisk import Addresses, Asterisk
from sip.party.auth import Credentials
from tests.registration.pbx import Pbx
from tests.wire.ears import joined, told_in_private
from tests.wire.processes import strays
from tests.wire.reach import TIMERS, staff
from tests.wire.rig import Office, office, until

pytestmark = [pytest.mark.wire, pytest.mark.timeout(90)]

USER, PASSWORD = "bridge-reg", Addresses().bridge_password
QUICK = {"remove_existing=yes ": "remove_existing=yes\nminimum_expiration=1\nmaximum_expiration=4 "}
"""the PBX grants four seconds, so that its restart is noticed in two"""


def registrations(net: str) -> list[dict[str, Any]]:
    return [{"registrar": f"sip:{net}.1", "user": USER, "password": PASSWORD}]


# -- a raw registrar ----------------------------------------------------------------------------------


@pytest.fixture
async def registered(tmp_path: Path) -> AsyncIterator[tuple[Office, Pbx]]:
    with office(tmp_path, staff=staff, handoff=TIMERS, registrations=registrations) as place:
        credentials = Credentials(user=USER, password=PASSWORD)
        async with Pbx(f"{place.net}.1", credentials=credentials) as pbx:
            await place.registration(registered=True)
            yield place, pbx


async def test_it_registers_again_after_a_kill_and_takes_it_back_at_the_end(
    registered: tuple[Office, Pbx],
) -> None:
    place, pbx = registered
    state = await place.registration()
    assert 25 < state.pop("expires_s") <= 60
    assert state == {
        "registrar": f"{place.net}.1:5060", "user": USER, "status": 200, "reason": "OK",
        "registered": True,
    }  # fmt: skip
    assert list(pbx.bindings.values()) == [f"sip:{USER}@{place.front}"]
    killed = place.bridge.pid("registrar")
    pbx.forget()
    place.bridge.kill("registrar")
    await pbx.registered()
    await place.registration(registered=True)
    assert place.bridge.pid("registrar") != killed
    await until(lambda: not strays(place.bridge), 8, f"end of {strays(place.bridge)}", place.bridge)
    place.bridge.process.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(place.bridge.process.wait, 15) == 0
    assert pbx.bindings == {}
    assert PASSWORD not in place.bridge.log_end(10_000)


async def test_a_call_under_way_keeps_the_registration_of_a_draining_bridge(
    registered: tuple[Office, Pbx],
) -> None:
    """Its agents may still have to be dialled, at a PBX that knows us by nothing else."""
    place, pbx = registered
    async with place.people() as (caller, _, _):
        talk = await place.talk(caller)
        place.bridge.process.send_signal(signal.SIGTERM)
        await until(lambda: "draining" in place.bridge.log_end(), 5, "draining", place.bridge)
        assert pbx.bindings
        await talk.call.hangup()
        assert await asyncio.to_thread(place.bridge.process.wait, 15) == 0
        assert pbx.bindings == {}


# -- Asterisk -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    dir = tmp_path_factory.mktemp("bridge")
    with office(dir, pbx=True, registrations=registrations, pbx_changes=QUICK) as place:
        yield place


async def contact(pbx: Asterisk) -> None:
    """The PBX has our contact and reaches it."""
    await asyncio.to_thread(pbx.wait_for, "pjsip show aor bridge-reg", "Avail")


async def whole_call(desk: Office) -> None:
    """In over the registration, out again to Ann over the same trunk, and the two of them talk."""
    assert desk.asterisk
    await desk.registration(registered=True)
    await contact(desk.asterisk)
    async with desk.people() as (caller, ann, _):
        talk = await desk.talk(caller, "104")
        await talk.escalate("ann")
        await talk.state("offered", timeout_s=15)
        assert ann.call.invite
        assert "4912345" in ann.call.invite.get("From"), "the caller's number, beside the registered name"
        await ann.call.press("1")
        await talk.state("connected")
        assert await joined(caller, ann)
        assert told_in_private(ann.heard, caller.heard, desk.bridge.paths.clips)
        channels = await asyncio.to_thread(desk.asterisk.rx, "core show channels concise")
        trunk = [
            line.partition("!")[0] for line in channels.splitlines() if "/bridge" in line.partition("!")[0]
        ]
        assert len(trunk) == 2, channels
        assert all(name.startswith("PJSIP/bridge-reg-") for name in trunk), "both challenged, none by address"
        await ann.call.hangup()
        await caller.wait("ended", by_us=False)
        assert (await talk.record())["handoffs"][0]["outcome"]["result"] == "connected"


@pytest.mark.asterisk
async def test_a_call_over_the_registration(desk: Office) -> None:
    await whole_call(desk)


@pytest.mark.asterisk
async def test_the_trunk_hands_over(desk: Office) -> None:
    """Attended REFER: the PBX joins the two, and the bridge leaves."""
    await desk.registration(registered=True)
    async with desk.people() as (caller, ann, _):
        talk = await desk.talk(caller, "104")
        await talk.escalate("ref")
        await talk.state("briefing")
        await ann.call.press("1")
        record = await talk.record()
        assert record["handoffs"][0]["outcome"]["mode"] == "refer_replaces"
        assert await joined(caller, ann)


@pytest.mark.asterisk
async def test_a_restarted_pbx_knows_us_again(desk: Office) -> None:
    """With `rewrite_contact`, as FreePBX has it unless told otherwise."""
    assert desk.asterisk
    await desk.registration(registered=True)
    await asyncio.to_thread(desk.asterisk.stop)
    desk.asterisk.changes["aors=bridge-reg\n"] = "aors=bridge-reg\nrewrite_contact=yes\n"
    await asyncio.to_thread(desk.asterisk.start)
    await contact(desk.asterisk)
    await whole_call(desk)
