"""A request in a partial is obeyed once it has survived 0.2 s more of audio, at either clock rate."""

from pathlib import Path

import pytest

from bridge.model.handoff import State
from tests.flow.stage import Stage, settings
from tests.virtual_time import run

REQUEST = "i want to talk to a real person"


@pytest.mark.parametrize("rate", [8_000, 16_000])
def test_a_request_survives_for_a_time_not_for_a_number_of_samples(tmp_path: Path, rate: int) -> None:
    async def story() -> None:
        async with Stage(tmp_path, settings(sip={"clock_rate": rate})) as stage:
            await stage.settle(2)
            stage.says(REQUEST, partial=True)
            await stage.settle(0.15)
            stage.says(REQUEST, partial=True)
            await stage.settle(0.02)
            assert stage.state is None
            await stage.settle(0.1)
            stage.says(REQUEST, partial=True)
            await stage.settle(0.02)
            assert stage.state not in (None, State.DISMISSED)
            stage.caller.hang_up()

    run(story())
