"""TLS, passwords and the shipped ACL, at a real Mosquitto: who may, who may not, and what it costs a call."""

import datetime as dt
import ipaddress
import ssl
from collections.abc import Iterator
from pathlib import Path

import aiomqtt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bridge.peers.mosquitto import Certificates, Mosquitto
from tests.mqtt.rig import LIMIT_S, bridge, configuration, other

pytestmark = pytest.mark.wire
HOST = "127.0.82.3"
USERS = {name: f"{name}-secret" for name in ("bridge", "bot", "console", "dashboard")}


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def certificates(dir: Path) -> Certificates:
    """An authority, and a certificate of it for the broker's address."""
    now = dt.datetime.now(dt.UTC)
    keys = {who: ec.generate_private_key(ec.SECP256R1()) for who in ("ca", "cert")}
    paths = Certificates(ca=dir / "ca.pem", cert=dir / "cert.pem", key=dir / "key.pem")
    for who, path in (("ca", paths.ca), ("cert", paths.cert)):
        made = (
            x509.CertificateBuilder()
            .subject_name(_name(who))
            .issuer_name(_name("ca"))
            .public_key(keys[who].public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(hours=1))
            .not_valid_after(now + dt.timedelta(hours=1))
            .add_extension(x509.BasicConstraints(ca=who == "ca", path_length=None), critical=True)
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))]), critical=False
            )
            .sign(keys["ca"], hashes.SHA256())
        )
        path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths.key.write_bytes(
        keys["cert"].private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return paths


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def broker(paths: Certificates) -> Iterator[Mosquitto]:
    with Mosquitto(HOST, 8883, users=USERS, tls=paths) as one:
        yield one


@pytest.fixture
def trust(paths: Certificates) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=paths.ca)


async def test_roles(tmp_path: Path, broker: Mosquitto, paths: Certificates, trust: ssl.SSLContext) -> None:
    secret = tmp_path / "secret"
    secret.write_text(f"{USERS['bridge']}\n")
    settings = configuration(broker, tls=True, ca_file=paths.ca, user="bridge", password_file=secret)

    def named(name: str):  # type: ignore[no-untyped-def]
        return other(broker, name, password=USERS[name], tls=trust)

    async with (
        named("bot") as bot, named("console") as console, named("dashboard") as dashboard,
        bridge(tmp_path, settings) as ours,
    ):  # fmt: skip
        await ours.online()
        call = ours.call
        assert ours.station.describe()["commands"]["subscribed"]
        # the bot may escalate and may not connect; the dashboard may do neither
        topic = f"handoff/v1/test/cmd/call/{call}"
        for one, verb in ((bot, "connect"), (dashboard, "escalate"), (dashboard, "cancel")):
            await one.client.publish(f"{topic}/{verb}", b'{"id": "forbidden"}', qos=1)
        assert (await bot.ask(call, "escalate", {"id": "b1"}))["code"] == "accepted"
        assert (await console.ask(call, "cancel", {"id": "c1"}))["code"] == "accepted"
        commands = ours.station.describe()["commands"]
        assert (commands["accepted"], commands["refused"]) == (2, {})
        # nobody but the bridge speaks in its name
        for one in (bot, console, dashboard):
            await one.client.publish(f"handoff/v1/test/call/{call}/handoff", b'{"state": "forged"}', qos=1)
        ours.caller.hang_up()
        await dashboard.until(lambda one: one.topic.endswith("/event") and b'"ended"' in one.payload)
        await bot.until(lambda one: one.topic.endswith("/handoff") and one.payload == b"")
        await console.until(lambda one: one.topic.endswith("/handoff") and one.payload == b"")
    kinds = {
        one.name: {seen.topic.rpartition("/")[2] for seen in one.seen} for one in (bot, console, dashboard)
    }
    assert kinds["bot"] == {"status", "handoff", "commands"}
    assert kinds["console"] == {"status", "handoff", "commands", "presence", "event", "cue"}
    assert kinds["dashboard"] == {"status", "handoff", "presence", "event", "cue"}
    assert {one.topic.split("/")[4] for one in bot.seen if "/reply/" in one.topic} == {"bot"}
    assert b"forged" not in b"".join(one.payload for one in dashboard.seen)


@pytest.mark.filterwarnings("ignore:Exception ignored in. <ssl.SSLSocket")  # paho leaves a refused one open
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"password": "wrong"}, "Not authorized"),
        ({"ca_file": None}, "certificate verify failed"),
        ({"ca_file": "/nowhere/ca.pem"}, "No such file"),
        ({"tls": False}, ""),
    ],
)
async def test_a_broker_that_does_not_let_us_in_costs_the_call_nothing(
    tmp_path: Path, broker: Mosquitto, paths: Certificates, wrong: dict[str, object], said: str
) -> None:
    right: dict[str, object] = {
        "tls": True, "ca_file": paths.ca, "user": "bridge", "password": USERS["bridge"],
    }  # fmt: skip
    async with bridge(tmp_path, configuration(broker, **{**right, **wrong})) as ours:
        await ours.until(lambda: "error" in ours.station.describe())
        told = ours.station.describe()
        assert (told["connected"], told["published"]) == (False, 0)
        assert said in told["error"]
        assert "wrong" not in told["error"]
        assert ours.service.live


async def test_nobody_unnamed_gets_in(broker: Mosquitto, trust: ssl.SSLContext) -> None:
    with pytest.raises(aiomqtt.MqttError, match="Not authorized"):
        async with aiomqtt.Client(
            broker.host, broker.port, protocol=aiomqtt.ProtocolVersion.V5, tls_context=trust, timeout=LIMIT_S
        ):
            pass
