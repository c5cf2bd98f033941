"""Runs in Pipecat's own environment: a bot whose model (OpenAI-compatible, at MODEL_URL) calls the tool.

`python pipecat_bot.py CONVERSATION`; prints what the tool told the model.
"""

import asyncio
import os
import sys

from pipecat.frames.frames import FunctionCallResultFrame, LLMContextFrame
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.services.openai.llm import OpenAILLMService
from pipecat.tests.utils import SleepFrame, run_test
from pipecat_handoff import handoff_tool


async def main(conversation: str) -> None:
    known = {"intent": "billing dispute", "open": "refund the second charge"}
    context = LLMContext(
        messages=[{"role": "user", "content": "I want my money back."}],
        tools=[handoff_tool(conversation, known)],
    )
    model = OpenAILLMService(api_key="none", base_url=os.environ["MODEL_URL"])
    frames, _ = await run_test(model, frames_to_send=[LLMContextFrame(context), SleepFrame(2.0)])
    for frame in frames:
        if isinstance(frame, FunctionCallResultFrame):
            print(frame.result["result"])


asyncio.run(main(sys.argv[1]))
