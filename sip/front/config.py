"""Settings of the front: one JSON file."""

from ipaddress import IPv4Network
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from sip.party.address import Address, parse_address
from sip.party.message import MessageError

Port = Annotated[int, Field(ge=1, le=65535)]


class WorkerPorts(BaseModel):
    """Where workers may be; in-dialog requests go nowhere else, whoever asks."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ip: str
    first_port: Port
    last_port: Port

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last_port < self.first_port:
            raise ValueError("last_port is below first_port")
        return self


class Flood(BaseModel):
    """A token bucket for each source address; only requests that begin something cost a token."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    per_s: float = Field(default=50.0, gt=0)
    burst: int = Field(default=100, ge=1)
    sources: int = Field(default=1024, ge=1)
    """addresses remembered; the longest unseen is forgotten first"""


class CaptureTo(BaseModel):
    """A HEP3 collector that is sent every message exchanged with the outside."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    collector: str
    agent_id: int = Field(ge=0, le=2**32 - 1)

    @field_validator("collector")
    @classmethod
    def _address(cls, value: str) -> str:
        parse_address(value)
        return value


class FrontConfig(BaseModel):
    """`python -m sip.front CONFIG.json` reads exactly this. Addresses are `ip:port`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bind: str
    advertise: str = ""
    """what goes into Via and Record-Route; empty = `bind`"""
    allow: tuple[IPv4Network, ...] = Field(min_length=1)
    """sources that are heard; all others meet silence"""
    workers: tuple[WorkerPorts, ...] = Field(min_length=1)
    control: Path
    """Unix socket that workers and the supervisor connect to"""
    record_route: bool = True
    retry_after_s: int = Field(default=5, ge=0)
    flood: Flood = Flood()
    capture: CaptureTo | None = None
    t1_s: float = Field(default=0.5, gt=0)
    """RFC 3261 timer T1; the rest follows from it"""

    @field_validator("bind", "advertise")
    @classmethod
    def _address(cls, value: str) -> str:
        if value:
            try:
                parse_address(value)
            except MessageError as error:
                raise ValueError("ip:port, without a name") from error
        return value

    @model_validator(mode="after")
    def _advertised(self) -> Self:
        if not self.advertise and self.bind.startswith("0.0.0.0"):
            raise ValueError("advertise is needed when bind is 0.0.0.0")
        return self

    @property
    def bound(self) -> Address:
        return parse_address(self.bind)

    @property
    def advertised(self) -> Address:
        return parse_address(self.advertise or self.bind)
