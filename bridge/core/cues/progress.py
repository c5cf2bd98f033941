"""Does the talk move? Questions asked again, requests said again, turns that bring nothing new."""

from dataclasses import dataclass, field

from bridge.core.cues.content import content, likeness, overlap
from bridge.model.bot import BotState

RE_PROMPTS = 3
ASKINGS = 3
"""of one question, re-prompts among them"""
SAME_QUESTION = 0.6
SAME_TURN = 0.8
"""a bot turn without a re-prompt must be this alike to be the same question"""
CLOSING = frozenset({"else", "anythi", "anyone"})
"""stems of "anything else?", which is asked again after each matter"""
SAME_REQUEST = 0.6
LEAST_WORDS = 3
"""content words without which two turns of the caller are not compared"""
RECENT = 4
STILL_TURNS = 6
"""turns of the caller without a new slot or action, once the bot has reported any"""


@dataclass(slots=True)
class Failures:
    """Counts how often the bot asks for the same thing. Returns a score where that is a failure, else 0."""

    reprompts: int = 0
    askings: int = 1
    _question: frozenset[str] = frozenset()
    _reported: bool = False

    def bot_said(self, text: str, *, reprompt: bool) -> float:
        """A turn of the bot's. One that a report announced (`reported`) counts once."""
        if self._reported:
            self._reported = False
            return 0.0
        about = content(text)
        if reprompt:
            self.reprompts += 1
            again = overlap(about, self._question) >= SAME_QUESTION
            self.askings = self.askings + 1 if again else max(self.askings, self.reprompts)
            self._question = (self._question & about) or self._question if again else self._question
            return self._verdict()
        if about and not about & CLOSING and likeness(about, self._question) >= SAME_TURN:
            self.askings += 1
            return self._verdict()
        self.reprompts, self.askings, self._question = 0, 1, about
        return 0.0

    def reported(self) -> float:
        """The bot tells that it understood nothing; its next words are the re-prompt."""
        self._reported = True
        self.reprompts += 1
        return self._verdict()

    def answered(self) -> None:
        """The bot has what it asked for."""
        self.reprompts, self.askings = 0, 1

    def _verdict(self) -> float:
        if self.reprompts >= RE_PROMPTS or self.askings >= ASKINGS:
            self.answered()
            return 0.9
        return 0.0


@dataclass(slots=True)
class Progress:
    """The caller's side: the same request again, and turns without news."""

    _turns: list[frozenset[str]] = field(default_factory=list)
    _repeats: int = 0
    _still: int = 0
    _known: frozenset[str] | None = None

    def caller_said(self, text: str) -> float:
        """0 for something new; .5 and more for a request that was made before."""
        if self._known is not None:
            self._still += 1
        about = content(text)
        if len(about) < LEAST_WORDS:
            return 0.0
        again = any(likeness(about, before) >= SAME_REQUEST for before in self._turns[-RECENT:])
        self._turns.append(about)
        if not again:
            return 0.0
        self._repeats += 1
        return 0.55 if self._repeats == 1 else 0.85

    def echoes(self, text: str) -> bool:
        """Does the turn say again what the caller's last ones said? For short answers too."""
        about = content(text)
        return bool(about) and any(overlap(about, before) >= 0.8 for before in self._turns[-RECENT:])

    def note(self, text: str) -> None:
        """Keep a turn too short to be a request, so that its echo is known."""
        about = content(text)
        if 0 < len(about) < LEAST_WORDS:
            self._turns.append(about)

    def reported(self, state: BotState) -> None:
        """What the bot knows: a new slot, action or authentication is progress."""
        known = frozenset(
            (
                *(f"slot {name}={value}" for name, value in state.slots.items()),
                *(f"action {number} {action.name}" for number, action in enumerate(state.actions)),
                f"{state.authentication}",
            )
        )
        if self._known is None or known - self._known:
            self._still, self._repeats = 0, 0
        self._known = known

    @property
    def standstill(self) -> bool:
        return self._still >= STILL_TURNS
