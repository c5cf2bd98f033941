"""A brief and utterances for tests of the assistant."""

from bridge.adapters.plays_files import load_plays
from bridge.core.assist.assistant import Assistant
from bridge.core.assist.playbook import Playbook
from bridge.model.bot import Authentication
from bridge.model.brief import Brief, Line
from bridge.model.transcript import Speaker, Utterance

BOOK = Playbook(load_plays("en"))


def brief(status: str = "verified", sentiment: str = "neutral") -> Brief:
    return Brief(
        version=1, headline="Charged twice", why=Line(text="charged twice in May", source="transcript"),
        tried=(), unresolved=None, next=None, sentiment=sentiment, reason="complaint_or_dispute",
        quote="i want a person", intent="billing_dispute", authentication=Authentication(status=status),
        actions=(), facts=(Line(text="order number: A 778", source="transcript", utterances=("u2",)),),
        caller=None, missing=(), opening="",
    )  # fmt: skip


class Talk:
    """Utterances with ids and times, given to the assistant one after the other."""

    def __init__(self, reason: str = "complaint_or_dispute", *, most: int = 5, **brief_is: str) -> None:
        self.now_s = 100.0
        self.assistant = Assistant(
            brief(**brief_is), reason, BOOK, joined_s=self.now_s, most=most, dead_air_s=12.0,
            pace_words_per_s=3.6,
        )  # fmt: skip
        self._count = 10

    def agent(self, text: str, *, seconds: float = 3.0, start_s: float | None = None) -> Utterance:
        return self._say(Speaker.AGENT, text, seconds, start_s)

    def caller(self, text: str, *, seconds: float = 3.0, start_s: float | None = None) -> Utterance:
        return self._say(Speaker.CALLER, text, seconds, start_s)

    def _say(self, speaker: Speaker, text: str, seconds: float, start_s: float | None) -> Utterance:
        self._count += 1
        start = self.now_s if start_s is None else start_s
        self.now_s = max(self.now_s, start + seconds)
        said = Utterance(
            id=f"u{self._count}", speaker=speaker, text=text, start_s=start, end_s=start + seconds
        )
        self.assistant.hear(said)
        return said

    def ids(self) -> list[str]:
        return [hint.id for hint in self.assistant.hints(self.now_s)]
