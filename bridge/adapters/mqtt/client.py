"""A connection to the broker that the configuration names."""

import socket
import ssl
from typing import Final

import aiomqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from bridge.config import Mqtt

TIMEOUT_S: Final = 3.0
"""for a connection, and for one acknowledgement"""
LARGEST_PACKET: Final = 128 * 1024
"""the broker is told not to forward us more"""
NO_DELAY: Final = ((socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),)
"""without it, and without the broker's own, an answer takes 90 ms"""


def broker(
    settings: Mqtt, client_id: str, *, will: aiomqtt.Will | None = None, incoming: int = 0
) -> aiomqtt.Client:
    """Connects when it is entered. `incoming`: most messages that wait to be read, 0 for any number.
    Raises OSError (SSLError too) for files that cannot be read."""
    context = None
    if settings.tls:
        context = ssl.create_default_context(cafile=settings.ca_file)
        if settings.cert_file:
            context.load_cert_chain(settings.cert_file, settings.key_file)
    largest = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    largest.MaximumPacketSize = LARGEST_PACKET
    return aiomqtt.Client(
        settings.host or "",
        settings.port or (8883 if settings.tls else 1883),
        identifier=client_id,
        username=settings.user,
        password=settings.secret() if settings.user else None,
        protocol=aiomqtt.ProtocolVersion.V5,
        will=will,
        clean_start=True,
        keepalive=settings.keepalive_s,
        timeout=TIMEOUT_S,
        tls_context=context,
        socket_options=NO_DELAY,
        max_queued_incoming_messages=incoming or None,
        properties=largest,
    )
