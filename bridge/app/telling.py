"""What is told of speech to the outside: redacted, unless a measurement asked for the words themselves."""

from pydantic import TypeAdapter

from asr.types import Partial
from bridge.app.call import Call
from bridge.app.redacted import redacted
from bridge.model.transcript import Speaker, Utterance

CLEAR: TypeAdapter[tuple[Utterance, ...]] = TypeAdapter(tuple[Utterance, ...])


class Telling:
    """One a conversation; everything said goes through it once, in order."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self.plainly = call.settings.asr.events_with_text
        """measuring: speech in the events, else never"""

    def utterance(self, utterance: Utterance) -> Utterance:
        """As it may be told. What was said to nobody is redacted too, but it is no context for others."""
        call = self._call
        if self.plainly and utterance.speaker is Speaker.CALLER:
            call.emit("final", text=utterance.text)
        told = redacted(utterance, call.settings.asr.language, call.redactor if utterance.addressed else None)
        call.told = call.told.add(told)
        call.emit(
            "utterance", id=told.id, speaker=told.speaker, text=told.text, normalized=told.normalized,
            start_s=told.start_s, end_s=told.end_s, during=told.during,
        )  # fmt: skip
        return told

    def sealed(self) -> str | None:
        """The transcript as it was said, in the vault."""
        vault = self._call.desk.vault
        return vault.seal(CLEAR.dump_json(self._call.transcript.utterances)) if vault else None

    def partial(self, speaker: Speaker, partial: Partial) -> None:
        """`shown` holds digits back until it is clear what they are."""
        call = self._call
        body: dict[str, object] = {"shown": call.redactor.partial(speaker, partial.text)}
        if self.plainly:
            body |= {"text": partial.text, "utterance": partial.utterance}
        words = len(partial.text.split())
        call.emit("partial", speaker=speaker, words=words, stable=partial.stable, **body)
