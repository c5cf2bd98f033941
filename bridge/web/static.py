"""The files of the console page, and the headers under which they are served.

The policy lets the page run its own modules and talk to its own bridge; nothing inline, nothing from
elsewhere, in nobody's frame. What callers say reaches the page as JSON and is shown as text.
"""

from pathlib import Path
from typing import Final

from fastapi import FastAPI
from fastapi.responses import FileResponse
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

FILES: Final = Path(__file__).parent / "console"
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "media-src 'self' blob:; worker-src 'self'; form-action 'none'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
    "Cache-Control": "no-cache",
}


class _Guarded(StaticFiles):
    """Static files with the headers; a browser asks each time whether its copy is still good."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: dict[str, object]) -> None:
            if message["type"] == "http.response.start":
                given = message.get("headers", [])
                assert isinstance(given, list)
                own = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
                message = {**message, "headers": [*given, *own]}
            await send(message)

        await super().__call__(scope, receive, with_headers)  # type: ignore[arg-type]


def add_console_files(app: FastAPI) -> None:
    """The page at / and its parts under /console/, the same for everybody and without a secret: who may see
    anything is asked by the WebSocket the page opens."""

    @app.get("/", include_in_schema=False)
    async def page() -> FileResponse:
        return FileResponse(FILES / "index.html", headers=HEADERS)

    app.mount("/console", _Guarded(directory=FILES))
