"""The HTTP API and the page: assembled, and served until the bridge stops."""

import asyncio
from importlib.metadata import version

import uvicorn
from fastapi import FastAPI

from bridge.config.outside import Api
from bridge.web.agents import agent_routes
from bridge.web.backstage import Backstage
from bridge.web.body_limit import BodyLimit
from bridge.web.conversations import conversation_routes
from bridge.web.events import event_routes
from bridge.web.health import health_routes
from bridge.web.measures import measure_routes
from bridge.web.records import record_routes
from bridge.web.refusals import RESPONSES, refusing
from bridge.web.search import search_routes
from bridge.web.sessions import session_routes
from bridge.web.socket import console_routes
from bridge.web.static import add_console_files

ROUTES = (
    session_routes, conversation_routes, agent_routes, record_routes, search_routes,
    measure_routes, event_routes,
    health_routes,
)  # fmt: skip


def make_app(stage: Backstage) -> FastAPI:
    """All but /healthz, /readyz, POST /v1/session want a token or a session, where tokens are configured."""
    service = stage.service
    app = FastAPI(
        title="handoff-bridge",
        version=version("handoff-bridge"),
        responses=RESPONSES,
        docs_url=None,  # its page would fetch scripts from elsewhere
        redoc_url=None,
    )
    app.add_middleware(BodyLimit, most=stage.settings.api.body_bytes)
    refusing(app)
    for routes in ROUTES:
        app.include_router(routes(stage))

    add_console_files(app)
    stage.console.attach(stage.settings, service, stage.roster, telephones=stage.telephones is not None)
    app.include_router(console_routes(stage))
    return app


async def serve_api(api: Api, app: FastAPI) -> None:
    """Until cancelled. Port 0 switches the API off."""
    if api.port == 0:
        return
    config = uvicorn.Config(
        app, host=api.bind, port=api.port, log_level="warning", lifespan="off", ws="websockets-sansio",
        ws_max_size=api.body_bytes,
    )  # fmt: skip
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    try:
        await server._serve()
    except asyncio.CancelledError:
        server.should_exit = True
        raise
