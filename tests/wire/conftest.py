"""What a death may not leave behind is checked after every test that asks for `place`."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.wire.processes import strays
from tests.wire.reach import TIMERS, staff
from tests.wire.rig import Office, office, until


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A bridge without a PBX whose handoffs can be held in any state."""
    with office(tmp_path_factory.mktemp("bridge"), staff=staff, handoff=TIMERS) as place:
        yield place


@pytest.fixture
async def place(town: Office) -> AsyncIterator[Office]:
    """`town`; after the test the next call works and no process is left over."""
    yield town
    await town.ready()
    await until(lambda: not strays(town.bridge), 8, f"end of {strays(town.bridge)}", town.bridge)
    async with town.phone(13, "next") as caller:
        talk = await town.talk(caller)
        await talk.event("utterance", speaker="bot")
        await caller.call.hangup()
        assert (await talk.record())["ended"] == "caller_gone"
