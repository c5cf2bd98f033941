"""One baresip telephone as a process: commands and events are JSON lines, audio goes through files.

The library allows one stack a process, so each telephone is a process of its own. Its address is always
127.0.0.1 with a port of its own: baresip takes as local address the one the kernel would choose towards the
peer, which on the loopback net is 127.0.0.1 whatever `net_interface` says.
"""

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

import baresip
from baresip.errors import AudioNotActive, AudioRestarted

STEP_S = 0.01
BEHIND_S = 0.25  # further behind the clock than a busy machine makes it, the recording is filled with silence
LEAD_S = 0.5  # of silence first: a clip that lost its first moment to a re-INVITE is still found whole
AHEAD_S = 0.06  # what is given to the stack before its time
MEDIA_ENCRYPTION = {"off": None, "preferred": "srtp", "required": "srtp-mand"}
HEADERS = ("X-Handoff-Id", "X-Conversation-Id")


def tell(event: str, **data: Any) -> None:
    print(json.dumps({"event": event, "at": time.monotonic(), **data}), flush=True)


class Sound:
    """Records what a call hears into a file, on the clock; says what it is given."""

    def __init__(self, call: baresip.Call, path: Path) -> None:
        self._audio = call.audio
        self._file = path.open("wb", buffering=0)
        self._rate = 0
        self._origin = 0.0
        self._written = 0
        self._to_say = bytearray()

    async def run(self) -> None:
        while True:
            try:
                self._step()
            except (AudioNotActive, AudioRestarted):  # on hold, or streams made anew
                self._record(b"")
            await asyncio.sleep(STEP_S)

    def _step(self) -> None:
        info = self._audio.info()
        if info.rx_ready:
            pcm = self._audio.read(info.rx_capacity)
            if not self._rate:
                self._begin(info.rx_sample_rate, len(pcm) // 2)
            self._record(pcm)
        if info.tx_ready and self._to_say:
            room = int(AHEAD_S * info.tx_sample_rate) * 2 - info.tx_buffered
            taken = self._audio.write(bytes(self._to_say[: max(0, room)]))
            del self._to_say[:taken]

    def _begin(self, rate: int, heard_samples: int) -> None:
        self._rate = rate
        self._origin = time.monotonic() - heard_samples / rate - LEAD_S
        self._record(bytes(2 * int(LEAD_S * rate)))
        tell("hearing", rate=rate, file=self._file.name)

    def _record(self, pcm: bytes) -> None:
        due = int((time.monotonic() - self._origin) * self._rate) - self._written
        missing = due - len(pcm) // 2
        if missing > BEHIND_S * self._rate:
            pcm = bytes(2 * missing) + pcm
        self._file.write(pcm)
        self._written += len(pcm) // 2

    def say(self, file: Path) -> None:
        self._to_say += file.read_bytes()

    def hush(self) -> None:
        self._to_say.clear()
        self._audio.flush_tx()


class Telephone:
    """One line; an incoming call rings `answer_after_s` and is answered, or refused when that is None."""

    def __init__(self, setup: dict[str, Any]) -> None:
        self._setup = setup
        self._call: baresip.Call | None = None
        self._sound: Sound | None = None
        self._recording: asyncio.Task[None] | None = None
        self._calls = 0

    async def run(self) -> None:
        ip, _, port = self._setup["address"].partition(":")
        first = self._setup["rtp_port"]
        runtime = baresip.Runtime()
        await runtime.start(
            baresip.Config(
                net_interface=ip,
                expose_headers=HEADERS,
                extra_config_text=f"sip_listen {ip}:{port}\nrtp_ports {first}-{first + 38}\n",
            )
        )
        encryption = MEDIA_ENCRYPTION[self._setup["srtp"]]
        account = baresip.Account(
            user=self._setup["user"],
            domain=self._setup["address"],
            password="",
            registrar=self._setup["proxy"],
            reg_interval=0,
            audio_codecs=tuple(self._setup["codecs"]),
            extra_params=(f"mediaenc={encryption}",) if encryption else (),
        )
        self._agent = await baresip.UserAgent.create(runtime, account)
        self._agent.on_incoming(self._incoming)
        tell("ready")
        await self._obey()
        await runtime.close()

    async def _obey(self) -> None:
        """One command a line, until standard input ends."""
        reader = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := await reader.readline():
            order = json.loads(line)
            try:
                await self._do(order)
            except baresip.BaresipError as error:
                tell("failed", do=order["do"], why=f"{type(error).__name__}: {error}")

    async def _do(self, order: dict[str, Any]) -> None:
        call, sound = self._call, self._sound
        match order["do"]:
            case "dial":
                self._take(await self._agent.dial(order["uri"], order["headers"]))
            case "press" if call:
                await call.send_dtmf(order["digits"])
            case "hold" if call:
                await call.hold()
            case "resume" if call:
                await call.resume()
            case "hangup" if call:
                await call.hangup()
            case "play" if sound:
                sound.say(Path(order["file"]))
            case "hush" if sound:
                sound.hush()
            case _:
                tell("failed", do=order["do"], why="no call")

    def _incoming(self, call: baresip.Call) -> None:
        tell("incoming", peer=call.peer, headers=call.headers)
        self._take(call)
        self._answering = asyncio.create_task(self._pick_up(call))

    async def _pick_up(self, call: baresip.Call) -> None:
        if self._setup["answer_after_s"] is None:
            await call.reject()
            return
        await asyncio.sleep(self._setup["answer_after_s"])
        await call.answer()

    def _take(self, call: baresip.Call) -> None:
        self._call = call
        call.on(self._happened)
        call.on_dtmf(lambda digit: tell("dtmf", digit=digit.digit, duration_ms=digit.duration_ms))

    def _happened(self, event: baresip.StackEvent) -> None:
        match event.event:
            case baresip.Event.CALL_ESTABLISHED:
                self._calls += 1
                self._sound = Sound(self._call, Path(self._setup["dir"]) / f"{self._calls}.pcm")
                self._recording = asyncio.create_task(self._sound.run())
                tell("answered")
            case baresip.Event.CALL_MENC:
                tell("secured", suite=(event.text or "").rpartition(",")[2])
            case baresip.Event.CALL_RINGING:
                tell("ringing")
            case baresip.Event.CALL_HOLD:
                tell("held")
            case baresip.Event.CALL_RESUME:
                tell("resumed")
            case baresip.Event.CALL_CLOSED:
                if self._recording:
                    self._recording.cancel()
                self._call = self._sound = self._recording = None
                tell("ended", why=event.text)


if __name__ == "__main__":
    asyncio.run(Telephone(json.loads(sys.argv[1])).run())
