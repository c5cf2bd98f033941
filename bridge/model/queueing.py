"""What a caller hears and may do who waits for an agent."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class CallbackRules(_Part):
    offer: bool = False
    """offer to call back instead of waiting; needs agents with SIP devices and a trunk that may be dialled"""
    after_s: float = Field(default=20.0, ge=0)
    """offered when somebody has waited so long; at once when nobody is there"""
    key: str = Field(default="1", pattern=r"^[0-9*#]$")
    """with which a waiting caller takes the offer; a spoken yes does too"""
    uri: str = ""
    """how a number is dialled: {number} is put in, for instance sip:{number}@pbx.example.com"""
    prefixes: tuple[str, ...] = ()
    """a number must begin with one of these, or it is not dialled; none: any. Keep costly ones out"""
    tries: int = Field(default=3, ge=1, le=20)
    retry_s: float = Field(default=300.0, ge=1)
    """between two tries at a caller who did not answer"""
    within_h: float = Field(default=24.0, gt=0)
    """a callback older than that is given up"""
    ring_s: float = Field(default=30.0, ge=5)

    @model_validator(mode="after")
    def _can_dial(self) -> Self:
        if self.offer and "{number}" not in self.uri:
            raise ValueError("queue.callback.uri must say how a number is dialled: sip:{number}@PBX")
        return self


class QueueRules(_Part):
    handle_s: float = Field(default=240.0, gt=0)
    """how long an agent is with a caller, until there are calls to learn it from: for the estimate"""
    announce_every_s: float = Field(default=30.0, ge=5)
    """between two sentences to a waiting caller; music between them"""
    tell_position: bool = True
    tell_estimate: bool = True
    when_away: Literal["fail", "wait"] = "fail"
    """nobody who fits is there at all: back to the bot, or wait all the same. With a callback on offer the
    caller is asked in any case"""
    when_closed: Literal["fail", "wait"] = "wait"
    """nobody is free outside `policy.hours`. With a callback on offer the caller is asked in any case"""
    callback: CallbackRules = CallbackRules()
