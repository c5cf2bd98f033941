"""What stories on the twin share: far ends that behave, a call brought to a point, its one record."""

from bridge.model.handoff import State
from bridge.model.record import ConversationRecord
from sip.commands import Dial
from sip.memory import Far
from tests.flow.stage import Stage

REQUEST = "please let me talk to a real person"


def answers(far: Far, dial: Dial) -> None:
    far.ring()
    far.ua._loop.call_later(1.0, far.answer)


def rings(far: Far, dial: Dial) -> None:
    far.ring()


async def request(stage: Stage) -> None:
    await stage.settle(5)
    stage.says(REQUEST)
    await stage.settle()


async def connected(stage: Stage) -> None:
    await request(stage)
    await stage.until(State.BRIEFING)
    stage.agent.press("1")
    await stage.until(State.CONNECTED)


def only(stage: Stage) -> ConversationRecord:
    (record,) = stage.store.records
    assert stage.whisper_leaks == 0
    assert stage.worst_silence <= 2.0
    return record
