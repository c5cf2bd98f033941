"""Recordings as telephone systems play them, 8 kHz: Debian's hold music and Asterisk's spoken prompts.

Only unpacked, into the cache; nothing of them is shipped. The music is by opsound.org's artists and the
prompts are by Digium, one human speaker; both under CC-BY-SA 3.0, by the packages' own copyright files.
"""

from pathlib import Path
from typing import Final

from bridge.peers.cache import cache_dir
from bridge.peers.debian import unpacked

PACKAGES: Final = ("asterisk-moh-opsound-wav", "asterisk-core-sounds-en-wav")
_NOT_SPEECH: Final = frozenset({"ascending-2tone", "beep", "beeperr", "descending-2tone", "tt-monkeys"})
_SHARE: Final = Path("usr/share/asterisk")


def _wavs(directory: str) -> list[Path]:
    tree = unpacked(PACKAGES, cache_dir("recordings"))
    return sorted((tree / _SHARE / directory).rglob("*.wav"))


def hold_music() -> list[Path]:
    """Five pieces of instrumental music. Raises `PeerUnavailable` on a machine without a Debian archive."""
    return _wavs("moh")


def prompts() -> list[Path]:
    """Some 570 phrases spoken by a person, from single words to sentences."""
    return [path for path in _wavs("sounds") if path.stem not in _NOT_SPEECH]
