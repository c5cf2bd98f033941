"""The TTS process: `python -m bridge.tts CONFIG.json`. One for all conversations, niced.

Connects to main's control socket, says {"kind": "tts", ...}, then answers {"id", "text", "voice"} lines
with {"id", "path", "seconds", "engine"}. Reconnects when main is away.
"""

import json
import logging
import os
import socket
import sys
import time
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

RETRY_S = 0.2
log = logging.getLogger("bridge.tts")


class TtsConfig(BaseModel):
    """`python -m bridge.tts CONFIG.json` reads exactly this."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    control: Path
    clips: Path
    engine: str = "auto"
    rate: int = 8000
    bot_voice: str | None = None
    whisper_voice: str | None = None
    nice: int = 5


class Renderer:
    """Text to a clip file, by the first voice that can."""

    def __init__(self, config: TtsConfig) -> None:
        from bridge.adapters import voices as v

        self._config = config
        self._v = v
        order = list(v.VOICES) if config.engine == "auto" else [e for e in (config.engine,) if e in v.VOICES]
        self._voices: dict[str, list[v.Voice]] = {"bot": [], "whisper": []}
        for use, wanted in (("bot", config.bot_voice), ("whisper", config.whisper_voice)):
            for engine in order:
                try:
                    self._voices[use].append(v.VOICES[engine](wanted if engine != "espeak" else None))
                except Exception as error:
                    log.warning("voice %s is not available: %s", engine, type(error).__name__)
            self._voices[use].append(v.RecordedVoice(use))
        config.clips.mkdir(parents=True, exist_ok=True)

    def render(self, text: str, use: str) -> dict[str, Any]:
        """{"path", "seconds", "engine"}; a text rendered before costs nothing."""
        for voice in self._voices.get(use, self._voices["whisper"]):
            path = self._config.clips / self._v.clip_name(text, f"{use}/{voice.name}", self._config.rate)
            try:
                if not path.exists():
                    self._v.write_clip(path, voice.speak(text, self._config.rate), self._config.rate)
            except (self._v.VoiceError, OSError) as error:
                log.warning("voice %s failed: %s", voice.name, type(error).__name__)
                continue
            seconds = (path.stat().st_size - 44) / 2 / self._config.rate
            return {"path": str(path), "seconds": round(seconds, 3), "engine": voice.name}
        raise RuntimeError("no voice could speak")

    @property
    def engine(self) -> str:
        return self._voices["whisper"][0].name


def serve(config: TtsConfig) -> None:
    """Until SIGTERM."""
    renderer = Renderer(config)
    renderer.render("One moment please.", "whisper")  # the first sentence is slow: load it all now
    hello = {"kind": "tts", "name": "tts", "pid": os.getpid(), "engine": renderer.engine}
    while True:
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.connect(str(config.control))
                line.sendall(json.dumps(hello).encode() + b"\n")
                for request in line.makefile("rb"):
                    _answer(renderer, line, json.loads(request))
        except (OSError, ValueError):
            pass
        time.sleep(RETRY_S)


def _answer(renderer: Renderer, line: socket.socket, request: dict[str, Any]) -> None:
    made = renderer.render(str(request["text"]), str(request.get("voice", "bot")))
    line.sendall(json.dumps({"id": request["id"], **made}).encode() + b"\n")


def main(arguments: list[str]) -> int:
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m bridge.tts CONFIG.json\n")
        return 2
    config = TtsConfig.model_validate_json(Path(arguments[0]).read_bytes())
    os.nice(config.nice)
    serve(config)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
