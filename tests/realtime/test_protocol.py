"""The protocol without I/O: what is understood, what is refused, and what frames look like on the wire."""

import contextlib
import json
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime import protocol
from realtime.protocol import CloseCode, Event, FrameDecoder, Hello, KeyedCommand, Pong, Subscribe, Unsubscribe
from realtime.refusal import HTTP_STATUS, SENTENCES, TEMPORARY, Refusal

KEY = "5f0c3b1e-8f0e-4a3c-9d7a-0d6c3e1f2a4b"


class WaveHand(KeyedCommand, kw_only=True):
    """A command of these tests."""

    times: int = 1


DECODER = FrameDecoder([WaveHand])


def decode(**frame: Any) -> protocol.Frame:
    return DECODER.decode(json.dumps(frame).encode())


def refusal(data: bytes) -> Refusal:
    with pytest.raises(Refusal) as caught:
        DECODER.decode(data)
    return caught.value


def test_the_protocol_s_own_frames_are_understood() -> None:
    assert decode(type="hello", protocol=1, epoch="k3f9", rooms={"r12": 481}) == Hello(
        protocol=1, epoch="k3f9", rooms={"r12": 481}
    )
    assert decode(type="hello", protocol=1) == Hello(protocol=1)
    assert decode(type="subscribe", id=2, room="r31", after=7) == Subscribe(id=2, room="r31", after=7)
    assert decode(type="unsubscribe", id=3, room="r31") == Unsubscribe(id=3, room="r31")
    assert decode(type="pong") == Pong()


def test_a_command_is_named_after_its_class() -> None:
    found = decode(type="wave_hand", id=4, room="r12", key=KEY)
    assert found == WaveHand(id=4, room="r12", key=UUID(KEY))


@pytest.mark.parametrize(
    "frame",
    [
        {}, [], "hello", 7, None, {"type": "unknown"}, {"type": None}, {"type": "pong", "extra": 1},
        {"type": "hello"}, {"type": "hello", "protocol": "1"}, {"type": "hello", "protocol": 1, "rooms": {"r1": -1}},
        {"type": "hello", "protocol": 1, "rooms": {"R1": 1}}, {"type": "hello", "protocol": 1, "rooms": {"r": 1}},
        {"type": "hello", "protocol": 1, "epoch": "x" * 65}, {"type": "subscribe", "room": "r1"},
        {"type": "subscribe", "id": -1, "room": "r1"}, {"type": "subscribe", "id": 1.5, "room": "r1"},
        {"type": "subscribe", "id": 1, "room": "../r1"}, {"type": "subscribe", "id": 1, "room": "r1", "after": 2**53},
        {"type": "subscribe", "id": 1, "room": "r" * 33}, {"type": "wave_hand", "room": "r1"},
        {"type": "wave_hand", "room": "r1", "key": "no uuid"}, {"type": "wave_hand", "room": "r1", "key": KEY, "x": 1},
        {"type": "wave_hand", "room": "r1", "key": KEY, "times": "often"}, {"type": "post_message"},
    ],
)  # fmt: skip
def test_what_is_not_in_the_protocol_is_refused(frame: object) -> None:
    assert refusal(json.dumps(frame).encode()).code == "bad_request"


@given(st.binary(max_size=300))
def test_any_bytes_are_a_frame_or_a_refusal(data: bytes) -> None:
    with contextlib.suppress(Refusal):  # and nothing else
        assert isinstance(DECODER.decode(data), protocol.Frame)


@pytest.mark.parametrize(
    "data", [b"[" * 60_000, b'{"type":' * 10_000, b'{"type":"hello","rooms":' + b'{"a":' * 9_000, b"\xff\xfe"]
)
def test_deep_and_broken_frames_are_refused(data: bytes) -> None:
    assert refusal(data).code == "bad_request"


def test_a_refusal_carries_the_request_s_number_where_it_can_be_read() -> None:
    assert refusal(b'{"type":"subscribe","id":9,"room":5}').more["id"] == 9
    for data in (b'{"id":true}', b'{"id":-4}', b'{"id":"9"}', b'{"id":99999999999999999999}', b'{"id":9', b"[9]"):
        assert refusal(data).more["id"] == 0


@given(st.text(st.characters(categories=["L", "N"]), min_size=12, max_size=40))
def test_a_refusal_never_repeats_what_was_sent(secret: str) -> None:
    for frame in ({"type": secret}, {"type": "pong", secret: 1}, {"type": "hello", "protocol": secret}):
        assert secret not in str(refusal(json.dumps(frame).encode()).fields())


def test_the_answers_look_as_the_protocol_says() -> None:
    assert json.loads(protocol.subscribed(2, "r31", 490, 1, more=False)) == {
        "type": "subscribed", "id": 2, "room": "r31", "head": 490, "floor": 1, "more": False,
    }  # fmt: skip
    assert json.loads(protocol.done(4, {"room": "r12", "seq": 491, "repeat": False})) == {
        "type": "done", "id": 4, "room": "r12", "seq": 491, "repeat": False,
    }  # fmt: skip
    assert json.loads(protocol.refused(4, Refusal("rate_limited", retry_ms=900))) == {
        "type": "refused", "id": 4, "code": "rate_limited", "message": SENTENCES["rate_limited"], "temporary": True,
        "retry_ms": 900,
    }  # fmt: skip
    assert json.loads(protocol.reset("r12", 9120, "too_far")) == {
        "type": "reset", "room": "r12", "head": 9120, "reason": "too_far",
    }  # fmt: skip
    assert json.loads(protocol.ping({"r12": 491})) == {"type": "ping", "heads": {"r12": 491}}
    assert json.loads(protocol.bye(4001, 3180)) == {"type": "bye", "code": 4001, "reason": "restart", "retry_ms": 3180}
    assert json.loads(protocol.bye(4503)) == {"type": "bye", "code": 4503, "reason": "session_ended"}
    welcome = json.loads(protocol.welcome({"id": "p1"}, "k3f9", "2026-11-23T08:00:00+00:00", 25, {"frame": 65536}))
    assert welcome == {
        "type": "welcome", "person": {"id": "p1"}, "epoch": "k3f9", "now": "2026-11-23T08:00:00+00:00", "ping": 25,
        "limits": {"frame": 65536}, "protocol": 1,
    }  # fmt: skip


def test_an_event_carries_its_body_as_it_is() -> None:
    body = msgspec.Raw(b'{"message":"m1-r1","text":"\\u00fc {}"}')
    sent = protocol.encode(Event("r1", 1, "message_posted", "p1", "2026-11-23T08:00:00+00:00", body))
    assert bytes(body) in sent
    assert list(json.loads(sent)) == ["type", "room", "seq", "kind", "by", "at", "body"]


def test_the_range_of_a_close_code_says_whether_to_connect_again() -> None:
    again = {CloseCode.RESTART, CloseCode.TOO_SLOW, CloseCode.RESYNC}
    assert {code for code in protocol.REASONS if 4000 <= code < 4500} == again
    assert all(4500 <= code < 5000 for code in protocol.REASONS if code not in again)
    named = {value for name, value in vars(CloseCode).items() if name.isupper()}
    assert named == set(protocol.REASONS)


def test_every_refusal_has_a_status_and_a_sentence() -> None:
    assert set(SENTENCES) == set(HTTP_STATUS)
    assert set(HTTP_STATUS) >= TEMPORARY
    for code, sentence in SENTENCES.items():
        assert Refusal(code).message == sentence
        assert sentence[0].isupper()
        assert sentence.endswith(".")
    with pytest.raises(KeyError):
        Refusal("made_up")
