"""Conversations found by what was said in them."""

from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, HTTPException, Query
from pydantic import BaseModel

from bridge.ports import Hit, SearchAway
from bridge.web.auth import Identity
from bridge.web.backstage import Backstage

log = structlog.get_logger()


class Found(BaseModel):
    """`next`: what to give as `before` for older ones; None where there are none."""

    hits: list[Hit]
    next: int | None = None


def search_routes(stage: Backstage) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["records"])

    @router.get("/search", responses={503: {"description": "`search_away`: the database is not reached."}})
    async def search(
        who: Annotated[Identity, Depends(stage.need("supervisor"))],
        q: Annotated[str, Query(min_length=1, max_length=500)],
        before: Annotated[int | None, Query(ge=1, le=2**53)] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> Found:
        """Utterances of finished conversations, filed last first: all words of `q`, phrases in quotes."""
        if stage.search is None:
            raise HTTPException(503, {"code": "search_away", "message": "no database is configured"})
        try:
            found = await stage.search.search(q, before=before, limit=limit)
        except SearchAway as error:
            log.warning("search not answered", cause=str(error))
            raise HTTPException(503, {"code": "search_away", "message": "try again later"}) from None
        return Found(hits=list(found.hits), next=found.next)

    return router
