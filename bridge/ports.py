"""What the logic needs from the outside world. Adapters keep these; fakes keep them too."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from bridge.model.agent import AgentView, DeviceKind
from bridge.model.brief import Brief
from bridge.model.callback import Callback
from bridge.model.crm import CrmAnswer, CrmQuestion
from bridge.model.knowledge import Snippet
from bridge.model.record import ConversationRecord
from bridge.model.routing import Need
from bridge.model.transfer import Lease, Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """A rendered WAV, s16 mono at the bridge clock. `engine` says which voice made it."""

    path: Path
    seconds: float
    engine: str


class Tts(Protocol):
    async def render(self, text: str, *, voice: str = "bot") -> Clip:
        """Never raises: a failing engine falls back to the next, last to a recorded prompt.
        voice: `bot` or `whisper`."""


class AgentDirectory(Protocol):
    """Who is offered to whom. A lease ends with `release`, at the latest with its call (`forget`)."""

    def choose(self, need: Need) -> "Choice":
        """Lease the best free target that fits. Nobody who waits could use one that is free."""

    def wait(self, need: Need) -> "Place":
        """A place in the queue, in the order of priority and of when the waiting began."""

    def took(self, lease: Lease, caller: str = "") -> bool:
        """The agent has the call of `caller` now. False: the offer had run out and somebody else has him."""

    def wrap_up(self, lease: Lease) -> None:
        """The conversation with the agent is over, his work on it is not."""

    def release(self, lease: Lease) -> None: ...

    def forget(self, call: str) -> None:
        """The call is over, however: nothing is leased to it any more."""


class Place(Protocol):
    """One caller in the queue; `leave` it in any case, twice is once."""

    @property
    def position(self) -> int:
        """1 for who is next; 0 for who is out."""

    @property
    def estimate_s(self) -> float | None:
        """How long it may take; None while there is nobody to judge by."""

    async def turn(self) -> Lease:
        """Returns when an agent has been leased for this caller."""

    def renew(self, need: Need) -> None:
        """The caller needs something else now, such as a target that may be tried again."""

    def leave(self) -> None: ...


class Roster(Protocol):
    """The agents as sources of presence and pages see them; the directory keeps it.

    `source` names who says so: console, http, mqtt, ami, options. Of the sources that speak for the person
    the latest counts; a pause in the PBX (ami) counts besides them.
    """

    def declare(self, agent: str, willing: bool, *, source: str, reason: str = "") -> bool:
        """The agent wants calls, or none. False: no such agent."""

    def reach(self, agent: str, kind: DeviceKind, reachable: bool, *, source: str, uri: str = "") -> bool:
        """A device answers, or does not; all of that kind without `uri`. False: no such agent or device."""

    def occupy(self, agent: str, busy: bool, *, source: str) -> bool:
        """The agent is in a call that is none of ours, or out of it. False: no such agent."""

    def views(self) -> tuple[AgentView, ...]: ...

    async def changed(self, rev: int) -> int:
        """Returns the newest revision as soon as it is above `rev`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """`lease` None: nobody is left to try, or all who fit are in a call (`all_busy`), or away (`away`)."""

    lease: Lease | None = None
    all_busy: bool = False
    away: bool = False


class CallbackBook(Protocol):
    """Callbacks that have been promised; they outlive this process."""

    async def keep(self, callback: Callback) -> None:
        """Returns when it is safe. Raises OSError."""

    async def drop(self, id: str) -> None:
        """It is not needed any more, or was given up."""


class CallbackShelf(Protocol):
    """Where they are kept."""

    async def save(self, callback: Callback) -> None:
        """Safe when it returns. Raises OSError."""

    async def remove(self, id: str) -> None: ...

    def all(self) -> tuple[Callback, ...]:
        """In the order in which they were promised."""


class EventSink(Protocol):
    def emit(self, kind: str, conversation: str, body: dict[str, Any]) -> None:
        """One event of the stream; never blocks, never raises."""


class Store(Protocol):
    def begin(self, record: ConversationRecord) -> None:
        """A conversation began: what is known of it, should this process die. Never raises."""

    async def save(self, record: ConversationRecord) -> None:
        """Its one record, at its end."""


class Records(Protocol):
    """Reading what a `Store` keeps. Neither raises for a record that cannot be read: it is left out."""

    async def find(self, id: str) -> ConversationRecord | None: ...

    async def recent(self, *, before: str | None, limit: int) -> "RecordPage":
        """Newest first; `before` is the `next` of the page before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPage:
    """`next` None: there are no older ones."""

    records: tuple[ConversationRecord, ...]
    next: str | None = None


class Ledger(Protocol):
    """What handoffs are worth, from finished conversations."""

    async def report(self, *, since_s: float, until_s: float, days: float) -> dict[str, Any]:
        """As docs/measures.md has it, of conversations that began in [since_s, until_s), seconds since 1970.
        Raises `LedgerAway`."""

    async def answered(self, conversation: str, score: int, channel: str) -> bool:
        """A caller says how satisfied he is, 1 to 5; the last answer counts. False: no such conversation
        (yet). Raises `LedgerAway`."""


class LedgerAway(Exception):
    """The database is not reached; later it may be."""

    code = "db_away"


class Search(Protocol):
    """Finding conversations by what was said in them."""

    async def search(self, query: str, *, before: int | None, limit: int) -> "Hits":
        """Utterances that hold all words of `query`, and its phrases in quotes; those filed last come first.
        `before` is the `next` of the page before. Raises `SearchAway`."""


class SearchAway(Exception):
    """The database is not reached; later it may be."""

    code = "db_away"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One utterance; `start_s` since its conversation began."""

    conversation: str
    started_at: str
    speaker: str
    start_s: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """`next` None: there are no older ones."""

    hits: tuple[Hit, ...]
    next: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One thing told outside, as the live feed carries it. `id` orders them; `body` is ready to be sent."""

    id: str
    channel: str
    kind: str
    call: str
    agents: frozenset[str]
    """whose call it was then"""
    body: dict[str, Any]


class Feed(Protocol):
    def since(self, id: str | None) -> AsyncIterator[Told | None]:
        """All that is told from now on, after what came behind `id`. None: something before this is gone, or
        the reader was too slow; what he knows is to be fetched anew."""


class Vault(Protocol):
    def seal(self, clear: bytes) -> str:
        """Encrypted, as text for a record."""


Verb = Literal["escalate", "transfer", "cancel", "connect", "return"]
"""escalate: fetch a person. transfer: leave a connected caller and agent to their PBX. cancel: nobody is
needed after all. connect: the agent who hears the whisper takes the call. return: the caller goes back to the
bot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What somebody outside wants of a live conversation."""

    verb: Verb
    by: str = ""
    """who says he is; authenticated by whoever carried it"""
    source: str
    """what carried it: mqtt"""
    reason: str = "bot_limit"
    note: str = ""
    target: str | None = None
    expected: int | None = None
    """the revision of the handoff it was meant for; None: whatever it is now"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """code: accepted, refused (not in this state), conflict (another revision), unknown_call, no_answer."""

    code: str
    message: str = ""
    revision: int | None = None


class CallControl(Protocol):
    async def command(self, conversation: str, command: Command) -> Answer:
        """Answered when it has been carried out or refused; never raises."""


class Llm(Protocol):
    async def json(self, instruction: str, text: str) -> dict[str, Any] | None:
        """The JSON object that a language model answers to `text`; None on any failure. Never raises, has its
        own deadline; `text` is redacted."""


class Crm(Protocol):
    async def lookup(self, question: CrmQuestion) -> CrmAnswer:
        """Who calls. Never raises, never holds the event loop; may take as long as it likes, for the caller
        of this bounds it."""


class Knowledge(Protocol):
    async def search(self, question: str, *, limit: int = 3) -> tuple[Snippet, ...]:
        """Passages that may answer it, the nearest first; none where nothing is near, or it took too long.
        Never raises, never holds the event loop."""


class ScreenPop(Protocol):
    async def show(self, conversation: str, target: Target, brief: Brief) -> bool:
        """True when a page acknowledged that it shows the brief; the caller bounds the wait."""


class SecondOpinion(Protocol):
    """Of what the phrase rules are silent about."""

    version: str

    def __call__(self, text: str) -> float:
        """How likely (0 to 1) words in compared form ask for a person; at most some milliseconds."""


class Clock(Protocol):
    def utc(self) -> str:
        """ISO 8601 with milliseconds."""

    def token(self) -> str:
        """An unguessable id."""
