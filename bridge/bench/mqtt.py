"""`handoff bench mqtt`: from an event of the bridge to a subscriber that has it, through a real Mosquitto.

The events go through the sink the bridge itself uses, into its outbox and over its connection; the subscriber
is another process, and both read the one monotonic clock of this machine.
"""

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any, Final

import structlog

from bridge.adapters.files import SystemClock
from bridge.adapters.mqtt.station import MqttStation
from bridge.app.directory import Directory
from bridge.bench.noise import gauge
from bridge.bench.spread import spread
from bridge.config import Settings
from bridge.peers.mosquitto import Mosquitto
from bridge.ports import Answer, Command

HOST: Final = "127.0.60.9"
GAP_S: Final = 0.01
"""between events: as busy as twenty conversations"""
WAIT_S: Final = 10.0
STATES: Final = ("proposed", "choosing", "dialing", "briefing", "offered", "joining", "connected", "wrap_up")


class _Nobody:
    """Keeps `bridge.ports.CallControl`: there are no calls here."""

    async def command(self, conversation: str, command: Command) -> Answer:
        return Answer(code="unknown_call")


def measure(count: int, out: Path, *, budget_ms: float, noise_limit_ms: float) -> dict[str, Any]:
    """Publish `count` events; `failed` says what was not as it must be."""
    out.mkdir(parents=True, exist_ok=True)
    structlog.configure(
        logger_factory=structlog.PrintLoggerFactory(sys.stderr)
    )  # standard output is the figures'
    with Mosquitto(HOST) as broker, gauge(out / "noise.txt", noise_limit_ms) as noise:
        sent, received, told = asyncio.run(_run(broker, count))
    took = [(received[key] - at) * 1e3 for key, at in sent.items() if key in received]
    figures = spread(took)
    failed = []
    if len(took) < count or told["dropped"]:
        failed.append(f"{count - len(took)} of {count} events did not arrive, dropped: {told['dropped']}")
    if took and float(figures["p50"] or 0) > budget_ms:
        failed.append(f"p50 {figures['p50']} ms is over {budget_ms} ms")
    return {
        "event_to_subscriber_ms": figures,
        "budget_ms": budget_ms,
        "broker": f"mosquitto {Mosquitto.version()}",
        "noise": {**noise.told(), "void": noise.void},
        "failed": failed,
    }


async def _run(
    broker: Mosquitto, count: int
) -> tuple[dict[float, float], dict[float, float], dict[str, Any]]:
    """When each event was emitted and when it was first received, by its `at_s`; and the outbox's counts."""
    settings = Settings.model_validate({"site": "bench", "mqtt": {"host": broker.host, "port": broker.port}})
    station = MqttStation(settings, SystemClock())
    station.start(_Nobody(), Directory(settings))
    assert station.link
    async with asyncio.timeout(WAIT_S):
        await station.link.connected.wait()
    listener = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bridge.adapters.mqtt.listen", broker.host, str(broker.port),
        "handoff/v1/bench/call/+/handoff", stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert listener.stdout
    await listener.stdout.readline()  # it listens
    received: dict[float, float] = {}
    reading = asyncio.create_task(_read(listener.stdout, received, count))
    sent: dict[float, float] = {}
    for number in range(count):
        at_s = float(number)
        state = STATES[number % len(STATES)]
        sent[at_s] = time.monotonic()
        body = {"at_s": at_s, "handoff": "bench-h1", "rev": number + 1, "state": state, "event": "joined"}
        station.events.emit("handoff", f"call-{number % 20}", body)
        await asyncio.sleep(GAP_S)
    await asyncio.wait([reading], timeout=WAIT_S)
    told = station.describe()
    listener.kill()
    await listener.wait()
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    await station.close()
    return sent, received, told


async def _read(lines: asyncio.StreamReader, received: dict[float, float], count: int) -> None:
    while len(received) < count and (line := await lines.readline()):
        heard = json.loads(line)
        if heard["payload"]:
            received.setdefault(json.loads(heard["payload"])["at_s"], heard["at"])
