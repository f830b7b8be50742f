"""The short cut through RFC 6455 agrees with an implementation of all of it, and leaves to it what it does not know."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from realtime.frames import frame_end, plain_text, text_frame


def sent_by_a_client(payload: bytes, opcode: Opcode = Opcode.TEXT, *, fin: bool = True) -> bytes:
    return Frame(opcode, payload, fin).serialize(mask=True)


@pytest.mark.parametrize("length", [0, 1, 125, 126, 127, 65_535, 65_536, 200_000])
def test_a_text_frame_is_read_by_another_implementation_as_it_was_meant(length: int) -> None:
    payload = b"x" * length
    reader = StreamReader()
    reader.feed_data(text_frame(payload))
    parsing = Frame.parse(reader.read_exact, mask=False)
    with pytest.raises(StopIteration) as ended:
        next(parsing)
    frame = ended.value.value
    assert (int(frame.opcode), frame.fin, bytes(frame.data)) == (1, True, payload)
    assert not reader.buffer


@given(st.binary(max_size=300))
def test_a_plain_frame_of_a_client_is_read_as_it_was_meant(payload: bytes) -> None:
    data = b"before" + sent_by_a_client(payload) + b"after"
    end = frame_end(data, 6)
    assert end == len(data) - 5
    assert plain_text(data, 6, end) == payload


@pytest.mark.parametrize("length", [125, 126, 65_535])
def test_frames_at_the_edges_of_the_lengths_are_read(length: int) -> None:
    data = sent_by_a_client(b"x" * length)
    assert frame_end(data, 0) == len(data)
    assert plain_text(data, 0, len(data)) == b"x" * length


@given(st.binary(max_size=300), st.data())
def test_the_end_of_a_frame_is_known_as_soon_as_its_header_is(payload: bytes, data: st.DataObject) -> None:
    frame = sent_by_a_client(payload)
    cut = data.draw(st.integers(0, len(frame)))
    assert frame_end(frame[:cut], 0) in (None, len(frame))
    if cut >= 4:
        assert frame_end(frame[:cut], 0) == len(frame)


@pytest.mark.parametrize(
    "frame",
    [
        sent_by_a_client(b"x", Opcode.BINARY), sent_by_a_client(b"x", fin=False), sent_by_a_client(b"x", Opcode.CONT),
        sent_by_a_client(b"", Opcode.PING), sent_by_a_client(b"x" * 65_536),
        Frame(Opcode.TEXT, b"x").serialize(mask=False),
        b"\xc1" + sent_by_a_client(b"x")[1:], b"\x81\xfe\x00\x01" + b"mask" + b"x",
    ],
    ids=["binary", "beginning", "continued", "ping", "too long", "unmasked", "reserved", "length not the shortest"],
)  # fmt: skip
def test_everything_else_is_left_to_the_strict_parser(frame: bytes) -> None:
    assert plain_text(frame, 0, len(frame)) is None
