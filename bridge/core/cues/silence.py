"""Silence as a sign. Whoever has a clock tells how long nobody has spoken."""

LONG_S = 20.0
"""of silence where the caller was asked something"""
DEAD_END_S = 8.0
"""of silence where the bot has refused, or asked nothing"""


class Silence:
    """Each stretch of silence is told once a rule."""

    def __init__(self, long_s: float = LONG_S, dead_end_s: float = DEAD_END_S) -> None:
        self._long_s, self._dead_end_s = long_s, dead_end_s
        self._dead_end = False
        self._told: set[str] = set()

    @property
    def waits_s(self) -> float:
        """After so much silence it is worth asking again."""
        return self._dead_end_s if self._dead_end and "dead_end" not in self._told else self._long_s

    def bot_said(self, *, refuses: bool) -> None:
        self._told.clear()
        self._dead_end = refuses

    def caller_said(self) -> None:
        self._told.clear()
        self._dead_end = False

    def quiet(self, seconds: float) -> tuple[str, float] | None:
        """(rule, score) when the silence has just become a sign."""
        if self._dead_end and seconds >= self._dead_end_s and "dead_end" not in self._told:
            self._told.add("dead_end")
            return "dead_end", 0.6
        if seconds >= self._long_s and "no_answer" not in self._told:
            self._told.add("no_answer")
            return "no_answer", 0.6
        return None
