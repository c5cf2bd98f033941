"""A caller in the queue: what is said to him meanwhile, and the offer to call him back."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from bridge.app.attempt import Attempts
from bridge.app.call import Call
from bridge.app.hours import is_open
from bridge.app.redacted import redacted_state
from bridge.core.callback_talk import CallbackTalk, Say
from bridge.core.queue_words import filled, spelled, waiting
from bridge.model.callback import Callback
from bridge.model.cue import Escalation

TIMER: Final = "queue"
ANSWER_S: Final = 15.0
"""for an answer to a question about the callback"""


class Waiting:
    """One a handoff. `announce` speaks to the caller alone; `taken` is called when a callback is promised and
    safely kept."""

    def __init__(
        self,
        call: Call,
        escalation: Escalation,
        attempts: Attempts,
        announce: Callable[[str], None],
        taken: Callable[[], bool],
    ) -> None:
        self._call, self._escalation, self._attempts = call, escalation, attempts
        self._announce, self._taken = announce, taken
        self._rules = call.settings.queue
        offers = self._rules.callback.offer and call.desk.callbacks is not None
        self._talk = CallbackTalk(self._rules.callback, call.caller_id) if offers else None
        self._here, self._since, self._told = False, 0.0, 0
        self._keeping = False

    # -- coming and going

    def enter(self) -> None:
        """In the queue, perhaps again: an agent who was offered the call has not taken it."""
        now_s = self._call.now_s()
        self._since = self._since or now_s
        self._here = True
        self._tell()

    def leave(self) -> None:
        """Somebody is being called, or it is over."""
        self._here = False
        self._call.cancel(TIMER)
        if self._talk:
            self._talk.give_up()

    # -- what the caller is told

    def elapsed(self) -> None:
        """Time for another sentence, or no answer came to a question."""
        if not self._here or self._keeping:
            return
        if self._talk:
            self._talk.give_up()
        self._tell()

    def _tell(self) -> None:
        """Closed, or the position and how long it may take; then the offer, once it is due."""
        place, words, rules = self._attempts.place, self._call.settings.words, self._rules
        position, estimate_s = (place.position, place.estimate_s) if place else (0, None)
        self._call.emit("queued", position=position, estimate_s=estimate_s)
        said = [words.closed if self.closed else (words.waiting if not self._told else words.still_waiting)]
        if not self.closed:
            said.append(
                waiting(
                    position,
                    estimate_s if rules.tell_estimate else None,
                    words.queue_position if rules.tell_position else "",
                    words.queue_wait,
                    words.queue_soon,
                )
            )
        if self._talk and self._due():
            self._talk.offer()
            said.append(filled(words.callback_offer, key=rules.callback.key))
        self._told += 1
        self._announce(" ".join(filter(None, said)))
        self._call.after(TIMER, self._pause_s())

    def _pause_s(self) -> float:
        """Until the next sentence; the offer is not kept waiting for it."""
        every_s, after_s = self._rules.announce_every_s, self._rules.callback.after_s
        waited_s = self._call.now_s() - self._since
        if self._talk and waited_s < after_s:
            return min(every_s, after_s - waited_s)
        return every_s

    def _due(self) -> bool:
        waited_s = self._call.now_s() - self._since
        nobody = self.closed or self._attempts.nobody_there
        return nobody or waited_s >= self._rules.callback.after_s

    @property
    def closed(self) -> bool:
        """Outside `policy.hours`."""
        return not is_open(self._call.settings, self._call.desk.clock)

    # -- the callback

    def pressed(self, digit: str) -> None:
        if self._here and self._talk and not self._keeping:
            self._answer(self._talk.key(digit))
            if self._talk.busy:
                self._call.after(TIMER, ANSWER_S)

    def heard(self, text: str) -> None:
        if self._here and self._talk and not self._keeping:
            self._answer(self._talk.hear(text))

    def _answer(self, say: Say | None) -> None:
        if say is None or self._talk is None:
            return
        words = self._call.settings.words
        if say is Say.TAKEN:
            self._keeping = True
            self._call.spawn("callback", self._keep(self._talk.number))
            return
        self._announce(
            {
                Say.CONFIRM: filled(words.callback_number, number=spelled(self._talk.number)),
                Say.KEY_IN: words.callback_key_in,
                Say.NOT_POSSIBLE: words.callback_not_possible,
            }[say]
        )
        self._call.after(TIMER, ANSWER_S)

    async def _keep(self, number: str) -> None:
        """Promised only when it is on the disk; an agent who came meanwhile makes it unneeded."""
        book, call = self._call.desk.callbacks, self._call
        assert book is not None
        callback = Callback(
            id=call.id, number=number, promised_at=call.desk.clock.utc(), escalation=self._escalation,
            seconds=call.now_s(), utterances=call.told.utterances, bot_state=redacted_state(call.bot_state),
            cues=tuple(replace(cue) for cue in call.cues),
        )  # fmt: skip
        try:
            await book.keep(callback)
        except OSError:
            self._keeping = False
            self._announce(call.settings.words.callback_not_possible)
            return
        if not self._here or not self._taken():
            await book.drop(callback.id)
