import pytest
from websockets.frames import Frame, Opcode

from bench.wire import FrameReader, accepted, handshake, masked

EVENT = b'{"type":"event","room":"r0000000000","seq":1}'
PLACE = 9


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536])
def test_a_masked_frame_holds_its_payload_whatever_its_length(size: int) -> None:
    payload = b"x" * size
    frame = masked(payload)
    assert frame[0] == 0x81
    assert frame[1] & 0x80
    assert frame.endswith(b"\0\0\0\0" + payload)
    assert stated_length(frame) == size


@pytest.mark.parametrize("size", [10, 125, 126, 300, 65_535, 65_536])
def test_events_of_every_length_are_counted(size: int) -> None:
    payload = EVENT[:10] + b"x" * (size - 10)
    assert FrameReader(PLACE, never).feed(text_frame(payload) * 3) == 3


@pytest.mark.parametrize("cut", [1, 2, 3, 4, 7, 46, 47, 48, 51, 130, 199])
def test_frames_that_come_in_pieces_are_counted_once(cut: int) -> None:
    stream = text_frame(EVENT) + text_frame(EVENT + b"x" * 120) + text_frame(b'{"type":"ping"}')
    others: list[bytes] = []
    reader = FrameReader(PLACE, others.append)
    counted = sum(reader.feed(stream[at : at + cut]) for at in range(0, len(stream), cut))
    assert (counted, others) == (2, [b'{"type":"ping"}'])


def test_what_is_no_event_is_handed_over_and_not_counted() -> None:
    others: list[bytes] = []
    answers = [b'{"type":"done","id":1}', b"2", b"", b'{"type":"welcome"}' + b" " * 300]
    assert FrameReader(PLACE, others.append).feed(b"".join(map(text_frame, answers))) == 0
    assert others == answers


def test_whoever_looks_sees_each_event_whole() -> None:
    seen: list[bytes] = []
    reader = FrameReader(PLACE, never, lambda data, start, stop: seen.append(data[start:stop]))
    stream = text_frame(EVENT) + text_frame(EVENT + b"y" * 200)
    for at in range(0, len(stream), 7):
        reader.feed(stream[at : at + 7])
    assert seen == [EVENT, EVENT + b"y" * 200]


def test_whoever_stops_looking_goes_on_counting() -> None:
    seen: list[bytes] = []
    reader = FrameReader(PLACE, never, lambda data, start, stop: seen.append(data[start:stop]))
    reader.look(None)
    assert reader.feed(text_frame(EVENT)) == 1
    assert seen == []


def test_the_handshake_carries_the_cookie_and_ends() -> None:
    request = handshake("/live", "127.0.0.1:8000", "corridor_session=abc")
    assert request.startswith(b"GET /live HTTP/1.1\r\n")
    assert b"\r\nCookie: corridor_session=abc\r\n" in request
    assert request.endswith(b"\r\n\r\n")
    assert b"Cookie" not in handshake("/live", "127.0.0.1:8000")


def test_only_an_upgrade_is_an_acceptance() -> None:
    assert accepted(b"HTTP/1.1 101 Switching Protocols\r\n")
    assert not accepted(b"HTTP/1.1 403 Forbidden\r\n")


def never(payload: bytes) -> None:
    raise AssertionError(payload)


def stated_length(frame: bytes) -> int:
    short = frame[1] & 0x7F
    if short < 126:
        return short
    return int.from_bytes(frame[2:4] if short == 126 else frame[2:10])


def text_frame(payload: bytes) -> bytes:
    return Frame(Opcode.TEXT, payload).serialize(mask=False)
