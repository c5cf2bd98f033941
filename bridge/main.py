"""The main process: serves until SIGTERM.

`python -m bridge.main CONFIG.json`: the whole configuration, as the supervisor resolved it.
"""

import asyncio
import logging
import os
import signal
import sys
from pathlib import Path

import structlog

from bridge.config import Settings
from bridge.control import ControlSocket
from bridge.paths import Paths
from bridge.web.server import make_app, serve_api
from bridge.wiring import Bridge, wire

log = structlog.get_logger()
FINISH_S = 2.0


async def serve(settings: Settings) -> None:
    """Until SIGTERM or SIGINT: new calls are the front's to refuse, running ones are finished."""
    paths, stop = Paths(settings.run_dir), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    bridge = await wire(settings)
    control = ControlSocket(paths.control, bridge.service, bridge.tts)
    await control.open()
    for start in bridge.starts:
        start()
    api = asyncio.create_task(serve_api(settings.api, make_app(bridge.stage)))
    ready = asyncio.create_task(_prepare(bridge, paths))
    await stop.wait()
    bridge.missing.add("stopping")
    await bridge.callbacks.close()
    await bridge.service.finish(FINISH_S)
    for task in (ready, api):
        task.cancel()
    await asyncio.gather(ready, api, return_exceptions=True)
    await control.close()
    for close in bridge.closes:
        if (closing := close()) is not None:
            await closing


async def _prepare(bridge: Bridge, paths: Paths) -> None:
    """Ready = voices warm and somebody to listen: the supervisor waits for this file."""
    await bridge.tts.ready.wait()
    await bridge.service.prepare()
    bridge.missing.discard("voices")
    await bridge.service.asr.ready.wait()
    bridge.missing.discard("recognizer")
    bridge.callbacks.start(bridge.service.call_back)
    paths.ready.write_text(str(os.getpid()))
    log.info("ready", tts=bridge.tts.engine, asr=bridge.service.asr.describe()["engine"])


def main(arguments: list[str]) -> int:
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # it logs addresses, and callers stand in them
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m bridge.main CONFIG.json\n")
        return 2
    settings = Settings.model_validate_json(Path(arguments[0]).read_bytes())
    asyncio.run(serve(settings))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
