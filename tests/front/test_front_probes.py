"""The front asks telephones outside whether they are there."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.front_desk import ask_options
from sip.party.party import Party
from tests.front.front_rig import FAST, FrontProcess

pytestmark = [pytest.mark.wire, pytest.mark.timeout(60)]

FRONT, TELEPHONE, NOBODY = "127.0.54.1:5060", "127.0.54.2", "127.0.54.3:5060"


@pytest.fixture
async def front(tmp_path: Path) -> AsyncIterator[FrontProcess]:
    async with FrontProcess(tmp_path, FRONT, ["127.0.54.0/24"], t1_s=0.05) as process:
        yield process


async def test_a_telephone_answers_and_nobody_does_not(front: FrontProcess) -> None:
    async with Party(TELEPHONE, timers=FAST) as telephone:
        there = f"sip:201@{TELEPHONE}:{telephone.address[1]}"
        answers = await asyncio.gather(
            ask_options(front.control, there), ask_options(front.control, f"sip:202@{NOBODY}")
        )
        assert answers == [200, None]
        asked = [record.raw for record in telephone.log if record.direction == "in"]
        assert len(asked) == 1, "answered at once, so asked once"
        assert asked[0].startswith(f"OPTIONS {there} SIP/2.0".encode())


async def test_who_keeps_silent_is_asked_three_times(front: FrontProcess) -> None:
    heard: list[bytes] = []

    class Deaf(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, addr: object) -> None:
            heard.append(data)

    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(Deaf, local_addr=(TELEPHONE, 0))
    try:
        port = transport.get_extra_info("sockname")[1]
        assert await ask_options(front.control, f"sip:201@{TELEPHONE}:{port}") is None
    finally:
        transport.close()
    assert len(heard) == 3
    assert len(set(heard)) == 1, "the same request, the same branch"


@pytest.mark.parametrize("uri", ["", "sip:", "tel:+4930123456", "nonsense", "sips:a@127.0.54.2"])
async def test_what_is_no_uri_is_refused(front: FrontProcess, uri: str) -> None:
    with pytest.raises(ValueError, match="not a SIP URI"):
        await ask_options(front.control, uri)


async def test_a_front_that_is_away_says_nothing_of_a_telephone(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await ask_options(tmp_path / "none.sock", f"sip:201@{NOBODY}")
