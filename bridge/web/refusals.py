"""Every refusal has one shape: {"detail": {"code", "message"}}; what was sent is never repeated in it."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

CODES = {
    400: "bad_request", 404: "not_found", 405: "method_not_allowed", 413: "too_large", 415: "not_json",
    422: "invalid",
}  # fmt: skip


class Refusal(BaseModel):
    code: str
    message: str


class Refused(BaseModel):
    """What every status from 400 on answers."""

    detail: Refusal


def refusing(app: FastAPI) -> None:
    """Installs the shape."""

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> JSONResponse:
        detail: Any = error.detail
        if not isinstance(detail, dict):
            detail = {"code": CODES.get(error.status_code, "refused"), "message": str(detail)}
        return JSONResponse({"detail": detail}, error.status_code, headers=error.headers)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        detail = {"code": "invalid", "message": f"{where}: {first['msg']}"[:500]}
        return JSONResponse({"detail": detail}, 422)


RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": Refused, "description": "refused; `detail.code` is stable"}
}
