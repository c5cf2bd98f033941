"""`/v1/console`, one page's WebSocket. Out: what it may see. In: orders, presence, that a brief is shown."""

import asyncio
import contextlib
from contextlib import AbstractAsyncContextManager
from typing import Annotated, Final, Literal

from fastapi import APIRouter, WebSocket
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from starlette.websockets import WebSocketDisconnect, WebSocketState

from bridge.app import messages as m
from bridge.ports import Answer
from bridge.web.auth import Denied
from bridge.web.backstage import Backstage
from bridge.web.desk import Console, OpenPage
from bridge.web.telephones import PageTelephone
from bridge.web.view import View, text_of

UNKNOWN, FORBIDDEN, AGAIN, BAD = 4401, 4403, 4000, 4400
"""close codes: sign in; may not; come again (the session has been renewed, or is over); not our page"""
CHECK_S: Final = 60.0
"""how often it is asked whether the session still stands"""
Id = Annotated[str, Field(max_length=80)]


class Sent(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Shown(Sent):
    type: Literal["shown"]
    show: Id


class Again(Sent):
    type: Literal["again"]


class Presence(Sent):
    type: Literal["presence"]
    willing: bool
    reason: Annotated[str, Field(max_length=80)] = ""


class Order(Sent):
    """`n` comes back with the answer."""

    type: Literal["order"]
    n: int
    verb: (
        m.Button
        | Literal["pass_on", "draft", "finish", "supervise", "leave", "tick", "dismiss", "open_transcript"]
    )
    conversation: Id
    handoff: Id | None = None
    target: Id = ""
    hint: Annotated[str, Field(max_length=300)] = ""
    note: Annotated[str, Field(max_length=5000)] | None = None
    disposition: Annotated[str, Field(max_length=80)] | None = None
    brief: Literal["right", "partly", "wrong"] | None = None
    mode: Literal["listen", "coach", "barge"] = "listen"


SENT: Final[TypeAdapter[Shown | Again | Presence | Order]] = TypeAdapter(
    Annotated[Shown | Again | Presence | Order, Field(discriminator="type")]
)


def console_routes(stage: Backstage) -> APIRouter:
    console = stage.console
    router = APIRouter()

    @router.websocket("/v1/console")
    async def talk(socket: WebSocket, agent: str | None = None) -> None:
        await socket.accept()
        try:
            page = _admitted(stage, socket, agent)
        except Denied as denied:
            await socket.close(UNKNOWN if denied.status_code == 401 else FORBIDDEN)
            return
        console.open.add(page)
        try:
            async with asyncio.TaskGroup() as tasks:
                console.snapshot(page)
                background = [
                    tasks.create_task(_write(socket, console, page)),
                    tasks.create_task(_watch_agents(stage, console, page)),
                    tasks.create_task(_watch_session(stage, socket)),
                ]
                async with _telephone(stage, page) as telephone:
                    await _read(stage, page, socket, telephone)
                for task in background:
                    task.cancel()
        finally:
            console.open.discard(page)

    return router


def _admitted(stage: Backstage, socket: WebSocket, agent: str | None) -> OpenPage:
    """An agent sits at his own desk, who may see all at anybody's; where nobody needs a token, at the first
    agent's. Raises `Denied`."""
    who = stage.door.who(socket)
    if not who.at_least("readonly"):
        raise Denied(403, "forbidden", f"{who.name} has role {who.role}; this wants readonly")
    if who.at_least("supervisor") and agent is not None:
        return OpenPage(who, agent or None)
    if stage.door.open and (agents := stage.roster.views()):
        return OpenPage(who, agents[0].id)
    return OpenPage(who, who.agent)


def _telephone(stage: Backstage, page: OpenPage) -> AbstractAsyncContextManager[PageTelephone | None]:
    """The page as a telephone, where it can be one."""
    if stage.telephones is None or not page.sit or not page.words:
        return contextlib.nullcontext()

    async def send(message: View) -> None:
        page.queue.put_nowait(message)

    return stage.telephones.page(page.sit, send)


async def _write(socket: WebSocket, console: Console, page: OpenPage) -> None:
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        while True:
            message = await page.queue.get()
            if message is None:
                console.snapshot(page)
            else:
                await socket.send_text(text_of(message))


async def _watch_agents(stage: Backstage, console: Console, page: OpenPage) -> None:
    rev = max((agent.rev for agent in stage.roster.views()), default=0)
    while True:
        rev = await stage.roster.changed(rev)
        page.tell({"type": "agents", "agents": console.agents()})


async def _watch_session(stage: Backstage, socket: WebSocket) -> None:
    while True:
        await asyncio.sleep(CHECK_S)
        try:
            stage.door.who(socket)
        except Denied:
            await socket.close(AGAIN)
            return


async def _read(stage: Backstage, page: OpenPage, socket: WebSocket, telephone: PageTelephone | None) -> None:
    """Until the page goes. What is not from our page ends the connection."""
    try:
        while True:
            message = await socket.receive_json()
            if isinstance(message, dict) and str(message.get("type", "")).startswith("phone."):
                if telephone:
                    telephone.receive(message)
            else:
                await _take(stage, page, SENT.validate_python(message))
    except WebSocketDisconnect:
        return
    except (ValueError, RuntimeError):  # neither JSON nor one of ours; or the connection is gone
        if socket.application_state is WebSocketState.CONNECTED:
            await socket.close(BAD)


async def _take(stage: Backstage, page: OpenPage, message: Shown | Again | Presence | Order) -> None:
    match message:
        case Shown():
            stage.console.seen(message.show)
        case Again():
            page.restart()
        case Presence():
            if page.sit and page.words:
                source = f"console:{page.who.name}"
                stage.roster.declare(page.sit, message.willing, source=source, reason=message.reason)
        case Order():
            answer = await _obey(stage, page, message)
            page.queue.put_nowait(
                {"type": "answer", "n": message.n, "code": answer.code, "message": answer.message}
            )
            if message.verb == "draft" and answer.code == "accepted":
                page.tell({"type": "drafted", "handoff": message.handoff, "draft": _typed(message)})


async def _obey(stage: Backstage, page: OpenPage, order: Order) -> Answer:
    """An agent orders in the call that is his; supervisors, in any. The call itself looks at that again."""
    who = page.who
    if not who.at_least("agent"):
        return Answer(code="refused", message="You may look on only.")
    supervising = order.verb in ("supervise", "leave")
    if supervising and not who.at_least("supervisor"):
        return Answer(code="refused", message="Only a supervisor may.")
    return await stage.service.control(
        order.conversation,
        _what(stage, page, order),
        by=who.name,
        agent=None if supervising or (who.at_least("supervisor") and not page.sit) else page.sit or "",
        handoff=order.handoff,
    )


def _what(
    stage: Backstage, page: OpenPage, order: Order
) -> m.Pressed | m.PassedOn | m.Drafted | m.Hinted | m.Opened | m.Supervised:
    match order.verb:
        case "pass_on":
            return m.PassedOn(order.target, order.note or "")
        case "draft" | "finish":
            return m.Drafted(order.disposition, order.note, order.brief, finished=order.verb == "finish")
        case "tick":
            return m.Hinted(order.hint, "ticked")
        case "dismiss":
            return m.Hinted(order.hint, "dismissed")
        case "open_transcript":
            return m.Opened("transcript")
        case "supervise":
            return m.Supervised(order.mode, stage.settings.console.telephone(page.who.name))
        case "leave":
            return m.Supervised(None)
        case _:
            return m.Pressed(order.verb)


def _typed(order: Order) -> dict[str, str | None]:
    return {"disposition": order.disposition, "note": order.note, "brief": order.brief}
