"""A LiveKit agent that hands over: `class MyAgent(HandingOver, Agent)`. Tests run only `handoff.py`.

The inbound trunk maps our header: `headers_to_attributes: {"X-Conversation-Id": "conversation"}`.
"""

from typing import Any

from handoff import ask_for_human, tell
from livekit.agents import RunContext, function_tool, get_job_context


class HandingOver:
    """`known`: the state your own tools keep up to date, told right before the handoff."""

    known: dict[str, Any] = {}

    @function_tool()
    async def hand_to_human(self, context: RunContext, reason: str, note: str) -> str:
        """Bring a human agent into the call: reason is bot_limit, explicit_request, complaint_or_dispute,
        cancellation or sensitive; note is one sentence on what the caller wants and what was tried."""
        people = get_job_context().room.remote_participants.values()
        conversation = next(p.attributes["conversation"] for p in people if "conversation" in p.attributes)
        await tell(conversation, self.known)
        await ask_for_human(conversation, reason, note)
        return "A person is being called. Say nothing more."
