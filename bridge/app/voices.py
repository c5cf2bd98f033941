"""How the sides of one conversation speak: each utterance's measures, with who spoke over whom."""

from dataclasses import asdict

from asr.types import VoiceMeasured
from bridge.app.call import Call
from bridge.core.floor import Floor
from bridge.model.transcript import Speaker, Voice


class Voices:
    """One a conversation. `turn` tells it when a side begins and ends to speak."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._floor = Floor()
        self._latest: dict[str, tuple[int, Voice]] = {}
        """of each stream: utterance and measures"""

    def turn(self, speaker: Speaker, speaking: bool, at_s: float) -> None:
        """A side's voice activity, by its recognizer; of the built-in bot, which has no leg, by its clips."""
        (self._floor.began if speaking else self._floor.ended)(speaker, at_s)

    def take(
        self, stream: str, speaker: Speaker, measured: VoiceMeasured, start_s: float, end_s: float
    ) -> None:
        """Keep it for its utterance's final, and tell it: a long turn is measured while it goes on."""
        voice = Voice(
            energy_z=measured.energy_z,
            pitch_z=measured.pitch_z,
            rate_z=measured.rate_z,
            words_per_s=measured.words_per_s,
            pauses=measured.pauses,
            pause_s=measured.pause_s,
            fillers=measured.fillers,
            restarts=measured.restarts or 0,
            hesitation=measured.hesitation,
            overlap_s=self._floor.overlap_s(speaker, start_s, end_s),
        )
        self._latest[stream] = measured.utterance, voice
        self._call.emit("voice", speaker=speaker, start_s=start_s, end_s=end_s, **asdict(voice))

    def of(self, stream: str, utterance: int) -> Voice | None:
        """The last measures of that utterance."""
        measured, voice = self._latest.get(stream, (0, None))
        return voice if measured == utterance else None
