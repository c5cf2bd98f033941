"""What only the course of a talk tells: failures, no progress, offers, silence, the bot's own reports."""

from hypothesis import given
from hypothesis import strategies as st

from bridge.core.cues.scope import Scope
from bridge.core.cues.tracker import CueTracker, Ears
from bridge.model.bot import Action, Authentication, BotState
from bridge.model.cue import CueKind
from bridge.model.transcript import Speaker, Utterance
from tests.core.cues.lines import ears, grammar, heard, says, talk

FAILURE = CueKind.REPEATED_FAILURE


def test_the_same_question_a_third_time_is_a_repeated_failure() -> None:
    lines = ("b: what city are you travelling from", "c: worcester", "b: sorry what city", "c: worcester",
             "b: i'm sorry i didn't get that what city")  # fmt: skip
    kinds = talk(CueTracker(ears()), *lines)
    assert [FAILURE in turn for turn in kinds] == [False, False, False, False, True]


def test_three_re_prompts_of_different_questions_are_too() -> None:
    lines = ("b: sorry i didn't catch that", "c: monday", "b: could you repeat the date", "c: the fourth",
             "b: i did not understand your answer please say it again")  # fmt: skip
    assert FAILURE in talk(CueTracker(ears()), *lines)[-1]


def test_a_bot_that_goes_on_has_not_failed() -> None:
    lines = ("b: sorry what city", "c: boston", "b: thanks and what day", "c: monday", "b: sorry what time",
             "c: noon", "b: is there anything else", "c: my bill", "b: is there anything else")  # fmt: skip
    assert not any(FAILURE in turn for turn in talk(CueTracker(ears()), *lines))


def test_a_bot_that_reports_its_re_prompts_is_counted_once() -> None:
    tracker = CueTracker(ears(), hears_bot=False)
    for number in (1.0, 2.0):
        assert tracker.reprompted(number) == ()
        assert FAILURE not in {c.kind for c in tracker.hear(says("sorry what city", number, Speaker.BOT))}
    assert [cue.kind for cue in tracker.reprompted(3.0)] == [FAILURE]


def test_an_answer_ends_the_count() -> None:
    tracker = CueTracker(ears())
    tracker.reprompted(1.0)
    tracker.reprompted(2.0)
    tracker.answered()
    assert tracker.reprompted(3.0) == ()


def test_the_same_request_again_is_no_progress() -> None:
    again = "c: i need the engineer's report for the boiler"
    kinds = talk(CueTracker(ears()), again, "b: your boiler is a model seven", again, "b: model seven", again)
    assert CueKind.NO_PROGRESS not in kinds[0]
    scores = [c.score for turn in heard(CueTracker(ears()), again, "b: ok", again, "b: ok", again)
              for c in turn if c.kind is CueKind.NO_PROGRESS]  # fmt: skip
    assert scores == sorted(scores)
    assert scores[0] < 0.8 <= scores[-1]


def test_turns_without_news_are_no_progress_only_where_the_bot_reports() -> None:
    lines = [f"c: number {word}" for word in ("one", "two", "three", "four", "five", "six", "seven")]
    assert all(CueKind.NO_PROGRESS not in turn for turn in talk(CueTracker(ears()), *lines))
    tracker = CueTracker(ears())
    tracker.report(BotState(slots={"a": 1}), 0.0)
    assert any(CueKind.NO_PROGRESS in turn for turn in talk(tracker, *lines))
    moving = CueTracker(ears())
    for number, line in enumerate(lines):
        moving.report(BotState(slots={"a": number}), float(number))
        assert not moving.hear(says(line[3:], float(number)))


def test_an_offer_taken_is_a_request_and_a_no_is_kept() -> None:
    offer = "b: would you like me to connect you to an agent"
    assert talk(CueTracker(ears()), offer, "c: yes please")[-1] == [CueKind.EXPLICIT_REQUEST]
    tracker = CueTracker(ears())
    assert talk(tracker, offer, "c: no that's okay just tell me my balance")[-1] == []
    assert tracker.declined_s == 6.0
    assert talk(CueTracker(ears()), "b: is that correct", "c: yes please")[-1] == []


def test_silence_is_told_once_a_stretch() -> None:
    tracker = CueTracker(ears())
    tracker.hear(says("what is your name", 1.0, Speaker.BOT))
    assert tracker.quiet(5.0, 6.0) == ()
    assert [c.rule for c in tracker.quiet(21.0, 22.0)] == ["no_answer"]
    assert tracker.quiet(30.0, 31.0) == ()
    tracker.hear(says("i can't do that", 40.0, Speaker.BOT))
    assert tracker.silence_s < 10
    assert [c.rule for c in tracker.quiet(9.0, 49.0)] == ["dead_end"]


def test_what_the_bot_reports_is_told_once() -> None:
    tracker = CueTracker(ears())
    failed = Action(name="refund", ok=False)
    state = BotState(
        limits=("no refunds",), actions=(failed,), authentication=Authentication(status="failed")
    )
    first = {(c.kind, c.rule): c for c in tracker.report(state, 1.0)}
    assert set(first) == {
        (CueKind.BOT_LIMIT, "reported_limit"), (FAILURE, "action_failed"),
        (CueKind.BOT_LIMIT, "authentication_failed"),
    }  # fmt: skip
    assert first[CueKind.BOT_LIMIT, "reported_limit"].quote == "no refunds"
    assert tracker.report(state, 2.0) == ()
    again = tracker.report(BotState(limits=state.limits, actions=(failed, failed)), 3.0)
    assert [(c.rule, c.score >= 0.8) for c in again] == [("action_failed_again", True)]


def test_low_confidence_twice_is_surer() -> None:
    tracker = CueTracker(ears())
    scores = [c.score for _ in range(2) for c in tracker.report(BotState(confidence=0.2), 1.0)]
    assert scores[0] < 0.8 <= scores[1]
    assert tracker.report(BotState(confidence=0.9), 2.0) == ()


def test_out_of_scope_is_relative_to_the_deployments_examples() -> None:
    scope = Scope(
        ["what's my balance", "send money to my sister", "my card was declined", "order a new card",
         "what is the limit on my card", "open a savings account", "why was my transfer declined"]
    )  # fmt: skip
    inside = Ears(grammar=grammar(), scope=scope)
    lines = ("c: is my card balance high enough", "c: how do i cook quinoa with mushrooms",
             "c: which team won the baseball game yesterday")  # fmt: skip
    kinds = heard(CueTracker(inside), *lines)
    assert [[(c.kind, c.rule) for c in turn] for turn in kinds] == [
        [], [(CueKind.OUT_OF_SCOPE, "outside")], [(CueKind.OUT_OF_SCOPE, "outside_again")],
    ]  # fmt: skip
    assert not Scope(["only", "two"]).outside("how do i cook quinoa")
    embedded = Scope(
        ["a b"] * 1 + [f"x{n} y" for n in range(6)], embed=lambda text: [float("cook" in text), 1.0]
    )
    assert embedded.outside("cook quinoa mushrooms") == 0.0 or embedded.nearness("cook quinoa") < 1.0


def test_zero_asks_for_a_person_other_keys_do_not() -> None:
    tracker = CueTracker(ears())
    assert [c.kind for c in tracker.digit("0", 1.0)] == [CueKind.DTMF]
    assert tracker.digit("5", 2.0) == ()


def test_without_an_explicit_detector_all_else_works() -> None:
    tracker = CueTracker(Ears(grammar=grammar()))
    assert tracker.glimpse("i want a person") is None
    assert talk(tracker, "c: i want to cancel my contract")[-1] == [CueKind.CANCELLATION]


def test_what_an_agent_says_is_no_cue() -> None:
    assert talk(CueTracker(ears()), "a: i want to cancel my contract") == [[]]


@given(st.lists(st.tuples(st.sampled_from(Speaker), st.text(max_size=120), st.floats(0, 1e5)), max_size=8))
def test_any_text_at_any_time_is_taken(turns: list[tuple[Speaker, str, float]]) -> None:
    """And every span is of the text as given."""
    tracker = CueTracker(ears())
    for speaker, text, at_s in turns:
        for cue in tracker.hear(Utterance(id="u", speaker=speaker, text=text, start_s=at_s, end_s=at_s)):
            assert 0.0 <= cue.score <= 1.0
            assert cue.span is None or text[slice(*cue.span)] == cue.quote
