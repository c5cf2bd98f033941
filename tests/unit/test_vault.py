"""The key of the vault: from the configuration or a file, told when it is none, never printed."""

import json
from pathlib import Path

import pytest
from cryptography.fernet import Fernet, InvalidToken

from bridge.check import check_settings
from bridge.config import ConfigError, Settings
from bridge.plan import _main
from bridge.redaction.vault import main, vault_of


def with_key(**redaction: str) -> Settings:
    return Settings.model_validate({"redaction": redaction})


def test_a_key_in_a_file_opens_what_the_key_sealed(tmp_path: Path) -> None:
    key = Fernet.generate_key().decode()
    (tmp_path / "key").write_text(key + "\n")
    sealing, opening = (
        vault_of(with_key(vault_key_file=str(tmp_path / "key"))),
        vault_of(with_key(vault_key=key)),
    )
    assert sealing
    assert opening
    sealed = sealing.seal(b"clear")
    assert "clear" not in sealed
    assert opening.open(sealed) == b"clear"
    other = vault_of(with_key(vault_key=Fernet.generate_key().decode()))
    assert other
    with pytest.raises(InvalidToken):
        other.open(sealed)


@pytest.mark.parametrize("redaction", [{"vault_key": "short"}, {"vault_key_file": "/nowhere/key"}])
def test_no_key_is_an_error_with_its_cure(redaction: dict[str, str]) -> None:
    settings = with_key(**redaction)
    (key,) = redaction
    with pytest.raises(ConfigError, match=f"redaction.{key}.*Cure"):
        vault_of(settings)
    assert [f for f in check_settings(settings) if f.level == "error" and f.key == f"redaction.{key}"]


def test_main_gets_the_key_and_prints_hide_it(tmp_path: Path) -> None:
    key = Fernet.generate_key().decode()
    (tmp_path / "key").write_text(key)
    settings = with_key(vault_key_file=str(tmp_path / "key"))
    assert json.loads(_main(settings))["redaction"]["vault_key"] == key
    assert key not in repr(with_key(vault_key=key))


def test_main_gets_the_refiners_key_too(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("abc\n")
    settings = Settings.model_validate({"brief": {"refine": {"key_file": str(tmp_path / "key")}}})
    assert json.loads(_main(settings))["brief"]["refine"]["key"] == "abc"
    assert "abc" not in repr(Settings.model_validate({"brief": {"refine": {"key": "abc"}}}))


def test_without_a_key_there_is_none() -> None:
    assert vault_of(Settings()) is None


def test_a_record_is_read_back_by_its_key_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key, other, record = (tmp_path / name for name in ("key", "other", "record.json"))
    for file in (key, other):
        file.write_text(Fernet.generate_key().decode())
    vault = vault_of(with_key(vault_key_file=str(key)))
    assert vault
    record.write_text(json.dumps({"vault": vault.seal(b"[clear]")}))
    assert main([str(key), str(record)]) == 0
    assert capsys.readouterr().out == "[clear]\n"
    assert main([str(other), str(record)]) == 1
    record.write_text("{}")
    assert main([str(key), str(record)]) == 1
    assert main([]) == 2
