"""The sections of the configuration, key by key; each key's text is its documentation."""

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from bridge.model.transfer import Mode


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class Credential(Section):
    realm: str = "*"
    """the realm to answer; * for any"""
    user: str
    password: SecretStr = SecretStr("")
    password_file: Path | None = None
    """file that holds the password"""

    def secret(self) -> str:
        return (
            self.password_file.read_text().strip() if self.password_file else self.password.get_secret_value()
        )


class Registration(Credential):
    """A PBX or provider that knows us by registration: FreePBX, 3CX, most SIP providers."""

    registrar: str
    """its address, host or host:port; write the uri of its agents with the same one"""
    user: str
    """the trunk or extension; in the name of which its agents are dialled"""
    auth_user: str | None = None
    """user name for the password where it differs from user, as 3CX's authentication ID does"""
    expires_s: int = Field(default=120, ge=60, le=3600)
    """asked for, and renewed at half of what is granted"""


class Sip(Section):
    bind: str = "127.0.0.1"
    """the one IPv4 address the PBX reaches us at; also advertised"""
    port: int = 5060
    """the trunk port (UDP)"""
    allow: list[str] = ["127.0.0.0/8"]
    """source networks that may call; everything else is met with silence"""
    workers: int = Field(default=2, ge=1, le=200)
    """warm workers kept idle; also the number of conversations that can start at once"""
    max_conversations: int = Field(default=20, ge=1)
    """beyond these: 503 with Retry-After"""
    worker_ports: int = 15060
    """first SIP port of the workers; only the front talks to them"""
    rtp_ports: int = 16000
    """first RTP port; 40 for each worker that may run"""
    clock_rate: Literal[8000, 16000] = 8000
    """Hz of the mixer, fixed per deployment; 16000 for G722"""
    codecs: list[Literal["PCMU", "PCMA", "G722"]] = ["PCMU", "PCMA"]
    """in order of preference"""
    srtp: Literal["off", "preferred", "required"] = "off"
    """SDES; its keys travel in clear text unless the trunk is private"""
    credentials: list[Credential] = []
    """answers to 401 and 407 of our dialled legs"""
    registrations: list[Registration] = Field(default=[], max_length=8)
    """PBXs to register at; their answers to 401 and 407 serve dialled legs as well"""
    media_silence_s: float = 5.0
    """no RTP for so long means that a leg is lost"""
    options_s: float = Field(default=30.0, ge=0)
    """between two OPTIONS to each agent's telephone, so that one that is gone is not called; 0: never"""

    @model_validator(mode="after")
    def _g722_needs_16k(self) -> Self:
        if "G722" in self.codecs and self.clock_rate != 16000:
            raise ValueError("codec G722 needs sip.clock_rate: 16000")
        return self


class Bot(Section):
    """`uri`: any SIP voicebot. Without it the built-in bot runs `script`."""

    uri: str | None = None
    script: Path | None = None
    answer_within_s: float = 10.0
    """a bot that has not answered by then is missing: a person is fetched"""
    refer_targets: list[str] = []
    """users the bot may name in a REFER of its own"""


class Handoff(Section):
    """One timer a state, in seconds; see bridge/core/handoff_table.py."""

    proposed_timeout_s: float = 2.0
    choosing_timeout_s: float = 5.0
    waiting_timeout_s: float = 120.0
    ring_timeout_s: float = 25.0
    whisper_timeout_s: float = 25.0
    accept_timeout_s: float = 15.0
    join_timeout_s: float = 3.0
    person_settle_s: float = Field(default=0.4, ge=0)
    """a PBX queue is whispered to when words came from there, and this long neither speech nor music"""
    refer_timeout_s: float = 10.0
    wrap_up_timeout_s: float = 30.0
    returned_timeout_s: float = 30.0
    pop_wait_s: float = Field(default=0.15, le=1.0)
    after_agent_hangup: Literal["release", "bot", "survey"] = "release"
    """what becomes of a caller whose agent hung up; survey: he is asked how satisfied he is, then released"""
    survey_timeout_s: float = Field(default=15.0, ge=5, le=60)
    """for the question and its answer"""
    release_key: str | None = Field(default=None, pattern=r"^[0-9*#]$")
    """key with which a connected agent sends the bridge out of the media path (attended REFER)"""
    hand_back_key: str | None = Field(default=None, pattern=r"^[0-9*#]$")
    """key with which a connected agent gives the caller back to the bot"""
    failsafe_uri: str | None = None
    """where a caller goes when nobody of ours is left"""
    orphan_grace_s: float = 5.0
    """how long a worker without main waits before it acts alone"""
    flush_timeout_s: float = 2.0
    """how long the last words may take to be recognised"""
    refer_by_reason: dict[str, Mode] = {}
    """transfer mode per escalation reason, over everything else"""
    assist_reasons: list[str] = []
    """escalation reasons for which assist is wanted: conference, over the target's own mode"""
    release_after_s: float | None = Field(default=None, gt=0)
    """a conference that nobody wants assist in is released to an attended REFER after so long"""
    release_on_drain: bool = False
    """a bridge told to stop releases its conferences, so that it need not wait for their end"""


class Endpoint(Section):
    """Silence after which somebody has finished, by what the bot has asked; 200 ms is the least."""

    free_ms: int = Field(default=500, gt=200)
    yes_no_ms: int = Field(default=350, gt=200)
    choice_ms: int = Field(default=400, gt=200)
    digits_ms: int = Field(default=1200, gt=200)
    """people pause between the groups of a number"""


class Asr(Section):
    engine: str = "auto"
    """whisper_asr or vosk; auto: the best by `handoff models bench`, else whisper_asr as packaged"""
    model_dir: Path | None = None
    """a model directory, or the name of an installed model (`handoff models list`)"""
    final_model: Path | None = None
    """directory or name of a better model that finals come from, while there is time"""
    models_dir: Path | None = None
    """where `handoff models` keeps them; default handoff-bridge/models in the user's data directory"""
    models_index: str | None = None
    """URL of the list that `handoff models get` looks names up in; default the one the vosk library knows"""
    language: str = "en"
    """two letters; a model that does not speak it is refused"""
    hotwords: list[str] = []
    """names, products and departments that finals shall recognise; they then take a dearer search"""
    escalation_hotwords: bool = True
    """agent, supervisor, cancel and the like are hotwords too"""
    endpoint: Endpoint = Endpoint()
    vad: Literal["silero", "webrtc"] = "silero"
    workers: int | None = Field(default=None, ge=1)
    """processes; default one a core, at most 2"""
    events_with_text: bool = False
    """for `bench latency` only: what was said, unredacted, and exact times in records/events.jsonl"""


class Cues(Section):
    """What callers say that means a human is needed."""

    rules_dir: Path | None = None
    """a directory of rule files of your own, read after ours; a rule of the same name replaces ours"""
    second_opinion: bool = True
    """a small statistical model also judges what the rules are unsure of"""


class Tts(Section):
    engine: Literal["auto", "hibari", "espeak", "recorded"] = "auto"
    bot_voice: str | None = None
    whisper_voice: str | None = None
    timeout_s: float = 4.0
    """a text not rendered by then is a recorded prompt"""


class Words(Section):
    """Sentences the bridge itself speaks to people."""

    transferring: str = "One moment please, I am connecting you with a colleague."
    waiting: str = "All colleagues are in a call right now. Please stay on the line."
    still_waiting: str = "Thank you for waiting."
    queue_position: str = "You are number {position} in line."
    queue_wait: str = "It may take about {minutes} minutes."
    queue_soon: str = "It should not take long."
    closed: str = "Our colleagues are not here at the moment."
    callback_offer: str = "If you would rather be called back, press {key}, or say call me back."
    callback_number: str = "We will call {number}. Press 1 if that is right, or 2 for another number."
    callback_key_in: str = "Please key in your number, and then the hash key."
    callback_not_possible: str = "I am sorry, that is not possible. Please stay on the line."
    callback_taken: str = "Thank you. We will call you as soon as a colleague is free. Goodbye."
    callback_greeting: str = "Hello, you asked us to call you back. I am connecting you with a colleague."
    failed: str = "I am sorry, nobody is free at the moment."
    put_through: str = "Shall I put you through to a colleague?"
    """asked by the built-in bot when it is not sure; the caller's yes or no is understood"""
    dismissed: str = "All right, let us continue."
    press_one: str = "Press one to take the call, two to decline."
    caller_left: str = "The caller has hung up."
    apology: str = "I am sorry, we have a technical problem. Please hold the line."
    goodbye: str = "Please call again later. Goodbye."
    survey: str = "How well were you helped? Please press a key from 1, not at all, to 5, very well."
    """asked with `handoff.after_agent_hangup: survey`; a number said is understood too"""
    survey_thanks: str = "Thank you. Goodbye."


class Refine(Section):
    """An OpenAI-compatible endpoint that words the brief anew; off unless `url` is set."""

    url: str | None = None
    """base URL, for instance http://127.0.0.1:8000/v1; redacted text is sent there"""
    model: str = "default"
    key: SecretStr = SecretStr("")
    key_file: Path | None = None
    """file that holds the key"""
    deadline_ms: int = Field(default=1500, ge=50, le=10000)
    """an answer that comes later is not used; nothing waits for it"""

    def secret(self) -> str:
        return self.key_file.read_text().strip() if self.key_file else self.key.get_secret_value()


class Brief(Section):
    names: bool = False
    """the agent is told the caller's number and the names in the CRM record"""
    templates_dir: Path | None = None
    """own headline.j2, detail.j2, more.j2, opening.j2: docs/brief.md"""
    refine: Refine = Refine()


class Review(Section):
    """Recalibration: `handoff review` and `handoff replay --against`."""

    dir: Path | None = None
    """where the monthly samples go; default review in records.dir"""
    sample: int = Field(default=30, ge=1)
    """conversations a month; more where there are more rules"""
    cost_early: float = Field(default=1.0, ge=0)
    """of an escalation that was not needed (yet)"""
    cost_missed: float = Field(default=5.0, ge=0)
    """of one that was needed and did not come"""
    cost_late_minute: float = Field(default=1.0, ge=0)
    """of each minute that one came late"""


class Redaction(Section):
    vault_key: SecretStr = SecretStr("")
    """32 bytes in URL-safe base64: records then hold the clear transcript too, encrypted with it"""
    vault_key_file: Path | None = None
    """file that holds the key"""

    def secret(self) -> str:
        return (
            self.vault_key_file.read_text().strip()
            if self.vault_key_file
            else self.vault_key.get_secret_value()
        )
