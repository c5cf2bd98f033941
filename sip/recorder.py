"""Recordings: WAV files written by one thread of low urgency, fed by the media clock without ever waiting."""

import logging
import struct
import threading
from collections import deque
from pathlib import Path
from typing import BinaryIO, Final

log = logging.getLogger(__name__)

QUEUE_FRAMES: Final = 1500
"""Thirty seconds of one leg: a disk slower than that loses frames, which become silence in the file."""
WRITE_EVERY_S: Final = 0.2
HEADER_EVERY: Final = 25
LONGEST_GAP_FRAMES: Final = 50 * 3600


class Recording:
    """One WAV file. `offer` is for the media clock, everything else for the writer thread."""

    def __init__(self, path: str, rate: int, frame_bytes: int, first: int) -> None:
        self.path = path
        self.dropped_frames = 0
        self._rate = rate
        self._frame_bytes = frame_bytes
        self._next = first
        self._queue: deque[tuple[int, bytes] | None] = deque()
        self._file: BinaryIO | None = None
        self._written_bytes = 0
        self._rounds = 0
        self.done = False

    def offer(self, index: int, pcm: bytes) -> None:
        """Hand over a frame; drops and counts when the disk is too slow."""
        if len(self._queue) < QUEUE_FRAMES:
            self._queue.append((index, pcm))
        else:
            self.dropped_frames += 1

    def close(self) -> None:
        """No more frames; the writer finishes the file."""
        self._queue.append(None)

    def open(self) -> None:
        """Make the file, so that a path that cannot be written is known at once. Raises `OSError`."""
        Path(self.path).parent.mkdir(parents=True, exist_ok=True)
        self._file = open(self.path, "wb")  # noqa: SIM115 - held open for the whole call
        self._file.write(_wav_header(self._rate, 0))

    def write_pending(self) -> None:
        """Write what is queued; the header is kept true as we go, so that a crash leaves a playable file."""
        if self._file is None or self.done:
            return
        while self._queue:
            item = self._queue.popleft()
            if item is None:
                self._patch_header()
                self._file.close()
                self.done = True
                return
            self._write_frame(*item)
        self._rounds += 1
        if self._rounds % HEADER_EVERY == 0:
            self._patch_header()

    def _write_frame(self, index: int, pcm: bytes) -> None:
        assert self._file is not None
        missing = min(max(0, index - self._next), LONGEST_GAP_FRAMES)
        data = bytes(missing * self._frame_bytes) + pcm
        self._file.write(data)
        self._written_bytes += len(data)
        self._next = index + 1

    def _patch_header(self) -> None:
        assert self._file is not None
        self._file.seek(0)
        self._file.write(_wav_header(self._rate, self._written_bytes))
        self._file.seek(0, 2)
        self._file.flush()


class RecordingWriter:
    """The thread behind all recordings of a worker; started with the first one."""

    def __init__(self) -> None:
        self._recordings: list[Recording] = []
        self._wake = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None

    def start(self, path: str, rate: int, frame_bytes: int, first: int) -> Recording:
        """A recording whose first frame is `first`. Raises `OSError` when the file cannot be made."""
        recording = Recording(path, rate, frame_bytes, first)
        recording.open()
        self._recordings = [*self._recordings, recording]
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
            self._thread.start()
        return recording

    def close(self, timeout_s: float = 2.0) -> bool:
        """Finish every file; False when the disk would not have it in time."""
        for recording in self._recordings:
            recording.close()
        self._stopping = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout_s)
        return not any(not r.done for r in self._recordings)

    def _run(self) -> None:
        while True:
            self._wake.wait(WRITE_EVERY_S)
            for recording in self._recordings:
                self._write(recording)
            self._recordings = [r for r in self._recordings if not r.done]
            if self._stopping and not self._recordings:
                return

    def _write(self, recording: Recording) -> None:
        try:
            recording.write_pending()
        except OSError as error:
            recording.done = True
            log.error("recording stopped: %s", error)


def _wav_header(rate: int, data_bytes: int) -> bytes:
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF", 36 + data_bytes, b"WAVE", b"fmt ", 16, 1, 1, rate, rate * 2, 2, 16, b"data", data_bytes,
    )  # fmt: skip
