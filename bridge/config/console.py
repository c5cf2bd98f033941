"""The section about the agents' page."""

from pydantic import Field

from bridge.config.sections import Section


class Supervisor(Section):
    """Who may listen in, coach and barge in, and from which telephone."""

    name: str
    """the name of his token (`api.tokens`); "*": whoever has the role"""
    uri: str
    """the SIP telephone that is called when he wants to hear a call"""


class Console(Section):
    dispositions: list[str] = Field(
        default=["resolved", "follow_up", "callback_promised", "wrong_department", "not_resolved"],
        min_length=1,
    )
    """what a call can be closed as at the wrap-up"""
    supervisors: list[Supervisor] = []
    """without a telephone here a supervisor sees all calls, and hears none"""

    def telephone(self, name: str) -> str:
        """ "" where that supervisor has none."""
        return next((one.uri for one in self.supervisors if one.name in (name, "*")), "")
