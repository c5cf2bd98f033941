"""Live conversations: what the bot tells, what a person orders, what they may see."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, HTTPException
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter

from bridge.app import messages as m
from bridge.app.conversation import Conversation
from bridge.model.bot import BotState
from bridge.model.brief import Brief
from bridge.model.cue import Escalation
from bridge.model.handoff import Event
from bridge.model.transcript import Utterance
from bridge.web.auth import Identity
from bridge.web.backstage import Backstage

STATE: TypeAdapter[BotState] = TypeAdapter(BotState)
Text = Annotated[str, Field(max_length=500)]
Reason = Literal[
    "bot_limit", "explicit_request", "low_confidence", "sensitive", "out_of_scope", "repeated_failure",
    "no_progress", "complaint_or_dispute", "cancellation",
]  # fmt: skip
ORDERS = {
    "accept": Event.ACCEPTED_CONFERENCE,
    "dismiss": Event.DISMISSED,
    "release": Event.RELEASE,
    "hand_back": Event.HAND_BACK,
    "wrap_up": Event.DISPOSITION_SET,
}


DEEPEST = 20
"""levels of what a bot may nest in its state"""


def nested(value: Any) -> Any:
    """The value, if it is no deeper than anything a bot knows. Raises ValueError."""
    level = [value]
    for _ in range(DEEPEST):
        level = [
            inner for outer in level if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]  # fmt: skip
    if level:
        raise ValueError(f"nested deeper than {DEEPEST} levels")
    return value


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class StateReport(Body):
    """What the bot knows. `collecting`: it takes digits now, so 0 is no request for a person; "card": those
    of a payment card, of which nothing is kept, keyed or spoken. `expects`: the kind of answer it waits for:
    speakers of digits may pause longer, a yes is over sooner."""

    state: Annotated[BotState, BeforeValidator(nested)]
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


class Taken(BaseModel):
    """It reached the conversation; what becomes of it is told in the feed."""

    conversation: str


class Row(BaseModel):
    """A live conversation, as everybody may see it. `handoff` is the handoff's state, None before one."""

    id: str
    seconds: float
    handoff: str | None = None
    reason: str | None = None
    agents: list[str] = []


class Detail(Row):
    """With what was said, redacted."""

    brief: Brief | None = None
    transcript: list[Utterance] = []


def conversation_routes(stage: Backstage) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["conversations"])
    reader = Annotated[Identity, Depends(stage.need("readonly"))]
    agent = Annotated[Identity, Depends(stage.need("agent"))]
    bot = Annotated[Identity, Depends(stage.need("agent", bot=True))]

    @router.get("/conversations")
    async def conversations(who: reader) -> list[Row]:
        """The live ones; an agent's own."""
        live = stage.service.live.items()
        return [_row(stage, id, one) for id, one in live if stage.owns(who, stage.service.agents_of(id))]

    @router.get("/conversations/{id}")
    async def detail(id: str, who: agent) -> Detail:
        one = stage.live(who, id)
        told = list(one.call.told.utterances)
        return Detail(**dict(_row(stage, id, one)), brief=one.brief, transcript=told)

    @router.put("/conversations/{id}/state", status_code=204)
    async def report(id: str, body: StateReport, who: bot) -> None:
        stage.live(who, id)
        stage.service.tell(id, m.BotReported(body.state, body.collecting, body.expects))

    @router.post("/conversations/{id}/escalate", status_code=202)
    async def escalate(id: str, body: EscalationRequest, who: bot) -> Taken:
        stage.live(who, id)
        wanted = Escalation(
            reason=body.reason, rule="bot_api", quote=body.note, score=1.0, at_s=0.0, source="bot_api",
            explicit=body.reason == "explicit_request", target=body.target,
        )  # fmt: skip
        stage.service.escalate(id, m.Escalate(wanted))
        return Taken(conversation=id)

    @router.post("/conversations/{id}/order", status_code=202)
    async def order(id: str, body: Order, who: agent) -> Taken:
        stage.live(who, id)
        stage.service.tell(id, m.Ordered(ORDERS[body.order], body.disposition, body.note))
        return Taken(conversation=id)

    @router.get("/conversations/{id}/brief")
    async def brief(id: str, who: agent) -> Brief:
        return _newest(stage, who, id)

    @router.get("/conversations/{id}/page", response_class=HTMLResponse, include_in_schema=False)
    async def page(id: str, who: agent) -> str:
        return stage.pages.html(id, _newest(stage, who, id))

    return router


def _row(stage: Backstage, id: str, one: Conversation) -> Row:
    live = one.handoffs.live
    return Row(
        id=id, seconds=round(one.call.now_s(), 1), handoff=one.handoffs.state,
        reason=live.escalation.reason if live else None, agents=sorted(stage.service.agents_of(id)),
    )  # fmt: skip


def _newest(stage: Backstage, who: Identity, id: str) -> Brief:
    """As renewed while the call goes on; behind its end, as it was last shown to whom it was shown."""
    if id in stage.service.live:
        found = stage.live(who, id).brief
    else:
        shown = stage.pages.shown(id)
        found = shown[1] if shown and stage.owns(who, frozenset({shown[0]})) else None
    if found is None:
        raise HTTPException(404, {"code": "unknown_conversation", "message": "no brief of such a call"})
    return found
