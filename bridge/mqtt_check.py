"""What `handoff check` has to say of the section `mqtt`."""

import ipaddress
import ssl
from collections.abc import Iterator

from bridge.adapters.mqtt.topics import NOT_IN_A_LEVEL
from bridge.config import Mqtt, Settings
from bridge.finding import Finding


def mqtt_findings(settings: Settings) -> Iterator[Finding]:
    """The files are read, the broker is not asked."""
    mqtt = settings.mqtt
    if mqtt.host is None:
        if mqtt != Mqtt():
            cure = "name the broker, or leave the whole section out"
            yield Finding(level="warning", key="mqtt.host", message="is missing: MQTT is off.", cure=cure)
        return
    yield from _names(settings)
    yield from _account(mqtt)
    yield from _tls(mqtt)
    if mqtt.transcripts and not _private(mqtt):
        message = "what callers say, redacted, crosses the network in clear text."
        yield Finding(level="warning", key="mqtt.transcripts", message=message, cure="set mqtt.tls: true")


def _names(settings: Settings) -> Iterator[Finding]:
    names = [("site", settings.site), ("mqtt.bridge_id", settings.mqtt.bridge_id or "")]
    names += [(f"agents.{index}.id", agent.id) for index, agent in enumerate(settings.agents)]
    for key, name in names:
        if NOT_IN_A_LEVEL.search(name):
            message = f"{name!r} holds + # / or a control character, which become _ in topics."
            yield Finding(level="warning", key=key, message=message, cure="use letters, digits, - and _")


def _account(mqtt: Mqtt) -> Iterator[Finding]:
    try:
        secret = mqtt.secret()
    except (OSError, UnicodeDecodeError):
        message, cure = f"{mqtt.password_file} cannot be read.", "name a readable file of text"
        yield Finding(level="error", key="mqtt.password_file", message=message, cure=cure)
        return
    if secret and not mqtt.user:
        message = "a password without a user is never sent."
        yield Finding(level="error", key="mqtt.user", message=message, cure="set mqtt.user")
    if secret and mqtt.user and not _private(mqtt):
        message = "the password crosses the network in clear text."
        yield Finding(level="warning", key="mqtt.tls", message=message, cure="set mqtt.tls: true")
    if mqtt.user and not secret and not mqtt.cert_file:
        cure = "set mqtt.password_file, or HANDOFF_MQTT__PASSWORD"
        yield Finding(level="warning", key="mqtt.user", message="has no password.", cure=cure)
    if mqtt.commands and not mqtt.user and not mqtt.cert_file:
        message = "a broker that lets us in unnamed lets anybody command our calls."
        cure = "users and an ACL (configs/mosquitto, docs/mqtt.md), or mqtt.commands: false"
        yield Finding(level="warning", key="mqtt.commands", message=message, cure=cure)


def _tls(mqtt: Mqtt) -> Iterator[Finding]:
    if not mqtt.tls:
        for key in ("ca_file", "cert_file", "key_file"):
            if getattr(mqtt, key):
                message, cure = "is not used: mqtt.tls is false.", "set mqtt.tls: true"
                yield Finding(level="warning", key=f"mqtt.{key}", message=message, cure=cure)
        return
    if mqtt.key_file and not mqtt.cert_file:
        message, cure = "a key without its certificate.", "set mqtt.cert_file"
        yield Finding(level="error", key="mqtt.key_file", message=message, cure=cure)
    try:
        context = ssl.create_default_context(cafile=mqtt.ca_file)
    except OSError as error:  # SSLError too
        message = f"{mqtt.ca_file} cannot be used ({error.strerror or 'no certificate in it'})."
        cure = "name a readable PEM file with the authority's certificate"
        yield Finding(level="error", key="mqtt.ca_file", message=message, cure=cure)
        return
    if mqtt.cert_file:
        try:
            context.load_cert_chain(mqtt.cert_file, mqtt.key_file)
        except OSError as error:
            message = (
                f"{mqtt.cert_file} and its key cannot be used ({error.strerror or 'not a pair in PEM'})."
            )
            cure = "name readable PEM files that belong together; the key without a passphrase"
            yield Finding(level="error", key="mqtt.cert_file", message=message, cure=cure)


def _private(mqtt: Mqtt) -> bool:
    """By TLS, or because it stays on this machine."""
    if mqtt.tls or mqtt.host == "localhost":
        return True
    try:
        return ipaddress.ip_address(mqtt.host or "").is_loopback
    except ValueError:
        return False
