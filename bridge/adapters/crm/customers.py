"""One customer database behind the port: who is meant, what is remembered, and no failure that gets out."""

import asyncio
import re
import time
from collections import Counter, OrderedDict
from typing import Any, Final

import structlog

from bridge.adapters.crm.source import CrmSource, CrmTrouble, Key
from bridge.adapters.number import number_of
from bridge.config.crm import Crm
from bridge.model.crm import CrmAnswer, CrmQuestion

log = structlog.get_logger()
KEY: Final = re.compile(r"[A-Za-z0-9_.@+-]{1,80}")
"""nothing in it means anything to a URL, a query language or a template"""
NUMBER: Final = re.compile(r"[0-9]{3,15}")
REMEMBERED: Final = 10_000
SHARE: Final = 0.9
"""of the deadline: what is late is counted here before the call gives up"""


class Customers:
    """Keeps `bridge.ports.Crm`."""

    def __init__(self, source: CrmSource, settings: Crm) -> None:
        self.source, self._settings = source, settings
        self._cache: OrderedDict[str, tuple[float, CrmAnswer]] = OrderedDict()
        self._of: OrderedDict[str, str] = OrderedDict()
        self.counts: Counter[str] = Counter()
        """answers by status, and `cached`"""
        self._answers = True

    async def lookup(self, question: CrmQuestion) -> CrmAnswer:
        key = key_of(question, self._settings)
        if key is None:
            answer = CrmAnswer(status="unknown")
        elif kept := self._kept(key.caller):
            self.counts["cached"] += 1
            self._note(question.conversation, kept)
            return kept
        else:
            answer = await self._asked(key)
        self.counts[answer.status] += 1
        self._note(question.conversation, answer)
        return answer

    def customer_of(self, conversation: str) -> str:
        """The id of the customer found for it; "" where none was. Asked once, at its end."""
        return self._of.pop(conversation, "")

    async def close(self) -> None:
        await self.source.close()

    def describe(self) -> dict[str, Any]:
        """`connected`: the latest question was answered."""
        return {"kind": self._settings.kind, "connected": self._answers, **self.counts}

    async def _asked(self, key: Key) -> CrmAnswer:
        try:
            async with asyncio.timeout(self._settings.deadline_s * SHARE):
                record = await self.source.find(key)
        except Exception as error:
            self._answers = False
            cause = error.cause if isinstance(error, CrmTrouble) else type(error).__name__
            log.warning("no answer from the CRM", call=key.conversation, cause=cause)
            return CrmAnswer(status="no_answer")
        self._answers = True
        answer = CrmAnswer(status="found", record=record) if record else CrmAnswer(status="unknown")
        self._keep(key.caller, answer)
        return answer

    def _note(self, conversation: str, answer: CrmAnswer) -> None:
        if answer.record and answer.record.id:
            self._of[conversation] = answer.record.id
        while len(self._of) > REMEMBERED:
            self._of.popitem(last=False)

    def _kept(self, caller: str) -> CrmAnswer | None:
        until, answer = self._cache.get(caller, (0.0, None))
        return answer if answer and time.monotonic() < until else None

    def _keep(self, caller: str, answer: CrmAnswer) -> None:
        if not self._settings.cache_s:
            return
        self._cache[caller] = (time.monotonic() + self._settings.cache_s, answer)
        self._cache.move_to_end(caller)
        while len(self._cache) > REMEMBERED:
            self._cache.popitem(last=False)


def key_of(question: CrmQuestion, settings: Crm) -> Key | None:
    """Who is to be looked up; None for a caller without a number, or with what is none."""
    if settings.header:
        wanted = settings.header.lower()
        found = next(
            (value for name, value in question.headers.items() if name.lower() == wanted), ""
        ).strip()
        if KEY.fullmatch(found):
            return Key(caller=found, given=found, conversation=question.conversation)
    number = international(question.caller, settings.country)
    if not number:
        return None
    given = question.caller if KEY.fullmatch(question.caller) else number
    return Key(caller=number, given=given, conversation=question.conversation)


def international(caller: str, country: str) -> str:
    """The digits with the country's, "" for what is no number."""
    digits = number_of(caller)
    if not NUMBER.fullmatch(digits):
        return ""
    if country and digits.startswith("0"):
        return country + digits[1:]
    return digits
