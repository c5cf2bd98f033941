"""What a party answers to requests inside a dialog."""

import time
from typing import TYPE_CHECKING

from sip.party import sdp, transfer
from sip.party.address import parse_name_addr
from sip.party.call import Call
from sip.party.dialog import contact_uri
from sip.party.dtmf import read_info
from sip.party.message import Message, MessageError, response
from sip.party.transaction import ServerTransaction

if TYPE_CHECKING:
    from sip.party.party import Party


def serve(call: Call, transaction: ServerTransaction) -> None:
    """Answer one request of a dialog (RFC 3261 section 12.2.2)."""
    message, at = transaction.request, transaction.at
    if message.cseq[0] <= call.dialog.remote_cseq:
        call.respond(transaction, 500)
        return
    call.dialog.remote_cseq = message.cseq[0]
    if message.method in ("INVITE", "UPDATE"):
        _reoffer(call, transaction)
    elif message.method == "BYE":
        call.respond(transaction, 200)
        call.end(at, by_us=False, **reason_of(message))
    elif message.method == "INFO":
        _info(call, transaction)
    elif message.method == "NOTIFY":
        _notify(call, transaction)
    elif message.method == "REFER":
        call.party.spawn(transfer.obey(call, transaction))
    elif message.method in ("OPTIONS", "MESSAGE"):
        call.respond(transaction, 200)
        call.party.post("message", at, call, method=message.method)
    else:
        call.respond(transaction, 501)


def reason_of(message: Message) -> dict[str, object]:
    """Q.850 cause and text of a Reason header (RFC 3326), as event data."""
    for value in message.get_list("Reason"):
        parts = [part.strip().partition("=") for part in value.split(";")]
        fields = {key.strip().lower(): text.strip().strip('"') for key, _, text in parts[1:]}
        if parts[0][0].upper() == "Q.850" and fields.get("cause", "").isdigit():
            return {"q850": int(fields["cause"]), "text": fields.get("text", "")}
    return {"q850": None, "text": message.get("Reason")}


def _reoffer(call: Call, transaction: ServerTransaction) -> None:
    message = transaction.request
    if call.offering:
        call.respond(transaction, 491)
        return
    call.dialog.target = contact_uri(message) or call.dialog.target
    try:
        if message.body:
            body = call.take_offer(sdp.parse(message.body), transaction.at).to_bytes()
        else:
            body = call.offer_later() if message.method == "INVITE" else b""
    except MessageError as error:
        call.respond(transaction, 488 if error.status < 488 else error.status)
        return
    call.respond(transaction, 200, body)
    call.party.post("reinvite", transaction.at, call, method=message.method)


def _info(call: Call, transaction: ServerTransaction) -> None:
    message = transaction.request
    content = message.get("Content-Type").partition(";")[0].strip().lower()
    digit = read_info(message.body, transaction.at) if content.startswith("application/dtmf") else None
    call.respond(transaction, 200)
    if digit is not None:
        call.party.post(
            "dtmf", digit.at, call, digit=digit.digit, method=digit.method, duration_ms=digit.duration_ms
        )
    else:
        body = message.body.decode("utf-8", "replace")
        call.party.post("info", transaction.at, call, content_type=content, body=body)


def _notify(call: Call, transaction: ServerTransaction) -> None:
    """Progress of our own REFER (RFC 3515 section 2.4.4)."""
    message = transaction.request
    if message.get("Event").partition(";")[0].strip().lower() != "refer":
        call.respond(transaction, 489)
        return
    call.respond(transaction, 200)
    words = message.body.decode("utf-8", "replace").split("\r\n")[0].split(" ", 2)
    status = int(words[1]) if len(words) > 1 and words[1].isdigit() else 0
    final = message.get("Subscription-State").lower().startswith("terminated")
    reason = words[2] if len(words) > 2 else ""
    call.party.post("notify", transaction.at, call, status=status, reason=reason, final=final)


def serve_outside(party: "Party", transaction: ServerTransaction) -> None:
    """Requests that belong to no dialog and begin none."""
    message = transaction.request
    if parse_name_addr(message.get("To")).tag:
        transaction.reply(481)
    elif message.method == "OPTIONS":
        answer = response(message, 200, "options")
        answer.add("Allow", "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, REFER, NOTIFY")
        transaction.respond(answer)
    elif message.method == "MESSAGE":
        transaction.reply(200)
    else:
        transaction.reply(501 if message.method not in ("SUBSCRIBE", "REFER", "NOTIFY") else 481)
    party.post("message", time.monotonic(), None, method=message.method)
