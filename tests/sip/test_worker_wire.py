"""The worker as a process: who may call it, what it tells the front, how it goes."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys

import psutil
import pytest

from sip import commands as c
from sip import events as e
from sip.message import Message
from tests.sip.calls import dialled, inbound
from tests.sip.exchange import Exchange
from tests.sip.rig import Rig

pytestmark = pytest.mark.wire


async def test_a_second_invite_is_busy_and_a_stranger_is_refused():
    async with Rig() as rig:
        stranger = Exchange(rig.exchange.ip)
        with contextlib.closing(stranger):
            phone = stranger.phone("stranger")
            phone.call(rig.worker)
            await rig.until(lambda: phone.state == "over")
            assert phone.seen[-1].status == 503
        caller = await inbound(rig)
        second = rig.exchange.phone("second")
        second.call(rig.worker)
        await rig.until(lambda: second.state == "over")
        assert second.seen[-1].status == 486
        assert caller.state == "up"
        assert not any(isinstance(event, e.CallIncoming) for event in rig.seen)


async def test_replaces_from_outside_is_refused():
    async with Rig() as rig:
        caller = await inbound(rig)
        ok = next(m for m in caller.seen if m.status == 200)
        to_tag = ok.first("to").partition("tag=")[2]
        thief = rig.exchange.phone("thief")
        thief.call(rig.worker, (("Replaces", f"{caller.call_id};to-tag={to_tag};from-tag={caller.tag}"),))
        await rig.until(lambda: thief.state == "over")
        assert thief.seen[-1].status >= 400
        await asyncio.sleep(0.2)
        assert caller.state == "up"


async def test_requests_in_a_dialog_that_is_over_never_reach_pjsua():
    """A call slot taken over by the next leg made pjsip abort on a REFER after BYE."""
    async with Rig() as rig:
        await inbound(rig)
        agent = await dialled(rig, "agent-1")
        agent.hold("sendrecv")
        agent.hangup()
        await rig.event(e.LegEnded, leg="agent-1")
        rig.exchange.phones["first"] = rig.exchange.phones.pop("agent-1")
        second = await dialled(rig, "agent-1")
        for method in ("REFER", "INFO", "OPTIONS", "BYE"):
            agent.request(method, headers=(("Refer-To", "<sip:x@127.0.0.1>"),))
        await rig.until(lambda: sum(m.status == 481 for m in agent.seen) == 3)
        await rig.until(lambda: any(m.status == 200 and m.method == "BYE" for m in agent.seen))
        assert second.state == "up"


async def test_a_late_offer_gets_audio():
    async with Rig() as rig:
        caller = await inbound(rig, sdp=False)
        rig.send(c.Hear(edges=(("comfort", "caller"),)))
        await rig.until(lambda: len(caller.packets) > 10)


async def test_the_front_is_told_enough_to_end_every_dialog():
    async with Rig() as rig:
        caller = await inbound(rig)
        agent = await dialled(rig, "agent-1")
        await rig.until(lambda: sum(line["op"] == "leg" for line in rig.front_lines) >= 2)
        stones = {line["call_id"]: line for line in rig.front_lines if line["op"] == "leg"}
        for phone in (caller, agent):
            stone = stones[phone.call_id]
            assert stone["remote_tag"] == phone.tag
            assert stone["local_tag"] == phone.remote_tag
            assert stone["remote_target"] == f"sip:{phone.name}@{rig.exchange.host}"
        cseq = stones[caller.call_id]["cseq"]
        rig.send(c.SendDtmf(leg="caller", digits="1", method="info"))
        await rig.until(lambda: caller.digits == ["1"])
        sent = next(m for m in caller.seen if m.start.startswith("INFO")).cseq
        assert sent < cseq or any(line.get("cseq") == sent for line in rig.front_lines)
        caller.hangup()
        await rig.until(lambda: {"op": "leg_ended", "call_id": caller.call_id} in rig.front_lines)


async def test_credentials_answer_a_challenge():
    credentials = [{"realm": "pbx", "user": "bridge", "password": "s3cret"}]
    async with Rig(credentials=credentials) as rig:
        agent = rig.exchange.phone("agent-1")
        challenge = ("Proxy-Authenticate", 'Digest realm="pbx", nonce="abc", algorithm=MD5')
        rig.send(c.Dial(leg="agent-1", uri=rig.exchange.uri("agent-1")))
        await rig.until(lambda: agent.state == "ringing")
        agent.decline(407, (challenge,))
        agent.state = "idle"
        await rig.until(lambda: agent.state == "ringing")
        assert 'username="bridge"' in agent.invite.first("proxy-authorization")
        agent.answer()
        await rig.event(e.LegAnswered)


async def test_wideband():
    async with Rig(clock_rate=16000, codecs=["G722", "PCMU"]) as rig:
        assert rig.ua.hello.clock_rate == 16000
        agent = rig.exchange.phone("agent-1")
        rig.send(c.Dial(leg="agent-1", uri=rig.exchange.uri("agent-1")))
        await rig.until(lambda: agent.state == "ringing")
        assert "a=rtpmap:9 G722/8000" in agent.invite.body
        agent.answer()
        answered = await rig.event(e.LegAnswered)
        assert answered.codec == "PCMU"
        rig.send(c.Hear(edges=(("comfort", "agent-1"),)))
        await rig.until(lambda: len(agent.packets) > 40)
        assert agent.hears(330, agent.packets[20][0]) > -45


async def test_header_injection_is_refused():
    async with Rig() as rig:
        uri = rig.exchange.uri("agent-1")
        rig.send(
            c.Dial(leg="a", uri=uri, headers=(("X-A", "1\r\nRoute: <sip:evil>"),)),
            c.Dial(leg="b", uri=uri, headers=(("X-A: 1\r\nB", "1"),)),
            c.Dial(leg="c", uri=uri, caller_id="x>\r\nRoute: <sip:evil>"),
            c.Dial(leg="d", uri=uri + "\r\nX: y"),
        )
        for leg in "abcd":
            await rig.event(e.CommandFailed, leg=leg)
        assert not rig.exchange.strays


async def test_sigterm_ends_an_idle_worker_and_not_a_busy_one():
    async with Rig() as rig:
        caller = await inbound(rig)
        rig.process.send_signal(signal.SIGTERM)
        await rig.until(lambda: {"op": "state", "state": "leaving"} in rig.front_lines)
        await asyncio.sleep(0.3)
        assert caller.state == "up"
        rig.send(c.Finish())
        assert await rig.exit_code() == 0
    async with Rig() as rig:
        rig.process.send_signal(signal.SIGTERM)
        assert await rig.exit_code(1) == 0


async def test_a_killed_worker_is_lost():
    async with Rig() as rig:
        await inbound(rig)
        os.kill(rig.process.pid, signal.SIGKILL)
        await rig.event(e.WorkerLost)
        await asyncio.wait_for(rig.over.wait(), 1)


async def test_a_port_in_use_is_said_clearly():
    async with Rig() as rig:
        path = rig.folder / "worker.json"
        command = [sys.executable, "-m", "sip.worker", str(path)]
        second = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
        assert second.returncode == 75
        assert f"{rig.worker_ip}:{rig.config.sip_port} cannot be bound" in second.stderr


async def test_finish_waits_for_the_answers_to_bye():
    async with Rig() as rig:
        caller = await inbound(rig)
        caller.answers_requests = False
        rig.send(c.Finish())
        await asyncio.sleep(1.0)
        assert rig.process.poll() is None
        assert sum(m.start.startswith("BYE") for m in caller.seen) >= 2
        caller.answers_requests = True
        assert await rig.exit_code(3) == 0


async def test_nothing_is_left_open_after_many_legs():
    async with Rig() as rig:
        process = psutil.Process(rig.process.pid)
        await inbound(rig)
        before = 0
        for number in range(12):
            agent = await dialled(rig, "agent-1")
            rig.send(c.Hangup(leg="agent-1"))
            await rig.event(e.LegEnded, leg="agent-1")
            await rig.until(lambda agent=agent: agent.state == "over")
            await asyncio.sleep(0.1)
            if number == 2:
                before = process.num_fds()
        assert process.num_fds() <= before


def test_a_message_is_read_leniently():
    message = Message.parse("SIP/2.0 200\r\nbroken\r\nf: <sip:a@b>;tag=1\r\nt : x\r\n\r\n")
    assert message.status == 200
    assert message.first("from") == "<sip:a@b>;tag=1"


async def test_a_caller_waiting_for_the_answer_is_not_left_in_silence():
    async with Rig() as rig:
        caller = rig.exchange.phone("caller")
        caller.call(rig.worker)
        await rig.event(e.CallIncoming)
        rig.send(c.Hear(edges=(("comfort", "caller"),)), c.Ring(leg="caller", early_media=True))
        await rig.until(lambda: len(caller.packets) > 40)
        assert caller.hears(330, caller.packets[10][0]) > -45
        assert not any(isinstance(event, e.LegAnswered) for event in rig.seen)
        rig.send(c.Answer(leg="caller"))
        await rig.event(e.LegAnswered)


async def test_a_front_that_comes_back_is_told_everything_again():
    async with Rig() as rig:
        caller = await inbound(rig)
        rig.front_lines.clear()
        rig.drop_front()
        await rig.until(lambda: any(line["op"] == "leg" for line in rig.front_lines))
        assert [line["op"] for line in rig.front_lines] == ["hello", "state", "leg"]
        assert rig.front_lines[1]["state"] == "busy"
        assert rig.front_lines[2]["call_id"] == caller.call_id


async def test_a_peer_that_is_on_hold_from_the_start_is_said_to_be():
    async with Rig() as rig:
        agent = rig.exchange.phone("agent-1")
        rig.send(c.Dial(leg="agent-1", uri=rig.exchange.uri("agent-1")))
        await rig.until(lambda: agent.state == "ringing")
        agent.respond(200, "OK", agent.sdp("sendonly"))
        await rig.event(e.LegAnswered)
        assert (await rig.event(e.LegMedia)).remote_hold


async def test_an_idle_worker_without_main_takes_no_call():
    async with Rig() as rig:
        rig.main.close()
        rig.ua.close()
        await rig.until(lambda: rig.front_lines[-1] == {"op": "state", "state": "busy"})
        caller = rig.exchange.phone("caller")
        caller.call(rig.worker)
        await rig.until(lambda: caller.state == "over")
        assert caller.seen[-1].status == 503
        assert rig.process.poll() is None
