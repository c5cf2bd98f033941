"""The parts of the worker that need no telephone."""

import asyncio
import dataclasses
import socket
import time
import typing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sip import codec
from sip.clips import ClipCache, ClipUnreadable, comfort_tone
from sip.commands import Command, Finish, Hangup
from sip.config import WorkerConfig
from sip.events import Event, LegLost, WorkerLost
from sip.link import Link
from sip.message import Message, check_headers, check_uri, display_of, host_port, local_uri, tag_of, uri_of
from sip.recorder import QUEUE_FRAMES, Recording
from sip.remote import Hello, RemoteUserAgent
from sip.ring import ReplayRing
from sip.timers import Timers
from tests.sip.audio import tone, write_wav

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
st.register_type_strategy(str, TEXT)
st.register_type_strategy(float, st.floats(0, 1e9))


def of(union: object) -> st.SearchStrategy[object]:
    """Any member of a union of dataclasses, its `type` left alone."""
    return st.one_of([_of(kind) for kind in typing.get_args(union)])


def _of(kind: type) -> st.SearchStrategy[object]:
    hints = typing.get_type_hints(kind)
    names = [f.name for f in dataclasses.fields(kind) if f.name != "type"]
    return st.builds(kind, **{name: st.from_type(hints[name]) for name in names})


@given(of(Command))
def test_every_command_crosses_whole(command):
    line = codec.encode_command(command)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert codec.decode_command(line) == command


@given(of(Event))
def test_every_event_crosses_whole(event):
    line = codec.encode_event(event)
    assert line.count(b"\n") == 1
    assert codec.decode_event(line) == event


@pytest.mark.parametrize("line", [b"", b"{}", b"null", b'{"type":"dance"}', b'{"type":"hangup"}', b"\xff"])
def test_what_is_no_command(line):
    with pytest.raises(ValidationError):
        codec.decode_command(line)


def test_the_ring_keeps_ten_seconds():
    ring = ReplayRing(seconds=1)
    for n in range(70):
        assert ring.push(bytes([n]), n) == n
    assert (ring.count, ring.oldest) == (70, 20)
    assert ring.get(19) is None
    assert ring.get(20) == (b"\x14", 20)
    assert ring.get(69) == (b"E", 69)
    assert ring.get(70) is None


def test_clips_are_read_once_and_again_when_they_change(tmp_path):
    clips = ClipCache(8000, limit_bytes=40_000)
    path = write_wav(tmp_path / "a.wav", tone(500, 1))
    first = clips.get(str(path))
    assert len(first) == 16000
    write_wav(path, tone(500, 0.5))
    assert len(clips.get(str(path))) == 8000
    path.unlink()
    assert len(clips.get(str(path))) == 8000, "what is cached needs no disk"
    for n in range(4):
        clips.get(str(write_wav(tmp_path / f"{n}.wav", tone(500, 1))))
    with pytest.raises(ClipUnreadable):
        clips.get(str(path))
    with pytest.raises(ClipUnreadable):
        clips.get(str(write_wav(tmp_path / "wide.wav", tone(500, 1, 16000), 16000)))
    (tmp_path / "junk.wav").write_bytes(b"RIFFjunk")
    with pytest.raises(ClipUnreadable):
        clips.get(str(tmp_path / "junk.wav"))


@pytest.mark.parametrize("rate", [8000, 16000])
def test_comfort_is_seamless(rate):
    pcm = memoryview(comfort_tone(rate)).cast("h")
    steps = [abs(pcm[n] - pcm[n - 1]) for n in range(1, len(pcm))]
    assert abs(pcm[0] - pcm[-1]) <= max(steps)
    assert max(map(abs, pcm)) < 4000


def test_a_recording_pads_what_is_missing_and_never_grows_without_bound(tmp_path):
    recording = Recording(str(tmp_path / "r.wav"), 8000, 320, first=10)
    recording.open()
    recording.offer(10, b"\1" * 320)
    recording.offer(13, b"\2" * 320)
    recording.write_pending()
    for n in range(QUEUE_FRAMES + 7):
        recording.offer(14 + n, bytes(320))
    assert recording.dropped_frames == 7
    recording.close()
    recording.write_pending()
    data = (tmp_path / "r.wav").read_bytes()[44:]
    assert data[:320] == b"\1" * 320
    assert data[320:960] == bytes(640)
    assert data[960:1280] == b"\2" * 320
    assert recording.done


def test_timers_run_in_order_and_not_when_cancelled():
    now = [0.0]
    timers, ran = Timers(lambda: now[0]), []
    timers.after(2, lambda: ran.append("late"))
    timers.after(1, lambda: ran.append("early"))
    timers.after(1, lambda: ran.append("never")).cancel()
    timers.run()
    assert ran == []
    now[0] = 2.0
    timers.run()
    assert ran == ["early", "late"]


def test_addresses():
    assert uri_of('"A, B" <sip:a@b:5070;lr>;tag=x') == "sip:a@b:5070;lr"
    assert uri_of("sip:a@b;tag=x") == "sip:a@b"
    assert display_of('"A \\"B\\"" <sip:a@b>') == 'A "B"'
    assert tag_of("<sip:a@b>;x=y; tag=t1;z") == "t1"
    assert host_port("sip:a@b.c;transport=udp") == "b.c:5060"
    assert host_port("sip:b.c:5070") == "b.c:5070"
    assert local_uri('"Ann" <+49 12>', "h") is None
    assert local_uri("+4912", "h") == "<sip:+4912@h>"
    assert check_uri("sip:a@b") is None
    assert check_uri("sip:a@b\r\n")
    assert check_uri("sips:a@b")
    assert check_headers((("X-A", "b\tc"),)) is None
    assert check_headers((("X-A", "b\n"),))


def test_routes_are_split_where_they_should_be():
    text = 'INVITE sip:a SIP/2.0\r\nRecord-Route: <sip:1;x="a,b">, <sip:2>\r\nRecord-Route: <sip:3>\r\n\r\n'
    assert Message.parse(text).record_route == ['<sip:1;x="a,b">', "<sip:2>", "<sip:3>"]


@given(st.text(), st.binary())
def test_no_message_is_too_strange_to_read(text, raw):
    for source in (text, raw.decode("utf-8", "surrogateescape")):
        message = Message.parse(source)
        assert message.status >= 0
        assert isinstance(message.record_route, list)
        repr((message.q850, message.has_sdp, message.cseq, message.method)).encode()


SETTINGS = {
    "name": "w", "bind_ip": "127.0.0.2", "sip_port": 5070, "front": "127.0.0.1:5060", "control": "/run/c",
    "rtp_port": 20000,
}  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"bind_ip": "::1"},
        {"front": "host:5060"},
        {"front": "127.0.0.1"},
        {"codecs": ["G722"]},
        {"codecs": []},
        {"rtp_port": 65530},
        {"rtp_ports": 4},
        {"clock_rate": 48000},
        {"contact_user": "a b"},
        {"colour": "red"},
    ],
)
def test_settings_that_cannot_work(wrong):
    WorkerConfig(**SETTINGS)
    with pytest.raises(ValidationError):
        WorkerConfig(**{**SETTINGS, **wrong})


def test_a_password_is_not_printed():
    config = WorkerConfig(**SETTINGS, credentials=[{"user": "u", "password": "s3cret"}])
    assert "s3cret" not in repr(config)


def test_a_link_connects_when_it_can_and_tells_when_it_breaks(tmp_path):
    seen: list[str] = []
    link = Link(str(tmp_path / "s"), lambda: seen.append("up"), lambda: seen.append("down"))
    link.poll()
    link.send(b"lost\n")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(str(tmp_path / "s"))
        server.listen()
        poll_until(lambda: link.poll() == [] and link.up)
        connection, _ = server.accept()
        with connection:
            link.send(b"hello\n")
            assert connection.recv(100) == b"hello\n"
            connection.sendall(b"a\nb")
            poll_until(lambda: link.poll() == [b"a"])
            connection.sendall(b"c\n\n")
            poll_until(lambda: link.poll() == [b"bc"])
        poll_until(lambda: link.poll() == [] and not link.up)
    assert seen == ["up", "down"]
    link.close()


def test_a_link_hears_the_last_lines_before_the_end(tmp_path):
    """Main was killed between an order and the next: the worker answered the first into a closed socket."""
    seen: list[str] = []
    link = Link(str(tmp_path / "s"), lambda: None, lambda: seen.append("down"))
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s"))
        server.listen()
        link.poll()
        connection, _ = server.accept()
        connection.sendall(b"hear\nplay\n")
        connection.close()
        link.send(b"answer\n")
        assert seen == []
        assert link.poll() == [b"hear", b"play"]
        link.send(b"answer\n")
        assert seen == []
        assert link.poll() == []
        assert seen == ["down"]
    link.close()


def poll_until(done: typing.Callable[[], object]) -> None:
    end = time.monotonic() + 2
    while not done():
        assert time.monotonic() < end
        time.sleep(0.01)


async def remote(tmp_path: Path) -> tuple[RemoteUserAgent, asyncio.StreamReader, asyncio.StreamWriter]:
    ready: asyncio.Future[RemoteUserAgent] = asyncio.get_running_loop().create_future()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ready.set_result(RemoteUserAgent(reader, writer, Hello.model_validate_json(await reader.readline())))

    server = await asyncio.start_unix_server(accept, tmp_path / "c")
    reader, writer = await asyncio.open_unix_connection(tmp_path / "c")
    writer.write(
        b'{"kind":"sip","worker":"w7","pid":1,"sip_port":5070,"clock_rate":8000,"conversation":null}\n'
    )
    agent = await ready
    server.close()
    return agent, reader, writer


@pytest.mark.parametrize("finished", [False, True])
async def test_the_remote_agent_ends_with_worker_lost_unless_told_to_finish(tmp_path, finished):
    agent, reader, writer = await remote(tmp_path)
    assert agent.id == "w7"
    agent.send(Hangup(leg="bot"))
    assert codec.decode_command(await reader.readline()) == Hangup(leg="bot")
    if finished:
        agent.send(Finish())
    lost = LegLost(leg="bot", silent_s=1.0, at=2.0)
    writer.write(codec.encode_event(lost) + b"junk\n" + codec.encode_event(lost) + b'{"cut')
    writer.close()
    events = [event async for event in agent.events()]
    assert events[:2] == [lost, lost]
    assert [isinstance(event, WorkerLost) for event in events[2:]] == ([] if finished else [True])
    agent.send(Hangup(leg="bot"))
