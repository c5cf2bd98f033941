"""Whether the bridge lives, whether it may be sent calls, and what it counts."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from fastapi.responses import JSONResponse

from bridge.web.auth import Identity
from bridge.web.backstage import Backstage


def health_routes(stage: Backstage) -> APIRouter:
    service = stage.service
    router = APIRouter(tags=["health"])

    @router.get("/healthz")
    async def healthz() -> dict[str, Any]:
        """That it answers is the news; what its parts say of themselves is for people."""
        return {
            "ok": True,
            "conversations": len(service.live),
            "asr": service.asr.describe(),
            "registrations": service.registrations.describe(),
            "console": stage.console.describe(),
            **{name: describe() for name, describe in stage.parts.items()},
        }

    @router.get("/readyz", responses={503: {"description": "Not ready; `missing` says for want of what."}})
    async def readyz() -> JSONResponse:
        """For a load balancer: 503 while voices are warmed, nobody listens yet, or the bridge is going."""
        missing = stage.ready()
        return JSONResponse({"ready": not missing, "missing": missing}, 503 if missing else 200)

    @router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
    async def metrics(who: Annotated[Identity, Depends(stage.need("readonly"))]) -> Response:
        """Prometheus' text format; no series names a call or a caller (docs/observability.md)."""
        text, media_type = stage.metrics()
        return Response(text, media_type=media_type)

    return router
