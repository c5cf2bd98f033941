"""`python -m bridge.bench.corpus.piper_voice MODEL TEXTS`: one WAV a line, beside the file of the texts.

Piper is GPL-3.0: it runs here, in a process of its own, and nowhere else.
"""

import sys
import wave
from pathlib import Path


def main(model: str, texts: str) -> None:
    from piper import PiperVoice, SynthesisConfig

    voice = PiperVoice.load(model)
    steady = SynthesisConfig(noise_scale=0.0, noise_w_scale=0.0)  # its random numbers cannot be seeded
    for number, text in enumerate(Path(texts).read_text().splitlines()):
        with wave.open(str(Path(texts).with_name(f"{number}.wav")), "wb") as file:
            voice.synthesize_wav(text, file, syn_config=steady)


if __name__ == "__main__":
    main(*sys.argv[1:])
