"""Reading the configuration: file, environment, `--set`; every mistake named with file, key and cause."""

import difflib
import os
from pathlib import Path
from typing import Any, ClassVar

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bridge.config.agents import Agent
from bridge.config.ami import Ami
from bridge.config.assist import Assist
from bridge.config.browser import Browser
from bridge.config.console import Console
from bridge.config.crm import Crm
from bridge.config.outside import Api, Hep, Mqtt, Tracing, Webhook
from bridge.config.records import Records
from bridge.config.sections import (
    Asr,
    Bot,
    Brief,
    Cues,
    Handoff,
    Redaction,
    Review,
    Sip,
    Tts,
    Words,
)  # fmt: skip
from bridge.model.hunting import HuntRules
from bridge.model.policy import PolicySettings
from bridge.model.queueing import QueueRules
from bridge.model.routing import RoutingRules


class ConfigError(Exception):
    """Exit code 78. The message names file, key, cause and cure."""

    code = "config"


class Settings(BaseSettings):
    """The whole configuration."""

    model_config = SettingsConfigDict(env_prefix="HANDOFF_", env_nested_delimiter="__", extra="forbid")

    site: str = "default"
    """names this installation in events"""
    run_dir: Path = Path("run")
    """sockets, clips and resolved configurations, private to the user; keep the path short"""
    sip: Sip = Sip()
    browser: Browser = Browser()
    bot: Bot = Bot()
    agents: list[Agent] = []
    routing: RoutingRules = RoutingRules()
    hunt: HuntRules = HuntRules()
    queue: QueueRules = QueueRules()
    handoff: Handoff = Handoff()
    asr: Asr = Asr()
    cues: Cues = Cues()
    tts: Tts = Tts()
    words: Words = Words()
    policy: PolicySettings = PolicySettings()
    brief: Brief = Brief()
    records: Records = Records()
    redaction: Redaction = Redaction()
    review: Review = Review()
    api: Api = Api()
    mqtt: Mqtt = Mqtt()
    ami: Ami = Ami()
    webhooks: list[Webhook] = []
    tracing: Tracing = Tracing()
    hep: Hep = Hep()
    console: Console = Console()
    assist: Assist = Assist()
    crm: Crm = Crm()

    _file: ClassVar[dict[str, Any]] = {}

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, _FileSource(settings_cls)


class _FileSource(PydanticBaseSettingsSource):
    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        return Settings._file.get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        return Settings._file


def load(path: Path | None, overrides: list[str] | None = None) -> Settings:
    """Read the file and everything over it. Raises `ConfigError`."""
    Settings._file = _read(path) if path else {}
    try:
        settings = Settings(**_overrides(overrides or []))
    except ValidationError as error:
        where = str(path) if path else "configuration"
        raise ConfigError("\n".join(_explain(where, detail) for detail in error.errors())) from None
    finally:
        Settings._file = {}
    return settings


def _read(path: Path) -> dict[str, Any]:
    try:
        found = yaml.safe_load(path.read_text())
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be read ({error.strerror}). Cure: name an existing file."
        ) from None
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: not YAML: {error}. Cure: mind indentation and colons.") from None
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise ConfigError(f"{path}: the top level must be keys with values, not {type(found).__name__}.")
    return found


def _overrides(pairs: list[str]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            raise ConfigError(f"--set {pair}: must read key=value, for instance sip.port=5062.")
        branch = tree
        *parents, leaf = key.split(".")
        for parent in parents:
            branch = branch.setdefault(parent, {})
        branch[leaf] = yaml.safe_load(value)
    return tree


def _explain(where: str, detail: ErrorDetails) -> str:
    key = ".".join(str(part) for part in detail["loc"])
    if detail["type"] != "extra_forbidden":
        return f"{where}: {key}: {detail['msg']} (got {type(detail['input']).__name__})."
    near = difflib.get_close_matches(str(detail["loc"][-1]), _names(detail["loc"][:-1]), n=1)
    hint = f" Did you mean {near[0]}?" if near else f" Known: {', '.join(_names(detail['loc'][:-1]))}."
    return f"{where}: {key}: unknown key.{hint}"


def _names(path: tuple[int | str, ...]) -> list[str]:
    model: Any = Settings
    for part in path:
        if isinstance(part, int):
            continue
        field = model.model_fields.get(part)
        args = getattr(field.annotation, "__args__", None) if field else None
        model = next(
            (a for a in (args or [field.annotation if field else None]) if hasattr(a, "model_fields")), None
        )
        if model is None:
            return []
    return sorted(model.model_fields)


def run_dir(settings: Settings) -> Path:
    """The private directory of sockets and clips, created 0700."""
    path = settings.run_dir.absolute()
    path.mkdir(parents=True, exist_ok=True)
    os.chmod(path, 0o700)
    return path
