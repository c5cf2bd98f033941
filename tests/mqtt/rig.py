"""A bridge's logic with one live call on the twin, its MQTT side, and others at the same real broker."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiomqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from bridge.adapters.files import SystemClock
from bridge.adapters.memory import CountingClock, MemoryEvents, MemoryPop, MemoryStore, SilentTts
from bridge.adapters.mqtt.station import MqttStation
from bridge.adapters.tee import Tee
from bridge.app.call import Desk
from bridge.app.directory import Directory
from bridge.app.service import Service
from bridge.config import Settings
from bridge.cues.detectors import our_detectors
from bridge.peers.mosquitto import Mosquitto
from sip.commands import Dial
from sip.memory import Far, MemoryUserAgent
from tests.flow.stage import SCRIPT, agents

LIMIT_S = 10.0


@dataclass(frozen=True)
class Seen:
    topic: str
    payload: bytes
    retain: bool
    correlation: bytes | None

    @property
    def body(self) -> dict[str, Any]:
        return json.loads(self.payload)  # type: ignore[no-any-return]


class Other:
    """Another client of the broker: hears, commands, and remembers all it was sent."""

    def __init__(self, client: aiomqtt.Client, name: str, site: str) -> None:
        self.client, self.name, self._site = client, name, site
        self.seen: list[Seen] = []
        self._news = asyncio.Condition()
        self._count = 0

    async def collect(self) -> None:
        async for message in self.client.messages:
            correlation = getattr(message.properties, "CorrelationData", None)
            assert isinstance(message.payload, bytes)
            seen = Seen(str(message.topic), message.payload, bool(message.retain), correlation)
            async with self._news:
                self.seen.append(seen)
                self._news.notify_all()

    async def until(
        self, wanted: Callable[[Seen], bool], what: str = "the message", limit_s: float = LIMIT_S
    ) -> Seen:
        """The first that fits, seen already or to come."""

        def found() -> Seen | None:
            return next((one for one in self.seen if wanted(one)), None)

        async with asyncio.timeout(limit_s), self._news:
            try:
                await self._news.wait_for(found)
            except asyncio.CancelledError:
                raise AssertionError(
                    f"{what} did not come; came: {[one.topic for one in self.seen]}"
                ) from None
        one = found()
        assert one
        return one

    async def state(self, call: str, state: str) -> dict[str, Any]:
        """The handoff of `call` in that state, as its topic tells it."""
        return (
            await self.until(
                lambda one: one.topic.endswith(f"/call/{call}/handoff") and one.payload != b""
                and one.body["state"] == state,
                f"state {state}",
            )
        ).body  # fmt: skip

    async def ask(
        self, call: str, verb: str, body: dict[str, Any] | bytes, *, retain: bool = False
    ) -> dict[str, Any]:
        """Command, and the reply to it."""
        self._count += 1
        mark = f"{self.name}-{self._count}".encode()
        properties = Properties(PacketTypes.PUBLISH)
        properties.ResponseTopic = f"handoff/v1/{self._site}/reply/{self.name}/commands"
        properties.CorrelationData = mark
        payload = body if isinstance(body, bytes) else json.dumps(body).encode()
        topic = f"handoff/v1/{self._site}/cmd/call/{call}/{verb}"
        await self.client.publish(topic, payload, qos=1, retain=retain, properties=properties)
        reply = await self.until(
            lambda one: one.correlation == mark and "/reply/" in one.topic, f"the reply to {verb}"
        )
        return reply.body


@asynccontextmanager
async def other(
    broker: Mosquitto,
    name: str = "tester",
    *,
    topics: tuple[str, ...] = ("handoff/#",),
    password: str | None = None,
    tls: ssl.SSLContext | None = None,
    site: str = "test",
) -> AsyncIterator[Other]:
    """A client that hears `topics`."""
    async with aiomqtt.Client(
        broker.host, broker.port, protocol=aiomqtt.ProtocolVersion.V5, tls_context=tls, timeout=5,
        username=name if password else None, password=password,
    ) as client:  # fmt: skip
        one = Other(client, name, site)
        for topic in topics:
            await client.subscribe(topic, qos=1)
        collecting = asyncio.create_task(one.collect())
        try:
            yield one
        finally:
            collecting.cancel()
            await asyncio.gather(collecting, return_exceptions=True)


class Bridge:
    """One live call, `call`, whose agents ring until the test has them answer."""

    def __init__(self, station: MqttStation, service: Service, ua: MemoryUserAgent, caller: Far) -> None:
        self.station, self.service, self.ua, self.caller = station, service, ua, caller
        self.events = MemoryEvents()
        self.ringing: asyncio.Queue[Far] = asyncio.Queue()

    @property
    def call(self) -> str:
        return next(iter(self.service.live))

    @property
    def state(self) -> str | None:
        return self.service.live[self.call].handoffs.state

    async def until(self, wanted: Callable[[], bool]) -> None:
        async with asyncio.timeout(LIMIT_S):
            while not wanted():
                await asyncio.sleep(0.01)

    async def online(self) -> None:
        assert self.station.link
        async with asyncio.timeout(LIMIT_S):
            await self.station.link.connected.wait()


def configuration(broker: Mosquitto, **mqtt: object) -> Settings:
    return Settings.model_validate(
        {
            "site": "test",
            "agents": agents("ann"),
            "handoff": {"wrap_up_timeout_s": 0.1},
            "mqtt": {
                "host": broker.host, "port": broker.port, "bridge_id": "b1", "clear_after_s": 0.1, **mqtt,
            },
        }
    )  # fmt: skip


@asynccontextmanager
async def bridge(tmp_path: Path, settings: Settings) -> AsyncIterator[Bridge]:
    """The logic of a main process: real MQTT side and service, telephony in memory."""
    station, memory = MqttStation(settings, SystemClock()), MemoryEvents()
    directory = Directory(settings, told=station.events.presence)
    desk = Desk(
        settings=settings, tts=SilentTts(tmp_path), events=Tee(memory, station.events), store=MemoryStore(),
        directory=directory, pop=MemoryPop(),
        clock=CountingClock(), ears=our_detectors().ears, rules_version="rules of tests",
    )  # fmt: skip
    service = Service(desk, script=SCRIPT, strict=True)

    def rings(far: Far, dial: Dial) -> None:
        far.ring()
        one.ringing.put_nowait(far)

    ua = MemoryUserAgent("worker-1", on_dial=rings)
    one = Bridge(station, service, ua, ua.call())
    one.events = memory
    station.start(service, directory)
    serving = asyncio.create_task(service.serve(ua))
    try:
        await one.until(lambda: bool(service.live))
        yield one
        if service.live:
            one.caller.hang_up()
        async with asyncio.timeout(LIMIT_S):
            await serving
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        await station.close()
