"""Messages on disk until they are taken: one SQLite file, every change synced."""

import sqlite3
import time
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

log = structlog.get_logger()

SCHEMA = """
CREATE TABLE IF NOT EXISTS messages (
  number INTEGER PRIMARY KEY, hook TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, body BLOB NOT NULL,
  made REAL NOT NULL, due REAL NOT NULL, tries INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS by_due ON messages (hook, due);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """`made` and `due` in seconds since the epoch: they outlive the process."""

    number: int = 0
    hook: str
    id: str
    kind: str
    body: bytes
    made: float
    due: float
    tries: int = 0


def _opened(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    path.chmod(0o600)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=FULL")
    db.executescript(SCHEMA)
    return db


class Spool:
    """Used from one thread. Raises `sqlite3.Error` (disk full, damaged)."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._db = _opened(path)
        except sqlite3.DatabaseError as error:
            aside = path.with_name(f"{path.name}.damaged-{int(time.time())}")
            log.error("webhook spool is damaged", error=str(error), aside=aside.name)
            path.rename(aside)
            self._db = _opened(path)

    def put(self, messages: list[Message], most: int) -> int:
        """Keep them. The oldest of a hook that has more than `most` go; how many."""
        with self._transaction():
            self._db.executemany(
                "INSERT INTO messages (hook, id, kind, body, made, due) VALUES (?, ?, ?, ?, ?, ?)",
                [(m.hook, m.id, m.kind, m.body, m.made, m.due) for m in messages],
            )
            return sum(self._thin(hook, most) for hook in {message.hook for message in messages})

    def _thin(self, hook: str, most: int) -> int:
        kept = "SELECT number FROM messages WHERE hook = ? ORDER BY number DESC LIMIT ?"
        gone = self._db.execute(
            f"DELETE FROM messages WHERE hook = ? AND number NOT IN ({kept})", (hook, hook, most)
        )
        return gone.rowcount

    def due(self, hook: str, now: float, limit: int) -> list[Message]:
        """Those whose time has come, oldest first."""
        rows = self._db.execute(
            "SELECT number, hook, id, kind, body, made, due, tries FROM messages"
            " WHERE hook = ? AND due <= ? ORDER BY due, number LIMIT ?",
            (hook, now, limit),
        )
        names = ("number", "hook", "id", "kind", "body", "made", "due", "tries")
        return [Message(**dict(zip(names, row, strict=True))) for row in rows]

    def next_due(self, hook: str) -> float | None:
        (due,) = self._db.execute("SELECT min(due) FROM messages WHERE hook = ?", (hook,)).fetchone()
        return None if due is None else float(due)

    def taken(self, number: int) -> None:
        self._db.execute("DELETE FROM messages WHERE number = ?", (number,))

    def again(self, number: int, due: float) -> None:
        self._db.execute("UPDATE messages SET due = ?, tries = tries + 1 WHERE number = ?", (due, number))

    def waiting(self, hook: str) -> int:
        (count,) = self._db.execute("SELECT count(*) FROM messages WHERE hook = ?", (hook,)).fetchone()
        return int(count)

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")


def erase(path: Path, needles: Collection[bytes]) -> int:
    """Messages that hold one of `needles`, also while a bridge works with the file. How many.
    Raises `sqlite3.Error`."""
    if not path.exists():
        return 0
    with closing(sqlite3.connect(path, isolation_level=None, timeout=5.0)) as db:
        db.execute("PRAGMA secure_delete=ON")
        rows = db.execute("SELECT number, body FROM messages").fetchall()
        doomed = [(number,) for number, body in rows if any(needle in body for needle in needles)]
        db.executemany("DELETE FROM messages WHERE number = ?", doomed)
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return len(doomed)
