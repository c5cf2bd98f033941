"""What a CRM answers, as far as it can be used."""

import json
from typing import Any, Final

import httpx2

from bridge.adapters.crm.source import CrmTrouble

LARGEST: Final = 512 * 1024
"""bytes"""


async def body_of(response: httpx2.Response, absent: tuple[int, ...] = ()) -> bytes:
    """b"" where the status says that there is nothing. Raises `CrmTrouble` for any other that is no success,
    and for what is too long."""
    if response.status_code in absent:
        return b""
    if not 200 <= response.status_code < 300:
        raise CrmTrouble(f"status {response.status_code}", response.status_code)
    read = bytearray()
    async for part in response.aiter_bytes():
        read += part
        if len(read) > LARGEST:
            raise CrmTrouble("answer is too long")
    return bytes(read)


def json_of(body: bytes) -> Any:
    """Raises `CrmTrouble`."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise CrmTrouble("answer is no JSON") from None
