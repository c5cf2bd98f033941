"""Customers of any CRM with an HTTP API, as its recipe describes it."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import httpx2
from jmespath.exceptions import JMESPathError
from jmespath.parser import ParsedResult

from bridge.adapters.crm.access import Access
from bridge.adapters.crm.answer import body_of, json_of
from bridge.adapters.crm.recipe import Recipe, Request
from bridge.adapters.crm.source import MOST_FIELDS, CrmTrouble, Key, told_as
from bridge.adapters.crm.wording import Wording, worded
from bridge.model.crm import CrmRecord

CONTACTS: Final = 5
UNAUTHORIZED: Final = 401
NO_HEADER: Final[Mapping[str, str]] = {}
CONTACTS_SHARE: Final = 0.5
"""of the deadline that the request for the last contacts may take"""
SAFE: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.@+-")


class RestCrm:
    """Keeps `CrmSource`. Speaks to the hosts of the recipe alone, follows no redirect, repeats nothing."""

    def __init__(self, recipe: Recipe, deadline_s: float) -> None:
        self._recipe, self._deadline_s = recipe, deadline_s
        self._wording, self._access = Wording(), Access(recipe.auth)
        self._client: httpx2.AsyncClient | None = None

    @property
    def writes(self) -> bool:
        return self._recipe.wrap_up is not None

    async def find(self, key: Key) -> CrmRecord | None:
        lookup = self._recipe.lookup
        words = {"caller": key.caller, "given": key.given, "conversation": key.conversation}
        body = await self._asked(lookup, words, lookup.absent)
        row = _found(lookup.record, json_of(body)) if body else None
        if not row:
            return None
        if not isinstance(row, dict):
            raise CrmTrouble("lookup.record is no object")
        named = {
            name: _text(expression, row) or None
            for name, expression in self._recipe.map
            if expression is not None
        }
        fields = {
            name: text
            for name, expression in list(self._recipe.fields.items())[:MOST_FIELDS]
            if (text := _text(expression, row))
        }
        return CrmRecord(**named, fields=fields, interactions=await self._contacts(words, named.get("id")))

    async def write(self, words: Mapping[str, str], key: str) -> None:
        """File a wrap-up. Raises `CrmTrouble`."""
        request = self._recipe.wrap_up
        if request is None or not SAFE.issuperset(words["customer"]):
            raise CrmTrouble("no id that can be written about", 400)
        header = {request.key_header: key} if request.key_header else {}
        await self._asked(request, words, header=header)

    async def close(self) -> None:
        if self._client:
            await self._client.aclose()

    async def _contacts(self, words: Mapping[str, str], id: str | None) -> tuple[str, ...]:
        """None rather than no record at all: whatever goes wrong here, the customer is known."""
        contacts = self._recipe.contacts
        if contacts is None or not id or not SAFE.issuperset(id):
            return ()
        try:
            async with asyncio.timeout(self._deadline_s * CONTACTS_SHARE):
                found = _found(contacts.lines, json_of(await self._asked(contacts, {**words, "id": id})))
        except (CrmTrouble, TimeoutError):
            return ()
        lines = found if isinstance(found, list) else []
        return tuple(text for line in lines[:CONTACTS] if (text := told_as(line)))

    async def _asked(
        self,
        request: Request,
        words: Mapping[str, str],
        absent: tuple[int, ...] = (),
        header: Mapping[str, str] = NO_HEADER,
    ) -> bytes:
        path, query, body = worded(self._wording, request.templates(), words)
        address = httpx2.URL(str(self._recipe.base_url).rstrip("/") + path)
        client = self._connected()
        try:
            for again in (self._access.renewable, False):
                headers = {**header, **await self._access.headers(client)}
                async with client.stream(
                    request.method, address, params=query or None, json=body, headers=headers
                ) as answer:
                    if not again or answer.status_code != UNAUTHORIZED:
                        return await body_of(answer, absent)
                self._access.refused()
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            raise CrmTrouble(type(error).__name__) from None
        raise AssertionError("not reached")

    def _connected(self) -> httpx2.AsyncClient:
        if self._client is None:
            headers = {"accept": "application/json", **self._recipe.headers}
            self._client = httpx2.AsyncClient(
                timeout=self._deadline_s, follow_redirects=False, trust_env=False, headers=headers
            )
        return self._client


def _text(expression: ParsedResult, row: Any) -> str:
    """A field that this customer's record does not have, or has in another form, is none."""
    try:
        return told_as(expression.search(row))
    except JMESPathError:
        return ""


def _found(expression: ParsedResult, data: Any) -> Any:
    try:
        return expression.search(data)
    except JMESPathError as error:
        raise CrmTrouble(type(error).__name__) from None
