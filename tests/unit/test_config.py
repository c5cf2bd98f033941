"""The configuration: who wins, what a mistake is told, and that secrets stay secret."""

from pathlib import Path

import pytest

from bridge.check import check_settings
from bridge.config import ConfigError, load

GOOD = """
sip: {port: 5071}
agents: [{id: desk, uri: "sip:201@10.0.0.5"}]
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "bridge.yaml"
    path.write_text(text)
    return path


def test_override_beats_environment_beats_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, GOOD)
    assert load(path).sip.port == 5071
    monkeypatch.setenv("HANDOFF_SIP__PORT", "5072")
    assert load(path).sip.port == 5072
    assert load(path, ["sip.port=5073"]).sip.port == 5073
    assert load(path, ["sip.bind=127.0.0.9"]).sip.port == 5072


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("sip: {prot: 1}", ["sip.prot", "unknown key", "port"]),
        ("agnets: []", ["agnets", "unknown key", "agents"]),
        ("agents: [{id: a, uri: 'sip:a@b', mod: x}]", ["agents.0.mod", "mode"]),
        ("sip: {port: many}", ["sip.port", "integer"]),
        ("sip: {codecs: [G722]}", ["G722", "clock_rate"]),
        ("- a list", ["top level"]),
        ("sip: [", ["not YAML"]),
        ("sip: {registrations: [{registar: pbx, user: u}]}", ["sip.registrations.0.registar", "registrar"]),
        ("sip: {registrations: [{user: u}]}", ["sip.registrations.0.registrar", "required"]),
        ("sip: {registrations: [{registrar: pbx, user: u, expires_s: 5}]}", ["expires_s", "60"]),
        (f"sip: {{registrations: [{', '.join(['{registrar: pbx, user: u}'] * 9)}]}}", ["at most 8"]),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, text: str, parts: list[str]) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ConfigError) as told:
        load(path)
    for part in [str(path), *parts]:
        assert part in str(told.value)


def test_missing_file() -> None:
    with pytest.raises(ConfigError, match=r"cannot be read.*Cure"):
        load(Path("/nonexistent/bridge.yaml"))


def test_secrets_are_not_printed(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("s3cret\n")
    password = "user: u, password: pa55"
    sets = [f"sip.credentials=[{{{password}}}]", f"sip.registrations=[{{registrar: pbx, {password}}}]"]
    settings = load(None, [f"api.token_file={secret}", *sets])
    assert settings.api.secret() == "s3cret"
    assert settings.sip.registrations[0].secret() == "pa55"
    assert settings.sip.credentials[0].secret() == "pa55"
    for shown in (repr(settings), settings.model_dump_json()):
        assert "s3cret" not in shown
        assert "pa55" not in shown


@pytest.mark.parametrize(
    ("overrides", "key", "cure"),
    [
        ([], "agents", "add agents"),
        (["agents=[{id: a, uri: 'tel:1'}]"], "agents.0.uri", "sip:"),
        (["agents=[{id: a, uri: 'sip:a@b'}, {id: a, uri: 'sip:c@b'}]"], "agents.1.id", "rename"),
        (["sip.bind=0.0.0.0"], "sip.bind", "address"),
        (["sip.allow=[nowhere]"], "sip.allow", "10.0.0.5/32"),
        (["bot.uri=http://bot"], "bot.uri", "sip:bot"),
        (["bot.script=/nonexistent.yaml"], "bot.script", ""),
        ([f"run_dir={'/x' * 60}"], "run_dir", "short"),
    ],
)
def test_check_names_key_and_cure(overrides: list[str], key: str, cure: str) -> None:
    errors = [f for f in check_settings(load(None, overrides)) if f.level == "error"]
    found = next(f for f in errors if f.key == key)
    assert cure in found.cure


REGISTRATION = "registrar: 'sip:127.0.0.9', user: u, password: p"


@pytest.mark.parametrize(
    ("changed", "level", "key", "cure"),
    [
        ("registrar: 'sips:pbx'", "error", "sip.registrations.0.registrar", "TLS"),
        ("registrar: 'sip:u@pbx'", "error", "sip.registrations.0.registrar", "pbx.example.com"),
        ("registrar: 10.0.0.5", "warning", "sip.registrations.0.registrar", "10.0.0.5/32"),
        ("user: 'a b'", "error", "sip.registrations.0.user", "letters"),
        ("password: ''", "error", "sip.registrations.0", "password_file"),
        ("password_file: /nonexistent", "error", "sip.registrations.0.password_file", "readable"),
    ],
)
def test_check_of_a_registration(changed: str, level: str, key: str, cure: str) -> None:
    one = f"{{{REGISTRATION}, {changed}}}"
    findings = check_settings(load(None, [f"sip.registrations=[{one}]"]))
    (found,) = [f for f in findings if f.key.startswith("sip.registrations")]
    assert (found.level, found.key) == (level, key)
    assert cure in found.cure


def test_check_of_several_registrations() -> None:
    other = REGISTRATION.replace("0.9", "0.8")
    sets = f"sip.registrations=[{{{REGISTRATION}}}, {{{REGISTRATION}, realm: a}}, {{{other}}}]"
    findings = {f.key: f for f in check_settings(load(None, [sets])) if f.key.startswith("sip.reg")}
    assert findings.keys() == {"sip.registrations.1", "sip.registrations.2.realm"}
    assert findings["sip.registrations.1"].cure == "take one away"
    assert findings["sip.registrations.2.realm"].level == "warning"


def test_a_good_registration_is_passed_over_in_silence() -> None:
    findings = check_settings(load(None, [f"sip.registrations=[{{{REGISTRATION}}}]"]))
    assert [f for f in findings if f.key.startswith("sip")] == []


def test_a_good_configuration_has_no_errors(tmp_path: Path) -> None:
    findings = check_settings(load(write(tmp_path, GOOD)))
    assert [f for f in findings if f.level == "error"] == []


def test_shipped_configuration_is_good() -> None:
    root = Path(__file__).parents[2]
    settings = load(root / "configs" / "bridge.yaml", [f"bot.script={root / 'configs/bot/billing.yaml'}"])
    assert [f for f in check_settings(settings) if f.level == "error"] == []
