"""What the connected agent is shown: few, in order, with evidence; ticked, dismissed, lapsed."""

from hypothesis import given
from hypothesis import strategies as st

from bridge.model.knowledge import Passage, Snippet
from tests.core.assist.made import Talk


def test_begins_with_the_checklist_of_the_reason_compliance_first() -> None:
    talk = Talk(most=3)
    assert talk.ids() == ["complaint/log_complaint", "complaint/acknowledge", "complaint/own_it"]
    first = talk.assistant.hints(talk.now_s)[0]
    assert first.kind == "compliance"
    assert first.why


def test_a_step_is_ticked_when_heard_done() -> None:
    talk = Talk()
    talk.agent("i'm so sorry that this happened to you")
    assert "complaint/acknowledge" not in talk.ids()
    assert [hint.id for hint in talk.assistant.done()] == ["complaint/acknowledge"]
    talk.caller("i'm so sorry too")
    assert len(talk.assistant.done()) == 1


def test_the_callers_words_begin_another_play_with_their_evidence() -> None:
    talk = Talk("cancellation", most=12)
    said = talk.caller("can i pay with my credit card")
    hint = next(one for one in talk.assistant.hints(talk.now_s) if one.id == "card_payment/no_card_aloud")
    assert hint.utterances == (said.id,)
    assert hint.words_s == said.end_s


def test_asking_for_what_is_in_the_brief_is_said_at_once_with_its_source() -> None:
    talk = Talk()
    asked = talk.agent("can i have your order number please")
    hint = talk.assistant.hints(talk.now_s)[0]
    assert hint.id == "repeat/asked/order number"
    assert hint.why == "A 778"
    assert hint.utterances == ("u2", asked.id)


def test_verified_caller_is_not_verified_again() -> None:
    again, new = Talk(), Talk(status="none")
    for talk in (again, new):
        talk.agent("before we start i need to verify your identity can you confirm your date of birth")
    assert "repeat/reverified/authentication" in again.ids()
    assert "repeat/reverified/authentication" not in new.ids()


def test_talk_over_wants_two_turns_and_no_backchannel() -> None:
    talk = Talk()
    for text in ("yes", "okay but as i said before that is not possible"):
        talk.caller("so then i went to the branch and they told me", seconds=5.0, start_s=talk.now_s)
        talk.agent(text, start_s=talk.now_s - 2.0)
    assert "talk_over" not in talk.ids()
    talk.caller("and i only wanted to know whether it is right", seconds=5.0, start_s=talk.now_s)
    late = talk.agent("you need to fill in the form for that", start_s=talk.now_s - 2.0)
    hint = next(one for one in talk.assistant.hints(talk.now_s) if one.id == "talk_over")
    assert len(hint.utterances) == 2
    assert late.id in hint.utterances


def test_fast_talk_over_three_turns() -> None:
    talk = Talk()
    for _ in range(3):
        assert "pace" not in talk.ids()
        talk.agent("so what you have to do now is to open the page and click on that", seconds=2.5)
    assert "pace" in talk.ids()


def test_complaint_that_is_passed_over_and_then_acknowledged() -> None:
    talk = Talk("bot_limit")
    upset = talk.caller("this is ridiculous it's the third time i'm calling")
    talk.agent("what is the number on the back of the box")
    assert "not_acknowledged" not in talk.ids()
    talk.agent("and the colour of the light on it please")
    hint = next(one for one in talk.assistant.hints(talk.now_s) if one.id == "not_acknowledged")
    assert hint.utterances[0] == upset.id
    talk.agent("i'm really sorry about that")
    assert "not_acknowledged" not in talk.ids()


def test_dead_air_only_when_nobody_speaks_or_said_why() -> None:
    talk = Talk()
    talk.caller("it is on the second page")
    assistant = talk.assistant
    assert assistant.silent(talk.now_s + 5, held=False) == 7.0
    assistant.silent(talk.now_s + 12.5, held=False)
    talk.now_s += 12.5
    assert "dead_air" in talk.ids()
    talk.agent("right there it is")
    assert "dead_air" not in talk.ids()

    waiting = Talk()
    waiting.agent("one moment please let me look at that")
    waiting.assistant.silent(waiting.now_s + 13, held=False)
    waiting.now_s += 13
    assert "dead_air" not in waiting.ids()


def test_what_was_noticed_lapses_and_what_is_dismissed_stays_away() -> None:
    talk = Talk()
    talk.agent("can i have your order number please")
    assert talk.assistant.close("repeat/asked/order number", "dismissed", talk.now_s)
    assert not talk.assistant.close("repeat/asked/order number", "dismissed", talk.now_s)
    talk.agent("sorry what is the order number")
    assert "repeat/asked/order number" not in talk.ids()

    lapsing = Talk()
    lapsing.agent("can i have your order number please")
    assert "repeat/asked/order number" in lapsing.ids()
    lapsing.now_s += 31
    assert "repeat/asked/order number" not in lapsing.ids()
    record = next(one for one in lapsing.assistant.records() if one.kind == "repeat")
    assert record.closed == "lapsed"


def test_passages_replace_those_before() -> None:
    talk = Talk(most=12)
    for name in ("refunds", "fees"):
        because = talk.caller("how long does it take until i have my money")
        passage = Passage(document="a.md", path=("Bank", name), text="In five days.", link=f"a.md#{name}")
        talk.assistant.found([Snippet(passage=passage, score=0.6)], because, talk.now_s)
    shown = [one for one in talk.assistant.hints(talk.now_s) if one.kind == "knowledge"]
    assert [(one.title, one.why, one.link) for one in shown] == [("fees", "In five days.", "a.md#fees")]


def test_trend_of_the_callers_mood() -> None:
    talk = Talk(sentiment="angry")
    assert talk.assistant.trend.direction == "same"
    talk.caller("okay that sounds good thank you")
    talk.caller("that is perfect lovely")
    assert talk.assistant.trend.direction == "better"
    worse = Talk(sentiment="neutral")
    worse.caller("this is ridiculous you people are useless")
    assert worse.assistant.trend.direction == "worse"
    assert worse.assistant.trend.utterances


@given(
    st.lists(
        st.tuples(
            st.booleans(),
            st.sampled_from(
                [
                    "can i have your order number",
                    "this is ridiculous",
                    "sorry",
                    "i want to cancel my contract",
                    "mhm",
                    "",
                ]
            ),
            st.floats(0.1, 40.0),
        ),
        max_size=25,
    )
)
def test_never_more_than_wanted_never_twice_always_in_order(turns: list[tuple[bool, str, float]]) -> None:
    talk = Talk(most=4)
    for by_agent, text, seconds in turns:
        (talk.agent if by_agent else talk.caller)(text, seconds=seconds)
        talk.assistant.silent(talk.now_s + seconds, held=False)
        shown = talk.assistant.hints(talk.now_s)
        assert len(shown) <= 4
        assert len({one.id for one in shown}) == len(shown)
        assert [one.rank for one in shown] == sorted(one.rank for one in shown)
