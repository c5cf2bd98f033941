"""A stand-in for an ASR worker: keeps every packet, answers EOS when told to."""

import contextlib
import socket
import threading
import time
from pathlib import Path

from sip import pcm

Packet = tuple[int, int, int, bytes]


class Listener:
    """One SEQPACKET socket on a thread; one connection after the other."""

    def __init__(self, path: Path, answers_eos: bool = True) -> None:
        self.path = str(path)
        self.packets: list[tuple[float, Packet]] = []
        self.reading = True
        self._answers_eos = answers_eos
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.bind(self.path)
        self._socket.listen(4)
        self._connection: socket.socket | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def of(self, kind: int) -> list[Packet]:
        return [packet for _, packet in list(self.packets) if packet[0] == kind]

    def audio(self) -> bytes:
        return b"".join(packet[3] for packet in self.of(pcm.PCM))

    def close(self) -> None:
        """As a killed ASR worker would."""
        for sock in (self._connection, self._socket):
            if sock is not None:
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
        self._thread.join(2)
        self._socket.close()

    def _run(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                self._connection, _ = self._socket.accept()
                with self._connection:
                    self._serve(self._connection)

    def _serve(self, connection: socket.socket) -> None:
        while True:
            while not self.reading:
                time.sleep(0.01)
            data = connection.recv(65536)
            if not data:
                return
            packet = pcm.unpack(data)
            self.packets.append((time.monotonic(), packet))
            if packet[0] == pcm.EOS and self._answers_eos:
                connection.send(pcm.pack(pcm.CLOSED, packet[1], packet[2]))
