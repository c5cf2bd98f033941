"""The published JSON Schemas, generated from the types; `configs/schemas/` holds what was released."""

from typing import Any, cast

from cryptography.fernet import Fernet
from pydantic import TypeAdapter

from bridge.model.bot import BotState
from bridge.model.brief import Brief
from bridge.model.record import ConversationRecord

TYPES: dict[str, Any] = {"record": ConversationRecord, "brief": Brief, "state": BotState}
GENERATED = ("openapi", "asyncapi")
"""documents about whole interfaces"""


def schema_of(name: str) -> dict[str, Any]:
    """Raises KeyError with the known names."""
    if name == "openapi":
        return _openapi()
    if name == "asyncapi":
        return _asyncapi()
    if name not in TYPES:
        raise KeyError(", ".join([*TYPES, *GENERATED]))
    return TypeAdapter(TYPES[name]).json_schema()


def _openapi() -> dict[str, Any]:
    from bridge.config import Settings
    from bridge.web.auth import Door
    from bridge.web.backstage import Backstage
    from bridge.web.desk import Console
    from bridge.web.page import Pages
    from bridge.web.server import make_app

    settings, nothing = Settings(), cast(Any, None)
    door = Door(settings.api, Fernet.generate_key(), lambda: 0.0)
    pages = Pages()
    stage = Backstage(
        settings=settings, service=nothing, pages=pages, console=Console(pages, ""), door=door,
        roster=nothing, records=nothing, feed=nothing,
    )  # fmt: skip
    return make_app(stage).openapi()


def _asyncapi() -> dict[str, Any]:
    from bridge.adapters.mqtt.asyncapi import asyncapi

    return asyncapi()
