"""What was said never stands in the events unredacted, unless a measurement asked for it."""

from pathlib import Path

import pytest

from tests.flow.stage import Stage, settings
from tests.virtual_time import run


@pytest.mark.parametrize("asked", [False, True])
def test_partials_carry_text_only_when_asked(tmp_path: Path, asked: bool) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, settings(asr={"events_with_text": asked})) as stage:
            await stage.settle(2.5)
            stage.says("my parcel", partial=True)
            stage.says("My parcel is late.")
            await stage.settle()
            stage.caller.hang_up()
        return stage

    events = run(story()).events
    (partial,) = events.of("partial")
    assert partial["words"] == 2
    assert ("text" in partial) is asked
    assert [body["text"] for body in events.of("final")] == (["My parcel is late."] if asked else [])
    assert ("monotonic" in events.of("started")[0]) is asked
