"""What stands in for a telephone system where there is none: a stateless SIP relay (RFC 3261 section 16.11).

It carries INVITE and what belongs to it, no more, so that both telephones are behind one address, as an
attended REFER wants it. The telephones themselves obey the REFER.
"""

import asyncio
import hashlib
from typing import Final

from sip.party.address import Address, parse_uri, parse_via
from sip.party.message import Message, MessageError, parse

_COOKIE: Final = "z9hG4bK"


class Relay(asyncio.DatagramProtocol):
    """`users` says where each user of a request's URI is."""

    _transport: asyncio.DatagramTransport

    def __init__(self, address: Address, users: dict[str, Address]) -> None:
        self._address, self._users = address, users
        self.dropped = 0

    @classmethod
    async def open(cls, address: Address, users: dict[str, Address]) -> "Relay":
        loop = asyncio.get_running_loop()
        made = await loop.create_datagram_endpoint(lambda: cls(address, users), local_addr=address)
        transport, relay = made
        relay._transport = transport
        return relay

    def close(self) -> None:
        self._transport.close()

    def datagram_received(self, data: bytes, _source: tuple[str, int]) -> None:
        """Carry one message on; what it does not understand is not for it."""
        try:
            message = parse(data)
            target = self._onward(message) if message.is_request else self._back(message)
        except (MessageError, KeyError):
            self.dropped += 1
            return
        self._transport.sendto(message.to_bytes(), target)

    def _onward(self, message: Message) -> Address:
        """To the user of the URI. The branch follows from the one before, so CANCEL and ACK match."""
        target = self._users[parse_uri(message.uri).user]
        message.remove("Route")  # only ever ourselves
        came = parse_via(message.get_list("Via")[0]).branch
        branch = _COOKIE + hashlib.sha256(came.encode()).hexdigest()[:24]
        message.prepend("Via", f"SIP/2.0/UDP {self._address[0]}:{self._address[1]};branch={branch}")
        message.set("Max-Forwards", str(int(message.get("Max-Forwards", "70")) - 1))
        return target

    def _back(self, message: Message) -> Address:
        ours, *vias = message.get_list("Via")
        if parse_via(ours).sent_by != f"{self._address[0]}:{self._address[1]}" or not vias:
            raise MessageError("a response that did not come this way")
        message.set_list("Via", vias)
        return parse_via(vias[0]).reply_address()
