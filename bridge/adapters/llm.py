"""An OpenAI-compatible endpoint (`POST {url}/chat/completions`) that answers with one JSON object."""

import asyncio
import json
from typing import Any

import httpx2

LARGEST = 64 * 1024
"""bytes of an answer; what is longer is no brief"""
MOST_TOKENS = 400
FAILURES = (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError, LookupError, TypeError, RecursionError)


class ChatEndpoint:
    """Keeps `bridge.ports.Llm`. `url` is what the deployment configured, and the only host spoken to."""

    def __init__(self, url: str, model: str, key: str, deadline_s: float) -> None:
        self._url, self._model, self._deadline_s = f"{url.rstrip('/')}/chat/completions", model, deadline_s
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._client: httpx2.AsyncClient | None = None

    async def json(self, instruction: str, text: str) -> dict[str, Any] | None:
        body = {
            "model": self._model,
            "messages": [{"role": "system", "content": instruction}, {"role": "user", "content": text}],
            "temperature": 0,
            "max_tokens": MOST_TOKENS,
            "response_format": {"type": "json_object"},
        }
        try:
            async with asyncio.timeout(self._deadline_s):
                answer = json.loads(await self._post(body))
            found = json.loads(answer["choices"][0]["message"]["content"])
        except (
            httpx2.HTTPError,
            httpx2.InvalidURL,
            OSError,
            ValueError,
            LookupError,
            TypeError,
            RecursionError,
        ):
            return None
        return found if isinstance(found, dict) else None

    async def aclose(self) -> None:
        if self._client:
            await self._client.aclose()

    async def _post(self, body: dict[str, Any]) -> bytes:
        """Raises ValueError for an answer that is too long or no 200."""
        if self._client is None:
            self._client = httpx2.AsyncClient(
                timeout=self._deadline_s, follow_redirects=False, trust_env=False
            )
        read = b""
        async with self._client.stream("POST", self._url, json=body, headers=self._headers) as response:
            if response.status_code != 200:
                raise ValueError(response.status_code)
            async for part in response.aiter_bytes():
                read += part
                if len(read) > LARGEST:
                    raise ValueError("too long")
        return read
