"""INVITE from both ends: calling, being called, CANCEL, Replaces."""

import asyncio
import time
from typing import TYPE_CHECKING

from sip.party import sdp
from sip.party.behaviour import Headers, Reception
from sip.party.call import Call, CallState
from sip.party.dialog import Dialog, new_tag, next_hop
from sip.party.events import PartyError
from sip.party.message import Message, MessageError, request, response
from sip.party.transaction import ServerTransaction, TransactionTimeout
from sip.party.transfer import find_replaced

if TYPE_CHECKING:
    from sip.party.party import Party


async def invite(call: Call, headers: Headers, with_offer: bool) -> None:
    """The calling side from INVITE to the end of the transaction."""
    party, local = call.party, call.offer()
    message = call.dialog.new_request("INVITE", party.address, party.user)
    for name, value in (
        ("Allow", "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, REFER, NOTIFY"),
        *headers,
    ):
        message.add(name, value)
    message.add("Supported", "replaces")
    if with_offer:
        message.add("Content-Type", "application/sdp")
        message.body = local.to_bytes()
    call.invite = message
    party.post("calling", time.monotonic(), call)
    try:
        final = await party.run(
            message,
            next_hop(message),
            call.dialog,
            on_provisional=lambda got: _provisional(call, got, local if with_offer else None),
        )
    except TransactionTimeout:
        _refused(call, 408, "no answer")
        return
    if final.status >= 300:
        _refused(call, final.status, final.reason)
    else:
        await _accepted(call, message, final, local if with_offer else None)


def _provisional(call: Call, got: Message, local: sdp.Audio | None) -> None:
    now = time.monotonic()
    call.early.set()
    if got.status == 100:
        return
    call.same_dialog_with_tag(got)
    call.state = CallState.RINGING
    if got.body and local is not None:
        try:
            call.apply(local, sdp.parse(got.body), now)
        except MessageError:
            return
    call.party.post("ringing", now, call, status=got.status, early_media=bool(got.body))


def _refused(call: Call, status: int, reason: str) -> None:
    now = time.monotonic()
    call.early.set()
    if call.state is CallState.ENDED:
        return
    call.party.post("refused", now, call, status=status, reason=reason)
    call.end(now, by_us=status == 487, status=status)


async def _accepted(call: Call, message: Message, final: Message, local: sdp.Audio | None) -> None:
    now = time.monotonic()
    call.early.set()
    call.answer_message = final
    call.same_dialog_with_tag(final)
    cancelled = call.state is CallState.ENDED
    try:
        remote = sdp.parse(final.body)
        body = b"" if local else call.take_offer(remote, now).to_bytes()
        if local and not cancelled:
            call.apply(local, remote, now)
    except MessageError:
        cancelled, body = True, b""
    call.acknowledge(message, final, body)
    if cancelled:
        await call.request("BYE")
        call.end(now, by_us=True)
    else:
        call.confirmed(now)


async def cancel(call: Call, headers: Headers) -> None:
    """CANCEL (RFC 3261 section 9.1): not before a provisional, in the INVITE's own branch."""
    await call.early.wait()
    if call.state is CallState.CONFIRMED:
        await call.hangup()
        return
    if call.state is CallState.ENDED or call.invite is None:
        return
    original = call.invite
    message = request("CANCEL", original.uri)
    message.add("Via", original.get("Via"))
    message.add("Max-Forwards", "70")
    for route in original.get_all("Route"):
        message.add("Route", route)
    for name in ("From", "To", "Call-ID"):
        message.add(name, original.get(name))
    message.add("CSeq", f"{original.cseq[0]} CANCEL")
    for name, value in headers:
        message.add(name, value)
    call.end(time.monotonic(), by_us=True)
    await call.party.transactions.run(message, next_hop(message))


def receive(party: "Party", transaction: ServerTransaction) -> None:
    """The called side: a new INVITE."""
    message = transaction.request
    required = {part.lower() for part in message.get_list("Require")} - {"replaces"}
    if required:
        refusal = response(message, 420, new_tag())
        refusal.add("Unsupported", ", ".join(sorted(required)))
        transaction.respond(refusal)
        return
    replaced = None
    if message.has("Replaces"):
        replaced = find_replaced(party.calls, message.get("Replaces"))
        status = (
            481
            if replaced is None
            else 603
            if replaced.state is CallState.ENDED
            else party.obedience.replaces
        )
        if status != 200:
            transaction.reply(status, new_tag())
            return
    call = Call(party, Dialog.of_received(message, new_tag()), outgoing=False, codecs=party.codecs)
    party.calls.append(call)
    call.received(transaction)
    data = {"from": message.get("From"), "to": message.get("To"), "message": message}
    party.post("incoming", transaction.at, call, **data)
    if replaced is not None:
        party.spawn(_take_over(call, replaced))
    else:
        party.spawn(_receive(call, party.reception, transaction))


async def _take_over(call: Call, replaced: Call) -> None:
    """Answer at once and hang up what was replaced (RFC 3891 section 3)."""
    call.answer()
    call.party.post("replaced", time.monotonic(), replaced, by=call)
    await replaced.hangup()


async def _receive(call: Call, rule: Reception, transaction: ServerTransaction) -> None:
    if rule.silent:
        return
    transaction.reply(100)
    if rule.manual:
        return
    try:
        if rule.ring:
            call.ring(rule.early_media)
        await asyncio.sleep(rule.after_s)
        if call.state is CallState.ENDED or rule.status == 0:
            return
        if rule.status < 300:
            call.answer(rule.headers)
        else:
            call.refuse(rule.status, rule.headers)
    except MessageError as error:
        call.refuse(error.status)
    except PartyError:  # cancelled in the same moment
        return
