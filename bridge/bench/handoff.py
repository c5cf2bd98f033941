"""`handoff bench handoff`: calls one after the other through a whole bridge, captured on the wire.

Caller and agent are raw parties in this process; the bridge is a child with all its processes. A call: the
caller asks for a person, the agent's telephone rings, the whisper plays, key 1, marker sounds, then REFER.
"""

import asyncio
import json
import shutil
import sys
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import yaml

from bridge.adapters.voices import EspeakVoice, HibariVoice, Voice, VoiceError
from bridge.bench import sound
from bridge.bench.figures import ACCEPT, CallNote, Notes, analyse, notes_path
from bridge.bench.noise import gauge
from bridge.bench.requests import requests
from bridge.peers.bridge import RunningBridge, running_bridge
from sip.party.behaviour import Reception
from sip.party.capture import Capture
from sip.party.events import PartyError
from sip.party.g711 import Pcm
from sip.party.party import Party
from sip.party.wav import read_wav

NET: Final = "127.0.60"
RINGS_S: Final = (0.5, 0.0, 2.0)
BEFORE_REQUEST_S: Final = 0.3
BEFORE_ACCEPT_S: Final = 1.0
HUM_LEAD_S: Final = 0.3
REST_S: Final = 0.5
WAIT_S: Final = 15.0
API_S: Final = 2.0
SWITCH_S: Final = 0.0005
BOT: Final = {"name": "bench", "steps": [{"ask": {"slot": "matter", "prompt": "Yes?", "no_answer_s": 60}}]}
Tell = Callable[[str], None]


def measure(count: int, out: Path, *, noise_limit_ms: float, tell: Tell) -> dict[str, Any]:
    """Run `count` calls; leaves OUT/wire.pcap and OUT/wire.json, and returns their report."""
    shutil.rmtree(out / "bridge", ignore_errors=True)  # what an earlier run heard is not this one's
    out.mkdir(parents=True, exist_ok=True)
    pcap = out / "wire.pcap"
    notes = Notes(bridge=f"{NET}.1", caller=f"{NET}.10", agent=f"{NET}.20")
    notes.waveforms = {"hum": sound.to_text(sound.hum())}
    notes.waveforms |= {f"burst-{n}": sound.to_text(burst) for n, burst in enumerate(sound.bursts())}
    voice = _voice()
    spoken = [voice.speak(text, 8_000) for text in requests(count)]
    bot = (out / "bot.yaml").absolute()
    bot.write_text(yaml.safe_dump(BOT))
    tell("starting the bridge")
    with running_bridge(_configuration(notes, bot), (out / "bridge").absolute()) as bridge:
        before, interval = set(bridge.paths.clips.glob("*.wav")), sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_S)  # two telephones share this process: none may wait 5 ms for the other
        try:
            with gauge(out / "noise.txt", noise_limit_ms) as noise:
                asyncio.run(_Run(bridge, notes, before, tell).calls(pcap, spoken))
        finally:
            sys.setswitchinterval(interval)
        notes.engine = _engine(bridge)
    notes.noise = {**noise.told(), "void": noise.void}
    notes.save(notes_path(pcap))
    return analyse(pcap)


def _voice() -> Voice:
    try:
        return HibariVoice()
    except (ImportError, VoiceError):
        return EspeakVoice()


def _configuration(notes: Notes, bot: Path) -> dict[str, Any]:
    return {
        "site": "bench",
        "sip": {"bind": notes.bridge, "port": 5060, "workers": 2, "max_conversations": 20},
        "bot": {"script": str(bot)},
        "agents": [{"id": "agent", "uri": f"sip:agent@{notes.agent}:5060"}],
        "policy": {"rules": []},
        "handoff": {"wrap_up_timeout_s": 0.2},
        "api": {"bind": notes.bridge, "port": 8080},
    }


def _engine(bridge: RunningBridge) -> dict[str, str]:
    records = bridge.records()
    return dict(records[-1]["asr"]) if records else {}


class _Run:
    """One run on one bridge. `known`: clips that were there before."""

    def __init__(self, bridge: RunningBridge, notes: Notes, known: set[Path], tell: Tell) -> None:
        self._bridge, self._notes, self._known, self._tell = bridge, notes, known, tell

    async def calls(self, pcap: Path, spoken: list[Pcm]) -> None:
        capture = Capture(pcap)
        notes = self._notes
        try:
            for number, request in enumerate(spoken):
                ring_s = RINGS_S[number % len(RINGS_S)]
                async with (
                    Party(notes.caller, 5060, user="caller", pcap=capture) as caller,
                    Party(notes.agent, 5060, user="agent", pcap=capture) as agent,
                ):
                    note = await self._call(caller, agent, request, ring_s)
                notes.calls.append(note)
                self._tell(f"call {number + 1} of {len(spoken)}: {note.failure or 'done'}")
        finally:
            capture.close()

    async def _call(self, caller: Party, agent: Party, request: Pcm, ring_s: float) -> CallNote:
        agent.reception = Reception(after_s=ring_s)
        call = await caller.dial(f"sip:bench@{self._notes.bridge}:5060")
        note = CallNote(call_id=call.call_id, ring_s=ring_s)
        try:
            await self._handoff(caller, agent, request)
        except (TimeoutError, PartyError, OSError) as error:
            note = replace(note, failure=str(error).partition(";")[0] or type(error).__name__)
        for party in (caller, agent):  # after the REFER they talk without the bridge
            party.hush()
            for one in party.calls:
                await one.hangup()
        await asyncio.sleep(REST_S)
        return replace(note, clips=self._new_clips())

    async def _handoff(self, caller: Party, agent: Party, request: Pcm) -> None:
        call = caller.call
        await caller.wait("answered", WAIT_S, call)
        await asyncio.sleep(BEFORE_REQUEST_S)
        caller.play(request, "request")
        incoming = await agent.wait("incoming", WAIT_S)
        assert incoming.call
        await agent.wait("answered", WAIT_S, incoming.call)
        await asyncio.sleep(BEFORE_ACCEPT_S)
        caller.play(sound.marker(), "marker")
        await asyncio.sleep(HUM_LEAD_S)
        await incoming.call.press(str(ACCEPT))
        await caller.wait("play_ended", WAIT_S, tag="marker")
        await asyncio.to_thread(self._release)
        await caller.wait("ended", WAIT_S, call)
        await agent.wait("ended", WAIT_S, incoming.call)

    def _release(self) -> None:
        """Order the bridge out of the media path, as a console does. Raises `OSError`, `TimeoutError`."""
        root = f"http://{self._notes.bridge}:8080/v1/conversations"
        with urllib.request.urlopen(root, timeout=API_S) as answer:
            live = [one["id"] for one in json.load(answer) if one["handoff"] == "connected"]
        if not live:
            raise TimeoutError("the bridge did not connect caller and agent")
        order = urllib.request.Request(
            f"{root}/{live[-1]}/order",
            data=json.dumps({"order": "release"}).encode(),
            headers={"Content-Type": "application/json"},
        )
        urllib.request.urlopen(order, timeout=API_S).close()

    def _new_clips(self) -> tuple[str, ...]:
        """Rendered during this call: their audible beginnings go to the notes."""
        new = sorted(set(self._bridge.paths.clips.glob("*.wav")) - self._known)
        self._known.update(new)
        for path in new:
            self._notes.waveforms[path.stem] = sound.to_text(sound.head(read_wav(path)))
        return tuple(path.stem for path in new)
