"""What handoffs are worth, and what callers answer who are asked."""

from datetime import UTC, date, datetime
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Depends, HTTPException, Query
from pydantic import BaseModel, ConfigDict, Field

from bridge.ports import Ledger, LedgerAway
from bridge.web.auth import Identity
from bridge.web.backstage import Backstage

log = structlog.get_logger()
AWAY: dict[int | str, dict[str, Any]] = {
    503: {"description": "`measures_away`: the database is not reached."}
}
FOR_EVER_S = 1e12


class SurveyAnswer(BaseModel):
    """How satisfied the caller was, 1 (bad) to 5, and who asked him."""

    model_config = ConfigDict(extra="forbid")

    score: Annotated[int, Field(ge=1, le=5)]
    channel: Annotated[str, Field(max_length=32, pattern=r"^[a-z0-9_-]+$")] = "link"


def measure_routes(stage: Backstage) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["measures"], responses=AWAY)

    @router.get("/measures")
    async def measures(
        who: Annotated[Identity, Depends(stage.need("supervisor"))],
        since: date | None = None,
        until: date | None = None,
        days: Annotated[float, Query(gt=0, le=90)] = 7.0,
    ) -> dict[str, Any]:
        """The report of `handoff report --json` (docs/measures.md), at most a minute old. `until` is the day
        after the last one; who calls again within `days` was not helped."""
        try:
            return await _ledger(stage).report(
                since_s=_at(since, 0.0), until_s=_at(until, FOR_EVER_S), days=days
            )
        except LedgerAway as error:
            raise _away(error) from None

    @router.post("/records/{id}/survey", status_code=204)
    async def survey(
        id: str, body: SurveyAnswer, who: Annotated[Identity, Depends(stage.need("supervisor", bot=True))]
    ) -> None:
        """For whoever asks callers by link or message; not for agents, whose work is judged by it."""
        try:
            known = await _ledger(stage).answered(id, body.score, body.channel)
        except LedgerAway as error:
            raise _away(error) from None
        if not known:
            raise HTTPException(404, {"code": "unknown_record", "message": "no such record"})

    return router


def _ledger(stage: Backstage) -> Ledger:
    if stage.ledger is None:
        raise HTTPException(503, {"code": "measures_away", "message": "no database is configured"})
    return stage.ledger


def _away(error: LedgerAway) -> HTTPException:
    log.warning("measures not answered", cause=str(error))
    return HTTPException(503, {"code": "measures_away", "message": "try again later"})


def _at(day: date | None, otherwise: float) -> float:
    return otherwise if day is None else datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
