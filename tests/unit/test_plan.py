"""What the processes are told: ports that do not meet, and secrets only where they are needed."""

import json
from pathlib import Path
from typing import Any

from bridge import plan
from bridge.config import Settings, load
from sip.config import RegistrarConfig, WorkerConfig
from sip.front.config import FrontConfig

REGISTRATION = "{registrar: 'sip:PBX', user: '100', auth_user: x7, realm: pbx, password: pa55}"


def settings(*more: str) -> Settings:
    return load(None, ["sip.max_conversations=3", "sip.workers=2", *more])


def told(config: Settings) -> dict[str, Any]:
    return {name: json.loads(text) for name, _, text in plan.lasting(config)}


def test_without_registrations_there_is_no_registrar() -> None:
    config = settings()
    assert plan.REGISTRAR not in told(config)
    assert plan.sip_ports(config.sip) == range(15060, 15070)


def test_the_registrar_has_the_last_port_the_front_forwards_for() -> None:
    config = settings(f"sip.registrations=[{REGISTRATION}]")
    everybody = told(config)
    registrar = RegistrarConfig.model_validate(everybody[plan.REGISTRAR])
    (ports,) = FrontConfig.model_validate(everybody["front"]).workers
    workers = [
        WorkerConfig.model_validate_json(plan.worker(config, slot)).sip_port
        for slot in range(plan.worker_slots(config.sip))
    ]
    assert (ports.first_port, ports.last_port) == (min(workers), registrar.sip_port)
    assert registrar.sip_port == max(workers) + 1
    (registration,) = registrar.registrations
    assert (registration.registrar, registration.aor) == ("pbx:5060", "sip:100@pbx")
    assert registration.expires_s == 120


def test_call_workers_answer_challenges_of_the_registrar_too() -> None:
    config = settings(f"sip.registrations=[{REGISTRATION}]", "sip.credentials=[{user: u, password: p}]")
    worker = WorkerConfig.model_validate_json(plan.worker(config, 0))
    answers = [(c.realm, c.user, c.password.get_secret_value()) for c in worker.credentials]
    assert answers == [("*", "u", "p"), ("pbx", "x7", "pa55")]
    trunk = worker.trunk_to("sip:201@pbx")
    assert trunk is not None
    assert trunk.user == "100"


def test_main_gets_no_password_of_a_pbx() -> None:
    config = settings(f"sip.registrations=[{REGISTRATION}]", "sip.credentials=[{user: u, password: pa66}]")
    text = json.dumps(told(config)["main"])
    assert "pa55" not in text
    assert "pa66" not in text
    assert Settings.model_validate_json(text).sip.registrations[0].user == "100"


def test_main_gets_the_password_of_the_broker(tmp_path: Path) -> None:
    """As it is, or as the name of its file, which main reads again at every connection."""
    told_in_clear = json.dumps(told(settings("mqtt.user=u", "mqtt.password=pa77"))["main"])
    assert Settings.model_validate_json(told_in_clear).mqtt.secret() == "pa77"
    path = tmp_path / "broker"
    path.write_text("pa78\n")
    by_file = json.dumps(told(settings("mqtt.user=u", f"mqtt.password_file={path}"))["main"])
    assert "pa78" not in by_file
    assert Settings.model_validate_json(by_file).mqtt.secret() == "pa78"
