"""A PBX queue or ring group that has answered: music, announcements, and at some moment a person."""

from collections.abc import Callable

from asr.types import Final, MusicEnded, MusicStarted, SpeechEvent, SpeechStarted
from bridge.app.call import Call
from sip.types import LegId

TIMER = "person"


class BehindQueue:
    """Watches one answered leg. `found` is called whenever a person seems to be there: a key, or words that
    neither speech nor music has followed for `handoff.person_settle_s`. `lost`: music plays (again)."""

    def __init__(self, call: Call, leg: LegId, found: Callable[[], None], lost: Callable[[], None]) -> None:
        self._call, self.leg, self._found, self._lost = call, leg, found, lost
        self._music = False
        self.there = False

    def notice(self, event: SpeechEvent) -> None:
        """Words are wanted: the beginning of a piece of music may pass for a voice, and hardly for words."""
        match event:
            case SpeechStarted():
                self._call.cancel(TIMER)
            case Final(text=text) if text and not (self._music or self.there):
                self._call.after(TIMER, self._call.settings.handoff.person_settle_s)
            case MusicStarted():
                self._music = True
                self._call.cancel(TIMER)
                if self.there:
                    self.there = False
                    self._lost()
            case MusicEnded():
                self._music = False

    def person(self) -> None:
        """A key was pressed, or the pause behind the speech has been long enough."""
        self._call.cancel(TIMER)
        if not self.there:
            self.there = True
            self._call.emit("person", leg=self.leg)
            self._found()

    def over(self) -> None:
        self._call.cancel(TIMER)
