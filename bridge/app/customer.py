"""Who calls, by the customer database: asked at the INVITE, waited for by nobody for long."""

import asyncio
from collections.abc import Callable

import structlog

from bridge.app.call import Call
from bridge.model.crm import CrmAnswer, CrmQuestion, CrmRecord
from bridge.ports import Crm

log = structlog.get_logger()


class Customer:
    """One a conversation. `told` is called when the answer is there, or none will be."""

    def __init__(self, call: Call, told: Callable[[], None]) -> None:
        self._call, self._told = call, told
        self._asking: asyncio.Task[None] | None = None

    def ask(self) -> None:
        """Once; a caller who comes back from a transfer is known already."""
        crm = self._call.desk.crm
        if crm is not None and self._asking is None:
            self._call.crm = CrmAnswer(status="pending")
            self._asking = self._call.spawn("crm", self._ask(crm))
        if self._asking is None:
            self._call.crm_over.set()

    def _take(self, answer: CrmAnswer) -> None:
        self._call.crm = answer
        self._call.emit("crm", status=answer.status)
        self._told()
        self._call.crm_over.set()

    def close(self) -> None:
        """The call is over: nobody wants to know any more."""
        if self._asking:
            self._asking.cancel()

    async def _ask(self, crm: Crm) -> None:
        call = self._call
        question = CrmQuestion(conversation=call.id, caller=call.caller_id, headers=dict(call.headers))
        answer = CrmAnswer(status="no_answer")
        try:
            async with asyncio.timeout(call.settings.crm.deadline_s):
                answer = await crm.lookup(question)
        except Exception as error:
            log.warning("no answer from the CRM", call=call.id, cause=type(error).__name__)
        self._take(answer)


def shown(record: CrmRecord | None) -> dict[str, str]:
    """As the brief has it: one line a thing, in the order in which one reads it."""
    if record is None:
        return {}
    contacts = {
        "last contact" if number == 1 else f"contact {number}": line
        for number, line in enumerate(record.interactions, 1)
    }
    head = {"name": record.name or "", "tier": record.tier or ""}
    return {name: value for name, value in {**head, **record.fields, **contacts}.items() if value}
