"""`python -m bridge.adapters.mqtt.listen HOST PORT FILTER`: a JSON line a message, for benches and others.

The first line, `{"listening": FILTER}`, comes when the broker has confirmed the subscription; `at` of the
others is the monotonic clock of this machine.
"""

import asyncio
import json
import sys
import time
from typing import Any

import aiomqtt

from bridge.adapters.mqtt.client import NO_DELAY


async def listen(host: str, port: int, filter: str) -> None:
    """Until it is killed. Raises `aiomqtt.MqttError` without a broker."""
    async with aiomqtt.Client(
        host, port, protocol=aiomqtt.ProtocolVersion.V5, socket_options=NO_DELAY
    ) as client:
        await client.subscribe(filter, qos=1)
        _write({"listening": filter})
        async for message in client.messages:
            at = time.monotonic()
            payload = message.payload.decode() if isinstance(message.payload, bytes) else ""
            _write({"at": at, "topic": str(message.topic), "retain": message.retain, "payload": payload})


def _write(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(listen(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
