"""A pjsip module of our own, under the transaction layer: it sees every message, in and out.

pjsua2 hides what is needed. After `hangup` it reports nothing more, so that nobody knows whether the BYE or
CANCEL has been answered; it can accept a REFER only by calling the target itself; and it answers 500 to an
INFO of a type it does not know. The module is registered through the C functions the wheel exports. The C
structs it reads are checked, not trusted: a message whose text is not where it should be is left to pjsua.
"""

import logging
import re
from collections.abc import Callable
from ctypes import CDLL, CFUNCTYPE, POINTER, Structure, byref, c_char_p, c_int, c_ssize_t, c_void_p, string_at
from typing import Any, Final

import pjsua2 as pj

from sip.message import Message, tag_of

log = logging.getLogger(__name__)

UNDER_TRANSACTIONS: Final = 10
VERDICTS_KEPT: Final = 4096
PACKET_OFFSET: Final = 24 + 35 * 8 + 16
"""pjsip_rx_data: pool, transport, data, the ioqueue key of 35 pointers, a time stamp; then the packet."""

_REQUEST: Final = re.compile(r"Request msg (\w+)/cseq=(\d+)")
_RESPONSE: Final = re.compile(r"Response msg (\d+)/(\w+)/cseq=(\d+)")

_NEVER_STOPPED: Final = ("ACK", "CANCEL")

_OnMessage: Final = CFUNCTYPE(c_int, c_void_p)


class _PjStr(Structure):
    _fields_ = (("ptr", c_char_p), ("slen", c_ssize_t))


class _Module(Structure):
    _fields_ = (
        ("prev", c_void_p), ("next", c_void_p), ("name", _PjStr), ("id", c_int), ("priority", c_int),
        ("load", c_void_p), ("start", c_void_p), ("stop", c_void_p), ("unload", c_void_p),
        ("on_rx_request", _OnMessage), ("on_rx_response", _OnMessage),
        ("on_tx_request", _OnMessage), ("on_tx_response", c_void_p), ("on_tsx_state", c_void_p),
    )  # fmt: skip


class Gate:
    """Registered once, after the endpoint has started. A status answers a request, None leaves it to pjsua.

    `answers` is asked about requests in a dialog, `turns_away` about new calls: a refused one keeps one of
    pjsua's four slots for a while, and the INVITE that finds none left aborts.
    """

    def __init__(
        self,
        answers: Callable[[Message], int | None],
        turns_away: Callable[[], int | None],
    ) -> None:
        self.unanswered: set[tuple[str, int]] = set()
        """(method, CSeq) of every request of ours without a final response."""
        self._answers = answers
        self._turns_away = turns_away
        self._verdicts: dict[tuple[str, str, int], int | None] = {}
        self._lib: Any = CDLL(pj._pjsua2.__file__)
        for name in ("pjsip_rx_data_get_info", "pjsip_tx_data_get_info"):
            getattr(self._lib, name).restype = c_char_p
            getattr(self._lib, name).argtypes = [c_void_p]
        self._lib.pjsua_get_pjsip_endpt.restype = c_void_p
        self._endpoint = c_void_p(self._lib.pjsua_get_pjsip_endpt())
        self._callbacks = (
            _OnMessage(self._rx_request),
            _OnMessage(self._rx_response),
            _OnMessage(self._tx_request),
        )
        name = b"mod-handoff-gate"
        self._module = _Module(name=_PjStr(name, len(name)), id=-1, priority=UNDER_TRANSACTIONS)
        self._module.on_rx_request, self._module.on_rx_response, self._module.on_tx_request = self._callbacks
        self._lib.pjsip_endpt_register_module.argtypes = [c_void_p, POINTER(_Module)]
        self._lib.pjsip_endpt_respond_stateless.argtypes = [c_void_p, c_void_p, c_int] + [c_void_p] * 3
        if self._lib.pjsip_endpt_register_module(self._endpoint, byref(self._module)) != 0:
            raise RuntimeError("pjsip refused the gate module")

    def _tx_request(self, tdata: int) -> int:
        try:
            found = _REQUEST.match(self._lib.pjsip_tx_data_get_info(tdata).decode())
            if found and found[1] != "ACK":
                self.unanswered.add((found[1], int(found[2])))
        except Exception as error:
            log.error("gate, outgoing: %s", type(error).__name__)
        return 0

    def _rx_response(self, rdata: int) -> int:
        try:
            found = _RESPONSE.match(self._lib.pjsip_rx_data_get_info(rdata).decode())
            if found and int(found[1]) >= 200:
                self.unanswered.discard((found[2], int(found[3])))
        except Exception as error:
            log.error("gate, response: %s", type(error).__name__)
        return 0

    def _rx_request(self, rdata: int) -> int:
        try:
            found = _REQUEST.match(self._lib.pjsip_rx_data_get_info(rdata).decode())
            message = self._read(rdata, found[1]) if found and found[1] not in _NEVER_STOPPED else None
            status = self._verdict(message) if message is not None else None
            if status is not None:
                self._lib.pjsip_endpt_respond_stateless(self._endpoint, rdata, status, None, None, None)
            return int(status is not None)
        except Exception as error:
            log.error("gate, request: %s", type(error).__name__)
            return 0

    def _read(self, rdata: int, method: str) -> Message | None:
        """The message, None when its text is not where it should be."""
        begin = method.encode() + b" "
        if string_at(rdata + PACKET_OFFSET, len(begin)) != begin:
            return None
        return Message.parse(string_at(rdata + PACKET_OFFSET).decode("utf-8", "replace"))

    def _verdict(self, message: Message) -> int | None:
        """The status to answer with, None to let pjsua have the request.

        Retransmissions meet the same verdict as the first.
        """
        begins = not tag_of(message.first("to"))
        if begins and not message.start.startswith("INVITE "):
            return None
        key = (message.first("call-id"), message.start.partition(" ")[0], message.cseq)
        if key not in self._verdicts:
            if len(self._verdicts) > VERDICTS_KEPT:
                self._verdicts.clear()
            self._verdicts[key] = self._turns_away() if begins else self._answers(message)
        return self._verdicts[key]
