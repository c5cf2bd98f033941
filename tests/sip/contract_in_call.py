"""The part of the user agent's contract about legs that are up: digits, media, transfer."""

from sip import commands as c
from sip import events as e
from tests.sip.lab import Lab, answered_caller, answered_leg


class InCall:
    """See `tests.sip.contract.UserAgentContract`."""

    # digits

    async def test_digits_are_reported_sent_and_relayed(self, lab: Lab) -> None:
        caller = await answered_caller(lab)
        bot = await answered_leg(lab, "bot")
        lab.ua.send(c.SendDtmf(leg="bot", digits="5"))
        await caller.presses("1")
        digit = await lab.event(e.DtmfReceived, leg="caller")
        assert (digit.digit, digit.method) == ("1", "rfc4733")
        await caller.presses("2", "info")
        digit = await lab.event(e.DtmfReceived, leg="caller")
        assert (digit.digit, digit.method) == ("2", "info")
        lab.ua.send(c.RelayDtmf(pairs=(("caller", "bot"),)))
        await lab.pause(0.4)
        await caller.presses("3")
        await lab.event(e.DtmfReceived, leg="caller", digit="3")
        await caller.presses("4", "info")
        await lab.event(e.DtmfReceived, leg="caller", digit="4")
        await bot.presses("9")
        await lab.event(e.DtmfReceived, leg="bot", digit="9")
        await lab.pause(0.6)
        assert bot.digits.replace("4", "") == "53"
        assert "4" in bot.digits
        assert caller.digits == ""

    # media

    async def test_remote_hold_is_reported_and_the_watchdog_rests(self, lab: Lab) -> None:
        await answered_caller(lab)
        agent = await answered_leg(lab, "agent-1")
        await agent.holds(True)
        held = await lab.event(e.LegMedia, leg="agent-1")
        assert held.remote_hold
        await lab.pause(1.2)
        assert not lab.has_seen(e.LegLost, leg="agent-1")
        await agent.holds(False)
        resumed = await lab.event(e.LegMedia, leg="agent-1")
        assert resumed.active
        assert not resumed.remote_hold

    async def test_a_vanished_peer_is_lost_once(self, lab: Lab) -> None:
        agent = await answered_leg(lab, "agent-1")
        await agent.vanishes()
        lost = await lab.event(e.LegLost, leg="agent-1")
        assert lost.silent_s >= 0.5
        await lab.pause(1.0)
        assert not lab.has_seen(e.LegLost)
        lab.ua.send(c.Hangup(leg="agent-1"))
        await lab.event(e.LegEnded, leg="agent-1")

    # transfer

    async def test_refer_is_followed_to_the_final_notify(self, lab: Lab) -> None:
        caller = await answered_caller(lab)
        caller.answers_refer(100, 180, 200)
        lab.ua.send(c.Refer(leg="caller", target=lab.uri("agent-1")))
        progress = await lab.event(e.TransferProgress, leg="caller", final=True)
        assert progress.status == 200
        assert caller.state == "up"

    async def test_the_notify_behind_the_bye_still_counts(self, lab: Lab) -> None:
        caller = await answered_caller(lab)
        await answered_leg(lab, "agent-1")
        caller.answers_refer(100)
        lab.ua.send(c.ReferReplaces(leg="caller", other="agent-1"))
        await lab.event(e.TransferProgress, leg="caller", final=False)
        await caller.hangs_up()
        await lab.event(e.LegEnded, leg="caller")
        await caller.notifies(200)
        progress = await lab.event(e.TransferProgress, leg="caller", final=True)
        assert progress.status == 200
        await caller.notifies(503)
        await lab.pause(0.3)
        assert not lab.has_seen(e.TransferProgress, final=True)

    async def test_refer_is_refused(self, lab: Lab) -> None:
        caller = await answered_caller(lab)
        caller.answers_refer(603)
        lab.ua.send(c.Refer(leg="caller", target=lab.uri("agent-1")))
        progress = await lab.event(e.TransferProgress, leg="caller", final=True)
        assert progress.status == 603
        await lab.pause(0.2)
        assert not lab.has_seen(e.LegEnded)

    async def test_attended_transfer(self, lab: Lab) -> None:
        caller = await answered_caller(lab)
        await answered_leg(lab, "agent-1")
        caller.answers_refer(100, 200)
        lab.ua.send(c.ReferReplaces(leg="caller", other="agent-1"))
        progress = await lab.event(e.TransferProgress, leg="caller", final=True)
        assert progress.status == 200

    async def test_attended_transfer_to_a_leg_that_is_gone(self, lab: Lab) -> None:
        await answered_caller(lab)
        agent = await answered_leg(lab, "agent-1")
        await agent.hangs_up()
        await lab.event(e.LegEnded, leg="agent-1")
        lab.ua.send(c.ReferReplaces(leg="caller", other="agent-1"))
        failed = await lab.event(e.CommandFailed)
        assert failed.code == "refer_refused"
        assert not lab.has_seen(e.LegEnded, leg="caller")

    async def test_only_the_bot_may_refer(self, lab: Lab) -> None:
        caller = await answered_caller(lab)
        await answered_leg(lab, "bot-1")
        bot = await answered_leg(lab, "bot-2")
        await caller.refers("sip:billing@example.org")
        await lab.pause(0.3)
        assert not lab.has_seen(e.TransferRequested)
        await bot.refers("sip:billing@example.org")
        asked = await lab.event(e.TransferRequested)
        assert (asked.leg, asked.target) == ("bot-2", "sip:billing@example.org")
        lab.ua.send(c.Refer(leg="bot-2", target="sip:billing@example.org"))
        failed = await lab.event(e.CommandFailed)
        assert failed.code == "refer_refused"
