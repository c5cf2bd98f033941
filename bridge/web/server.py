"""The HTTP API: state and escalation requests from the bot, briefs for the agent, orders from a console."""

import asyncio
import hmac
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Annotated, Any, Literal

import uvicorn
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from bridge.app import messages as m
from bridge.app.service import Service
from bridge.config import Settings
from bridge.model.bot import BotState
from bridge.model.brief import Brief
from bridge.model.cue import Escalation
from bridge.model.handoff import Event
from bridge.web.page import Pages

STATE: TypeAdapter[BotState] = TypeAdapter(BotState)
Text = Annotated[str, Field(max_length=500)]
Parts = Mapping[str, Callable[[], dict[str, Any]]]


Reason = Literal[
    "bot_limit", "explicit_request", "low_confidence", "sensitive", "out_of_scope", "repeated_failure",
    "no_progress", "complaint_or_dispute", "cancellation",
]  # fmt: skip


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class StateReport(Body):
    """What the bot knows. `collecting`: it takes digits now, so 0 is no request for a person; "card": those
    of a payment card, of which nothing is kept, keyed or spoken. `expects`: the kind of answer it waits for:
    speakers of digits may pause longer, a yes is over sooner."""

    state: BotState
    collecting: bool | Literal["card"] = False
    expects: Literal["", "yes_no", "choice", "digits"] = ""


class EscalationRequest(Body):
    """The bot wants a human."""

    reason: Reason = "bot_limit"
    note: Text = ""
    target: Text | None = None


class Order(Body):
    """A person's order about the handoff under way."""

    order: Literal["accept", "dismiss", "release", "hand_back", "wrap_up"]
    disposition: Text | None = None
    note: Annotated[str, Field(max_length=5000)] | None = None


ORDERS = {
    "accept": Event.ACCEPTED_CONFERENCE,
    "dismiss": Event.DISMISSED,
    "release": Event.RELEASE,
    "hand_back": Event.HAND_BACK,
    "wrap_up": Event.DISPOSITION_SET,
}


def make_app(settings: Settings, service: Service, pages: Pages, parts: Parts | None = None) -> FastAPI:
    """All routes but /healthz want `Authorization: Bearer TOKEN` when `api.token` is set. `parts`: other
    parts of the process, with what each says of itself in /healthz."""
    secret = settings.api.secret()

    def allowed(request: Request) -> None:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if secret and not hmac.compare_digest(given.encode(), secret.encode()):
            raise HTTPException(401, {"code": "unauthorized", "message": "send Authorization: Bearer TOKEN"})

    app = FastAPI(title="handoff-bridge", version=version("handoff-bridge"))
    guarded = {"dependencies": [Depends(allowed)]}

    @app.get("/healthz")
    async def healthz() -> dict[str, Any]:
        return {
            "ok": True,
            "conversations": len(service.live),
            "asr": service.asr.describe(),
            "registrations": service.registrations.describe(),
            **{name: describe() for name, describe in (parts or {}).items()},
        }

    @app.get("/", response_class=HTMLResponse, **guarded)  # type: ignore[arg-type]
    async def index() -> str:
        return pages.index([(id, live.handoffs.state) for id, live in service.live.items()])

    @app.get("/v1/conversations", **guarded)  # type: ignore[arg-type]
    async def conversations() -> list[dict[str, Any]]:
        return [{"id": id, "handoff": live.handoffs.state} for id, live in service.live.items()]

    @app.put("/v1/conversations/{id}/state", status_code=204, **guarded)  # type: ignore[arg-type]
    async def report(id: str, body: StateReport) -> None:
        _found(service.tell(id, m.BotReported(body.state, body.collecting, body.expects)))

    @app.post("/v1/conversations/{id}/escalate", status_code=202, **guarded)  # type: ignore[arg-type]
    async def escalate(id: str, body: EscalationRequest) -> dict[str, str]:
        wanted = Escalation(
            reason=body.reason, rule="bot_api", quote=body.note, score=1.0, at_s=0.0, source="bot_api",
            explicit=body.reason == "explicit_request", target=body.target,
        )  # fmt: skip
        _found(service.escalate(id, m.Escalate(wanted)))
        return {"conversation": id}

    @app.post("/v1/conversations/{id}/order", status_code=202, **guarded)  # type: ignore[arg-type]
    async def order(id: str, body: Order) -> dict[str, str]:
        _found(service.tell(id, m.Ordered(ORDERS[body.order], body.disposition, body.note)))
        return {"conversation": id}

    @app.get("/v1/conversations/{id}/brief", **guarded)  # type: ignore[arg-type]
    async def brief(id: str) -> Brief:
        return newest(id)

    @app.get("/v1/conversations/{id}", response_class=HTMLResponse, **guarded)  # type: ignore[arg-type]
    async def page(id: str) -> str:
        return pages.html(id, newest(id))

    def newest(id: str) -> Brief:
        """As renewed while the call goes on; behind its end, as it was last shown."""
        found = service.brief_of(id) or pages.brief(id)
        _found(found is not None)
        assert found
        return found

    return app


def _found(yes: bool) -> None:
    if not yes:
        raise HTTPException(404, {"code": "unknown_conversation", "message": "no such live conversation"})


async def serve_api(settings: Settings, service: Service, pages: Pages, parts: Parts | None = None) -> None:
    """Until cancelled. Port 0 switches the API off."""
    if settings.api.port == 0:
        return
    config = uvicorn.Config(
        make_app(settings, service, pages, parts),
        host=settings.api.bind,
        port=settings.api.port,
        log_level="warning",
        lifespan="off",
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    try:
        await server._serve()
    except asyncio.CancelledError:
        server.should_exit = True
        raise
