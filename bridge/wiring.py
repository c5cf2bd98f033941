"""Which adapter stands behind which port: all parts of the main process, made and joined."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import structlog
import yaml
from pydantic import ValidationError

from bridge.adapters.ami.presence import AmiPresence
from bridge.adapters.archive import Archive
from bridge.adapters.callback_files import CallbackFiles
from bridge.adapters.db.search import DatabaseSearch
from bridge.adapters.feed import LiveFeed
from bridge.adapters.files import FileEvents, FileStore, SystemClock
from bridge.adapters.hep_events import HepEvents
from bridge.adapters.metrics import Metrics
from bridge.adapters.mqtt.station import MqttStation
from bridge.adapters.record_files import RecordFiles
from bridge.adapters.recovery import close_interrupted
from bridge.adapters.sweep import Sweep
from bridge.adapters.tee import Tee
from bridge.adapters.tts_process import TtsProcess
from bridge.adapters.webhooks.hooks import Webhooks
from bridge.app.browsers import Browsers
from bridge.app.call import Desk
from bridge.app.callbacks import Callbacks
from bridge.app.directory import Directory
from bridge.app.probing import Probing
from bridge.app.service import Service
from bridge.briefing.refiner import refiner_of
from bridge.briefing.templates import wording_of
from bridge.config import ConfigError, Settings
from bridge.core.forgetting import without_words
from bridge.crm.choice import crm_of, filing_of
from bridge.cues.detectors import Detectors, load_detectors
from bridge.front_desk import ask_options, reserve_worker
from bridge.knowledge.choice import library_of, playbook_of
from bridge.measuring.ledger import DatabaseLedger
from bridge.model.botscript import BotScript
from bridge.paths import Paths
from bridge.records.database import codec_of, database_of
from bridge.redaction.vault import vault_of
from bridge.web.auth import Door, session_key
from bridge.web.backstage import Backstage, Parts
from bridge.web.desk import Console
from bridge.web.page import Pages
from sip.hep import Capture
from sip.party.address import parse_address

if TYPE_CHECKING:
    from bridge.adapters.spans import Spans

log = structlog.get_logger()
NO_OTEL: Final = "OpenTelemetry is not installed. Cure: pip install handoff-bridge[otel], or leave it out."
DEFAULT_SCRIPT = Path(__file__).parent / "adapters" / "bot_default.yaml"


class Part(Protocol):
    def describe(self) -> dict[str, Any]:
        """For /healthz and the metrics."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """Made, not started. `starts` and `closes` are those of the parts that are configured, in that order."""

    service: Service
    tts: TtsProcess
    callbacks: Callbacks
    stage: Backstage
    starts: Sequence[Callable[[], None]]
    closes: Sequence[Callable[[], Awaitable[None] | None]]
    missing: set[str]
    """what is not ready yet"""


def load_script(path: Path | None) -> BotScript:
    """The built-in bot's script. Raises `ConfigError` naming file and key."""
    where = path or DEFAULT_SCRIPT
    try:
        return BotScript.model_validate(yaml.safe_load(where.read_text()))
    except OSError as error:
        raise ConfigError(f"{where}: cannot be read ({error.strerror}). Cure: set bot.script.") from None
    except (yaml.YAMLError, ValidationError) as error:
        raise ConfigError(f"{where}: not a bot script: {error}") from None


async def wire(settings: Settings) -> Bridge:
    """Everything that `settings` asks for; records that an earlier process left open are closed first.
    Raises `ConfigError`."""
    paths, clock = Paths(settings.run_dir), SystemClock()
    records = settings.records.dir
    tts = TtsProcess(paths.clips, settings.sip.clock_rate, settings.tts.timeout_s)
    codec = codec_of(settings)
    files, kept = FileStore(records, codec), RecordFiles(records, codec)
    interrupted = await close_interrupted(files, records / "events.jsonl")
    archive = Archive(files, kept, database := database_of(settings, codec))
    events = FileEvents(records, codec)
    sweep = Sweep(settings.records, database, events, without_words, site=settings.site, codec=codec)
    mqtt = MqttStation(settings, clock) if settings.mqtt.host else None
    console = Console(pages := Pages(), clock.utc())
    directory = Directory(settings, told=mqtt.events.presence if mqtt else None)
    ami = AmiPresence(settings, directory) if settings.ami.host else None
    probing = Probing(settings, directory, partial(ask_options, paths.front_control))
    feed = LiveFeed(settings.site, clock, lambda id: service.agents_of(id))
    hooks = (
        Webhooks(settings.webhooks, records / "webhooks.sqlite", settings.site, clock)
        if settings.webhooks
        else None
    )
    metrics = Metrics(directory)
    spans = _spans(settings)
    others = [sink for sink in (mqtt and mqtt.events, hooks, spans, _hep(settings)) if sink]
    told = Tee(events, feed, console, metrics, *others)
    book = Callbacks(settings, CallbackFiles(records / "callbacks"), directory, told, clock)
    llm, detectors = refiner_of(settings), _detectors(settings)
    library = library_of(settings) if settings.assist.on else None
    crm = crm_of(settings)
    filing = filing_of(settings, crm, archive, records / "crm.sqlite")
    browsers = Browsers(lambda agent, ready: directory.reach(agent, "browser", ready, source="page"))
    desk = Desk(
        settings=settings, tts=tts, directory=directory, events=told, callbacks=book, store=filing or archive,
        pop=console, clock=clock, ears=detectors.ears, rules_version=detectors.version,
        vault=vault_of(settings), wording=wording_of(settings), llm=llm, browsers=browsers,
        playbook=playbook_of(settings), knowledge=library, crm=crm,
    )  # fmt: skip
    script = None if settings.bot.uri else load_script(settings.bot.script)
    service = Service(desk, script=script, reserve=partial(reserve_worker, paths.front_control))
    parts = _parts(
        mqtt=mqtt,
        webhooks=hooks,
        callbacks=book,
        ami=ami,
        options=probing,
        records=archive,
        retention=sweep,
        knowledge=library,
        crm=crm,
        crm_wrap_ups=filing,
    )
    metrics.watch(parts)
    missing = {"voices", "recognizer"}
    ledger = DatabaseLedger(database.url, codec)
    stage = Backstage(
        settings=settings, service=service, pages=pages, console=console, roster=directory, feed=feed,
        door=Door(settings.api, session_key(paths.session_key), time.time), records=kept,
        search=DatabaseSearch(database), ledger=ledger, telephones=browsers, parts=parts,
        metrics=metrics.text, ready=lambda: tuple(sorted(missing)),
    )  # fmt: skip
    starts: list[Callable[[], None]] = [archive.start, sweep.start, probing.start]
    closes: list[Callable[[], Awaitable[None] | None]] = [
        sweep.close, archive.close, probing.close, ledger.close,
    ]  # fmt: skip
    if ami:
        starts.append(ami.start)
        closes.append(ami.close)
    if mqtt:
        starts.append(partial(mqtt.start, service, directory, left=interrupted))
        closes.append(mqtt.close)
    if hooks:
        starts.append(hooks.start)
        closes.append(hooks.close)
    if library:
        starts.append(library.warm)
        closes.append(library.close)
    if filing:
        starts.append(filing.start)
        closes.append(filing.close)
    if crm:
        closes.append(crm.close)
    if llm:
        closes.append(llm.aclose)
    if spans:
        closes.append(partial(asyncio.to_thread, spans.close))
    return Bridge(
        service=service, tts=tts, callbacks=book, stage=stage, missing=missing, starts=starts,
        closes=[*closes, events.close],
    )  # fmt: skip


def _detectors(settings: Settings) -> Detectors:
    cues = settings.cues
    detectors = load_detectors(settings.asr.language, cues.rules_dir, cues.second_opinion)
    if detectors.trouble:
        log.warning("no second opinion on what callers ask for", cause=detectors.trouble)
    return detectors


def _hep(settings: Settings) -> HepEvents | None:
    """From the front's address, as the signalling is."""
    if settings.hep.collector is None:
        return None
    capture = Capture(parse_address(settings.hep.collector), settings.hep.agent_id)
    return HepEvents(partial(capture.log, source=(settings.sip.bind, settings.sip.port)))


def _spans(settings: Settings) -> "Spans | None":
    """Raises `ConfigError` where the extra is wanted and not there."""
    if settings.tracing.endpoint is None:
        return None
    try:
        from bridge.adapters.spans import Spans
    except ImportError:
        raise ConfigError(f"tracing.endpoint: {NO_OTEL}") from None
    return Spans.to_collector(settings.site, settings.tracing)


def _parts(**parts: Part | None) -> Parts:
    """Those that are there, with what each says of itself."""
    return {name: part.describe for name, part in parts.items() if part}
