"""What the bot's side learns of a person's part."""

from bridge.core.human_part import human_part
from bridge.model.bot import Action, BotState
from bridge.model.cue import Cue, CueKind
from bridge.model.human_part import HumanPart, Lack
from bridge.model.record import ConversationRecord
from tests.core.measures.made import handoff, record

NOTHING = BotState()


def part(made: ConversationRecord, state: BotState = NOTHING, cues: tuple[Cue, ...] = ()) -> HumanPart | None:
    return human_part(
        made.handoffs[0], brief=made.brief, transcript=made.transcript, state=state, cues=cues, over_s=170.0
    )


def test_who_had_nobody_teaches_nothing() -> None:
    gone = handoff("proposed 10 choosing 10 dialing 11 ABANDONED 31", result="abandoned", phase="dialing")
    assert part(record(gone)) is None


def test_what_solved_it_and_what_was_asked_again() -> None:
    turns = ("27 a can i take your order number", "30 c four four one two oh", "40 a the order number again")
    told = part(record(handoff(disposition="resolved"), turns=turns))
    assert told
    assert (told.resolved, told.disposition, told.talk_s) == (True, "resolved", 120.0)
    assert told.asked_again == ("order number",)


def test_not_solved_and_not_said() -> None:
    follow_up, unsaid = (part(record(handoff(disposition=said))) for said in ("follow_up", None))
    assert follow_up
    assert unsaid
    assert (follow_up.resolved, unsaid.resolved) == (False, None)


def test_what_the_bot_lacked_each_once() -> None:
    state = BotState(
        limits=("no refunds above 50",),
        actions=(*2 * (Action(name="refund", ok=False),), Action(name="look_up", ok=True)),
    )
    cues = (
        Cue(kind=CueKind.OUT_OF_SCOPE, rule="unlike_examples", score=0.6, at_s=5.0),
        Cue(kind=CueKind.OUT_OF_SCOPE, rule="after_the_request", score=0.6, at_s=90.0),
        Cue(kind=CueKind.FRUSTRATION, rule="sighs", score=0.6, at_s=5.0),
    )
    told = part(record(handoff(brief_right="wrong")), state, cues)
    assert told
    assert told.lacked == (
        Lack(kind="limit", what="no refunds above 50"),
        Lack(kind="failed_action", what="refund"),
        Lack(kind="not_understood", what="unlike_examples"),
        Lack(kind="brief_wrong", what="wrong"),
    )
