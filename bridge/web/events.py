"""The live feed: server-sent events that go on where a reader left off (Last-Event-ID)."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Header, Query
from fastapi.sse import EventSourceResponse, ServerSentEvent

from bridge.ports import Told
from bridge.web.auth import Identity
from bridge.web.backstage import Backstage

WORDS: Final = ("quote", "headline", "told")
RETRY_MS: Final = 1000


def event_routes(stage: Backstage) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["events"])
    reader = Annotated[Identity, Depends(stage.need("readonly"))]

    @router.get("/events", response_class=EventSourceResponse)
    async def events(
        who: reader,
        call: Annotated[str | None, Query(max_length=64, description="of one conversation only")] = None,
        last_event_id: Annotated[str | None, Header(max_length=80)] = None,
    ) -> AsyncIterator[ServerSentEvent]:
        """The same messages as over MQTT (`handoff schema asyncapi`), each under its channel's name. `reset`
        says that something is missing: fetch the conversations anew. readonly gets no words."""
        yield ServerSentEvent(comment="handoff-bridge", retry=RETRY_MS)
        async for told in stage.feed.since(last_event_id):
            if told is None:
                yield ServerSentEvent(event="reset", data={})
            elif (call is None or told.call == call) and (body := _seen_by(stage, who, told)):
                yield ServerSentEvent(event=told.channel, id=told.id, data=body)

    return router


def _seen_by(stage: Backstage, who: Identity, told: Told) -> dict[str, Any] | None:
    """What of it this reader may know."""
    if not stage.owns(who, told.agents):
        return None
    if who.at_least("agent"):
        return told.body
    if told.channel == "transcript":
        return None
    return {name: value for name, value in told.body.items() if name not in WORDS}
