"""A party as a process: `python -m sip.party SCRIPT.json`.

The script is one JSON object: `ip` and optionally `sip_port`, `rtp_port`, `user`, `name`, `proxy`
(`ip:port`), `credentials` {user, password}, `codecs`, `reception` {...}, `obedience` {...}, `out` (a
directory), `pcap` (true), `deadline_s` (60), and `steps`: objects with `do` (see `sip.party.steps`). The step
`{"do": "stdin"}` reads further steps, one JSON object a line, until the input ends. `vanish` leaves without
a word. Standard output is JSON Lines, each with the monotonic `at`: `ready`, every event, every step's end,
`done`. In `out`: heard.wav, heard.json (arrival of each packet), sip.jsonl, wire.pcap.
Exit 0 when all steps came true, 1 when one did not.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from sip.party.auth import Credentials
from sip.party.behaviour import Obedience
from sip.party.events import PartyError, PartyEvent
from sip.party.message import Message, MessageError
from sip.party.party import Party
from sip.party.steps import ExpectationFailed, Step, reception_of, run_step
from sip.party.transaction import TransactionTimeout

_FAILURES = (ExpectationFailed, TimeoutError, PartyError, MessageError, TransactionTimeout, OSError, KeyError)


def say(**fields: Any) -> None:
    sys.stdout.write(json.dumps({"at": time.monotonic(), **fields}) + "\n")
    sys.stdout.flush()


def event_line(event: PartyEvent) -> dict[str, Any]:
    data: dict[str, Any] = {
        k: v for k, v in event.data.items() if isinstance(v, str | int | float | bool | None)
    }
    message = event.data.get("message")
    if isinstance(message, Message):
        data["headers"] = message.headers
    return {"at": event.at, "event": event.name, "call": event.call.call_id if event.call else None, **data}


async def run_script(script: dict[str, Any], base: Path) -> int:
    """Run one party to the end of its steps; the exit status."""
    out = base / script["out"] if "out" in script else None
    party = make_party(script, out)
    party.events.on_event = lambda event: say(**event_line(event))
    failure: str | None = None
    async with asyncio.timeout(None) as deadline:
        await party.start()
        deadline.reschedule(asyncio.get_running_loop().time() + float(script.get("deadline_s", 60)))
        say(ready=True, address=f"{party.address[0]}:{party.address[1]}")
        try:
            failure = await _run_steps(party, script["steps"], base)
        except TimeoutError:
            failure = "deadline"
        finally:
            deadline.reschedule(None)
            await party.close()
    if out is not None:
        save(party, out)
    counters = [{**_counters(call.counters), "codec": call.codec} for call in party.calls]
    say(
        done=failure is None,
        failure=failure,
        calls=counters,
        worst_late_ms=round(party.worst_late_s * 1e3, 2),
    )
    return 0 if failure is None else 1


async def _run_steps(party: Party, steps: list[Step], base: Path) -> str | None:
    number = 0
    async for step in _all_steps(steps):
        if step["do"] == "vanish":
            party.vanish()
            return None
        try:
            await run_step(party, step, base)
        except _FAILURES as error:
            failure = f"step {number} ({step['do']}): {error or type(error).__name__}"
            say(step=number, do=step["do"], ok=False, failure=failure)
            return failure
        say(step=number, do=step["do"], ok=True)
        number += 1
    return None


async def _all_steps(steps: list[Step]) -> AsyncIterator[Step]:
    for step in steps:
        if step["do"] != "stdin":
            yield step
            continue
        while line := await asyncio.to_thread(sys.stdin.readline):
            if line.strip():
                yield json.loads(line)


def make_party(script: dict[str, Any], out: Path | None) -> Party:
    plain = ("user", "name", "proxy", "sip_port", "rtp_port")
    return Party(
        script["ip"],
        **{key: script[key] for key in plain if key in script},
        credentials=Credentials(**script["credentials"]) if "credentials" in script else None,
        codecs=tuple(script.get("codecs", ("PCMU", "PCMA"))),
        reception=reception_of(script.get("reception", {})),
        obedience=Obedience(**script.get("obedience", {})),
        pcap=out / "wire.pcap" if out and script.get("pcap") else None,
    )


def save(party: Party, out: Path) -> None:
    """heard.wav with its clock, and every SIP message."""
    out.mkdir(parents=True, exist_ok=True)
    party.ear.save(out / "heard.wav")
    packets = [[arrival.at, arrival.start, arrival.samples] for arrival in party.ear.arrivals]
    (out / "heard.json").write_text(
        json.dumps({"origin": party.ear.origin, "rate": 8_000, "packets": packets})
    )
    with (out / "sip.jsonl").open("w") as file:
        for record in party.log:
            text = record.raw.decode("utf-8", "backslashreplace")
            line = {"at": record.at, "direction": record.direction, "peer": list(record.peer), "raw": text}
            file.write(json.dumps(line) + "\n")


def _counters(counters: Any) -> dict[str, int]:
    return {
        name: getattr(counters, name) for name in ("sent", "received", "lost", "late_or_double", "foreign")
    }
