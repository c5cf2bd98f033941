"""The 20 ms clock of a party: one thread, absolute deadlines, a mouth that plays clips."""

import select
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from sip.party.g711 import Pcm
from sip.party.rtp import FRAME, RtpSession

_STEP_S: Final = 0.020
_GIVE_UP_S: Final = 0.200  # later than this (a stopped process) the grid starts anew


@dataclass(slots=True)
class Clip:
    """Samples to say. `at` is planned when queued and true once its first packet has gone."""

    pcm: Pcm
    tag: str
    at: float
    said: int = 0


class Mouth:
    """Clips back to back, silence otherwise."""

    def __init__(self, on_clip: Callable[[str, Clip, float], None]) -> None:
        self._lock = threading.Lock()
        self._clips: deque[Clip] = deque()
        self._on_clip = on_clip
        self.next_frame_at = 0.0
        """when the frame that is filled next will go out"""

    def say(self, pcm: Pcm, tag: str) -> Clip:
        """Queue a clip; its `at` is when the packet of its first sample goes out, plus the offset in it."""
        with self._lock:
            waiting = sum(len(clip.pcm) - clip.said for clip in self._clips)
            clip = Clip(pcm, tag, self.next_frame_at + waiting / 8_000)
            self._clips.append(clip)
            return clip

    def hush(self) -> None:
        with self._lock:
            self._clips.clear()

    @property
    def talking(self) -> bool:
        with self._lock:
            return bool(self._clips)

    def fill(self, at: float, heard: bool) -> Pcm:
        """The next frame, to be sent at `at`; nothing is said while nobody is there to hear it."""
        frame: Pcm = np.zeros(FRAME, np.int16)
        filled, done = 0, []
        with self._lock:
            while heard and self._clips and filled < FRAME:
                clip = self._clips[0]
                if clip.said == 0:
                    clip.at = at + filled / 8_000
                    done.append(("play_started", clip, clip.at))
                take = min(FRAME - filled, len(clip.pcm) - clip.said)
                frame[filled : filled + take] = clip.pcm[clip.said : clip.said + take]
                clip.said += take
                filled += take
                if clip.said >= len(clip.pcm):
                    self._clips.popleft()
                    done.append(("play_ended", clip, at + filled / 8_000))
        for event in done:
            self._on_clip(*event)
        return frame


class Media:
    """The thread. Sessions come and go; the grid runs from `start` to `stop`."""

    def __init__(self, on_clip: Callable[[str, Clip, float], None]) -> None:
        self.mouth = Mouth(on_clip)
        self.worst_late_s = 0.0
        """how far behind its grid a frame was ever sent: the reader's judge of this machine"""
        self.slips = 0
        self._sessions: list[RtpSession] = []
        self._lock = threading.Lock()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="party-media", daemon=True)

    def start(self) -> None:
        self.mouth.next_frame_at = time.monotonic() + _STEP_S
        self._thread.start()

    def stop(self) -> None:
        self._stopping = True
        if self._thread.is_alive():
            self._thread.join(2)
        with self._lock:
            for session in self._sessions:
                session.close()
            self._sessions.clear()

    def add(self, session: RtpSession) -> None:
        with self._lock:
            self._sessions.append(session)

    def remove(self, session: RtpSession) -> None:
        with self._lock:
            if session in self._sessions:
                self._sessions.remove(session)
                session.close()

    @property
    def live(self) -> bool:
        with self._lock:
            return any(session.live for session in self._sessions)

    def _run(self) -> None:
        due = self.mouth.next_frame_at
        while not self._stopping:
            self._listen_until(due)
            now = time.monotonic()
            late = now - due
            if late > _GIVE_UP_S:
                self.slips += 1
                due = now
            else:
                self.worst_late_s = max(self.worst_late_s, late)
            with self._lock:
                heard = any(session.live for session in self._sessions)
                frame = self.mouth.fill(now, heard)
                for session in self._sessions:
                    session.send_frame(frame, now)
            due = self.mouth.next_frame_at = due + _STEP_S

    def _listen_until(self, due: float) -> None:
        while (left := due - time.monotonic()) > 0:
            with self._lock:
                sockets = {session.socket.fileno(): session for session in self._sessions}
            if left < 0.001 or not sockets:
                time.sleep(left)  # poll() only knows whole milliseconds
                continue
            poll = select.poll()
            for number in sockets:
                poll.register(number, select.POLLIN)
            for number, _ in poll.poll(int(left * 1000)):
                with self._lock:
                    if sockets[number] in self._sessions:
                        sockets[number].drain()
