"""The bot's side: the built-in bot's script, and SIP bots that refer, vanish, hang up or do not answer."""

from pathlib import Path

from bridge.app.messages import BotReported
from bridge.model.bot import Action, BotState
from bridge.model.handoff import State
from sip.commands import Dial
from sip.memory import Far
from tests.flow.stage import Stage, agents, settings
from tests.virtual_time import run

BOT = "sip:bot@127.0.0.6"


def bot_answers(far: Far, dial: Dial) -> None:
    far.ring()
    if dial.leg.startswith("bot"):
        far.ua._loop.call_later(0.2, far.answer)


def sip_bot(**changes: object) -> object:
    return settings(bot={"uri": BOT, **changes})


def test_script_is_walked_to_its_end(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path) as stage:
            await stage.settle(5)
            stage.says("my bill is wrong")
            await stage.settle(2)
            stage.says("no")
            await stage.settle(8)
        return stage

    record = run(story()).store.records[0]
    assert record.ended == "completed"
    assert record.handoffs == ()
    assert record.bot_state.slots == {"matter": "my bill is wrong", "more": "no"}
    assert [a.name for a in record.bot_state.actions] == ["look_up_invoice"]
    said = [u.text for u in record.transcript if u.speaker == "bot"]
    assert said[0] == "Welcome to the billing line."
    assert said[-1] == "Goodbye."


def test_three_failed_tries_escalate(tmp_path: Path) -> None:
    """Silence at the same question: twice asked again, the third time a person is fetched."""

    async def story() -> Stage:
        async with Stage(tmp_path, on_dial=lambda far, dial: far.ring()) as stage:
            await stage.until(State.DIALING, 120)
            stage.caller.hang_up()
        return stage

    (handoff,) = run(story()).store.records[0].handoffs
    assert handoff.escalation.reason == "repeated_failure"
    assert handoff.escalation.rule == "re_prompts"


def test_barge_in_stops_the_prompt(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path) as stage:
            await stage.settle(2.5)
            assert "voice" in stage.ua.playing
            stage.says("I have", partial=True)
            await stage.settle()
            assert "voice" not in stage.ua.playing
            stage.caller.hang_up()
        return stage

    run(story())


def test_sip_bot_talks_and_is_held_by_edges_alone(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, sip_bot(), on_dial=bot_answers) as stage:
            await stage.settle(1)
            assert stage.ua.heard_by("caller") == {"bot-1"}
            stage.caller.press("4")
            assert ("bot-1", "4") in stage.ua.digits_sent
            stage.says("representative please")
            await stage.until(State.DIALING)
            assert stage.ua.heard_by("bot-1") == set()
            assert stage.ua.legs["bot-1"].phase == "answered"
            stage.agent.refuse(603)
            await stage.until(State.DIALING)
            await stage.settle()
            stage.agent.refuse(603)
            await stage.until(State.FAILED)
            await stage.settle(6)
            assert stage.ua.heard_by("caller") == {"bot-1"}
            stage.caller.hang_up()
        return stage

    assert run(story()).store.records[0].handoffs[0].outcome.result == "failed"


def test_refer_of_the_bot_escalates_and_may_name_an_agent(tmp_path: Path) -> None:
    async def story(target: str) -> Stage:
        config = sip_bot(refer_targets=["bob"])
        async with Stage(tmp_path, config, on_dial=bot_answers) as stage:
            await stage.settle(1)
            stage.ua.far("bot-1").refer(target)
            await stage.until(State.DIALING)
            stage.caller.hang_up()
        return stage

    assert run(story("sip:bob@anywhere")).store.records[0].handoffs[0].attempts[0].target == "bob"
    hostile = run(story("sip:+15550100@evil.example"))
    assert hostile.store.records[0].handoffs[0].attempts[0].target == "ann"
    dialled = [command.uri for _, command in hostile.ua.commands if isinstance(command, Dial)]
    assert all("evil" not in uri and "15550100" not in uri for uri in dialled)


def test_refer_from_anybody_else_is_nothing(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path) as stage:
            stage.caller.refer("sip:+15550100@evil.example")
            await stage.settle(1)
            assert stage.state is None
            stage.caller.hang_up()
        return stage

    run(story())


def test_unreachable_bot_means_a_person(tmp_path: Path) -> None:
    async def story() -> Stage:
        def on_dial(far: Far, dial: Dial) -> None:
            far.refuse(503) if dial.leg.startswith("bot") else far.ring()

        async with Stage(tmp_path, sip_bot(), on_dial=on_dial) as stage:
            await stage.until(State.DIALING)
            assert stage.ua.heard_by("caller")
            stage.caller.hang_up()
        return stage

    assert run(story()).store.records[0].handoffs[0].escalation.rule == "bot_unreachable"


def test_bot_that_hangs_up_ends_the_call(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, sip_bot(), on_dial=bot_answers) as stage:
            await stage.settle(1)
            stage.ua.far("bot-1").hang_up()
        return stage

    assert run(story()).store.records[0].ended == "completed"


def test_bot_lost_in_a_handoff_is_dialled_again_when_it_fails(tmp_path: Path) -> None:
    async def story() -> Stage:
        config = settings(bot={"uri": BOT}, agents=agents("ann"))
        async with Stage(tmp_path, config, on_dial=bot_answers) as stage:
            await stage.settle(1)
            stage.says("representative please")
            await stage.until(State.DIALING)
            stage.ua.far("bot-1").hang_up()
            await stage.settle()
            stage.agent.refuse(486)
            await stage.until(State.FAILED)
            await stage.settle(8)
            assert stage.ua.heard_by("caller") == {"bot-2"}
            stage.caller.hang_up()
        return stage

    run(story())


def test_zero_while_the_bot_collects_digits_is_a_digit(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, sip_bot(), on_dial=bot_answers) as stage:
            await stage.settle(1)
            stage.conversation.call.inbox.put_nowait(BotReported(BotState(), collecting=True))
            await stage.settle(3)
            stage.caller.press("0")
            await stage.settle(3)
            assert stage.state is None
            stage.caller.hang_up()
        return stage

    run(story())


def test_spoken_reprompts_of_a_sip_bot_are_counted(tmp_path: Path) -> None:
    async def story() -> Stage:
        async with Stage(tmp_path, sip_bot(), on_dial=bot_answers) as stage:
            await stage.settle(1)
            for _ in range(3):
                stage.says("sorry I did not get that, what city?", "bot-1")
                await stage.settle(2)
                stage.says("worcester")
                await stage.settle(2)
            stage.caller.hang_up()
        return stage

    assert run(story()).store.records[0].handoffs[0].escalation.reason == "repeated_failure"


def test_the_ears_know_what_was_asked(tmp_path: Path) -> None:
    """The built-in bot tells by the kind of its question, any other by the API."""

    async def story() -> Stage:
        async with Stage(tmp_path) as stage:
            await stage.settle(5)
            stage.says("my bill is wrong")
            await stage.settle(2)
            assert stage.pool.asked[-1] == ("c1/caller", "yes_no")
            stage.says("no")
            await stage.settle()
            assert stage.pool.asked[-1] == ("c1/caller", "")
            stage.conversation.call.inbox.put_nowait(BotReported(BotState(), expects="digits"))
            await stage.settle()
            stage.caller.hang_up()
        return stage

    assert run(story()).pool.asked[-1] == ("c1/caller", "digits")


def test_what_the_bot_knows_goes_redacted_into_the_record(tmp_path: Path) -> None:
    """Its slots hold the caller's own words; numbers and nested values as well."""
    card = "4111 1111 1111 1111"
    action = Action(name="pay", args={"card": card, "amount": 20}, result=f"charged {card}", ok=True)
    state = BotState(
        slots={"card": card, "tries": 2, "list": [card, {"mail": "jo@example.org"}]},
        actions=(action,), limits=(f"cannot charge {card}",), open=f"charge {card}",
    )  # fmt: skip

    async def story() -> Stage:
        async with Stage(tmp_path) as stage:
            stage.conversation.call.inbox.put_nowait(BotReported(state))
            await stage.settle()
            stage.caller.hang_up()
        return stage

    kept = run(story()).store.records[0].bot_state
    assert "4111" not in repr(kept)
    assert "jo@" not in repr(kept)
    assert kept.slots["tries"] == 2
    assert kept.actions[0].args["amount"] == 20
