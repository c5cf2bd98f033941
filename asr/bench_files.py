"""`python -m asr.bench_files [--engine E] [--model DIR] [--final-model DIR] [--hotword W]... WAV_OR_DIR...`

Feeds 16-bit mono WAV files of 8 or 16 kHz through a stream as fast as it decodes, and prints a JSON line for
each: text, CPU seconds per second of audio, and the word error rate where a transcript lies beside the file
(`name.txt`). It says nothing about latency: the decodes run in the feeding thread.
"""

import argparse
import json
import os
import re
import sys
import time
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asr.recognizer import Recognizer
    from asr.types import SpeechEvent

_FRAMES_PER_S = 50


def main(arguments: list[str]) -> int:
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
    options = _parse(arguments)
    from asr.engines import make_recognizer
    from asr.errors import AsrError
    from asr.scheduler import Inline

    try:
        recognizer = make_recognizer(
            options.engine,
            Inline(),
            model_dir=options.model,
            final_model_dir=options.final_model,
            hotwords=options.hotword,
            vad=options.vad,
        )
    except AsrError as error:
        sys.stderr.write(f"{error.code}: {error}\n")
        return 78
    for path in _wavs(options.paths):
        sys.stdout.write(json.dumps(_one(recognizer, path)) + "\n")
    return 0


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="asr.bench_files")
    parser.add_argument("--engine", default="auto")
    parser.add_argument("--model", type=Path)
    parser.add_argument("--final-model", type=Path)
    parser.add_argument("--hotword", action="append", default=[])
    parser.add_argument("--vad", default="gated")
    parser.add_argument("paths", nargs="+", type=Path)
    return parser.parse_args(arguments)


def _wavs(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        yield from sorted(path.rglob("*.wav")) if path.is_dir() else [path]


def _one(recognizer: "Recognizer", path: Path) -> dict[str, object]:
    from asr.types import Final

    with wave.open(str(path)) as file:
        if file.getsampwidth() != 2 or file.getnchannels() != 1:
            return {"file": str(path), "error": "not 16-bit mono"}
        rate, pcm = file.getframerate(), file.readframes(file.getnframes())
    events: list[SpeechEvent] = []
    stream = recognizer.open(rate=rate, emit=events.append)
    began = time.process_time()
    step = 2 * rate // _FRAMES_PER_S
    for start in range(0, len(pcm), step):
        stream.feed(pcm[start : start + step], start // 2)
    stream.close(len(pcm) // 2)
    cpu_s = time.process_time() - began
    text = " ".join(event.text for event in events if isinstance(event, Final))
    result: dict[str, object] = {
        "file": str(path),
        "text": text,
        "rtf": round(cpu_s / (len(pcm) / 2 / rate), 3),
    }
    transcript = path.with_suffix(".txt")
    if transcript.is_file():
        result["wer"] = round(_wer(transcript.read_text(), text), 3)
    return result


def _wer(reference: str, heard: str) -> float:
    import jiwer

    plain = [re.sub(r"[^\w' ]", " ", text.lower()) for text in (reference, heard)]
    return float(jiwer.wer(plain[0], plain[1]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
