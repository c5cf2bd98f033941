"""REFER both ways (RFC 3515, RFC 3891): a party that obeys like a telephone, and one that asks."""

import asyncio
import time
from typing import TYPE_CHECKING
from urllib.parse import quote

from sip.party.address import parse_name_addr
from sip.party.behaviour import Headers
from sip.party.call import Call, CallState
from sip.party.events import PartyEvent
from sip.party.message import Message, MessageError, reason_phrase
from sip.party.transaction import ServerTransaction, TransactionTimeout

if TYPE_CHECKING:
    from sip.party.party import Party

_PASSED_ON = ("replaces", "referred-by", "user-to-user")


async def refer(call: Call, target: str, headers: Headers = ()) -> Message:
    """Ask the peer of `call` to call `target`. Progress comes as `notify` events."""
    final = await call.request(
        "REFER", headers=(("Refer-To", f"<{target}>"), ("Referred-By", call.party.contact), *headers)
    )
    call.party.post("refer_answered", time.monotonic(), call, status=final.status)
    return final


async def refer_replaces(call: Call, other: Call, headers: Headers = ()) -> Message:
    """Ask the peer of `call` to take over our dialog `other`."""
    target = other.dialog.target.partition("?")[0]
    return await refer(call, f"{target}?Replaces={quote(other.replaces, safe='')}", headers)


async def obey(call: Call, transaction: ServerTransaction) -> None:
    """Answer a REFER and do what it says, as the party's `Obedience` tells."""
    party, rule, message = call.party, call.party.obedience, transaction.request
    try:
        wanted = parse_name_addr(message.get("Refer-To"))
    except MessageError:
        call.respond(transaction, 400)
        return
    replaces = wanted.uri.headers.get("Replaces", "")
    party.post("refer", transaction.at, call, to=wanted.raw_uri, replaces=replaces, message=message)
    await asyncio.sleep(rule.after_s)
    call.respond(transaction, rule.status)
    if rule.status >= 300 or rule.notify == "none":
        return
    await _notify(call, 100, final=rule.terminate_early)
    if isinstance(rule.notify, int):
        await _notify(call, rule.notify, final=True)
        return
    status = await _follow(party, call, wanted.raw_uri, wanted.uri.headers, message)
    if not rule.terminate_early:
        await _notify(call, status, final=True)
    party.post("transferred", time.monotonic(), call, status=status)


async def _follow(party: "Party", call: Call, target: str, fields: dict[str, str], refer: Message) -> int:
    """Call the target; the status it ends with."""
    headers = [(name, value) for name, value in fields.items() if _may_pass(name)]
    if refer.has("Referred-By"):
        headers.append(("Referred-By", refer.get("Referred-By")))
    if "Replaces" in fields:
        headers.append(("Require", "replaces"))
    new = await party.dial(target.partition("?")[0], headers=tuple(headers), via=party.proxy)
    event: PartyEvent
    while True:
        event = await party.next_of(new)
        if event.name == "ringing" and not party.obedience.terminate_early:
            await _notify(call, event["status"], final=False)
        elif event.name == "answered":
            return 200
        elif event.name in ("refused", "ended"):
            return int(event.data.get("status", 487))


def _may_pass(name: str) -> bool:
    return name.lower() in _PASSED_ON or name.lower().startswith("x-")


async def _notify(call: Call, status: int, *, final: bool) -> None:
    if call.state is CallState.ENDED:
        return
    state = "terminated;reason=noresource" if final else "active;expires=60"
    body = f"SIP/2.0 {status} {reason_phrase(status)}\r\n".encode()
    try:
        await call.request(
            "NOTIFY",
            body,
            "message/sipfrag;version=2.0",
            (("Event", "refer"), ("Subscription-State", state)),
        )
    except TransactionTimeout:
        return


def find_replaced(calls: list[Call], replaces: str) -> Call | None:
    """The dialog an INVITE with Replaces means (RFC 3891 section 3): to-tag is ours."""
    call_id, *params = (part.strip() for part in replaces.split(";"))
    fields = dict(part.split("=", 1) for part in params if "=" in part)
    for call in calls:
        dialog = call.dialog
        if (dialog.call_id, dialog.local_tag, dialog.remote_tag) == (
            call_id,
            fields.get("to-tag"),
            fields.get("from-tag"),
        ):
            return call
    return None
