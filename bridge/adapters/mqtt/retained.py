"""What the broker still keeps of calls, and taking it away."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from secrets import token_hex
from typing import Final

import aiomqtt

from bridge.adapters.mqtt.client import broker
from bridge.adapters.mqtt.topics import Topics
from bridge.config import Mqtt

QUIET_S: Final = 0.5
"""a broker that has sent nothing for so long has sent all it keeps"""
AT_ONCE: Final = 50
"""filters in one subscription"""


class Retained:
    """Raises OSError: the broker is not reached, or refuses us."""

    def __init__(self, settings: Mqtt, topics: Topics) -> None:
        self._settings, self._topics = settings, topics

    async def kept(self, calls: Collection[str]) -> list[str]:
        """Topics of these calls with a retained message."""
        async with self._connected() as client:
            return await self._kept(client, calls)

    async def clear(self, calls: Collection[str]) -> int:
        """How many there were."""
        async with self._connected() as client:
            topics = await self._kept(client, calls)
            for topic in topics:
                await client.publish(topic, b"", qos=1, retain=True)
            return len(topics)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[aiomqtt.Client]:
        try:
            async with broker(self._settings, f"handoff-erase-{token_hex(6)}") as client:
                yield client
        except aiomqtt.MqttError as error:
            raise ConnectionError(str(error)) from None

    async def _kept(self, client: aiomqtt.Client, calls: Collection[str]) -> list[str]:
        filters = [(self._topics.of_call(call, "#"), 1) for call in calls]
        for start in range(0, len(filters), AT_ONCE):
            await client.subscribe(filters[start : start + AT_ONCE])
        found: list[str] = []
        messages = aiter(client.messages)
        while True:
            try:
                async with asyncio.timeout(QUIET_S):
                    message = await anext(messages)
            except TimeoutError:
                return found
            if message.retain and message.payload:
                found.append(str(message.topic))
