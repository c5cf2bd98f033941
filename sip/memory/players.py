"""The players of the twin: clips that take their time and make no sound."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from sip.clips import read_clip
from sip.commands import Play
from sip.events import Event, PlayEnded, PlayStarted
from sip.types import PlayerId


@dataclass(slots=True)
class Playing:
    tag: str
    path: str
    started: float
    timer: asyncio.TimerHandle | None


class Players:
    """`changed` is called when a clip has begun or ended."""

    def __init__(self, clock_rate: int, post: Callable[[Event], None], changed: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._bytes_a_s, self._rate = 2 * clock_rate, clock_rate
        self._post, self._changed = post, changed
        self.playing: dict[PlayerId, Playing] = {}

    def play(self, command: Play) -> None:
        """Replace what the player plays. Raises `sip.clips.ClipUnreadable`."""
        seconds = len(read_clip(command.path, self._rate)) / self._bytes_a_s
        self.stop(command.player)
        now = self._loop.time()
        rest_s = max(seconds - max(command.start_ms, 0) / 1000, 0.0)
        timer = None
        if not command.loop or not seconds:
            timer = self._loop.call_later(rest_s, self._end, command.player, True)
        self.playing[command.player] = Playing(command.tag, command.path, now, timer)
        self._post(PlayStarted(player=command.player, tag=command.tag, at=now))
        self._changed()

    def stop(self, player: PlayerId) -> None:
        self._end(player, False)

    def close(self) -> None:
        """Nothing more is reported."""
        for playing in self.playing.values():
            if playing.timer:
                playing.timer.cancel()

    def _end(self, player: PlayerId, completed: bool) -> None:
        playing = self.playing.pop(player, None)
        if playing is None:
            return
        if playing.timer:
            playing.timer.cancel()
        now = self._loop.time()
        played_ms = round((now - playing.started) * 1000)
        self._post(
            PlayEnded(player=player, tag=playing.tag, completed=completed, played_ms=played_ms, at=now)
        )
        self._changed()
