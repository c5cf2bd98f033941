"""A process with nothing but the MQTT side, to be killed: `python -m tests.mqtt.lone_station HOST PORT`."""

import asyncio
import sys

from bridge.adapters.files import SystemClock
from bridge.adapters.mqtt.station import MqttStation
from bridge.app.directory import Directory
from bridge.config import Settings
from bridge.ports import Answer, Command


class Nobody:
    async def command(self, conversation: str, command: Command) -> Answer:
        return Answer(code="unknown_call")


async def main(host: str, port: int) -> None:
    settings = Settings.model_validate(
        {"site": "test", "mqtt": {"host": host, "port": port, "bridge_id": "lone"}}
    )
    MqttStation(settings, SystemClock()).start(Nobody(), Directory(settings))
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
