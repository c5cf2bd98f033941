"""What became of conversations: their records, newest first."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query
from pydantic import BaseModel

from bridge.app.whose import agents_in
from bridge.model.record import ConversationRecord
from bridge.web.auth import Identity
from bridge.web.backstage import Backstage


class RecordRow(BaseModel):
    """One conversation in a list; everything else is in its record."""

    id: str
    started_at: str
    seconds: float
    ended: str
    results: list[str]
    """of each handoff"""


class Rows(BaseModel):
    """`next`: what to give as `before` for older ones; None where there are none. A page of an agent may be
    short: it holds his own out of so many."""

    records: list[RecordRow]
    next: str | None = None


def record_routes(stage: Backstage) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["records"])
    agent = Annotated[Identity, Depends(stage.need("agent"))]

    @router.get("/records")
    async def records(
        who: agent,
        before: Annotated[str | None, Query(max_length=200)] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> Rows:
        page = await stage.records.recent(before=before, limit=limit)
        mine = [record for record in page.records if stage.owns(who, agents_in(record))]
        return Rows(records=[_row(record) for record in mine], next=page.next)

    @router.get("/records/{id}")
    async def record(id: str, who: agent) -> ConversationRecord:
        found = await stage.records.find(id)
        if found is None or not stage.owns(who, agents_in(found)):
            raise HTTPException(404, {"code": "unknown_record", "message": "no such record"})
        return found

    return router


def _row(record: ConversationRecord) -> RecordRow:
    return RecordRow(
        id=record.id, started_at=record.started_at, seconds=record.seconds, ended=record.ended,
        results=[handoff.outcome.result for handoff in record.handoffs],
    )  # fmt: skip
