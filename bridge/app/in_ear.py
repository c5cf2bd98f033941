"""A hint spoken into the agent's headset: to him alone, never over speech, hushed the moment anybody speaks.

Who hears it is decided where all hearing is (`bridge.core.hearing`): the edge hint>agent is there only while
connected and for a device declared a headset, and no edge leads from it to the caller.
"""

from typing import Final

from bridge.app.call import Call
from bridge.app.ear import Ear
from bridge.model.assist import Hint
from bridge.model.transcript import Speaker
from bridge.ports import Clip
from sip.commands import Play, Preload, Stop
from sip.types import HINT

QUIET_S: Final = 0.8
"""so long nobody has spoken"""
STALE_S: Final = 10.0
"""a hint that found no pause until then is on the page only"""
SPOKEN: Final = ("repeat", "compliance", "behaviour")
GAP_S: Final = 15.0
"""between two of them: an ear that is talked into all the time hears nobody"""


class InEar:
    """Of one conversation."""

    def __init__(self, call: Call, ear: Ear, timer: str) -> None:
        self._call, self._ear, self._timer = call, ear, timer
        self._speaking: set[Speaker] = set()
        self._quiet_since_s = 0.0
        self._wanted: Hint | None = None
        self._clip: Clip | None = None
        self._said: set[str] = set()
        self._plays: list[tuple[float, float]] = []

    def want(self, hint: Hint) -> None:
        """It has come up on the page; the latest takes the place of one that still waits."""
        if not self._call.settings.assist.in_ear or not self._ear.overlays.headset:
            return
        if hint.kind not in SPOKEN or hint.words_s is None or hint.id in self._said:
            return
        self._wanted, self._clip = hint, None
        self._call.spawn("render_hint", self._render(hint))

    async def _render(self, hint: Hint) -> None:
        clip = await self._call.desk.tts.render(f"{hint.title}.", voice="whisper")
        if self._wanted is hint:
            self._call.ua.send(Preload(path=str(clip.path)))
            self._clip = clip
            self._call.after(self._timer, 0.0)

    def voiced(self, speaker: Speaker, speaking: bool) -> None:
        now = self._call.now_s()
        if speaking:
            self._speaking.add(speaker)
            self.hush()
        else:
            self._speaking.discard(speaker)
        self._quiet_since_s = now

    def hush(self) -> None:
        """Stop what is being said; it is not begun again."""
        now = self._call.now_s()
        if self._plays and self._plays[-1][1] > now:
            self._plays[-1] = (self._plays[-1][0], now)
            self._call.ua.send(Stop(player=HINT))

    def leave(self) -> None:
        """The agent is no longer connected."""
        self.hush()
        self._wanted = self._clip = None
        self._speaking.clear()

    def turn(self) -> float | None:
        """Speak, if it is time. Returns in how many seconds to look again; None: nothing waits."""
        hint, clip, now = self._wanted, self._clip, self._call.now_s()
        if hint is None or clip is None:
            return None
        if now - hint.at_s > STALE_S or not self._ear.overlays.headset:
            self._wanted = self._clip = None
            return None
        last_end = self._plays[-1][1] if self._plays else -GAP_S
        wait = max(self._quiet_since_s + QUIET_S, last_end + GAP_S) - now
        if self._speaking or self._ear.overlays.agent_hold or wait > 0:
            return max(0.1, wait)
        self._wanted = self._clip = None
        self._said.add(hint.id)
        self._plays.append((now, now + clip.seconds))
        self._call.ua.send(Play(player=HINT, path=str(clip.path), tag="hint"))
        self._call.emit("hint_spoken", hint=hint.id, clip=clip.path.name, seconds=clip.seconds)
        return None

    def plays_at(self, at_s: float) -> bool:
        """Was the agent being spoken to then?"""
        return any(start <= at_s < end for start, end in self._plays)
