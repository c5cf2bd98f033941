"""`python -m bridge.evaluation.spoken_repeats IN OUT`: the scripts said by voices, over a telephone line, as
a recognizer writes them down.

The agent has one voice, the caller another; the line has telephone band, random level and noise, and G.711.
`OUT` has the rows of `IN` with their turns as recognised (`said` keeps the script), to be scored as any.
"""

import argparse
import json
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import soxr

from asr.engines import make_recognizer
from asr.scheduler import Inline
from bridge.bench.corpus.align import CLEAN_HZ
from bridge.bench.corpus.channel import RATE, any_line
from bridge.bench.corpus.speakers import speakers
from bridge.bench.decode import decode, final_text
from bridge.peers.debian import PeerUnavailable

VOICES: Final = {"agent": "piper-joe", "caller": "hibari"}
PAUSE_S: Final = 0.8
"""of silence behind each turn: its end must be heard"""


def recognised(rows: Sequence[dict[str, Any]], engine: str, model_dir: str | None) -> list[dict[str, Any]]:
    """Raises `PeerUnavailable` for a voice, `AsrError` for an engine that is not there."""
    there = {speaker.name: speaker for speaker in speakers()}
    recognizer = make_recognizer(engine, Inline(), model_dir=model_dir)
    told = [{**row, "turns": [dict(turn) for turn in row["turns"]], "engine": engine} for row in rows]
    for who, voice in VOICES.items():
        turns = [(row["id"], turn) for row in told for turn in row["turns"] if turn["speaker"] == who]
        sounds = there[voice].speak([turn["text"] for _, turn in turns])
        for (id, turn), sound in zip(turns, sounds, strict=True):
            narrow = soxr.resample(np.asarray(sound, np.float64), CLEAN_HZ, RATE)
            silence = np.zeros(int(PAUSE_S * RATE))
            chance = np.random.default_rng(zlib.crc32(f"{id} {turn['i']}".encode()))
            pcm = any_line(np.concatenate([silence / 2, narrow, silence]), chance)
            turn["said"], turn["text"] = turn["text"], final_text(decode(recognizer, pcm))
    return told


def main(arguments: Sequence[str]) -> int:
    """69 where a voice is not there."""
    parser = argparse.ArgumentParser(prog="python -m bridge.evaluation.spoken_repeats", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--engine", default="whisper_asr")
    parser.add_argument("--model-dir", default=None)
    given = parser.parse_args(arguments)
    rows = [json.loads(line) for line in given.file.read_text().splitlines() if line.strip()]
    try:
        told = recognised(rows, given.engine, given.model_dir)
    except PeerUnavailable as error:
        sys.stderr.write(f"{error}\n")
        return 69
    given.out.write_text("".join(f"{json.dumps(row)}\n" for row in told))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
