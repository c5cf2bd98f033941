"""`handoff token`: a token for the HTTP API, shown once; the configuration keeps its hash."""

import json
from secrets import token_urlsafe
from typing import Annotated

import typer
import yaml
from pydantic import ValidationError

from bridge.config.outside import Token
from bridge.options import JsonOption, fail
from bridge.web.auth import hash_of


def token(
    name: Annotated[str, typer.Argument(help="Who it is for, as the log names it.")],
    role: Annotated[str, typer.Option(help="bot, readonly, agent, supervisor or admin.")] = "agent",
    agent: Annotated[str | None, typer.Option(help="The agent it belongs to; needed for role agent.")] = None,
    expires: Annotated[str | None, typer.Option(help="The last day on which it is good: 2027-01-31.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Make a token for the HTTP API: the token itself once, and the lines for the configuration."""
    secret = token_urlsafe(32)
    try:
        made = Token.model_validate(
            {"name": name, "role": role, "agent": agent, "sha256": hash_of(secret), "expires": expires}
        )
    except ValidationError as error:
        causes = "; ".join(one["msg"] for one in error.errors())
        raise fail(f"no such token can be: {causes}", 2) from None
    lines = made.model_dump(mode="json", exclude_none=True)
    if as_json:
        typer.echo(json.dumps({"token": secret, "config": lines}))
        return
    typer.echo(f"token, shown this once: {secret}\n\nfor the configuration, under api.tokens:")
    typer.echo(yaml.safe_dump([lines], sort_keys=False).rstrip())
