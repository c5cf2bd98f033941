"""Commands from outside at a conversation: answered, compared with the revision, exactly one winner."""

from pathlib import Path

from bridge.app.messages import Commanded
from bridge.app.orders import ordered
from bridge.model.handoff import State
from bridge.ports import Answer, Command, Verb
from tests.flow.stage import Stage
from tests.flow.test_handoff import answers
from tests.virtual_time import run


class Sender:
    """Puts commands into the inbox; `answers` in the order in which they came."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.answers: list[Answer] = []

    def send(self, verb: Verb, *, expected: int | None = None, note: str = "", by: str = "") -> None:
        call = self._stage.conversation.call
        command = Command(verb=verb, source="mqtt", expected=expected, note=note, by=by)
        call.inbox.put_nowait(Commanded(command, ordered(command, call.now_s()), self.answers.append))

    @property
    def codes(self) -> list[str]:
        return [answer.code for answer in self.answers]


def test_of_two_who_saw_the_same_revision_one_wins(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, on_dial=answers) as stage:
            sender = Sender(stage)
            sender.send("escalate")
            await stage.until(State.BRIEFING)
            seen = sender.answers[0].revision
            stage.agent.press("5")  # something else has happened since
            await stage.settle()
            sender.send("connect", expected=seen)
            await stage.settle()
            now = sender.answers[-1].revision
            sender.send("connect", expected=now)
            sender.send("cancel", expected=now)
            await stage.settle()
            assert sender.codes == ["accepted", "conflict", "accepted", "conflict"]
            assert stage.state is State.CONNECTED
            stage.caller.hang_up()
        return stage

    stage = run(story())
    assert stage.store.records[0].handoffs[0].outcome.result == "connected"
    assert [body["code"] for body in stage.events.of("commanded")] == [
        "accepted", "conflict", "accepted", "conflict",
    ]  # fmt: skip
    revisions = [body["rev"] for body in stage.events.of("handoff")]
    assert revisions == list(range(1, len(revisions) + 1))


def test_each_verb(tmp_path: Path) -> None:
    async def story() -> list[str]:
        async with Stage(tmp_path, on_dial=answers) as stage:
            sender = Sender(stage)
            for verb in ("connect", "transfer", "cancel", "return"):
                sender.send(verb)  # type: ignore[arg-type]
            sender.send("escalate")
            sender.send("escalate")
            await stage.until(State.DIALING)
            sender.send("cancel")
            await stage.settle()
            assert stage.state is State.DISMISSED
            sender.send("escalate")
            await stage.until(State.BRIEFING)
            sender.send("connect")
            await stage.until(State.CONNECTED)
            sender.send("return")
            await stage.settle()
            stage.caller.hang_up()
        return sender.codes

    assert run(story()) == ["refused"] * 4 + [
        "accepted", "refused", "accepted", "accepted", "accepted", "accepted",
    ]  # fmt: skip


def test_what_is_typed_is_redacted(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, on_dial=answers) as stage:
            card = "the card is 4532 0151 1283 0366"
            Sender(stage).send("escalate", note=card, by="0151 4532015112830366")
            await stage.until(State.DIALING)
            stage.caller.hang_up()
        return stage

    stage = run(story())
    told = repr(stage.events.all) + repr(stage.store.records)
    assert "[card]" in told
    assert "1283" not in told
