"""Recording is off by default; when on, each leg's own voice goes to a file of its own."""

from pathlib import Path

from sip.commands import Record
from tests.flow.stage import Stage, settings
from tests.virtual_time import run


def recordings(tmp_path: Path, *, audio: bool) -> list[Record]:
    async def story() -> Stage:
        config = settings(records={"dir": str(tmp_path), "audio": audio})
        async with Stage(tmp_path, config) as stage:
            await stage.settle(1)
            stage.caller.hang_up()
        return stage

    return [command for _, command in run(story()).ua.commands if isinstance(command, Record)]


def test_off_by_default(tmp_path: Path) -> None:
    assert recordings(tmp_path, audio=False) == []


def test_one_file_a_leg(tmp_path: Path) -> None:
    (made,) = recordings(tmp_path, audio=True)
    assert made.leg == "caller"
    assert made.path == str(tmp_path / "audio" / "c1" / "caller.wav")
