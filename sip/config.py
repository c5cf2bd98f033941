"""Settings of one SIP worker: one JSON file, written by whoever keeps the pool."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from sip.types import Srtp

Codec = Literal["PCMU", "PCMA", "G722"]
Port = Annotated[int, Field(ge=1, le=65535)]

RTP_PORTS_LEAST = 16
"""Four legs take two ports each, and a leg redialled at once must not get the port of the one before."""


class Credential(BaseModel):
    """What to answer to a 401 or 407; `realm` "*" fits any."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    realm: str = "*"
    user: str
    password: SecretStr


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
    contact_user: str = Field(default="bridge", pattern=r"^[A-Za-z0-9_.+-]+$")
    comfort: Path | None = None
    """WAV, s16 mono at the bridge clock; None is a soft built-in tone, so that nobody waits in silence."""
    media_watchdog_s: float = Field(default=5.0, gt=0)
    user_agent: str = "handoff-bridge"

    @field_validator("bind_ip")
    @classmethod
    def _ipv4(cls, value: str) -> str:
        return _ipv4_address(value)

    @field_validator("front")
    @classmethod
    def _front_address(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        _ipv4_address(host)
        if not port.isdigit() or not 0 < int(port) < 65536:
            raise ValueError("front is ip:port")
        return value

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


def _ipv4_address(text: str) -> str:
    """The pjsua2 wheel is built without IPv6 and aborts on it."""
    parts = text.split(".")
    if len(parts) != 4 or not all(part.isdigit() and int(part) < 256 for part in parts):
        raise ValueError(f"{text!r} is not an IPv4 address")
    return text
