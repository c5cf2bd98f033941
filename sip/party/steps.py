"""The verbs of a party script."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import numpy as np

from sip.party import transfer
from sip.party.behaviour import Obedience, Reception
from sip.party.party import Party
from sip.party.wav import read_wav

Step = dict[str, Any]


class ExpectationFailed(AssertionError):
    """A step of a script did not come true."""


def headers_of(step: Step) -> tuple[tuple[str, str], ...]:
    return tuple((str(k), str(v)) for k, v in step.get("headers", {}).items())


def reception_of(fields: dict[str, Any]) -> Reception:
    return Reception(**{**fields, "headers": tuple(fields.get("headers", {}).items())})


async def run_step(party: Party, step: Step, base: Path) -> None:
    """Do one step. Raises `ExpectationFailed`, `TimeoutError`, or what a wrong script deserves."""
    verb = str(step["do"])
    if verb not in _VERBS:
        raise ExpectationFailed(f"unknown step {verb!r}; known: {', '.join(sorted(_VERBS))}")
    await _VERBS[verb](party, step, base)


async def _dial(party: Party, step: Step, _: Path) -> None:
    await party.dial(step["uri"], headers=headers_of(step), via=step.get("via"))


async def _wait(party: Party, step: Step, _: Path) -> None:
    await party.wait(step["event"], float(step.get("timeout_s", 5)), **step.get("where", {}))


async def _play(party: Party, step: Step, base: Path) -> None:
    tag = str(step.get("tag", step["wav"]))
    pcm = await asyncio.to_thread(read_wav, base / step["wav"])
    party.play(pcm, tag)
    if step.get("wait"):
        await party.wait("play_ended", len(pcm) / 8_000 + 5, tag=tag)


async def _hush(party: Party, _step: Step, _: Path) -> None:
    party.hush()


async def _press(party: Party, step: Step, _: Path) -> None:
    await party.call.press(str(step["digits"]), step.get("method", "rfc4733"), step.get("duration_ms", 100))


async def _ring(party: Party, step: Step, _: Path) -> None:
    party.call.ring(bool(step.get("early_media")))


async def _answer(party: Party, step: Step, _: Path) -> None:
    party.call.answer(headers_of(step))


async def _refuse(party: Party, step: Step, _: Path) -> None:
    party.call.refuse(int(step["status"]), headers_of(step))


async def _hangup(party: Party, step: Step, _: Path) -> None:
    await party.call.hangup(step.get("q850"), step.get("text", ""))


async def _hold(party: Party, step: Step, _: Path) -> None:
    await party.call.hold(step.get("direction", "sendonly"))


async def _resume(party: Party, _step: Step, _: Path) -> None:
    await party.call.resume()


async def _refer(party: Party, step: Step, _: Path) -> None:
    await transfer.refer(party.call, step["to"], headers_of(step))


async def _register(party: Party, step: Step, _: Path) -> None:
    status = await party.register(step["registrar"], int(step.get("expires_s", 300)))
    if status >= 300:
        raise ExpectationFailed(f"REGISTER was answered {status}")


async def _pause(_party: Party, step: Step, _: Path) -> None:
    await asyncio.sleep(float(step["seconds"]))


async def _stop_rtp(party: Party, _step: Step, _: Path) -> None:
    party.stop_rtp()


async def _reception(party: Party, step: Step, _: Path) -> None:
    party.reception = reception_of({k: v for k, v in step.items() if k != "do"})


async def _obedience(party: Party, step: Step, _: Path) -> None:
    party.obedience = Obedience(**{k: v for k, v in step.items() if k != "do"})


async def _hear(party: Party, step: Step, _: Path) -> None:
    """Wait for `for_ms` of sound, each 20 ms of it above `min_rms`."""
    await _listen(party, step, lambda rms: rms >= float(step.get("min_rms", 150)), "sound")


async def _quiet(party: Party, step: Step, _: Path) -> None:
    """Wait for `for_ms` of silence; frames that did not come are silence too."""
    await _listen(party, step, lambda rms: rms < float(step.get("max_rms", 150)), "silence")


async def _listen(party: Party, step: Step, good: Callable[[float], bool], what: str) -> None:
    wanted, run = int(step.get("for_ms", 100)) // 20, 0
    begin = time.monotonic()
    frame_at, end = begin, begin + float(step.get("timeout_s", 10))
    while frame_at < end:
        await asyncio.sleep(max(0.0, frame_at + 0.06 - time.monotonic()))  # 40 ms for the network
        frame = party.ear.since(frame_at)[:160]
        rms = math.sqrt(float(np.mean(np.square(frame.astype(float))))) if len(frame) else 0.0
        run = run + 1 if good(rms) else 0
        if run >= wanted:
            return
        frame_at += 0.02
    raise TimeoutError(f"no {what} within {step.get('timeout_s', 10)} s")


async def _expect(party: Party, step: Step, _: Path) -> None:
    """Compare what is now with what should be: `state`, `codec`, `max_lost`, `min_heard_s`, `calls`."""
    now = {"state": str(party.call.state), "codec": party.call.codec, "calls": len(party.calls)}
    for key, value in now.items():
        if key in step and step[key] != value:
            raise ExpectationFailed(f"{key} is {value}, not {step[key]}")
    if party.call.counters.lost > step.get("max_lost", math.inf):
        raise ExpectationFailed(f"{party.call.counters.lost} packets lost")
    if len(party.heard) / 8_000 < step.get("min_heard_s", 0):
        raise ExpectationFailed(f"heard {len(party.heard) / 8_000:.2f} s only")


_VERBS: dict[str, Callable[[Party, Step, Path], Awaitable[None]]] = {
    "dial": _dial,
    "wait": _wait,
    "play": _play,
    "hush": _hush,
    "press": _press,
    "ring": _ring,
    "answer": _answer,
    "refuse": _refuse,
    "hangup": _hangup,
    "hold": _hold,
    "resume": _resume,
    "refer": _refer,
    "register": _register,
    "pause": _pause,
    "stop_rtp": _stop_rtp,
    "reception": _reception,
    "obedience": _obedience,
    "hear": _hear,
    "quiet": _quiet,
    "expect": _expect,
}
