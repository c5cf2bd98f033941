"""The topic tree `handoff/v1/{site}/...`; all that the bridge is told comes under its `cmd/`."""

import re
from dataclasses import dataclass
from typing import Final, get_args

from bridge.ports import Verb

VERSION: Final = "handoff/v1"
VERBS: Final[tuple[str, ...]] = get_args(Verb)
NOT_IN_A_LEVEL: Final = re.compile(r"[+#/\x00-\x1f\x7f]")


def level(name: str) -> str:
    """`name` as one level of a topic: what would make it two, or a filter, becomes `_`."""
    return NOT_IN_A_LEVEL.sub("_", name) or "_"


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics of one site."""

    site: str

    @property
    def root(self) -> str:
        return f"{VERSION}/{level(self.site)}"

    def status(self, bridge: str) -> str:
        return f"{self.root}/bridge/{level(bridge)}/status"

    def presence(self, agent: str) -> str:
        return f"{self.root}/agent/{level(agent)}/presence"

    def of_call(self, call: str, channel: str) -> str:
        """`channel`: event, transcript, cue or handoff."""
        return f"{self.root}/call/{level(call)}/{channel}"

    @property
    def commands(self) -> str:
        """The filter of everything we are told."""
        return f"{self.root}/cmd/call/+/+"

    def command(self, topic: str) -> tuple[str, str]:
        """(call, verb) of a topic that fits `commands`."""
        *_, call, verb = topic.split("/")
        return call, verb

    @property
    def willingness(self) -> str:
        """The filter of what agents say of themselves."""
        return f"{self.root}/cmd/agent/+/presence"

    def agent(self, topic: str) -> str:
        """The agent of a topic that fits `willingness`; "" of any other."""
        *head, agent, last = topic.split("/")
        return agent if last == "presence" and head[-1:] == ["agent"] and head[-2:-1] == ["cmd"] else ""

    def may_answer(self, topic: str) -> bool:
        """A reply may go outside our tree, or to `reply/` inside it: else a sender of commands could have us
        write another command, or an event, in our name."""
        if not topic or topic.startswith("$") or "+" in topic or "#" in topic:
            return False
        return not topic.startswith("handoff/") or topic.startswith(f"{self.root}/reply/")
