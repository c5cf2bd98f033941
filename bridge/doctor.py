"""Looks at this machine: ports, codecs, models, voices, clock, disk; each finding with its cure."""

import importlib.util
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator

from asr.errors import AsrError
from asr.store import probe
from bridge.check import check_settings, outside
from bridge.config import Settings
from bridge.finding import Finding
from bridge.plan import RTP_SLICE, sip_ports, worker_slots
from bridge.records.look import database_findings
from bridge.speech.choice import choose
from sip.config import registrar_address
from sip.types import MAX_LEGS

LEAST_DISK_MB = 500
LATE_MS = 5.0
NAPS = 50


def examine(settings: Settings) -> list[Finding]:
    """The configuration's findings, then the machine's."""
    looks: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
        _ports, _registrars, _rtp, _pjsua, _asr, _voices, _cores, _clock, _disk,
        database_findings,
    )  # fmt: skip
    return [*check_settings(settings), *(finding for look in looks for finding in look(settings))]


def _ok(key: str, message: str) -> Finding:
    return Finding(level="ok", key=key, message=message)


def _ports(settings: Settings) -> Iterator[Finding]:
    sip = settings.sip
    if taken := _taken(sip.bind, [sip.port], socket.SOCK_DGRAM):
        cure = f"end the process on it (ss -ulpn 'sport = :{sip.port}'), or set sip.port"
        yield Finding(level="error", key="sip.port", message=taken, cure=cure)
    else:
        yield _ok("sip.port", f"{sip.bind}:{sip.port}/udp is free")
    ports = sip_ports(sip)
    if taken := _taken(sip.bind, ports, socket.SOCK_DGRAM):
        yield Finding(level="error", key="sip.worker_ports", message=taken, cure="set sip.worker_ports")
    else:
        yield _ok("sip.worker_ports", f"{ports[0]}-{ports[-1]}/udp are free")
    api = settings.api
    if api.port and (taken := _taken(api.bind, [api.port], socket.SOCK_STREAM)):
        yield Finding(level="error", key="api.port", message=taken, cure="set api.port")


def _taken(ip: str, ports: Iterable[int], kind: socket.SocketKind) -> str | None:
    """What stands in the way of binding, or None."""
    for port in ports:
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind((ip, port))
            except OSError as error:
                return f"{ip}:{port} cannot be bound ({error.strerror})"
    return None


def _registrars(settings: Settings) -> Iterator[Finding]:
    """Where the names are; addresses written as such are the configuration's own findings."""
    for index, registration in enumerate(settings.sip.registrations):
        key = f"sip.registrations.{index}.registrar"
        try:
            host = registrar_address(registration.registrar).partition(":")[0]
        except ValueError:
            continue
        try:
            ip = socket.gethostbyname(host)
        except (OSError, UnicodeError):
            cure = "correct it, or write its address; SRV records are not looked up"
            yield Finding(level="error", key=key, message=f"{host} cannot be resolved", cure=cure)
            continue
        if ip == host:
            continue
        if outside(ip, settings.sip.allow):
            message = f"{host} is {ip}, outside sip.allow: its answers and calls would meet silence"
            yield Finding(level="warning", key=key, message=message, cure=f"add {ip}/32 to sip.allow")
        else:
            yield _ok(key, f"{host} is {ip}")


def _rtp(settings: Settings) -> Iterator[Finding]:
    sip = settings.sip
    last = sip.rtp_ports + worker_slots(sip) * RTP_SLICE - 1
    if last > 65535:
        cure = "lower sip.rtp_ports or sip.max_conversations"
        yield Finding(level="error", key="sip.rtp_ports", message=f"the range ends at {last}", cure=cure)
        return
    first_free = _ephemeral_low()
    if last >= first_free:
        message = f"{sip.rtp_ports}-{last} overlaps the system's own ports from {first_free} on"
        cure = f"sysctl net.ipv4.ip_local_reserved_ports={sip.rtp_ports}-{last}"
        yield Finding(level="warning", key="sip.rtp_ports", message=message, cure=cure)
    else:
        yield _ok("sip.rtp_ports", f"{sip.rtp_ports}-{last}/udp, open these in the firewall")


def _ephemeral_low() -> int:
    with open("/proc/sys/net/ipv4/ip_local_port_range") as file:
        return int(file.read().split()[0])


def _pjsua(settings: Settings) -> Iterator[Finding]:
    cure = "pip install -r requirements/run-py311.txt (wheels exist for Python 3.11 and 3.12 on x86-64)"
    try:
        asked = subprocess.run(
            [sys.executable, "-m", "sip.pjsua.facts"], capture_output=True, timeout=20, check=True
        )
        facts = json.loads(asked.stdout.splitlines()[-1])  # its log goes before
    except (OSError, ValueError, IndexError, subprocess.SubprocessError):
        yield Finding(level="error", key="pjsua2", message="pjsua2 does not start", cure=cure)
        return
    if facts["max_calls"] < MAX_LEGS:
        message = f"{facts['max_calls']} calls a process, a conversation needs {MAX_LEGS}"
        yield Finding(level="error", key="pjsua2", message=message, cure=cure)
    else:
        yield _ok("pjsua2", f"{facts['version']}, {facts['max_calls']} calls a process")
    known = {codec.partition("/")[0] for codec in facts["codecs"]}
    if missing := set(settings.sip.codecs) - known:
        message = f"{', '.join(sorted(missing))} not in this build"
        yield Finding(level="error", key="sip.codecs", message=message, cure=f"choose among {sorted(known)}")


def _asr(settings: Settings) -> Iterator[Finding]:
    try:
        choice = choose(settings)
        began = time.perf_counter()
        told = probe(choice.model_dir, settings.asr.language)
        if choice.final_model_dir is not None:
            probe(choice.final_model_dir, settings.asr.language)
    except AsrError as error:
        yield Finding(level="error", key="asr", message=error.message, cure=error.cure)
        return
    took = time.perf_counter() - began
    yield _ok("asr", f"{choice.engine}, model {told['sha256'][:12]}, loaded in {took:.1f} s")


def _voices(settings: Settings) -> Iterator[Finding]:
    wanted = settings.tts.engine
    if importlib.util.find_spec("hibari") is None:
        cure = "pip install hibari-tts, or apt install espeak-ng"
        spare = shutil.which("espeak-ng")
        yield Finding(
            level="warning" if spare else "error", key="tts", message="hibari-tts is missing", cure=cure
        )
    elif wanted == "espeak" and not shutil.which("espeak-ng"):
        yield Finding(level="error", key="tts", message="espeak-ng is missing", cure="apt install espeak-ng")
    else:
        yield _ok("tts", "hibari" if wanted == "auto" else wanted)


def _cores(settings: Settings) -> Iterator[Finding]:
    cores = os.cpu_count() or 1
    if cores < 2:
        message = "one core: recognition and media will disturb each other"
        yield Finding(level="warning", key="cpu", message=message, cure="two cores or more")
    else:
        load = os.getloadavg()[0]
        message = f"{cores} cores, load {load:.1f}"
        yield Finding(level="warning" if load > cores else "ok", key="cpu", message=message)


def _clock(settings: Settings) -> Iterator[Finding]:
    """How late a 5 ms nap wakes: media frames are due each 20 ms."""
    late: list[float] = []
    for _ in range(NAPS):
        began = time.monotonic()
        time.sleep(0.005)
        late.append((time.monotonic() - began - 0.005) * 1000)
    worst, middle = max(late), statistics.median(late)
    message = f"a timer wakes {middle:.2f} ms late in the middle, {worst:.2f} ms at worst (n={NAPS})"
    if worst > LATE_MS:
        yield Finding(level="warning", key="clock", message=message, cure="a quieter machine, or CPU pinning")
    else:
        yield _ok("clock", message)


def _disk(settings: Settings) -> Iterator[Finding]:
    place = settings.records.dir.absolute()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free // 2**20
    if not os.access(place, os.W_OK):
        yield Finding(level="error", key="records.dir", message=f"{place} is not writable", cure="chown it")
    elif free < LEAST_DISK_MB:
        cure = "make room, or set records.dir"
        yield Finding(level="error", key="records.dir", message=f"{free} MB left on {place}", cure=cure)
    else:
        yield _ok("records.dir", f"{free} MB free")
