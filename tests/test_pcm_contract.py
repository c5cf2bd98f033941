"""`sip.pcm` and `asr.pcm` are two files, as neither package may import the other; they are one format."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import asr.pcm
import sip.pcm


def test_the_two_are_the_same_byte_for_byte():
    ours, theirs = (Path(module.__file__).read_text() for module in (sip.pcm, asr.pcm))
    assert ours == theirs.replace("`sip.pcm`", "`asr.pcm`")


@given(st.integers(1, 5), st.integers(0, 2**32 - 1), st.integers(0, 2**64 - 1), st.binary(max_size=1280))
def test_what_one_packs_the_other_unpacks(kind, epoch, position, payload):
    packet = sip.pcm.pack(kind, epoch, position, payload)
    assert packet == asr.pcm.pack(kind, epoch, position, payload)
    assert asr.pcm.unpack(packet) == sip.pcm.unpack(packet) == (kind, epoch, position, payload)


@pytest.mark.parametrize(
    "packet", [b"", b"\2" * 15, sip.pcm.pack(2, 0, 0, b"ab")[:-1], sip.pcm.pack(2, 0, 0) + b"x"]
)
def test_a_packet_of_the_wrong_length_is_refused(packet):
    for module in (sip.pcm, asr.pcm):
        with pytest.raises(ValueError, match="PCM packet"):
            module.unpack(packet)
