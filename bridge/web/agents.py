"""The agents: who may take calls now, and saying that one wants to or not."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from pydantic import Field

from bridge.model.agent import AgentView
from bridge.web.auth import Denied, Identity
from bridge.web.backstage import Backstage
from bridge.web.conversations import Body


class PresenceReport(Body):
    """`willing`: wants calls. `reason`: why not, as people call it: lunch, training."""

    willing: bool
    reason: Annotated[str, Field(max_length=80)] = ""


def agent_routes(stage: Backstage) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["agents"])
    reader = Annotated[Identity, Depends(stage.need("readonly"))]
    agent = Annotated[Identity, Depends(stage.need("agent"))]

    @router.get("/agents")
    async def agents(who: reader) -> list[AgentView]:
        return list(stage.roster.views())

    @router.put("/agents/{id}/presence", status_code=204)
    async def presence(id: str, body: PresenceReport, who: agent) -> None:
        """An agent of himself, a supervisor of anybody."""
        if who.role == "agent" and who.agent != id:
            raise Denied(403, "not_yours", f"{who.agent} speaks for himself only")
        if not stage.roster.declare(id, body.willing, source=f"http:{who.name}", reason=body.reason):
            raise HTTPException(404, {"code": "unknown_agent", "message": "no such agent"})

    return router
