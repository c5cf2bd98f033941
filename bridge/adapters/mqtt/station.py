"""All parts of the MQTT side, put together for one bridge."""

import socket
from collections.abc import Iterable
from typing import Any, Final

from bridge.adapters.mqtt.command import Commands
from bridge.adapters.mqtt.events import MqttEvents
from bridge.adapters.mqtt.link import Link
from bridge.adapters.mqtt.outbox import Outbox
from bridge.adapters.mqtt.topics import Topics
from bridge.adapters.mqtt.willingness import Willing
from bridge.config import Settings
from bridge.ports import CallControl, Clock, Roster

CLOSE_S: Final = 1.0


class MqttStation:
    """`events` is the sink; nothing is published before `start`, and nothing is lost by that."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        mqtt = settings.mqtt
        self._settings, self._clock = mqtt, clock
        self._topics = Topics(settings.site)
        self._bridge = mqtt.bridge_id or socket.gethostname()
        self._outbox = Outbox(telemetry=mqtt.telemetry_queue, vital=mqtt.outcome_queue)
        self.events = MqttEvents(
            self._topics, self._bridge, self._outbox, clock,
            words=mqtt.transcripts, clear_after_s=mqtt.clear_after_s,
        )  # fmt: skip
        self.link: Link | None = None

    def start(self, control: CallControl, roster: Roster, *, left: Iterable[str] = ()) -> None:
        """Connect, now or when there is a broker. `left`: calls that a main before us did not end."""
        mqtt = self._settings
        commands = Commands(self._topics, control, self._clock, most_bytes=mqtt.command_bytes)
        willing = Willing(self._topics, roster, self._clock, most_bytes=mqtt.command_bytes)
        self.link = Link(
            mqtt, self._topics, self._bridge, self._outbox,
            will=lambda: self.events.status("offline"), commands=commands if mqtt.commands else None,
            willing=willing if mqtt.commands else None,
        )  # fmt: skip
        for call in left:
            self.events.forget(call)
        self.events.online()
        self.link.start()

    async def close(self) -> None:
        self.events.close()
        if self.link:
            await self.link.close(CLOSE_S)

    def describe(self) -> dict[str, Any]:
        """For /healthz."""
        told = self.link.describe() if self.link else {"connected": False}
        return told | ({"failed": dict(self.events.failed)} if self.events.failed else {})
