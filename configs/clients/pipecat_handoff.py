"""A Pipecat bot that hands over: list the tool in `LLMContext(tools=[handoff_tool(conversation, known)])`.

`conversation`: X-Conversation-Id of the SIP call, as your transport or SIP gateway gives it to the bot.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from handoff import ask_for_human, tell
from pipecat.services.llm_service import FunctionCallParams


def handoff_tool(conversation: str, known: dict[str, Any]) -> Callable[..., Awaitable[None]]:
    """`known`: the state your own tools keep up to date, told right before the handoff."""

    async def hand_to_human(params: FunctionCallParams, reason: str, note: str) -> None:
        """Bring a human agent into the call. The caller is told by the telephone system.

        Args:
            reason: One of bot_limit, explicit_request, complaint_or_dispute, cancellation, sensitive.
            note: One sentence for the agent: what the caller wants and what was tried.
        """
        await tell(conversation, known)
        await ask_for_human(conversation, reason, note)
        await params.result_callback({"result": "A person is being called. Say nothing more."})

    return hand_to_human
