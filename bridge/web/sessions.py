"""Browser sessions: a token once, then a cookie no script can read."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from bridge.config.outside import Role
from bridge.web.auth import COOKIE, Identity
from bridge.web.backstage import Backstage


class Login(BaseModel):
    model_config = ConfigDict(extra="forbid")

    token: Annotated[str, Field(min_length=1, max_length=500)]


class Who(BaseModel):
    name: str
    role: Role
    agent: str | None = None


def session_routes(stage: Backstage) -> APIRouter:
    router = APIRouter(tags=["sessions"])
    known = Depends(stage.need("bot"))

    @router.post("/v1/session")
    async def begin(body: Login, request: Request, response: Response) -> Who:
        """Open a session with a token. Where no tokens are configured, any word will do."""
        who = stage.door.who(request) if stage.door.open else stage.door.bearer(body.token)
        if not stage.door.open:
            _keep(stage, request, response, stage.door.session(body.token))
        return Who(name=who.name, role=who.role, agent=who.agent)

    @router.delete("/v1/session", status_code=204)
    async def end(request: Request, response: Response, who: Annotated[Identity, known]) -> None:
        stage.door.leave(request)
        response.delete_cookie(COOKIE, path="/")

    @router.get("/v1/me")
    async def me(request: Request, response: Response, who: Annotated[Identity, known]) -> Who:
        """Who you are here; keeps a session from ending."""
        if renewed := stage.door.renewed(request):
            _keep(stage, request, response, renewed)
        return Who(name=who.name, role=who.role, agent=who.agent)

    return router


def _keep(stage: Backstage, request: Request, response: Response, sealed: str) -> None:
    """`Secure` wherever the browser came by TLS, itself or through a proxy that says so."""
    secure = "https" in (request.url.scheme, request.headers.get("x-forwarded-proto", ""))
    response.set_cookie(
        COOKIE, sealed, max_age=stage.door.idle_s, path="/", httponly=True, samesite="strict", secure=secure
    )
