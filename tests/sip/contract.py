"""What every `sip.agent.UserAgent` does: the real worker and the in-memory twin run the same tests.

A test module gives a `lab` fixture (`tests.sip.lab.Lab`) and subclasses `UserAgentContract`.
"""

from sip import commands as c
from sip import events as e
from tests.sip.contract_in_call import InCall
from tests.sip.lab import Lab, answered_caller, answered_leg

UNKNOWN = (
    c.Ring(leg="nobody"), c.Answer(leg="nobody"), c.SendDtmf(leg="nobody", digits="1"),
    c.Refer(leg="nobody", target="sip:a@127.0.0.1"), c.ReferReplaces(leg="nobody", other="agent-1"),
    c.Listen(leg="nobody", stream="s", epoch=1, asr=None), c.Record(leg="nobody", path=None),
)  # fmt: skip


class UserAgentContract(InCall):
    """Subclass it as `Test...` in a module with a `lab` fixture."""

    # legs

    async def test_an_inbound_call_is_reported_and_answered(self, lab: Lab) -> None:
        caller = lab.peer("caller")
        await caller.calls((("X-Ticket", "4711"),))
        incoming = await lab.event(e.CallIncoming)
        assert incoming.leg == "caller"
        assert ("X-Ticket", "4711") in incoming.headers
        assert incoming.source.count(":") == 1
        lab.ua.send(c.Ring(leg="caller"))
        lab.ua.send(c.Answer(leg="caller"))
        answered = await lab.event(e.LegAnswered, leg="caller")
        assert answered.codec in ("PCMU", "PCMA", "G722")
        assert answered.peer == incoming.source
        await lab.state(caller, "up")

    async def test_a_caller_is_refused_with_our_status(self, lab: Lab) -> None:
        caller = lab.peer("caller")
        await caller.calls()
        await lab.event(e.CallIncoming)
        lab.ua.send(c.Hangup(leg="caller", status=486))
        ended = await lab.event(e.LegEnded, leg="caller")
        assert (ended.cause.status, ended.answered, ended.by_us) == (486, False, True)
        await lab.state(caller, "over")

    async def test_a_caller_hung_up_before_the_answer_is_declined(self, lab: Lab) -> None:
        caller = lab.peer("caller")
        await caller.calls()
        await lab.event(e.CallIncoming)
        lab.ua.send(c.Ring(leg="caller"))
        lab.ua.send(c.Hangup(leg="caller"))
        ended = await lab.event(e.LegEnded, leg="caller")
        assert (ended.cause.status, ended.answered, ended.by_us) == (603, False, True)
        await lab.state(caller, "over")

    async def test_a_caller_gives_up_before_the_answer(self, lab: Lab) -> None:
        caller = lab.peer("caller")
        await caller.calls()
        await lab.event(e.CallIncoming)
        await caller.hangs_up()
        ended = await lab.event(e.LegEnded, leg="caller")
        assert (ended.cause.status, ended.answered, ended.by_us) == (487, False, False)

    async def test_hangup_of_answered_legs_from_both_sides(self, lab: Lab) -> None:
        caller = await answered_caller(lab)
        agent = await answered_leg(lab, "agent-1")
        lab.ua.send(c.Hangup(leg="agent-1", q850=16))
        ended = await lab.event(e.LegEnded, leg="agent-1")
        assert (ended.answered, ended.by_us) == (True, True)
        await lab.state(agent, "over")
        await caller.hangs_up()
        ended = await lab.event(e.LegEnded, leg="caller")
        assert (ended.answered, ended.by_us) == (True, False)

    async def test_ringing_is_reported_and_a_hangup_cancels(self, lab: Lab) -> None:
        agent = lab.peer("agent-1")
        lab.ua.send(c.Dial(leg="agent-1", uri=lab.uri("agent-1")))
        await lab.state(agent, "ringing")
        await agent.rings()
        ringing = await lab.event(e.LegRinging, leg="agent-1")
        assert (ringing.status, ringing.early_media) == (180, False)
        lab.ua.send(c.Hangup(leg="agent-1"))
        ended = await lab.event(e.LegEnded, leg="agent-1")
        assert (ended.cause.status, ended.answered, ended.by_us) == (487, False, True)
        await lab.state(agent, "over")

    async def test_a_busy_agent(self, lab: Lab) -> None:
        await self._refused(lab, 486)

    async def test_an_agent_who_declines(self, lab: Lab) -> None:
        await self._refused(lab, 603)

    async def _refused(self, lab: Lab, status: int) -> None:
        agent = lab.peer("agent-1")
        lab.ua.send(c.Dial(leg="agent-1", uri=lab.uri("agent-1")))
        await lab.state(agent, "ringing")
        await agent.declines(status)
        ended = await lab.event(e.LegEnded, leg="agent-1")
        assert (ended.cause.status, ended.answered, ended.by_us) == (status, False, False)

    async def test_nobody_answers(self, lab: Lab) -> None:
        agent = lab.peer("agent-1")
        lab.ua.send(c.Dial(leg="agent-1", uri=lab.uri("agent-1"), no_answer_s=0.3))
        ended = await lab.event(e.LegEnded, leg="agent-1")
        assert (ended.cause.status, ended.answered, ended.by_us) == (408, False, True)
        await lab.state(agent, "over")

    async def test_a_leg_id_can_be_dialled_again(self, lab: Lab) -> None:
        await self._refused(lab, 486)
        await answered_leg(lab, "agent-1")

    async def test_a_fifth_leg_is_refused(self, lab: Lab) -> None:
        for leg in ("bot", "agent-1", "agent-2", "supervisor"):
            lab.ua.send(c.Dial(leg=leg, uri=lab.uri(lab.peer(leg) and leg)))
        lab.ua.send(c.Dial(leg="agent-3", uri=lab.uri("agent-1")))
        failed = await lab.event(e.CommandFailed)
        assert (failed.command, failed.leg, failed.code) == ("dial", "agent-3", "leg_limit")

    async def test_what_cannot_be_dialled(self, lab: Lab) -> None:
        for uri in ("agent one", "tel:+4930", "sip:", "http://x"):
            lab.ua.send(c.Dial(leg="agent-1", uri=uri))
            failed = await lab.event(e.CommandFailed)
            assert (failed.command, failed.leg, failed.code) == ("dial", "agent-1", "bad_uri")

    async def test_commands_for_legs_that_never_were_and_for_legs_that_have_ended(self, lab: Lab) -> None:
        lab.ua.send(c.Hangup(leg="nobody"))
        failed = await lab.event(e.CommandFailed)
        assert (failed.leg, failed.code) == ("nobody", "unknown_leg")
        await self._refused(lab, 486)
        lab.ua.send(c.Hangup(leg="agent-1"))
        lab.ua.send(c.SendDtmf(leg="agent-1", digits="1"))
        await lab.pause(0.2)
        assert not lab.has_seen(e.CommandFailed)

    async def test_what_cannot_be_carried_out(self, lab: Lab) -> None:
        await answered_leg(lab, "agent-1")
        uri, clip = lab.uri("agent-1"), lab.clip(700, 100)
        for command, code in (
            (c.Dial(leg="agent-1", uri=uri), "sip_error"),
            (c.Dial(leg="bot-1", uri=uri, caller_id='"unclosed'), "bad_uri"),
            (c.Dial(leg="bot-1", uri=uri, headers=(("X-Two", "a\r\nX-Lines: b"),)), "sip_error"),
            (c.Hangup(leg="agent-1", headers=(("no name", "x"),)), "sip_error"),
            (c.Play(player="organ", path=clip), "sip_error"),
            (c.Stop(player="organ"), "sip_error"),
            (c.SendDtmf(leg="agent-1", digits="x"), "sip_error"),
            (c.Refer(leg="agent-1", target="nonsense"), "bad_uri"),
            (c.ReferReplaces(leg="agent-1", other="nobody"), "unknown_leg"),
            *((maker, "unknown_leg") for maker in UNKNOWN),
        ):
            lab.ua.send(command)
            failed = await lab.event(e.CommandFailed)
            assert (failed.command, failed.code) == (command.type, code)

    async def test_a_leg_that_still_rings_takes_no_digits_and_no_transfer(self, lab: Lab) -> None:
        await answered_caller(lab)
        agent = lab.peer("agent-1")
        lab.ua.send(c.Dial(leg="agent-1", uri=lab.uri("agent-1")))
        await lab.state(agent, "ringing")
        await agent.rings()
        await lab.event(e.LegRinging, leg="agent-1")
        for command, code in (
            (c.SendDtmf(leg="agent-1", digits="1"), "sip_error"),
            (c.Refer(leg="agent-1", target=lab.uri("bot")), "refer_refused"),
            (c.ReferReplaces(leg="caller", other="agent-1"), "refer_refused"),
        ):
            lab.ua.send(command)
            failed = await lab.event(e.CommandFailed)
            assert (failed.command, failed.code) == (command.type, code)

    # who hears whom

    async def test_edges_are_the_whole_truth(self, lab: Lab) -> None:
        caller = await answered_caller(lab)
        agent = await answered_leg(lab, "agent-1")
        await caller.sends(1000)
        await agent.sends(500)
        assert not await agent.hears(1000)
        lab.ua.send(c.Hear(edges=(("caller", "agent-1"), ("agent-1", "caller"))))
        assert await agent.hears(1000)
        assert await caller.hears(500)
        assert not await caller.hears(1000)
        lab.ua.send(c.Hear(edges=(("caller", "agent-1"),)))
        assert await agent.hears(1000)
        assert not await caller.hears(500)

    async def test_the_whisper_reaches_the_agent_alone(self, lab: Lab) -> None:
        caller = await answered_caller(lab)
        agent = await answered_leg(lab, "agent-1")
        lab.ua.send(c.Hear(edges=(("comfort", "caller"), ("whisper", "agent-1"))))
        lab.ua.send(c.Play(player="whisper", path=lab.clip(700, 2000), tag="headline"))
        await lab.event(e.PlayStarted, player="whisper", tag="headline")
        assert await agent.hears(700)
        assert not await caller.hears(700)

    async def test_edges_asked_for_early_hold_once_the_leg_is_answered(self, lab: Lab) -> None:
        caller = await answered_caller(lab)
        agent = lab.peer("agent-1")
        lab.ua.send(c.Hear(edges=(("agent-1", "caller"), ("caller", "agent-1"))))
        lab.ua.send(c.Dial(leg="agent-1", uri=lab.uri("agent-1")))
        await lab.state(agent, "ringing")
        await agent.rings(early_media=True)
        ringing = await lab.event(e.LegRinging, leg="agent-1")
        assert (ringing.status, ringing.early_media) == (183, True)
        await agent.sends(500)
        assert not await caller.hears(500)
        await agent.answers()
        await lab.event(e.LegAnswered, leg="agent-1")
        assert await caller.hears(500)

    # players

    async def test_a_clip_starts_once_and_ends_once(self, lab: Lab) -> None:
        lab.ua.send(c.Play(player="announce", path=lab.clip(700, 300), tag="welcome"))
        started = await lab.event(e.PlayStarted, player="announce", tag="welcome")
        ended = await lab.event(e.PlayEnded, player="announce", tag="welcome")
        assert ended.completed
        assert abs(ended.played_ms - 300) <= 20
        assert 0.2 < ended.at - started.at < 0.6

    async def test_a_clip_is_cut_by_stop_and_by_the_next_one(self, lab: Lab) -> None:
        clip = lab.clip(700, 3000)
        lab.ua.send(c.Play(player="voice", path=clip, tag="one"))
        await lab.event(e.PlayStarted, tag="one")
        lab.ua.send(c.Play(player="voice", path=clip, tag="two"))
        ended = await lab.event(e.PlayEnded, tag="one")
        assert not ended.completed
        await lab.event(e.PlayStarted, tag="two")
        lab.ua.send(c.Stop(player="voice"))
        ended = await lab.event(e.PlayEnded, tag="two")
        assert not ended.completed

    async def test_a_clip_goes_on_from_where_it_was_cut(self, lab: Lab) -> None:
        lab.ua.send(c.Play(player="voice", path=lab.clip(700, 1000), tag="rest", start_ms=800))
        ended = await lab.event(e.PlayEnded, tag="rest")
        assert ended.completed
        assert abs(ended.played_ms - 200) <= 20

    async def test_a_loop_goes_on_until_stopped(self, lab: Lab) -> None:
        lab.ua.send(c.Play(player="comfort", path=lab.clip(700, 100), tag="loop", loop=True))
        await lab.event(e.PlayStarted, tag="loop")
        await lab.pause(0.5)
        assert not lab.has_seen(e.PlayEnded)
        lab.ua.send(c.Stop(player="comfort"))
        ended = await lab.event(e.PlayEnded, tag="loop")
        assert not ended.completed
        assert ended.played_ms > 300

    async def test_a_clip_that_is_not_there(self, lab: Lab) -> None:
        lab.ua.send(c.Play(player="announce", path="/nonexistent/clip.wav"))
        failed = await lab.event(e.CommandFailed)
        assert (failed.command, failed.code) == ("play", "clip_unreadable")

    # the end

    async def test_finish_ends_every_leg_and_the_events(self, lab: Lab) -> None:
        caller = await answered_caller(lab)
        agent = await answered_leg(lab, "agent-1")
        lab.ua.send(c.Finish())
        for leg in ("caller", "agent-1"):
            assert (await lab.event(e.LegEnded, leg=leg)).by_us
        assert not any(isinstance(event, e.WorkerLost) for event in await lab.over())
        await lab.state(caller, "over")
        await lab.state(agent, "over")
