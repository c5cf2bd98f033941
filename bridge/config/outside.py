"""The sections about those who look on and have a say from outside: HTTP, MQTT, webhooks."""

from datetime import date
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, HttpUrl, SecretStr, model_validator

from bridge.config.sections import Section

Role = Literal["bot", "readonly", "agent", "supervisor", "admin"]


class Token(Section):
    """One who may use the HTTP API. `handoff token` makes the token and these lines."""

    name: str = Field(min_length=1, max_length=64)
    """who it is, for the log"""
    role: Role
    """bot: tells its state and asks for a human. readonly: sees states and counts, no words. agent: what is
    offered to him. supervisor: all calls and agents. admin: the bridge itself"""
    agent: str | None = None
    """whose token it is: an id of `agents`"""
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    """SHA-256 of the token; the token itself stands nowhere"""
    expires: date | None = None
    """the last day on which it is good (UTC)"""

    @model_validator(mode="after")
    def _is_somebody(self) -> Self:
        if self.role == "agent" and not self.agent:
            raise ValueError("a token with role agent names the agent it belongs to: agent: ID")
        return self


class Api(Section):
    bind: str = "127.0.0.1"
    port: int = 8080
    """0 switches the API off"""
    token: SecretStr = SecretStr("")
    """one token with role admin; more and lesser ones are `tokens`"""
    token_file: Path | None = None
    """file that holds the token"""
    tokens: list[Token] = []
    """without any token everybody on this machine is admin, and only this machine is listened to"""
    hosts: list[str] = []
    """names by which browsers reach the bridge (Host header); none = any while there are tokens"""
    session_idle_m: float = Field(default=30.0, gt=0)
    """minutes without a request after which a browser's session is over; an open console counts as one"""
    session_longest_h: float = Field(default=12.0, gt=0)
    """hours after which a session is over however much it is used"""
    body_bytes: int = Field(default=262_144, ge=1024)
    """a longer request is refused"""

    def secret(self) -> str:
        return self.token_file.read_text().strip() if self.token_file else self.token.get_secret_value()


class Webhook(Section):
    """A server that is told what happens, signed as in standardwebhooks.com; retried until it says 2xx."""

    name: str = Field(pattern=r"^[a-z0-9_-]{1,40}$")
    url: HttpUrl
    secret: SecretStr = SecretStr("")
    """signs each message; with the prefix whsec_ it is base64, else the bytes as they stand"""
    secret_file: Path | None = None
    """file that holds the secret; read at every message"""
    events: list[str] = ["started", "escalation", "handoff", "outcome", "ended"]
    """kinds of events, as in docs/api.md; all = ["*"]"""
    words: bool = False
    """send what is said too (redacted): transcripts, quotes, headlines"""
    timeout_s: float = Field(default=10.0, gt=0, le=60)
    retry_for_h: float = Field(default=24.0, ge=0)
    """hours after which a message nobody took is given up and counted"""
    queue: int = Field(default=10_000, ge=10)
    """messages kept on disk for a server that is away; the oldest are dropped and counted"""

    def key(self) -> str:
        return self.secret_file.read_text().strip() if self.secret_file else self.secret.get_secret_value()


class Tracing(Section):
    """Conversations as OpenTelemetry traces; wants the extra `otel` (pip install handoff-bridge[otel])."""

    endpoint: HttpUrl | None = None
    """a collector's, by OTLP over HTTP: http://collector.example.com:4318/v1/traces; none: off. Its token
    comes from OTEL_EXPORTER_OTLP_HEADERS"""
    timeout_s: float = Field(default=10.0, gt=0, le=60)


class Mqtt(Section):
    host: str | None = None
    """the broker's name or address; without one MQTT is off"""
    port: int | None = Field(default=None, ge=1, le=65535)
    """default 1883, with `tls` 8883"""
    user: str | None = None
    password: SecretStr = SecretStr("")
    password_file: Path | None = None
    """file that holds the password; read at every connection"""
    tls: bool = False
    ca_file: Path | None = None
    """PEM of the authority that signed the broker's certificate; default those the system trusts"""
    cert_file: Path | None = None
    """our own certificate, where the broker asks for one"""
    key_file: Path | None = None
    """its key"""
    client_id: str | None = None
    """default handoff-SITE-BRIDGE; two clients with the same one drive each other out"""
    bridge_id: str | None = None
    """this bridge's name in topics; default the host's name"""
    commands: bool = True
    """obey commands on cmd/call/ID/VERB; who may publish there is for the broker's ACL to say"""
    transcripts: bool = False
    """publish what is said (redacted), and the quotes and headlines made of it"""
    keepalive_s: int = Field(default=15, ge=5, le=600)
    """a bridge that hangs is offline after one and a half of it"""
    clear_after_s: float = Field(default=60.0, ge=0)
    """how long the retained handoff stays behind the end of its call"""
    telemetry_queue: int = Field(default=2000, ge=10)
    """messages kept for a broker that is away; the oldest are dropped and counted"""
    outcome_queue: int = Field(default=20_000, ge=100)
    """the same for handoff states, outcomes, beginnings and ends of calls"""
    command_bytes: int = Field(default=4096, ge=256, le=65536)
    """a longer command is refused"""

    def secret(self) -> str:
        return (
            self.password_file.read_text().strip() if self.password_file else self.password.get_secret_value()
        )
