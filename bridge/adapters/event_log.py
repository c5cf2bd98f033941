"""Taking lines out of logs of JSON Lines: in place where a running bridge appends to them."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

ERASED: Final = json.dumps({"v": 1, "type": "erased", "conversation": ""}, separators=(",", ":")).encode()
Doomed = Callable[[bytes], bool]


def blank_lines(path: Path, doomed: Doomed) -> int:
    """Overwrite them, each by an event `erased` of the same length: whoever appends or reads meanwhile is
    not disturbed, and the bytes are gone from the disk. How many."""
    count = 0
    try:
        file = path.open("r+b")
    except FileNotFoundError:
        return 0
    with file:
        at = 0
        while line := file.readline():
            after = at + len(line)
            body = line.rstrip(b"\n")
            if doomed(line):
                file.seek(at)
                file.write((ERASED if len(body) >= len(ERASED) else b"").ljust(len(body)))
                file.seek(after)
                count += 1
            at = after
        file.flush()
        os.fsync(file.fileno())
    return count


def drop_lines(path: Path, doomed: Doomed) -> int:
    """Write the file anew without them; for files that nobody appends to. How many."""
    lines = path.read_bytes().splitlines(keepends=True)
    kept = [line for line in lines if not doomed(line)]
    if len(kept) == len(lines):
        return 0
    unfinished = path.with_name(f"{path.name}.part")
    with unfinished.open("wb") as file:
        file.writelines(kept)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)
    return len(lines) - len(kept)


def cut_off(path: Path, before: str) -> int:
    """Events stand in the order of their `ts`: all up to the first that is not before that moment go. How
    many bytes. Nobody may append meanwhile. Raises OSError: the file is as it was."""
    with path.open("rb") as file:
        at = 0
        while line := file.readline():
            if _told_at(line) >= before:
                break
            at += len(line)
        if at == 0:
            return 0
        file.seek(at)
        unfinished = path.with_name(f"{path.name}.part")
        with unfinished.open("wb") as kept:
            shutil.copyfileobj(file, kept)
            kept.flush()
            os.fsync(kept.fileno())
    unfinished.rename(path)
    return at


def _told_at(line: bytes) -> str:
    """ "" for what cannot be read, and for what was erased: it goes with its neighbours."""
    try:
        return str(json.loads(line).get("ts", ""))
    except (ValueError, AttributeError):
        return ""
