"""The registrar's address as people write it, and when a registrar is asked again."""

import pytest
from pydantic import ValidationError

from sip.config import RegistrarConfig, WorkerConfig, registrar_address
from sip.registration import AWAY_S, REFUSED_S, RegistrationState, next_s


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("sip:pbx.example.com", "pbx.example.com:5060"),
        ("PBX", "pbx:5060"),
        ("10.0.0.5:5062", "10.0.0.5:5062"),
        ("sip:10.0.0.5:5060", "10.0.0.5:5060"),
    ],
)
def test_a_registrar_is_a_host_with_or_without_port(text: str, address: str) -> None:
    assert registrar_address(text) == address


@pytest.mark.parametrize(
    "text", ["", "sips:pbx", "sip:100@pbx", "pbx;transport=tcp", "[::1]", "pbx:0", "pbx:70000", "a b", "-"]
)
def test_anything_else_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="host"):
        registrar_address(text)


def state(status: int, granted_s: int = 0) -> RegistrationState:
    return RegistrationState(
        registrar="pbx:5060", user="u", status=status, registered=granted_s > 0, expires_s=granted_s
    )


@pytest.mark.parametrize(("granted_s", "wait_s"), [(120, 60), (2, 1), (1, 0.5), (2**32 - 1, 3600)])
def test_half_of_what_was_granted(granted_s: int, wait_s: float) -> None:
    assert next_s(state(200, granted_s), 0) == wait_s


@pytest.mark.parametrize(
    ("status", "waits"),
    [(408, AWAY_S), (480, AWAY_S), (503, AWAY_S), (401, REFUSED_S), (403, REFUSED_S), (404, REFUSED_S)],
)
def test_failures_are_tried_again_ever_slower_and_never_given_up(
    status: int, waits: tuple[float, ...]
) -> None:
    found = [next_s(state(status), failures) for failures in range(1, 50)]
    assert found[: len(waits)] == list(waits)
    assert set(found[len(waits) :]) == {waits[-1]}


def test_an_acceptance_that_grants_nothing_is_no_registration() -> None:
    assert next_s(state(200, 0), 1) == REFUSED_S[0]


WORKER = {
    "name": "w", "bind_ip": "127.0.0.1", "sip_port": 5061, "front": "127.0.0.1:5060", "control": "/run/x",
    "rtp_port": 16000,
}  # fmt: skip


def test_the_trunk_of_a_uri() -> None:
    config = WorkerConfig.model_validate({**WORKER, "trunks": [{"registrar": "sip:PBX", "user": "t"}]})
    trunk = config.trunk_to("sip:201@pbx")
    assert trunk is not None
    assert trunk.aor == "sip:t@pbx"
    assert config.trunk_to("sip:201@pbx:5060;transport=udp") == trunk
    assert config.trunk_to("sip:201@pbx:5062") is None
    assert config.trunk_to("sip:pbx@elsewhere") is None


@pytest.mark.parametrize(
    "wrong", [{"registrar": "sips:pbx"}, {"user": "a b"}, {"expires_s": 0}, {"credential": {"user": "u"}}]
)
def test_a_wrong_registration_is_no_configuration(wrong: dict[str, object]) -> None:
    good = {"registrar": "pbx", "user": "t", "credential": {"user": "t", "password": "p"}}
    config = {"bind_ip": "127.0.0.1", "sip_port": 5061, "front": "127.0.0.1:5060", "control": "/run/x"}
    RegistrarConfig.model_validate({**config, "registrations": [good]})
    with pytest.raises(ValidationError):
        RegistrarConfig.model_validate({**config, "registrations": [{**good, **wrong}]})
