"""What is asked of a control socket: of the front by main, of both by the supervisor."""

import asyncio
import json
from pathlib import Path
from typing import Any

ANSWER_S = 1.0
PROBE_S = 10.0
"""the front gives up long before"""


async def reserve_worker(control: Path) -> str | None:
    """The name of an idle worker that gets no incoming call for some seconds; None: there is none."""
    try:
        name = (await ask(control, {"op": "reserve"})).get("worker")
    except (OSError, TimeoutError, ValueError):
        return None
    return name if isinstance(name, str) else None


async def ask_options(control: Path, uri: str) -> int | None:
    """The status with which a telephone answered OPTIONS; None: it did not. Raises OSError, TimeoutError and
    ValueError when the front cannot say."""
    answer = await ask(control, {"op": "options", "uri": uri}, PROBE_S)
    if not answer.get("ok"):
        raise ValueError(str(answer.get("error")))
    status = answer.get("status")
    return status if isinstance(status, int) else None


async def ask(control: Path, line: dict[str, Any], within_s: float = ANSWER_S) -> dict[str, Any]:
    """One request to a control socket, and its answer. Raises OSError, TimeoutError and ValueError."""
    async with asyncio.timeout(within_s):
        reader, writer = await asyncio.open_unix_connection(str(control))
        try:
            writer.write(json.dumps(line).encode() + b"\n")
            answer = json.loads(await reader.readline() or b"{}")
        finally:
            writer.close()
    return answer if isinstance(answer, dict) else {}
