"""The one connection to the broker: publishes what waits, takes commands, comes back when it was lost."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import aiomqtt
import structlog
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from bridge.adapters.mqtt.client import broker
from bridge.adapters.mqtt.command import Commands
from bridge.adapters.mqtt.outbox import Message, Outbox
from bridge.adapters.mqtt.topics import Topics
from bridge.adapters.mqtt.willingness import Willing
from bridge.adapters.payload import Payload
from bridge.config import Mqtt

log = structlog.get_logger()
FIRST_WAIT_S: Final = 0.2
LONGEST_WAIT_S: Final = 5.0
FAREWELL_S: Final = 1.0
AT_ONCE: Final = 10
"""publications under way together: a broker far away shall not be waited for one by one"""
COMMANDS_WAITING: Final = 100
ONLY_NEW: Final = 2
"""retain handling: what was retained before we came is not sent to us"""


class Link:
    """`start()`, then `close()`. `will` is published by the broker when we die, and by us when we leave."""

    def __init__(
        self,
        settings: Mqtt,
        topics: Topics,
        bridge: str,
        outbox: Outbox,
        *,
        will: Callable[[], Message],
        commands: Commands | None,
        willing: Willing | None = None,
    ) -> None:
        self._settings, self._topics, self._outbox = settings, topics, outbox
        self._will, self._commands, self._willing = will, commands, willing
        self._subscribed = False
        self._client_id = settings.client_id or f"handoff-{topics.site}-{bridge}"
        self._task: asyncio.Task[None] | None = None
        self._closing = False
        self.connected = asyncio.Event()
        self.connections = 0
        self.published = 0
        self._error = ""

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="mqtt")

    async def close(self, within_s: float) -> None:
        """What waits is published if that is quick, then the connection is taken down."""
        if self._task is None:
            return
        if self.connected.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(within_s):
                    await self._outbox.emptied()
        self._closing = True
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    def describe(self) -> dict[str, Any]:
        """For /healthz."""
        told: dict[str, Any] = {
            "connected": self.connected.is_set(),
            "connections": self.connections,
            "published": self.published,
            "waiting": len(self._outbox),
            "dropped": dict(self._outbox.dropped),
        }
        if self._error:
            told["error"] = self._error
        if self._commands:
            told["commands"] = {
                "subscribed": self._subscribed,
                "accepted": self._commands.accepted,
                "refused": dict(self._commands.refused),
            }
        if self._willing:
            told["presence"] = {
                "accepted": self._willing.accepted,
                "refused": dict(self._willing.refused),
            }
        return told

    async def _run(self) -> None:
        """The loop that aiomqtt's documentation recommends, with a wait that grows while nothing helps."""
        wait_s, time = FIRST_WAIT_S, asyncio.get_running_loop().time
        while not self._closing:
            began = time()
            try:
                will = self._will()
                async with self._client(will) as client:
                    await self._serve(client, will)
            except* Exception as group:  # whatever it is, calls go on and the broker is tried again
                self._lost(group)
            self.connected.clear()
            lasted = time() - began > LONGEST_WAIT_S
            wait_s = FIRST_WAIT_S if lasted else min(2 * wait_s, LONGEST_WAIT_S)
            await asyncio.sleep(wait_s)

    def _client(self, will: Message) -> aiomqtt.Client:
        """Raises OSError (SSLError too) for files that cannot be read: they are tried again as well."""
        return broker(
            self._settings,
            self._client_id,
            will=aiomqtt.Will(will.topic, will.payload, qos=1, retain=True),
            incoming=COMMANDS_WAITING,
        )

    async def _serve(self, client: aiomqtt.Client, will: Message) -> None:
        """Until the connection is lost, which ends both tasks."""
        if self._commands:
            options = SubscribeOptions(qos=1, retainAsPublished=True, retainHandling=ONLY_NEW)
            granted = await client.subscribe(self._topics.commands, options=options)
            self._subscribed = not any(getattr(code, "is_failure", False) for code in granted)
            if not self._subscribed:
                log.error("mqtt broker refuses us the commands; see its ACL", topic=self._topics.commands)
        if self._willing:  # what is retained counts: an agent may have gone away while we were not there
            await client.subscribe(self._topics.willingness, options=SubscribeOptions(qos=1))
        self._outbox.anew()
        self.connections += 1
        self._error = ""
        self.connected.set()
        log.info("mqtt connected", connections=self.connections)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._publish(client))
                tasks.create_task(self._take(client))
        except asyncio.CancelledError:
            with suppress(aiomqtt.MqttError):  # who takes his leave has no will published for him
                await client.publish(will.topic, will.payload, qos=1, retain=True, timeout=FAREWELL_S)
            raise

    async def _publish(self, client: aiomqtt.Client) -> None:
        """In order, and again on the next connection what was not acknowledged."""
        while True:
            batch = await self._outbox.next(AT_ONCE)
            async with asyncio.TaskGroup() as tasks:
                for message in batch:
                    tasks.create_task(_send(client, message))
            self._outbox.sent(batch)
            self.published += len(batch)

    async def _take(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            reply = await self._taken(
                str(message.topic),
                message.payload if isinstance(message.payload, bytes) else b"",
                retained=bool(message.retain),
            )
            if reply:
                body = reply.model_dump_json(exclude_none=True).encode()
                await self._answer(client, message.properties, body)

    async def _taken(self, topic: str, payload: bytes, *, retained: bool) -> Payload | None:
        if self._topics.agent(topic):
            return self._willing.take(topic, payload) if self._willing else None
        return await self._commands.take(topic, payload, retained=retained) if self._commands else None

    async def _answer(self, client: aiomqtt.Client, asked: Properties | None, body: bytes) -> None:
        topic = str(getattr(asked, "ResponseTopic", ""))
        if not self._topics.may_answer(topic):
            return
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        properties.ContentType = "application/json"
        if correlation := getattr(asked, "CorrelationData", None):
            properties.CorrelationData = correlation
        await client.publish(topic, body, qos=1, properties=properties)

    def _lost(self, group: BaseExceptionGroup[Exception]) -> None:
        """Said once an outage; the password is in none of these texts."""
        first: BaseException = group
        while isinstance(first, BaseExceptionGroup):
            first = first.exceptions[0]
        known = isinstance(first, aiomqtt.MqttError | OSError | ValueError)
        error = (known and str(first)) or type(first).__name__
        if error != self._error:
            log.warning("mqtt not connected", error=error)
        self._error = error


async def _send(client: aiomqtt.Client, message: Message) -> None:
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    if message.payload:
        properties.ContentType = "application/json"
    if message.expiry_s is not None:
        properties.MessageExpiryInterval = message.expiry_s
    await client.publish(message.topic, message.payload, qos=1, retain=message.retain, properties=properties)
