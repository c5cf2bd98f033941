"""Settings of one SIP worker, and of the registrar worker: one JSON file each, by whoever keeps them."""

import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from sip.message import host_port
from sip.types import Srtp

Codec = Literal["PCMU", "PCMA", "G722"]
Port = Annotated[int, Field(ge=1, le=65535)]

RTP_PORTS_LEAST = 16
"""Four legs take two ports each, and a leg redialled at once must not get the port of the one before."""


REGISTRATIONS_MOST = 8
"""Accounts the pjsua2 wheel is compiled for."""

_REGISTRAR = re.compile(r"(?:sip:)?([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::(\d{1,5}))?", re.IGNORECASE)


def registrar_address(text: str) -> str:
    """`host:port` of `sip:pbx.example.com`, `pbx` or `10.0.0.5:5062`. Raises `ValueError`."""
    found = _REGISTRAR.fullmatch(text)
    port = int(found[2] or 5060) if found else 0
    if found is None or not 0 < port < 65536:
        raise ValueError(f"{text!r} is no host or host:port")
    return f"{found[1].lower()}:{port}"


class Credential(BaseModel):
    """What to answer to a 401 or 407; `realm` "*" fits any."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    realm: str = "*"
    user: str
    password: SecretStr


USER_PART = r"^[A-Za-z0-9_.+-]+$"
UserPart = Annotated[str, Field(pattern=USER_PART)]


class Trunk(BaseModel):
    """A PBX that knows us by registration: legs dialled there come from `user`, or it would not know them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    registrar: str
    """`host:port`"""
    user: UserPart

    @field_validator("registrar")
    @classmethod
    def _registrar(cls, value: str) -> str:
        return registrar_address(value)

    @property
    def host(self) -> str:
        return self.registrar.partition(":")[0]

    @property
    def aor(self) -> str:
        """The address of record (RFC 3261 section 10)."""
        return f"sip:{self.user}@{self.host}"


class Registration(Trunk):
    """One registration to keep up."""

    credential: Credential
    expires_s: int = Field(default=120, ge=1)
    """asked for; the registrar may grant less"""


class RegistrarConfig(BaseModel):
    """`python -m sip.registrar CONFIG.json` reads exactly this."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bind_ip: str
    sip_port: Port
    """among the front's worker ports, or the front would not forward for it"""
    front: str
    """`ip:port`: the outbound proxy, and the address in Contact"""
    control: Path
    registrations: tuple[Registration, ...] = Field(min_length=1, max_length=REGISTRATIONS_MOST)
    user_agent: str = "handoff-bridge"

    @field_validator("bind_ip")
    @classmethod
    def _ipv4(cls, value: str) -> str:
        return _ipv4_address(value)

    @field_validator("front")
    @classmethod
    def _front_address(cls, value: str) -> str:
        return _ipv4_and_port(value)


class BrowserConfig(BaseModel):
    """Pages as telephones: where a worker meets them, and how patient it is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bind_ip: str
    first_port: Port
    last_port: Port
    """UDP; two for each page, and one resting for each that was loaded anew"""
    advertise: str | None = None
    """the address pages reach `bind_ip` at, where a router stands between"""
    connect_within_s: float = Field(default=5.0, gt=0)
    """from a page's offer to its first packet"""
    silence_s: float = Field(default=1.0, gt=0)
    """without a packet, and the page counts as away: its caller hears comfort"""
    return_within_s: float = Field(default=3.0, gt=0)
    """how long a page that is away may take to be back before its leg is lost"""

    @field_validator("bind_ip")
    @classmethod
    def _ipv4(cls, value: str) -> str:
        return _ipv4_address(value)

    @model_validator(mode="after")
    def _ports_in_order(self) -> Self:
        if self.last_port < self.first_port:
            raise ValueError("last_port is below first_port")
        return self


class WorkerConfig(BaseModel):
    """`python -m sip.worker CONFIG.json` reads exactly this."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    bind_ip: str
    sip_port: Port
    front: str
    """`ip:port`: the only source of new requests, and the outbound proxy of dialled legs."""
    front_control: Path | None = None
    control: Path
    rtp_port: Port
    rtp_ports: int = Field(default=40, ge=RTP_PORTS_LEAST)
    clock_rate: Literal[8000, 16000] = 8000
    codecs: tuple[Codec, ...] = Field(default=("PCMU", "PCMA"), min_length=1)
    srtp: Srtp = Srtp.OFF
    credentials: tuple[Credential, ...] = ()
    trunks: tuple[Trunk, ...] = ()
    contact_user: UserPart = "bridge"
    comfort: Path | None = None
    """WAV, s16 mono at the bridge clock; None is a soft built-in tone, so that nobody waits in silence."""
    media_watchdog_s: float = Field(default=5.0, gt=0)
    user_agent: str = "handoff-bridge"
    browser: BrowserConfig | None = None
    """None: no agent has a browser for a telephone, and nothing of it is loaded"""

    @field_validator("bind_ip")
    @classmethod
    def _ipv4(cls, value: str) -> str:
        return _ipv4_address(value)

    @field_validator("front")
    @classmethod
    def _front_address(cls, value: str) -> str:
        return _ipv4_and_port(value)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if "G722" in self.codecs and self.clock_rate != 16000:
            raise ValueError("G722 needs clock_rate 16000")
        if self.rtp_port + self.rtp_ports > 65536:
            raise ValueError("the RTP slice runs over port 65535")
        return self

    @property
    def front_host(self) -> str:
        return self.front.rpartition(":")[0]

    def trunk_to(self, uri: str) -> Trunk | None:
        """The registration at the PBX to which a URI leads."""
        there = host_port(uri)
        return next((trunk for trunk in self.trunks if trunk.registrar == there), None)


def _ipv4_address(text: str) -> str:
    """The pjsua2 wheel is built without IPv6 and aborts on it."""
    parts = text.split(".")
    if len(parts) != 4 or not all(part.isdigit() and int(part) < 256 for part in parts):
        raise ValueError(f"{text!r} is not an IPv4 address")
    return text


def _ipv4_and_port(text: str) -> str:
    host, _, port = text.rpartition(":")
    _ipv4_address(host)
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError("front is ip:port")
    return text
