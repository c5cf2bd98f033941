"""The six figures of a handoff, from a capture and its notes. Live and `--from-pcap` both come here."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from bridge.bench import sound
from bridge.bench.spread import Spread, spread
from bridge.bench.wirefile import Capture, SipAt, Track, read_capture

ACCEPT: Final = 1
"""the key"""
LONGEST_DELAY_S: Final = 0.5
FIGURES: Final = (
    "pickup_to_whisper_ms", "request_to_invite_ms", "accept_to_connected_ms", "added_delay_ms", "refer_ms",
    "invite_to_200_ms",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class CallNote:
    """`clips`: names of the whisper clips rendered for this call. `failure`: what did not happen."""

    call_id: str
    ring_s: float
    clips: tuple[str, ...] = ()
    failure: str | None = None


@dataclass(slots=True, kw_only=True)
class Notes:
    """What the capture does not say by itself."""

    bridge: str
    caller: str
    agent: str
    calls: list[CallNote] = field(default_factory=list)
    waveforms: dict[str, str] = field(default_factory=dict)
    """name -> base64 of s16le at 8 kHz: the markers, and the audible beginning of each clip"""
    noise: dict[str, Any] = field(default_factory=dict)
    engine: dict[str, str] = field(default_factory=dict)

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)))

    @classmethod
    def load(cls, path: Path) -> "Notes":
        """Raises `OSError`, `ValueError`, `TypeError`."""
        found = json.loads(path.read_text())
        found["calls"] = [CallNote(**{**one, "clips": tuple(one["clips"])}) for one in found["calls"]]
        return cls(**found)


def notes_path(pcap: Path) -> Path:
    return pcap.with_suffix(".json")


def analyse(pcap: Path) -> dict[str, Any]:
    """The report of a capture. Raises `OSError`, `ValueError` for what is no capture of the bench."""
    notes = Notes.load(notes_path(pcap))
    capture = read_capture(pcap)
    calls = [_OneCall(capture, notes, number).figures() for number in range(len(notes.calls))]
    told: dict[str, Any] = {name: _spread_of(calls, name) for name in FIGURES}
    told["pickup_to_whisper_by_ring_ms"] = {
        f"{ring_s:g}": _spread_of(
            [c for c, note in zip(calls, notes.calls, strict=True) if note.ring_s == ring_s],
            "pickup_to_whisper_ms",
        )
        for ring_s in sorted({note.ring_s for note in notes.calls})
    }
    told["calls"] = len(notes.calls)
    told["failed"] = [note.failure for note in notes.calls if note.failure]
    return {**told, "noise": notes.noise, "asr": notes.engine}


def _spread_of(calls: list[dict[str, list[float]]], name: str) -> Spread:
    return spread([value for call in calls for value in call.get(name, [])])


class _OneCall:
    """One call's stretch of the capture. A figure without both its ends is left out, and `n` tells."""

    def __init__(self, capture: Capture, notes: Notes, number: int) -> None:
        self._notes, self._note = notes, notes.calls[number]
        began = [self._invited(capture, note.call_id) for note in notes.calls]
        begin = began[number] or float("inf")
        end = next((at for at in began[number + 1 :] if at is not None), float("inf"))
        self._begin = begin
        self._wire = capture.between(begin, end)

    def _invited(self, capture: Capture, call_id: str) -> float | None:
        return next((one.at for one in capture.sip if one.asks("INVITE") and one.call_id == call_id), None)

    def figures(self) -> dict[str, list[float]]:
        wire, notes = self._wire, self._notes
        found: dict[str, list[float]] = {}
        answered = self._first(lambda s: s.answers("INVITE", 200) and s.call_id == self._note.call_id)
        _add(found, "invite_to_200_ms", self._begin, answered)
        invited = self._first(
            lambda s: s.asks("INVITE") and s.source == notes.bridge and s.target == notes.agent
        )
        if invited is None:
            return found
        said = wire.track(notes.caller, notes.bridge)
        heard = wire.track(notes.bridge, notes.agent)
        self._speech(found, said, invited)
        picked_up = self._first(
            lambda s: s.answers("INVITE", 200) and s.source == notes.agent and s.call_id == invited.call_id
        )
        if picked_up is None:
            return found
        _add(found, "pickup_to_whisper_ms", picked_up.at, self._whispered(heard, picked_up.at))
        accepted = wire.key(notes.agent, ACCEPT)
        if accepted is not None:
            hum = sound.of_text(notes.waveforms["hum"])
            first = sound.first_of(hum, heard, heard.index_at(accepted))
            _add(found, "accept_to_connected_ms", accepted, None if first is None else heard.time_of(first))
        found["added_delay_ms"] = self._delays(said, heard)
        self._referred(found, invited.call_id)
        return found

    def _first(self, wanted: Any) -> SipAt | None:
        return next((one for one in self._wire.sip if wanted(one)), None)

    def _speech(self, found: dict[str, list[float]], said: Track, invited: SipAt) -> None:
        """The request ends with its last audible sample; the agent's INVITE may come before it."""
        hum = sound.find(sound.of_text(self._notes.waveforms["hum"]), said.samples)
        _, last = sound.audible(said.samples[:hum])
        if last:
            _add(found, "request_to_invite_ms", said.time_of(last), invited)

    def _whispered(self, heard: Track, since: float) -> float | None:
        """The first sample of any clip of this call's."""
        begin = heard.index_at(since)
        places = [
            place
            for name in self._note.clips
            if (place := sound.find(sound.of_text(self._notes.waveforms[name]), heard.samples[begin:]))
            is not None
        ]
        return heard.time_of(begin + min(places)) if places else None

    def _delays(self, said: Track, heard: Track) -> list[float]:
        """Of each burst: same sample out of the caller, into the agent."""
        delays = []
        for number in range(sound.BURSTS):
            burst = sound.of_text(self._notes.waveforms[f"burst-{number}"])
            left, came = (sound.find(burst, track.samples) for track in (said, heard))
            if left is not None and came is not None:
                delay = heard.time_of(came) - said.time_of(left)
                if 0 <= delay <= LONGEST_DELAY_S:
                    delays.append(delay * 1e3)
        return delays

    def _referred(self, found: dict[str, list[float]], agent_call: str) -> None:
        """From the REFER at the caller's side to the later of the two BYEs that free the bridge's legs."""
        refer = self._first(lambda s: s.asks("REFER") and s.target == self._notes.caller)
        byes = [
            self._first(lambda s, leg=leg: s.asks("BYE") and s.call_id == leg)
            for leg in (self._note.call_id, agent_call)
        ]
        if refer and all(byes):
            _add(found, "refer_ms", refer.at, max(bye.at for bye in byes if bye))


def _add(found: dict[str, list[float]], name: str, begin: float, end: float | SipAt | None) -> None:
    at = end.at if isinstance(end, SipAt) else end
    if at is not None:
        found[name] = [(at - begin) * 1e3]
