"""What main asks of the front."""

import asyncio
import json
from pathlib import Path

ANSWER_S = 1.0


async def reserve_worker(control: Path) -> str | None:
    """The name of an idle worker that gets no incoming call for some seconds; None: there is none."""
    try:
        async with asyncio.timeout(ANSWER_S):
            reader, writer = await asyncio.open_unix_connection(str(control))
            writer.write(b'{"op": "reserve"}\n')
            answer = json.loads(await reader.readline() or b"{}")
            writer.close()
    except (OSError, TimeoutError, ValueError):
        return None
    name = answer.get("worker") if isinstance(answer, dict) else None
    return name if isinstance(name, str) else None
