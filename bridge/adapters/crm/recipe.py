"""The file that describes a CRM's HTTP API: what is asked, with which secret, what of the answer is kept."""

import os
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

import jmespath
import yaml
from jmespath.exceptions import JMESPathError
from jmespath.parser import ParsedResult
from pydantic import BaseModel, ConfigDict, Field, HttpUrl, PlainValidator, ValidationError, model_validator

from bridge.adapters.crm.wording import Wording, worded

WORDS: Final = frozenset({"caller", "given", "conversation"})
"""what a template of the lookup may use"""
WORDS_AFTER: Final = WORDS | {"id"}
"""and one of the request for the last contacts"""


WORDS_OF_WRAP_UP: Final = frozenset(
    {
        "conversation", "handoff", "customer", "caller", "started_at", "seconds", "reason", "result",
        "disposition", "note", "headline",
    }
)  # fmt: skip
"""and one of what is written at the end"""


class RecipeError(ValueError):
    """The message names the file, the key, the cause and the cure."""


def _expression(text: object) -> ParsedResult:
    if not isinstance(text, str):
        raise ValueError("must be text: a JMESPath expression")
    try:
        return jmespath.compile(text)
    except JMESPathError as error:
        raise ValueError(f"not JMESPath: {str(error).splitlines()[0]}") from None


Expression = Annotated[ParsedResult, PlainValidator(_expression)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Auth(_Part):
    """`secret_file` or `secret_env` holds the token, password, key or client secret; read at every use."""

    kind: Literal["none", "bearer", "basic", "header", "oauth2"] = "none"
    secret_file: Path | None = None
    secret_env: str | None = None
    user: str = ""
    """basic: the user; oauth2: the client id"""
    header: str = Field(default="X-Api-Key", pattern=r"^[A-Za-z][A-Za-z0-9-]*$")
    token_url: HttpUrl | None = None
    scope: str = ""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.kind != "none" and (self.secret_file is None) == (self.secret_env is None):
            raise ValueError(f"kind {self.kind} wants secret_file or secret_env, one of them")
        if self.kind in ("basic", "oauth2") and not self.user:
            raise ValueError(f"kind {self.kind} wants user")
        if self.kind == "oauth2" and self.token_url is None:
            raise ValueError("kind oauth2 wants token_url")
        return self

    def secret(self) -> str:
        """Raises OSError, and LookupError for a variable that is not set."""
        if self.secret_file:
            return self.secret_file.read_text().strip()
        return os.environ[self.secret_env] if self.secret_env else ""


class Request(_Part):
    """`path`, and all texts in `query` and `body`, are templates."""

    method: Literal["GET", "POST", "PUT", "PATCH"] = "GET"
    path: str = Field(pattern=r"^/")
    query: dict[str, str] = {}
    body: dict[str, Any] | None = None

    def templates(self) -> list[Any]:
        return [self.path, self.query, self.body]


class Lookup(Request):
    record: Expression
    """the one record in the answer; null: no such customer"""
    absent: tuple[int, ...] = (404,)
    """statuses that say the same"""


class Contacts(Request):
    lines: Expression
    """the last contacts in the answer, newest first, a text each"""


class WrapUp(Request):
    """Sent for each handoff of a known customer once the call is over."""

    method: Literal["GET", "POST", "PUT", "PATCH"] = "POST"
    key_header: str | None = Field(default=None, pattern=r"^[A-Za-z][A-Za-z0-9-]*$")
    """header for the key that is the same at every try, where the API knows one: Idempotency-Key"""


class Mapping(_Part):
    """Out of the record."""

    id: Expression | None = None
    name: Expression | None = None
    tier: Expression | None = None


class Recipe(_Part):
    base_url: HttpUrl
    auth: Auth = Auth()
    headers: dict[str, str] = {}
    lookup: Lookup
    map: Mapping = Mapping()
    fields: dict[str, Expression] = {}
    contacts: Contacts | None = None
    wrap_up: WrapUp | None = None

    @model_validator(mode="after")
    def _templates_work(self) -> Self:
        wording = Wording()
        worded(wording, self.lookup.templates(), dict.fromkeys(WORDS, "1"))
        if self.contacts:
            worded(wording, self.contacts.templates(), dict.fromkeys(WORDS_AFTER, "1"))
        if self.wrap_up:
            worded(wording, self.wrap_up.templates(), dict.fromkeys(WORDS_OF_WRAP_UP, "1"))
        if (self.contacts or self.wrap_up) and self.map.id is None:
            raise ValueError("contacts and wrap_up go by the customer's id: add map.id")
        return self


def recipe_of(path: Path) -> Recipe:
    """Raises `RecipeError`."""
    try:
        return Recipe.model_validate(yaml.safe_load(path.read_text()))
    except (OSError, UnicodeDecodeError) as error:
        cause = type(error).__name__
        raise RecipeError(f"{path}: cannot be read ({cause}). Cure: name a file of text.") from None
    except yaml.YAMLError as error:
        where = getattr(error, "problem_mark", None)
        line = f", line {where.line + 1}" if where else ""
        raise RecipeError(f"{path}{line}: not YAML. Cure: mind indentation and quotes.") from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"]) or "the whole"
        message = first["msg"].removeprefix("Value error, ")
        raise RecipeError(f"{path}: {key}: {message}. Cure: see docs/crm.md.") from None
