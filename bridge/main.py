"""The main process: wires the ports to their adapters and serves until SIGTERM.

`python -m bridge.main CONFIG.json`: the whole configuration, as the supervisor resolved it.
"""

import asyncio
import logging
import os
import signal
import sys
import time
from functools import partial
from pathlib import Path

import structlog
import yaml
from pydantic import ValidationError

from bridge.adapters.ami.presence import AmiPresence
from bridge.adapters.callback_files import CallbackFiles
from bridge.adapters.feed import LiveFeed
from bridge.adapters.files import FileEvents, FileStore, SystemClock
from bridge.adapters.mqtt.station import MqttStation
from bridge.adapters.record_files import RecordFiles
from bridge.adapters.recovery import close_interrupted
from bridge.adapters.tee import Tee
from bridge.adapters.tts_process import TtsProcess
from bridge.adapters.webhooks.hooks import Webhooks
from bridge.app.browsers import Browsers
from bridge.app.call import Desk
from bridge.app.callbacks import Callbacks
from bridge.app.directory import Directory
from bridge.app.service import Service
from bridge.briefing.refiner import refiner_of
from bridge.briefing.templates import wording_of
from bridge.config import ConfigError, Settings
from bridge.control import ControlSocket
from bridge.cues.detectors import load_detectors
from bridge.front_desk import reserve_worker
from bridge.model.botscript import BotScript
from bridge.paths import Paths
from bridge.redaction.vault import vault_of
from bridge.web.auth import Door, session_key
from bridge.web.backstage import Backstage, Parts
from bridge.web.desk import Console
from bridge.web.page import Pages
from bridge.web.server import make_app, serve_api

log = structlog.get_logger()
FINISH_S = 2.0
DEFAULT_SCRIPT = Path(__file__).parent / "adapters" / "bot_default.yaml"


def load_script(path: Path | None) -> BotScript:
    """The built-in bot's script. Raises `ConfigError` naming file and key."""
    where = path or DEFAULT_SCRIPT
    try:
        return BotScript.model_validate(yaml.safe_load(where.read_text()))
    except OSError as error:
        raise ConfigError(f"{where}: cannot be read ({error.strerror}). Cure: set bot.script.") from None
    except (yaml.YAMLError, ValidationError) as error:
        raise ConfigError(f"{where}: not a bot script: {error}") from None


async def serve(settings: Settings) -> None:
    """Until SIGTERM or SIGINT: new calls are the front's to refuse, running ones are finished."""
    paths = Paths(settings.run_dir)
    tts = TtsProcess(paths.clips, settings.sip.clock_rate, settings.tts.timeout_s)
    store = FileStore(settings.records.dir)
    interrupted = await close_interrupted(store, settings.records.dir / "events.jsonl")
    events, clock = FileEvents(settings.records.dir), SystemClock()
    mqtt = MqttStation(settings, clock) if settings.mqtt.host else None
    pages = Pages()
    console = Console(pages, clock.utc())
    cues = settings.cues
    detectors = load_detectors(settings.asr.language, cues.rules_dir, cues.second_opinion)
    if detectors.trouble:
        log.warning("no second opinion on what callers ask for", cause=detectors.trouble)
    llm = refiner_of(settings)
    directory = Directory(settings, told=mqtt.events.presence if mqtt else None)
    ami = AmiPresence(settings, directory) if settings.ami.host else None
    feed = LiveFeed(settings.site, clock, lambda id: service.agents_of(id))
    spool = settings.records.dir / "webhooks.sqlite"
    hooks = Webhooks(settings.webhooks, spool, settings.site, clock) if settings.webhooks else None
    told = Tee(events, feed, console, *([mqtt.events] if mqtt else []), *([hooks] if hooks else []))
    book = Callbacks(settings, CallbackFiles(settings.records.dir / "callbacks"), directory, told, clock)
    desk = Desk(
        settings=settings,
        tts=tts,
        directory=directory,
        events=told,
        callbacks=book,
        store=store,
        pop=console,
        clock=clock,
        ears=detectors.ears,
        rules_version=detectors.version,
        vault=vault_of(settings),
        wording=wording_of(settings),
        llm=llm,
        browsers=Browsers(reach=lambda agent, ready: directory.reach(agent, "browser", ready, source="page")),
    )
    script = None if settings.bot.uri else load_script(settings.bot.script)
    service = Service(desk, script=script, reserve=partial(reserve_worker, paths.front_control))
    control = ControlSocket(paths.control, service, tts)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await control.open()
    if hooks:
        hooks.start()
    if ami:
        ami.start()
    if mqtt:
        mqtt.start(service, directory, left=interrupted)
    stage = Backstage(
        settings=settings, service=service, pages=pages, console=console, roster=directory, feed=feed,
        door=Door(settings.api, session_key(paths.session_key), time.time),
        records=RecordFiles(settings.records.dir),
        parts=_parts(mqtt=mqtt, webhooks=hooks, callbacks=book, ami=ami),
    )  # fmt: skip
    api = asyncio.create_task(serve_api(settings.api, make_app(stage)))
    ready = asyncio.create_task(_prepare(service, tts, paths, book))
    await stop.wait()
    await book.close()
    await service.finish(FINISH_S)
    for task in (ready, api):
        task.cancel()
    await asyncio.gather(ready, api, return_exceptions=True)
    await control.close()
    if ami:
        await ami.close()
    if mqtt:
        await mqtt.close()
    if hooks:
        await hooks.close()
    if llm:
        await llm.aclose()
    events.close()


def _parts(**parts: MqttStation | Webhooks | Callbacks | AmiPresence | None) -> Parts:
    """Those that are there, with what each says of itself."""
    return {name: part.describe for name, part in parts.items() if part}


async def _prepare(service: Service, tts: TtsProcess, paths: Paths, book: Callbacks) -> None:
    """Ready = voices warm and somebody to listen: the supervisor waits for this file."""
    await tts.ready.wait()
    await service.prepare()
    await service.asr.ready.wait()
    book.start(service.call_back)
    paths.ready.write_text(str(os.getpid()))
    log.info("ready", tts=tts.engine, asr=service.asr.describe()["engine"])


def main(arguments: list[str]) -> int:
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
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
