"""Offline validation of a configuration: what would go wrong, where, and the cure."""

import ipaddress
import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from asr.errors import AsrError
from bridge.adapters.rules_files import RulesError
from bridge.api_check import api_findings
from bridge.assist_check import check_assist
from bridge.briefing.refiner import refiner_of
from bridge.briefing.templates import wording_of
from bridge.config import ConfigError, Credential, Settings, Sip
from bridge.core.grammar import failing_examples
from bridge.core.template import TemplateError
from bridge.crm.check import check_crm
from bridge.cues.detectors import opinion_of, rules_of
from bridge.finding import Finding
from bridge.model.transfer import Mode
from bridge.mqtt_check import mqtt_findings
from bridge.paths import Paths
from bridge.records.database import address_of, codec_of
from bridge.redaction.vault import vault_of
from bridge.speech.choice import choose
from sip.config import USER_PART, registrar_address


def check_settings(settings: Settings) -> list[Finding]:
    """All findings, errors first."""
    findings = [
        *_sip(settings), *_secrets(settings.sip), *_registrations(settings.sip), *_agents(settings),
        *_bot(settings), *_asr(settings), *_cues(settings), *_records(settings), *_brief(settings),
        *mqtt_findings(settings), *api_findings(settings), *_tracing(settings), *check_assist(settings),
        *check_crm(settings),
        *_paths(settings),
    ]  # fmt: skip
    return sorted(findings, key=lambda finding: ("error", "warning", "ok").index(finding.level))


def _records(settings: Settings) -> Iterator[Finding]:
    for look in (vault_of, address_of, codec_of):
        try:
            look(settings)
        except ConfigError as error:
            key, _, message = str(error).partition(": ")
            yield Finding(level="error", key=key, message=message)


def _tracing(settings: Settings) -> Iterator[Finding]:
    if settings.tracing.endpoint is None:
        return
    try:
        version("opentelemetry-exporter-otlp-proto-http")
    except PackageNotFoundError:
        cure = "pip install handoff-bridge[otel], or leave it out"
        message = "OpenTelemetry is not installed."
        yield Finding(level="error", key="tracing.endpoint", message=message, cure=cure)


def _brief(settings: Settings) -> Iterator[Finding]:
    for look in (wording_of, refiner_of):
        try:
            look(settings)
        except ConfigError as error:
            key, _, message = str(error).partition(": ")
            yield Finding(level="error", key=key, message=message)
    if (refine := settings.brief.refine).url and not refine.url.startswith("https:"):
        message = "redacted transcripts go there in clear text."
        cure = "use https, or keep it on this machine or a private network"
        yield Finding(level="warning", key="brief.refine.url", message=message, cure=cure)


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


def _secrets(sip: Sip) -> Iterator[Finding]:
    """The passwords for PBXs, and which of them answers whom."""
    keyed: list[tuple[str, Credential]] = [
        *((f"sip.credentials.{index}", credential) for index, credential in enumerate(sip.credentials)),
        *(
            (f"sip.registrations.{index}", registration)
            for index, registration in enumerate(sip.registrations)
        ),
    ]
    for key, credential in keyed:
        try:
            if not credential.secret():
                cure = "set password_file (or password)"
                yield Finding(level="error", key=key, message="no password.", cure=cure)
        except (OSError, UnicodeDecodeError):
            cure = "name a readable file of text"
            message = f"{credential.password_file} cannot be read."
            yield Finding(level="error", key=f"{key}.password_file", message=message, cure=cure)
    for key, _ in [(key, credential) for key, credential in keyed if credential.realm == "*"][1:]:
        message = "an earlier one answers for every realm too, so that dialled legs never use this one."
        cure = "write the realm of each as its PBX names it (Asterisk: asterisk, 3CX: 3CXPhoneSystem)"
        yield Finding(level="warning", key=f"{key}.realm", message=message, cure=cure)


def _registrations(sip: Sip) -> Iterator[Finding]:
    seen: set[tuple[str, str]] = set()
    for index, registration in enumerate(sip.registrations):
        key = f"sip.registrations.{index}"
        if not re.fullmatch(USER_PART, registration.user):
            cure = "letters, digits and _ . + - as in trunk-1 or +4930123"
            yield Finding(level="error", key=f"{key}.user", message="cannot stand in a SIP URI.", cure=cure)
        try:
            where = registrar_address(registration.registrar)
        except ValueError as error:
            cure = "write pbx.example.com or 10.0.0.5:5060; TLS and IPv6 belong to an SBC in front"
            yield Finding(level="error", key=f"{key}.registrar", message=f"{error}.", cure=cure)
            continue
        if (where, registration.user) in seen:
            message = "the same user at the same registrar twice."
            yield Finding(level="error", key=key, message=message, cure="take one away")
        seen.add((where, registration.user))
        if outside(where.partition(":")[0], sip.allow):
            message = f"{where} is outside sip.allow: its answers and calls would meet silence."
            cure = f"add {where.partition(':')[0]}/32 to sip.allow"
            yield Finding(level="warning", key=f"{key}.registrar", message=message, cure=cure)


def outside(host: str, networks: list[str]) -> bool:
    """Is it an address, and in none of the networks?"""
    try:
        address = ipaddress.IPv4Address(host)
        return not any(address in ipaddress.IPv4Network(network) for network in networks)
    except ValueError:
        return False  # a name; or a network that has its own finding


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
        for uri in (device.uri for device in agent.all_devices if device.kind != "browser"):
            if not uri.startswith("sip:") or any(c in uri for c in " \r\n<>"):
                cure, message = "write sip:201@10.0.0.5", f"{uri!r} is no sip: URI."
                found.append(Finding(level="error", key=f"{key}.uri", message=message, cure=cure))
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
    from bridge.wiring import load_script

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


def _asr(settings: Settings) -> Iterator[Finding]:
    """Which models it comes to; `doctor` loads them."""
    try:
        choose(settings)
    except AsrError as error:
        yield Finding(level="error", key="asr", message=f"{error.message}.", cure=error.cure)


def _cues(settings: Settings) -> Iterator[Finding]:
    """Reads the rule files and runs every example in them."""
    cues, language = settings.cues, settings.asr.language
    if cues.rules_dir is not None and not cues.rules_dir.is_dir():
        message = f"{cues.rules_dir} is no directory."
        yield Finding(level="error", key="cues.rules_dir", message=message, cure="name one with rule files")
        return
    try:
        rules = rules_of(language, cues.rules_dir)
        for line in failing_examples(rules):
            yield Finding(level="error", key="cues.rules_dir", message=f"{line}.", cure="mend either")
    except (RulesError, TemplateError) as error:
        yield Finding(level="error", key="cues.rules_dir", message=str(error))
        return
    if not rules.rules:
        message = f"no cue rules for language {language}: only keys, bot and console ask for a person."
        cure = "set cues.rules_dir to rules of your own"
        yield Finding(level="warning", key="cues.rules_dir", message=message, cure=cure)
    elif cues.second_opinion and (trouble := opinion_of(language)[1]):
        message = f"rules alone, no second opinion: {trouble}."
        yield Finding(level="warning", key="cues.second_opinion", message=message)


def _paths(settings: Settings) -> list[Finding]:
    found: list[Finding] = []
    if not Paths(settings.run_dir.absolute()).fits():
        message = f"{settings.run_dir.absolute()} is too long for Unix sockets (107 bytes)."
        found.append(
            Finding(level="error", key="run_dir", message=message, cure="set run_dir to a short path")
        )
    return found
