"""A key for each conversation, sealed with the master key: without its row nothing of it is readable."""

import hashlib
import hmac
import os
import sqlite3
import threading
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from cryptography.fernet import Fernet, InvalidToken

FILE: Final = "keys.sqlite"
SCHEMA: Final = "CREATE TABLE IF NOT EXISTS keys (conversation TEXT PRIMARY KEY, wrapped BLOB NOT NULL)"


MOST_KNOWN: Final = 10_000
"""keys in memory"""


class Sealed(ValueError):
    """It cannot be opened: its key was destroyed, or the master key is another one."""

    code = "sealed"


class Keyring:
    """May be used from any thread. Opened at first use. Raises `ValueError` for a master key that is not 32
    bytes in URL-safe base64, later `sqlite3.Error` (disk full, damaged)."""

    def __init__(self, dir: Path, master: str) -> None:
        self._path = dir / FILE
        self._master = Fernet(master)
        self._pepper = hashlib.sha256(b"handoff numbers " + master.encode()).digest()
        self._lock = threading.Lock()
        self._opened: sqlite3.Connection | None = None
        self._known: dict[str, Fernet] = {}

    def seal(self, conversation: str, clear: bytes) -> bytes:
        """With the conversation's key, which is made when there is none."""
        with self._lock:
            return self._key(conversation, make=True).encrypt(clear)

    def open(self, conversation: str, sealed: bytes) -> bytes:
        """Raises `Sealed`."""
        with self._lock:
            try:
                return self._key(conversation, make=False).decrypt(sealed)
            except InvalidToken:
                raise Sealed(f"{conversation} was sealed with another key") from None

    def keep(self, conversation: str) -> None:
        """Its key is on the disk when it returns, should the power go. Raises OSError. Nobody waits for this
        but who calls it: neither our lock nor the database's is held."""
        for path in (self._path.with_name(f"{FILE}-wal"), self._path):
            with suppress(FileNotFoundError), path.open("rb") as file:
                os.fsync(file.fileno())

    def destroy(self, conversations: Iterable[str]) -> int:
        """How many there were. What is sealed with them is unreadable, wherever there is a copy of it."""
        with self._lock:
            db, count = self._db(), 0
            for conversation in conversations:
                self._known.pop(conversation, None)
                count += db.execute("DELETE FROM keys WHERE conversation = ?", (conversation,)).rowcount
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            return count

    def pseudonym(self, number: str) -> str:
        """The same for the same number, and nothing without the master key."""
        return hmac.new(self._pepper, number.encode(), hashlib.sha256).hexdigest()[:32] if number else ""

    def close(self) -> None:
        with self._lock:
            if self._opened:
                self._opened.close()
                self._opened = None

    def _key(self, conversation: str, *, make: bool) -> Fernet:
        if key := self._known.get(conversation):
            return key
        row = (
            self._db().execute("SELECT wrapped FROM keys WHERE conversation = ?", (conversation,)).fetchone()
        )
        if row:
            key = self._unwrapped(conversation, row[0])
        elif make:
            clear = Fernet.generate_key()
            values = (conversation, self._master.encrypt(clear))
            self._db().execute("INSERT INTO keys (conversation, wrapped) VALUES (?, ?)", values)
            key = Fernet(clear)
        else:
            raise Sealed(f"no key of {conversation} here: it was destroyed, or is another bridge's")
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[conversation] = key
        return key

    def _unwrapped(self, conversation: str, wrapped: bytes) -> Fernet:
        try:
            return Fernet(self._master.decrypt(wrapped))
        except InvalidToken:
            raise Sealed(f"the key of {conversation} was sealed with another master key") from None

    def _db(self) -> sqlite3.Connection:
        if self._opened is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.touch(mode=0o600)
            db = sqlite3.connect(self._path, check_same_thread=False, isolation_level=None, timeout=5.0)
            for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "secure_delete=ON"):
                db.execute(f"PRAGMA {pragma}").fetchall()
            db.execute(SCHEMA)
            self._opened = db
        return self._opened
