"""The agents of the configuration, and their devices."""

from typing import Literal, Self

from pydantic import Field, model_validator

from bridge.config.sections import Section
from bridge.model.agent import DeviceKind
from bridge.model.transfer import Mode


class AgentDevice(Section):
    """What is left out is as the agent has it."""

    kind: DeviceKind = "sip"
    """sip: a telephone. browser: the console page. queue: a PBX queue or ring group"""
    uri: str = ""
    """SIP URI; none for a browser"""
    mode: Mode | None = None
    headset: bool | None = None
    auto_accept: bool | None = None
    fallback_proved: bool | None = None
    can_refer: bool | None = None
    ring_s: float | None = None
    ami: str | None = None
    """the device's name in Asterisk, such as PJSIP/201; default PJSIP/ and the user of `uri`"""

    @model_validator(mode="after")
    def _has_what_it_is_reached_by(self) -> Self:
        if (self.kind == "browser") == bool(self.uri):
            raise ValueError(
                "a browser has no uri" if self.uri else f"a device of kind {self.kind} needs a uri"
            )
        return self


class Agent(Section):
    """`uri` is the short form of one telephone; `devices` are tried in their order."""

    id: str
    uri: str = ""
    name: str = ""
    devices: list[AgentDevice] = []
    """a browser whose page is open comes first, the others in the order given"""
    skills: list[str] = []
    departments: list[str] = []
    languages: list[str] = []
    """two letters each; none: any"""
    priority: int = 0
    """lower is tried first"""
    capacity: int = Field(default=1, ge=1, le=10)
    """calls at the same time"""
    starts: Literal["available", "away"] = "available"
    """until somebody says otherwise: page, MQTT or HTTP"""
    mode: Mode = Mode.CONFERENCE
    reasons: list[str] = []
    """escalation reasons this agent takes; none = all"""
    headset: bool = False
    """a declared headset may be spoken hints to during the call"""
    assist: bool = False
    """wants assist during the call, so the bridge stays (conference) whatever `mode` says"""
    auto_accept: bool = False
    """joined after the whisper without a key"""
    fallback_proved: bool = False
    """its dialplan was shown to catch a failed blind REFER"""
    can_refer: bool = True
    """false: its PBX takes no REFER, always conference"""
    ring_s: float | None = None
    """own ringing time"""

    @model_validator(mode="after")
    def _has_one_form(self) -> Self:
        if bool(self.uri) == bool(self.devices):
            raise ValueError("write uri, or devices, and not both")
        kinds = [device.kind for device in self.devices]
        if kinds.count("browser") > 1:
            raise ValueError("an agent has one browser at most")
        return self

    @property
    def all_devices(self) -> list[AgentDevice]:
        return self.devices or [AgentDevice(uri=self.uri)]
