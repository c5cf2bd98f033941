"""Callbacks on the disk: whole, private, in order, and there after a restart."""

from pathlib import Path

from bridge.adapters.callback_files import CallbackFiles
from bridge.model.bot import Action, BotState
from bridge.model.callback import Callback
from bridge.model.cue import Cue, CueKind, Escalation
from bridge.model.transcript import Speaker, Utterance


def promised(id: str, minute: int) -> Callback:
    cue = Cue(kind=CueKind.CANCELLATION, rule="cancel", score=0.9, at_s=3.0, quote="cancel it", span=(0, 9))
    return Callback(
        id=id, number="+4930123456", promised_at=f"2026-01-01T00:0{minute}:00.000Z", seconds=60.0,
        escalation=Escalation(
            reason="cancellation", rule="cancel", quote="cancel it", score=0.9, at_s=3.0, source="speech",
            cues=(cue,),
        ),
        utterances=(
            Utterance(id="u1", speaker=Speaker.CALLER, text="cancel it", start_s=2.0, end_s=3.0),
        ),
        bot_state=BotState(intent="cancel", actions=(Action(name="look up", ok=True),), language="en"),
        cues=(cue,), tries=1,
    )  # fmt: skip


async def test_what_was_promised_is_there_after_a_restart(tmp_path: Path) -> None:
    shelf = CallbackFiles(tmp_path / "callbacks")
    assert shelf.all() == ()
    later, sooner = promised("b", 5), promised("a", 1)
    await shelf.save(later)
    await shelf.save(sooner)
    (tmp_path / "callbacks" / "torn.json").write_text("{")
    (tmp_path / "callbacks" / "unfinished.part").write_text("{")
    assert CallbackFiles(tmp_path / "callbacks").all() == (sooner, later)
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "callbacks").glob("[ab].json")} == {0o600}
    await shelf.remove("a")
    await shelf.remove("a")
    assert shelf.all() == (later,)
