"""What any bot in Python needs to hand a caller to a person. No dependencies: copy the file.

`conversation` is the header X-Conversation-Id of the call that the bridge made to you.
"""

import asyncio
import json
import os
from typing import Any
from urllib.request import Request, urlopen

BRIDGE = os.environ.get("HANDOFF_URL", "http://127.0.0.1:8080")


async def tell(conversation: str, state: dict[str, Any], **more: Any) -> None:
    """What you know now: intent, slots, actions, limits, authentication (`handoff schema state`)."""
    await asyncio.to_thread(_send, "PUT", f"{conversation}/state", {"state": state, **more})


async def ask_for_human(conversation: str, reason: str = "bot_limit", note: str = "") -> None:
    """From here on the bridge talks to the caller: say nothing more until it gives him back."""
    await asyncio.to_thread(_send, "POST", f"{conversation}/escalate", {"reason": reason, "note": note})


def _send(method: str, path: str, body: dict[str, Any]) -> None:
    headers = {"Content-Type": "application/json"}
    if token := os.environ.get("HANDOFF_TOKEN"):
        headers["Authorization"] = f"Bearer {token}"
    url = f"{BRIDGE}/v1/conversations/{path}"
    with urlopen(Request(url, json.dumps(body).encode(), headers, method=method), timeout=5):
        pass
