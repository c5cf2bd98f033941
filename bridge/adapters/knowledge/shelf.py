"""The passages in one SQLite file: added by folder, again only where a document has changed."""

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from bridge.adapters.knowledge.meaning import WIDTH, Meaning, Vector
from bridge.adapters.knowledge.split import KINDS, passages_of
from bridge.model.knowledge import Passage

SCHEMA: Final = """
create table if not exists documents (
  id integer primary key, folder text not null, name text not null, hash text not null, unique (folder, name)
);
create table if not exists passages (
  id integer primary key, document integer not null references documents (id) on delete cascade,
  path text not null, text text not null, link text not null, meant blob, headed blob
);
create index if not exists by_document on passages (document);
create virtual table if not exists words using fts5 (heading, text, tokenize = 'porter unicode61');
create trigger if not exists forget after delete on passages
  begin delete from words where rowid = old.id; end;
"""


class KnowledgeError(Exception):
    """`code`: folder (not there, or holds nothing we read), file (the database cannot be used)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """Counts of documents, and of the passages that are there now."""

    new: int
    changed: int
    unchanged: int
    gone: int
    passages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    folder: str
    documents: int
    passages: int
    with_meaning: int
    """passages whose vector is kept"""


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Made if need be. Raises `KnowledgeError`."""
    db: sqlite3.Connection | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        db = connected(path)
        yield db
    except (OSError, sqlite3.DatabaseError) as error:
        raise KnowledgeError(
            "file", f"{path}: {error}. Cure: free disk space, or remove the file and add anew."
        ) from None
    finally:
        if db is not None:
            db.close()


def connected(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, check_same_thread=False, timeout=5.0)
    db.execute("pragma journal_mode = wal")
    db.execute("pragma foreign_keys = on")
    db.executescript(SCHEMA)
    return db


def add(db: sqlite3.Connection, folder: Path, meaning: Meaning | None, base: str = "") -> Added:
    """Read `folder` anew: documents that are new or changed, and forget those that are gone.
    `base`: web address that stands for the folder in links. Raises `KnowledgeError`."""
    files = sorted(file for file in folder.rglob("*") if file.is_file() and file.suffix.lower() in KINDS)
    if not files:
        kinds = ", ".join(KINDS)
        raise KnowledgeError("folder", f"{folder}: holds no {kinds} file. Cure: name a folder that does.")
    root = str(folder.resolve())
    known = {name: (id, seen) for id, name, seen in db.execute(
        "select id, name, hash from documents where folder = ?", (root,)
    )}  # fmt: skip
    new = changed = 0
    with db:
        for file in files:
            name = file.relative_to(folder).as_posix()
            print_ = _fingerprint(file, base, meaning is not None)
            id, seen = known.pop(name, (None, None))
            if seen == print_:
                continue
            new, changed = (new + 1, changed) if id is None else (new, changed + 1)
            if id is not None:
                db.execute("delete from documents where id = ?", (id,))
            _keep(db, root, name, print_, passages_of(file, name, _address(base, name)), meaning)
        for id, _ in known.values():
            db.execute("delete from documents where id = ?", (id,))
    count: int = db.execute(
        "select count(*) from passages join documents d on d.id = document where d.folder = ?", (root,)
    ).fetchone()[0]
    return Added(
        new=new, changed=changed, unchanged=len(files) - new - changed, gone=len(known), passages=count
    )


def remove(db: sqlite3.Connection, folder: str) -> int:
    """Forget a folder, named as `folders` names it or as it was added; how many documents went."""
    with db:
        gone = db.execute(
            "delete from documents where folder in (?, ?)", (folder, str(Path(folder).resolve()))
        )
        return gone.rowcount


def folders(db: sqlite3.Connection) -> tuple[Folder, ...]:
    rows = db.execute(
        "select d.folder, count(distinct d.id), count(p.id), count(p.meant)"
        " from documents d left join passages p on p.document = d.id group by d.folder order by d.folder"
    )
    return tuple(
        Folder(folder=row[0], documents=row[1], passages=row[2], with_meaning=row[3]) for row in rows
    )


def passage_at(db: sqlite3.Connection, id: int) -> Passage | None:
    row = db.execute(
        "select d.name, path, text, link from passages p join documents d on d.id = document where p.id = ?",
        (id,),
    ).fetchone()
    return Passage(document=row[0], path=tuple(json.loads(row[1])), text=row[2], link=row[3]) if row else None


def vectors(db: sqlite3.Connection) -> tuple[list[int], Vector, Vector]:
    """(ids, what each passage means, what its heading means) of those that have been given any."""
    rows = db.execute("select id, meant, headed from passages where meant is not null order by id").fetchall()
    return [row[0] for row in rows], _stacked([row[1] for row in rows]), _stacked([row[2] for row in rows])


def _stacked(blobs: list[bytes]) -> Vector:
    return np.frombuffer(b"".join(blobs), dtype=np.float16).astype(np.float32).reshape(-1, WIDTH)


def _fingerprint(file: Path, base: str, meant: bool) -> str:
    """Another way of keeping it is as good as another content."""
    digest = hashlib.sha256(f"1 {base} {meant} ".encode())
    digest.update(file.read_bytes())
    return digest.hexdigest()


def _address(base: str, name: str) -> str:
    return f"{base.rstrip('/')}/{name}" if base else ""


def _keep(
    db: sqlite3.Connection, root: str, name: str, print_: str, passages: tuple[Passage, ...],
    meaning: Meaning | None,
) -> None:  # fmt: skip
    document = db.execute(
        "insert into documents (folder, name, hash) values (?, ?, ?)", (root, name, print_)
    ).lastrowid
    for one in passages:
        meant = _blob(meaning.of(f"{one.heading}. {one.text}")) if meaning else None
        headed = _blob(meaning.of(one.heading)) if meaning else None
        id = db.execute(
            "insert into passages (document, path, text, link, meant, headed) values (?, ?, ?, ?, ?, ?)",
            (document, json.dumps(one.path, ensure_ascii=False), one.text, one.link, meant, headed),
        ).lastrowid
        db.execute(
            "insert into words (rowid, heading, text) values (?, ?, ?)",
            (id, " ".join(one.path), one.text),
        )


def _blob(vector: Vector) -> bytes:
    return vector.astype(np.float16).tobytes()
