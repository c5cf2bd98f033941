"""What an Asterisk says of agents, without one: packets and a server that does not keep to the protocol."""

import asyncio

import pytest

from bridge.adapters.ami.members import Members
from bridge.adapters.ami.presence import AmiPresence
from bridge.adapters.ami.protocol import AmiConnection, AmiError
from bridge.app.directory import Directory
from bridge.config import Settings

SETTINGS = Settings.model_validate(
    {
        "agents": [
            {"id": "ann", "uri": "sip:201@10.0.0.5"},
            {
                "id": "ben",
                "devices": [{"uri": "sip:9@10.0.0.5", "ami": "SIP/Ben"}, {"uri": "sip:10@10.0.0.5"}],
            },
        ]
    }
)  # fmt: skip

REMOVED = {"Event": "QueueMemberRemoved", "Queue": "q", "Interface": "PJSIP/201"}


def told(*packets: dict[str, str], queues: tuple[str, ...] = ()) -> dict[str, tuple[str, str]]:
    directory = Directory(SETTINGS)
    members = Members(SETTINGS.agents, queues, directory)
    for packet in packets:
        members.take({name.lower(): value for name, value in packet.items()})
    return {view.id: (view.state, view.reason) for view in directory.views()}


def device(name: str, state: str) -> dict[str, str]:
    return {"Event": "DeviceStateChange", "Device": name, "State": state}


def member(queue: str, name: str, paused: str, reason: str = "") -> dict[str, str]:
    return {"Event": "QueueMemberPause", "Queue": queue, "Interface": name, "Paused": paused,
            "PausedReason": reason}  # fmt: skip


@pytest.mark.parametrize(
    ("packets", "state"),
    [
        ([device("PJSIP/201", "INUSE")], "busy"),
        ([device("PJSIP/201", "RINGING")], "available"),
        ([device("pjsip/201", "UNAVAILABLE")], "unreachable"),
        ([device("PJSIP/201", "UNAVAILABLE"), device("PJSIP/201", "UNKNOWN")], "unreachable"),
        ([device("PJSIP/201", "INUSE"), device("PJSIP/201", "NOT_INUSE")], "available"),
        ([device("PJSIP/2010", "INUSE")], "available"),
        ([member("q", "PJSIP/201", "1")], "away"),
        ([member("q", "PJSIP/201", "1"), member("other", "PJSIP/201", "0")], "available"),
        ([member("q", "PJSIP/201", "1"), REMOVED], "available"),
        ([{"Event": "DeviceStateChange"}, {"Event": "QueueMember"}, {}], "available"),
    ],
)  # fmt: skip
def test_what_packets_mean(packets: list[dict[str, str]], state: str) -> None:
    assert told(*packets)["ann"][0] == state


def test_an_agent_with_two_telephones_is_busy_with_one_and_unreachable_without_both() -> None:
    assert told(device("SIP/Ben", "INUSE"), device("PJSIP/10", "NOT_INUSE"))["ben"][0] == "busy"
    assert told(device("SIP/Ben", "UNAVAILABLE"))["ben"][0] == "available"
    assert (
        told(device("SIP/Ben", "UNAVAILABLE"), device("PJSIP/10", "UNAVAILABLE"))["ben"][0] == "unreachable"
    )


def test_with_named_queues_a_member_of_none_is_away() -> None:
    there = member("support", "PJSIP/201", "0")
    end = {"Event": "QueueStatusComplete"}
    assert told(there, end, queues=("support",)) == {"ann": ("available", ""), "ben": ("away", "in no queue")}
    assert told(member("sales", "PJSIP/201", "0"), end, queues=("support",))["ann"] == ("away", "in no queue")
    assert told(member("support", "PJSIP/201", "1", "lunch"), queues=("support",))["ann"] == ("away", "lunch")


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    ("sent", "error"),
    [
        (b"SSH-2.0-OpenSSH\r\n", "no Asterisk manager"),
        (b"Asterisk Call Manager/9\r\n" + b"x" * 40_000, "longer"),
        (b"Asterisk Call Manager/9\r\n" + b"a: b\r\n" * 300, "longer"),
        (b"Asterisk Call Manager/9\r\n", "closed during the login"),
    ],
)
async def test_a_server_that_is_no_asterisk_is_told_apart(sent: bytes, error: str) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(sent)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.88.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises((AmiError, OSError), match=error):
        await AmiConnection.open("127.0.88.1", port, "handoff", "secret")
    server.close()


async def test_a_lost_connection_keeps_nobody_from_callers() -> None:
    directory = Directory(SETTINGS)
    members = Members(SETTINGS.agents, (), directory)
    for packet in (
        device("PJSIP/201", "INUSE"),
        member("q", "PJSIP/201", "1"),
        device("SIP/Ben", "UNAVAILABLE"),
    ):
        members.take({name.lower(): value for name, value in packet.items()})
    members.silence()
    assert {view.state for view in directory.views()} == {"available"}
    assert AmiPresence(SETTINGS, directory).describe()["connected"] is False
