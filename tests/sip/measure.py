"""Figures of the worker on this machine: `python -m tests.sip.measure [rounds]`, JSON on stdout.

Far ends are raw sockets in another process. `answer_ms`: INVITE sent to 200 received, the decision in this
process included. `play_ms`: Play command to the first loud RTP packet. `delay_ms`: RTP packet in to packet
out through the mixer; a call has one clock phase, so calls are what counts.
"""

import asyncio
import json
import statistics
import sys
import time
from collections import defaultdict
from typing import Any

import numpy as np
import psutil

from sip import commands as c
from sip import events as e
from tests.sip.audio import tone, ulaw_decode, write_wav
from tests.sip.calls import dialled, inbound
from tests.sip.exchange import Phone
from tests.sip.rig import Rig

LOUD = 2000


def summary(values: list[float]) -> dict[str, float | int]:
    ordered = sorted(values)
    at = [ordered[min(len(ordered) - 1, int(len(ordered) * q))] for q in (0.5, 0.95, 0.99)]
    names = ("p50", "p95", "p99")
    return {
        **{n: round(v, 2) for n, v in zip(names, at, strict=True)},
        "max": round(ordered[-1], 2),
        "n": len(values),
    }


def first_loud(phone: Phone, since: float) -> float | None:
    for at, payload_type, data in list(phone.packets):
        if at >= since and payload_type == 0 and np.abs(ulaw_decode(data)).max() > LOUD:
            return at
    return None


async def one_round(out: dict[str, list[float]], clicks: int) -> None:
    started = time.monotonic()
    async with Rig() as rig:
        out["start_ms"].append((time.monotonic() - started) * 1000)
        process = psutil.Process(rig.process.pid)
        out["rss_idle_mb"].append(process.memory_info().rss / 1e6)
        caller = rig.exchange.phone("caller")
        sent = time.monotonic()
        caller.call(rig.worker)
        await rig.event(e.CallIncoming)
        rig.send(c.Answer(leg="caller"))
        await rig.event(e.LegAnswered)
        ok_at = next(at for at, m in caller.seen_at if m.status == 200)
        out["answer_ms"].append((ok_at - sent) * 1000)
        agent = await dialled(rig, "agent-1")
        clip = str(write_wav(rig.folder / "click.wav", tone(1000, 0.04, level=16000)))
        rig.send(c.Hear(edges=(("whisper", "agent-1"),)), c.Preload(path=clip))
        await asyncio.sleep(0.3)
        for n in range(clicks):
            await asyncio.sleep(0.15 + 0.0137 * (n % 3))
            asked = time.monotonic()
            rig.send(c.Play(player="whisper", path=clip))
            await rig.event(e.PlayEnded)
            await asyncio.sleep(0.06)
            heard = first_loud(agent, asked)
            if heard is not None:
                out["play_ms"].append((heard - asked) * 1000)
        rig.send(c.Hear(edges=(("caller", "agent-1"), ("agent-1", "caller"))))
        await asyncio.sleep(0.3)
        for _ in range(clicks):
            caller.click = None
            caller.click_next = True
            await asyncio.sleep(0.25)
            heard = first_loud(agent, caller.click or time.monotonic())
            if caller.click and heard is not None:
                out["delay_ms"].append((heard - caller.click) * 1000)
        out["rss_call_mb"].append(process.memory_info().rss / 1e6)
        out["uss_call_mb"].append(process.memory_full_info().uss / 1e6)
        out["cpu_pct"].append(process.cpu_percent(1.0))
        rig.send(c.Finish())
        finished = time.monotonic()
        assert await rig.exit_code() == 0
        out["finish_ms"].append((time.monotonic() - finished) * 1000)


async def leaks(workers: int) -> dict[str, Any]:
    """Workers one after the other on the same ports, a call each; what stays open here and there."""
    me = psutil.Process()
    fds: list[int] = []
    port = 0
    for number in range(workers):
        settings = {"sip_port": 5091, "rtp_port": 41000, "rtp_ports": 16, "bind_ip": "127.77.1.2"}
        async with Rig(**settings) as rig:
            await inbound(rig)
            agent = await dialled(rig, "agent-1")
            agent.hangup()
            rig.send(c.Finish())
            assert await rig.exit_code() == 0, rig.stderr.read_text()
            port = rig.config.sip_port
        if number in (4, workers - 1):
            fds.append(me.num_fds())
    left = [x for x in psutil.net_connections("udp") if x.laddr and x.laddr.ip == "127.77.1.2"]
    return {"workers": workers, "same_port": port, "harness_fds": fds, "sockets_left": len(left)}


async def main(rounds: int) -> None:
    out: dict[str, list[float]] = defaultdict(list)
    for _ in range(rounds):
        await one_round(out, 10)
    figures: dict[str, Any] = {key: summary(values) for key, values in out.items()}
    figures["delay_ms"]["mean"] = round(statistics.mean(out["delay_ms"]), 2)
    figures["load"] = psutil.getloadavg()
    figures["leaks"] = await leaks(50)
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 12))
