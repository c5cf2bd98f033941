"""How records and events are written: as JSON for everybody, or sealed with a key of their conversation."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final, Protocol

from pydantic import TypeAdapter

from bridge.adapters.keyring import Keyring, Sealed
from bridge.model.record import ConversationRecord

RECORD = TypeAdapter(ConversationRecord)
MARK: Final = b"sealed1:"
FIELD: Final = "sealed"
OPEN: Final = frozenset(
    {
        "handoff", "state", "event", "leg", "target", "agent", "result", "phase", "rule", "reason", "source",
        "speaker", "during", "mode", "why", "task", "error", "command", "code", "part", "id", "utterance",
        "cue", "ended", "codec", "worker", "kind", "edges", "handoffs",
    }
)  # fmt: skip
"""fields of events that name nobody and say nothing; numbers are open too, all others are sealed"""


class Codec(Protocol):
    def dump(self, record: ConversationRecord) -> bytes:
        """Raises OSError."""

    def load(self, id: str, body: bytes) -> ConversationRecord:
        """Raises `ValueError`."""

    def keep(self, id: str) -> None:
        """What is needed to read it again is on the disk when it returns. Raises OSError."""

    def destroy(self, ids: Iterable[str]) -> int:
        """What they are read with; how many."""

    def seal_event(self, conversation: str, body: dict[str, Any]) -> dict[str, Any]:
        """Raises OSError."""

    def open_event(self, event: dict[str, Any]) -> dict[str, Any]:
        """As it was told; as it stands where it cannot be opened."""

    def number(self, number: str) -> str:
        """As the database is to have it."""

    def numbers(self, number: str) -> set[str]:
        """As the database may have it, from now or from before."""

    def words(self, text: str) -> str:
        """As the database has them."""


@contextmanager
def _as_disk() -> Iterator[None]:
    """To who writes, a ring of keys that cannot be written is a disk that cannot."""
    try:
        yield
    except sqlite3.Error as error:
        raise OSError(None, f"keys: {error}") from None


class ClearCodec:
    """Keeps `Codec`."""

    def dump(self, record: ConversationRecord) -> bytes:
        return RECORD.dump_json(record, indent=1)

    def load(self, id: str, body: bytes) -> ConversationRecord:
        if body.startswith(MARK):
            raise Sealed("the record is sealed. Cure: set records.master_key_file")
        return RECORD.validate_json(body)

    def keep(self, id: str) -> None:
        pass

    def destroy(self, ids: Iterable[str]) -> int:
        return 0

    def seal_event(self, conversation: str, body: dict[str, Any]) -> dict[str, Any]:
        return body

    def open_event(self, event: dict[str, Any]) -> dict[str, Any]:
        return event

    def number(self, number: str) -> str:
        return number

    def numbers(self, number: str) -> set[str]:
        return {number}

    def words(self, text: str) -> str:
        return text


class SealedCodec:
    """Keeps `Codec`. Reads what is not sealed as well: what was written before."""

    def __init__(self, ring: Keyring, *, seals: bool = True) -> None:
        """`seals`: else it only reads, and writes in clear."""
        self._ring, self._seals = ring, seals

    def dump(self, record: ConversationRecord) -> bytes:
        if not self._seals:
            return CLEAR.dump(record)
        with _as_disk():
            return MARK + self._ring.seal(record.id, RECORD.dump_json(record))

    def load(self, id: str, body: bytes) -> ConversationRecord:
        with _as_disk():
            clear = self._ring.open(id, body.removeprefix(MARK)) if body.startswith(MARK) else body
        return RECORD.validate_json(clear)

    def keep(self, id: str) -> None:
        self._ring.keep(id)

    def destroy(self, ids: Iterable[str]) -> int:
        with _as_disk():
            return self._ring.destroy(ids)

    def seal_event(self, conversation: str, body: dict[str, Any]) -> dict[str, Any]:
        open_ = {k: v for k, v in body.items() if k in OPEN or v is None or isinstance(v, int | float)}
        closed = {key: value for key, value in body.items() if key not in open_}
        if not closed or not self._seals:
            return body
        with _as_disk():
            token = self._ring.seal(conversation, json.dumps(closed, default=str).encode())
        return open_ | {FIELD: token.decode()}

    def open_event(self, event: dict[str, Any]) -> dict[str, Any]:
        if not isinstance(token := event.get(FIELD), str):
            return event
        try:
            with _as_disk():
                closed = json.loads(self._ring.open(str(event.get("conversation")), token.encode()))
        except Sealed:
            return event
        return {**{key: value for key, value in event.items() if key != FIELD}, **closed}

    def number(self, number: str) -> str:
        return self._ring.pseudonym(number) if self._seals else number

    def numbers(self, number: str) -> set[str]:
        return {number, self._ring.pseudonym(number)}

    def words(self, text: str) -> str:
        return "" if self._seals else text


CLEAR: Final[Codec] = ClearCodec()
