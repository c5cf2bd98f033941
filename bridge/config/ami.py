"""The section about Asterisk's manager interface."""

from pathlib import Path

from pydantic import Field, SecretStr

from bridge.config.sections import Section


class Ami(Section):
    """What an Asterisk says of its agents: pauses, calls that are not ours, telephones that are gone."""

    host: str | None = None
    """Asterisk's address; without one this is off. Plain TCP: the same machine or a private network; we come
    from `sip.bind`"""
    port: int = Field(default=5038, ge=1, le=65535)
    user: str = "handoff"
    password: SecretStr = SecretStr("")
    """never sent: Asterisk's challenge is answered with it"""
    password_file: Path | None = None
    """file that holds the password; read at every connection"""
    queues: list[str] = []
    """queues whose pauses count; none: all. With names here, who is a member of none of them is away"""

    def secret(self) -> str:
        return (
            self.password_file.read_text().strip() if self.password_file else self.password.get_secret_value()
        )
