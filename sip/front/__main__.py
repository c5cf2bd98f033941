"""`python -m sip.front CONFIG.json`; exit codes as everywhere: 2 usage, 75 port taken, 78 configuration."""

import asyncio
import logging
import os
import signal
import sys
from pathlib import Path

from pydantic import ValidationError

from sip.front.config import FrontConfig
from sip.front.control import Control
from sip.front.front import Front

log = logging.getLogger("sip.front")


async def serve(config: FrontConfig) -> int:
    """Run until SIGTERM or SIGINT."""
    front = Front(config)
    control = Control(front, config.control)
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    try:
        await front.start()
        await control.start()
    except OSError as error:
        log.error("cannot listen: %s", error)
        front.close()
        return 75
    log.info("listening on %s", config.bind)
    await stopped.wait()
    await control.close()
    front.close()
    return 0


def main() -> int:
    logging.basicConfig(
        level=os.environ.get("HANDOFF_LOG", "INFO"),
        stream=sys.stderr,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
    )
    if len(sys.argv) != 2:
        sys.stderr.write("usage: python -m sip.front CONFIG.json\n")
        return 2
    try:
        config = FrontConfig.model_validate_json(Path(sys.argv[1]).read_text())
    except (OSError, ValidationError) as error:
        sys.stderr.write(f"{error}\n")
        return 78
    return asyncio.run(serve(config))


if __name__ == "__main__":
    sys.exit(main())
