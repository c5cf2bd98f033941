"""What each process of one bridge is told: the configuration it reads at its start, as JSON."""

import json
import os
from typing import Any

from bridge.config import Registration, Settings, Sip
from bridge.paths import Paths
from bridge.speech.choice import choose
from bridge.tts import TtsConfig

RTP_SLICE = 40
BROWSER_PORTS = 8
"""of a worker's slice, where agents have browsers"""
REGISTRAR = "registrar"


def worker_slots(sip: Sip) -> int:
    """SIP ports of workers: twice as many as may run, because a port rests behind a worker that ended."""
    return 2 * (sip.max_conversations + sip.workers)


def sip_ports(sip: Sip) -> range:
    """Everybody's behind the front; the last one is the registrar's, where there is one."""
    return range(sip.worker_ports, sip.worker_ports + worker_slots(sip) + bool(sip.registrations))


def front_address(sip: Sip) -> str:
    return f"{sip.bind}:{sip.port}"


def lasting(settings: Settings) -> list[tuple[str, str, str]]:
    """(name, module, configuration) of every process that must always run."""
    return [
        ("front", "sip.front", _front(settings)),
        ("main", "bridge.main", _main(settings)),
        ("tts", "bridge.tts", _tts(settings)),
        *([(REGISTRAR, "sip.registrar", _registrar(settings))] if settings.sip.registrations else []),
        *((f"asr-{i}", "asr.worker", _asr(settings, f"asr-{i}")) for i in range(_asr_count(settings))),
    ]


def worker(settings: Settings, slot: int) -> str:
    """The SIP worker that runs in that slot."""
    sip, paths = settings.sip, Paths(settings.run_dir)
    first_rtp = sip.rtp_ports + slot * RTP_SLICE
    pages = BROWSER_PORTS if has_browsers(settings) else 0
    config = {
        "name": f"sip-{slot}",
        "bind_ip": sip.bind,
        "sip_port": sip.worker_ports + slot,
        "front": front_address(sip),
        "front_control": str(paths.front_control),
        "control": str(paths.control),
        "rtp_port": first_rtp,
        "rtp_ports": RTP_SLICE - pages,
        "clock_rate": sip.clock_rate,
        "codecs": sip.codecs,
        "srtp": sip.srtp,
        "credentials": [
            *({"realm": c.realm, "user": c.user, "password": c.secret()} for c in sip.credentials),
            *(_credential(registration) for registration in sip.registrations),
        ],
        "trunks": [{"registrar": r.registrar, "user": r.user} for r in sip.registrations],
        "media_watchdog_s": sip.media_silence_s,
        "browser": _browser(settings, first_rtp + RTP_SLICE - pages) if pages else None,
    }
    return json.dumps(config)


def has_browsers(settings: Settings) -> bool:
    """Whether any agent's telephone is the console page."""
    return any(device.kind == "browser" for agent in settings.agents for device in agent.devices)


def _browser(settings: Settings, first_port: int) -> dict[str, Any]:
    return {
        **settings.browser.model_dump(),
        "bind_ip": settings.sip.bind,
        "first_port": first_port,
        "last_port": first_port + BROWSER_PORTS - 1,
    }


def _front(settings: Settings) -> str:
    sip = settings.sip
    ports = sip_ports(sip)
    config = {
        "bind": front_address(sip),
        "allow": sip.allow,
        "workers": [{"ip": sip.bind, "first_port": ports[0], "last_port": ports[-1]}],
        "control": str(Paths(settings.run_dir).front_control),
    }
    return json.dumps(config)


def _main(settings: Settings) -> str:
    """The settings with the secrets that main needs, for a file only we can read."""
    tree: dict[str, Any] = settings.model_dump(mode="json")
    tree["api"]["token"] = settings.api.secret()
    tree["api"]["token_file"] = None
    tree["redaction"]["vault_key"] = settings.redaction.secret()
    tree["redaction"]["vault_key_file"] = None
    tree["records"] |= {"db": settings.records.address(), "db_file": None}
    tree["records"] |= {"master_key": settings.records.master(), "master_key_file": None}
    tree["mqtt"]["password"] = settings.mqtt.password.get_secret_value()  # a file is read at every connection
    for hook, told in zip(settings.webhooks, tree["webhooks"], strict=True):
        told["secret"] = hook.secret.get_secret_value()  # a file is read at every message
    tree["brief"]["refine"] |= {"key": settings.brief.refine.secret(), "key_file": None}
    tree["sip"]["credentials"] = []  # main has no use for them
    for registration in tree["sip"]["registrations"]:
        registration |= {"password": "", "password_file": None}
    return json.dumps(tree)


def _registrar(settings: Settings) -> str:
    """On one port for ever: stray answers to one before it match no request of its own."""
    sip = settings.sip
    config = {
        "bind_ip": sip.bind,
        "sip_port": sip_ports(sip)[-1],
        "front": front_address(sip),
        "control": str(Paths(settings.run_dir).control),
        "registrations": [
            {"registrar": r.registrar, "user": r.user, "credential": _credential(r), "expires_s": r.expires_s}
            for r in sip.registrations
        ],
    }
    return json.dumps(config)


def _credential(registration: Registration) -> dict[str, str]:
    user = registration.auth_user or registration.user
    return {"realm": registration.realm, "user": user, "password": registration.secret()}


def _tts(settings: Settings) -> str:
    paths, tts = Paths(settings.run_dir), settings.tts
    config = TtsConfig(
        control=paths.control, clips=paths.clips, engine=tts.engine, rate=settings.sip.clock_rate,
        bot_voice=tts.bot_voice, whisper_voice=tts.whisper_voice,
    )  # fmt: skip
    return config.model_dump_json()


def _asr_count(settings: Settings) -> int:
    return settings.asr.workers or min(os.cpu_count() or 1, 2)


def _asr(settings: Settings, name: str) -> str:
    paths, asr, choice = Paths(settings.run_dir), settings.asr, choose(settings)
    config = {
        "name": name,
        "engine": choice.engine,
        "model_dir": str(choice.model_dir),
        "final_model_dir": str(choice.final_model_dir) if choice.final_model_dir else None,
        "language": asr.language,
        "hotwords": choice.hotwords,
        "endpoint_ms": asr.endpoint.free_ms,
        "asked_ms": {
            "yes_no": asr.endpoint.yes_no_ms,
            "choice": asr.endpoint.choice_ms,
            "digits": asr.endpoint.digits_ms,
        },
        "vad": "gated" if asr.vad == "silero" else asr.vad,
        "control": str(paths.control),
        "pcm": str(paths.pcm(name)),
    }
    return json.dumps(config)
