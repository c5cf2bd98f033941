"""`handoff check` on the section `mqtt`: what it finds, and that it finds nothing where all is well."""

from pathlib import Path

import pytest

from bridge.check import check_settings
from bridge.config import Settings
from tests.flow.stage import agents


def found(**mqtt: object) -> dict[str, str]:
    """level of each finding on MQTT, by key."""
    settings = Settings.model_validate({"agents": agents("ann"), "mqtt": mqtt})
    return {one.key: one.level for one in check_settings(settings) if one.key.startswith("mqtt")}


GOOD = {"host": "broker.example.com", "tls": True, "user": "bridge", "password": "secret"}


def test_off_is_nothing_to_say() -> None:
    assert found() == {}


def test_all_is_well() -> None:
    assert found(**GOOD) == {}
    assert found(host="127.0.0.1", user="bridge", password="secret", transcripts=True) == {}


@pytest.mark.parametrize(
    ("change", "key", "level"),
    [
        ({"host": None}, "mqtt.host", "warning"),
        ({"tls": False}, "mqtt.tls", "warning"),
        ({"user": None}, "mqtt.user", "error"),
        ({"password": ""}, "mqtt.user", "warning"),
        ({"password_file": "/nowhere/secret"}, "mqtt.password_file", "error"),
        ({"ca_file": "/nowhere/ca.pem"}, "mqtt.ca_file", "error"),
        ({"cert_file": "/nowhere/cert.pem"}, "mqtt.cert_file", "error"),
        ({"key_file": "/nowhere/key.pem"}, "mqtt.key_file", "error"),
        ({"user": None, "password": ""}, "mqtt.commands", "warning"),
        ({"bridge_id": "a/b"}, "mqtt.bridge_id", "warning"),
        ({"tls": False, "transcripts": True}, "mqtt.transcripts", "warning"),
        ({"tls": False, "ca_file": "/etc/ca.pem"}, "mqtt.ca_file", "warning"),
    ],
)
def test_findings(change: dict[str, object], key: str, level: str) -> None:
    assert found(**{**GOOD, **change}).get(key) == level


def test_a_file_that_is_no_certificate(tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    path.write_text("no certificate")
    assert found(**{**GOOD, "ca_file": path}) == {"mqtt.ca_file": "error"}


def test_the_password_is_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text("very-secret\n")
    settings = Settings.model_validate({"mqtt": {"host": "h", "user": "u", "password_file": path}})
    assert settings.mqtt.secret() == "very-secret"
    assert "very-secret" not in repr(settings)
    assert "secret" not in repr(Settings.model_validate({"mqtt": {"password": "se" + "cret"}}).mqtt.password)
