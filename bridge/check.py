"""Offline validation of a configuration: what would go wrong, where, and the cure."""

import ipaddress
from dataclasses import asdict, dataclass
from typing import Literal

from bridge.config import ConfigError, Settings
from bridge.model.transfer import Mode
from bridge.paths import Paths


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`level` error: it will not work. warning: it will, but somebody should know. ok: looked at, fine."""

    level: Literal["error", "warning", "ok"]
    key: str
    message: str
    cure: str = ""

    def line(self) -> str:
        mark = {"error": "ERROR  ", "warning": "warning", "ok": "ok     "}[self.level]
        return f"{mark} {self.key}: {self.message}{' Cure: ' + self.cure if self.cure else ''}"

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


def check_settings(settings: Settings) -> list[Finding]:
    """All findings, errors first."""
    findings = [*_sip(settings), *_agents(settings), *_bot(settings), *_paths(settings)]
    return sorted(findings, key=lambda finding: ("error", "warning", "ok").index(finding.level))


def _sip(settings: Settings) -> list[Finding]:
    found: list[Finding] = []
    sip = settings.sip
    for network in sip.allow:
        try:
            ipaddress.IPv4Network(network)
        except ValueError as error:
            found.append(
                Finding(
                    level="error", key="sip.allow", message=f"{network}: {error}.", cure="write 10.0.0.5/32"
                )
            )
    try:
        ipaddress.IPv4Address(sip.bind)
    except ValueError:
        cure = "an IPv4 address of this machine; IPv6 and TLS belong to the SBC or PBX in front"
        found.append(
            Finding(level="error", key="sip.bind", message=f"{sip.bind} is no IPv4 address.", cure=cure)
        )
    if sip.bind == "0.0.0.0":
        cure = "the one address the PBX shall reach; it goes into Via, Contact and SDP"
        found.append(
            Finding(level="error", key="sip.bind", message="0.0.0.0 cannot be advertised.", cure=cure)
        )
    if sip.srtp != "off":
        message = "SDES keys travel in clear text, because the trunk has no TLS."
        found.append(
            Finding(
                level="warning", key="sip.srtp", message=message, cure="keep the trunk on a private network"
            )
        )
    if sip.workers > sip.max_conversations:
        message = f"{sip.workers} warm workers, but at most {sip.max_conversations} conversations."
        found.append(Finding(level="error", key="sip.workers", message=message, cure="lower sip.workers"))
    return found


def _agents(settings: Settings) -> list[Finding]:
    if not settings.agents:
        message = "no agent is configured: every handoff would fail."
        cure = "add agents: [{id: desk, uri: 'sip:201@PBX'}]"
        return [Finding(level="error", key="agents", message=message, cure=cure)]
    found: list[Finding] = []
    seen: set[str] = set()
    for index, agent in enumerate(settings.agents):
        key = f"agents.{index}"
        if agent.id in seen:
            found.append(
                Finding(
                    level="error", key=f"{key}.id", message=f"{agent.id} is there twice.", cure="rename one"
                )
            )
        seen.add(agent.id)
        if not agent.uri.startswith("sip:") or any(c in agent.uri for c in " \r\n<>"):
            message = f"{agent.uri!r} is no sip: URI."
            found.append(
                Finding(level="error", key=f"{key}.uri", message=message, cure="write sip:201@10.0.0.5")
            )
        if agent.mode is Mode.REFER and not agent.fallback_proved:
            message = "blind REFER without a proved fallback is replaced by conference."
            cure = "prove the dialplan (docs/asterisk.md) and set fallback_proved: true"
            found.append(Finding(level="warning", key=f"{key}.mode", message=message, cure=cure))
        if agent.mode is Mode.REFER_REPLACES:
            message = (
                "attended REFER works only where caller and agent come through the same PBX; else conference."
            )
            found.append(Finding(level="ok", key=f"{key}.mode", message=message))
    return found


def _bot(settings: Settings) -> list[Finding]:
    from bridge.main import load_script

    if settings.bot.uri:
        if settings.bot.uri.startswith("sip:"):
            return []
        cure = "write sip:bot@10.0.0.6"
        return [
            Finding(level="error", key="bot.uri", message=f"{settings.bot.uri!r} is no sip: URI.", cure=cure)
        ]
    try:
        load_script(settings.bot.script)
    except ConfigError as error:
        return [Finding(level="error", key="bot.script", message=str(error))]
    return []


def _paths(settings: Settings) -> list[Finding]:
    found: list[Finding] = []
    if not Paths(settings.run_dir.absolute()).fits():
        message = f"{settings.run_dir.absolute()} is too long for Unix sockets (107 bytes)."
        found.append(
            Finding(level="error", key="run_dir", message=message, cure="set run_dir to a short path")
        )
    return found
