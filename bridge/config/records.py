"""The section about what conversations leave behind."""

from pathlib import Path

from pydantic import Field, SecretStr

from bridge.config.sections import Section


class Keep(Section):
    """Days after which each kind goes, counted from the start of the conversation; none: never."""

    transcript_days: int | None = Field(default=None, ge=1)
    """what was said: transcript, also sealed, quotes, brief, the bot's state; in files and database"""
    audio_days: int | None = Field(default=None, ge=1)
    """recordings; never longer than their records"""
    record_days: int | None = Field(default=None, ge=1)
    """everything about a conversation but its lines in events.jsonl"""
    event_days: int | None = Field(default=None, ge=1)
    """lines in events.jsonl"""


class Records(Section):
    dir: Path = Path("records")
    audio: bool = False
    """one WAV for each leg; off unless the law and your callers allow it"""
    db: SecretStr = SecretStr("")
    """sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME; empty: handoff.sqlite in the directory"""
    db_file: Path | None = None
    """file that holds the URL"""
    db_timeout_s: float = Field(default=5.0, gt=0, le=60)
    """a database that takes longer counts as away; the records wait on disk"""

    keep: Keep = Keep()

    def address(self) -> str:
        """Raises OSError."""
        return self.db_file.read_text().strip() if self.db_file else self.db.get_secret_value()
