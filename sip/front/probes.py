"""OPTIONS to telephones outside: is anybody there (RFC 3261 section 11)?"""

import asyncio
import secrets
from typing import Final

from sip.front.farewell import SendTo
from sip.front.forwarding import MAGIC, Place
from sip.party.address import parse_uri
from sip.party.message import Message, MessageError, request

_BRANCH: Final = f"{MAGIC}hf-ask-"
_INTERVALS_T1: Final = (1, 2, 4)
"""between what is sent, in T1: a telephone that needs more than 3.5 s to say so much is not there"""
_LIMIT: Final = 256


class Probes:
    """The questions under way, by branch."""

    def __init__(self, send: SendTo, us: Place, t1_s: float) -> None:
        self._send, self._us, self._t1_s = send, us, t1_s
        self._waiting: dict[str, asyncio.Future[int]] = {}

    async def ask(self, uri: str) -> int | None:
        """The status of the final response; None: there was none. Raises `MessageError` for no SIP URI."""
        target = parse_uri(uri)
        if target.scheme != "sip":
            raise MessageError("only sip: URIs are asked")
        if len(self._waiting) >= _LIMIT:
            return None
        branch = _BRANCH + secrets.token_hex(8)
        message = self._options(str(target), branch)
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting[branch] = answer
        try:
            for interval in _INTERVALS_T1:
                self._send(message.copy(), target)
                await asyncio.wait([answer], timeout=interval * self._t1_s)
                if answer.done():
                    return await answer
            return None
        finally:
            answer.cancel()
            del self._waiting[branch]

    def answered(self, branch: str, message: Message) -> bool:
        """A response came; True when it was to one of these, however late."""
        waiting = self._waiting.get(branch)
        if waiting is not None and message.status >= 200 and not waiting.done():
            waiting.set_result(message.status)
        return branch.startswith(_BRANCH)

    def _options(self, uri: str, branch: str) -> Message:
        message = request("OPTIONS", uri)
        message.add("Via", f"SIP/2.0/UDP {self._us.sent_by};rport;branch={branch}")
        message.add("Max-Forwards", "70")
        message.add("From", f"<sip:handoff@{self._us.sent_by}>;tag={secrets.token_hex(8)}")
        message.add("To", f"<{uri}>")
        message.add("Call-ID", f"{secrets.token_hex(12)}@{self._us.address[0]}")
        message.add("CSeq", "1 OPTIONS")
        message.add("Contact", f"<sip:{self._us.sent_by}>")
        message.add("Accept", "application/sdp")
        return message
