"""Broken, oversized and surplus frames cost their sender, and nobody else anything."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.harness import raw
from tests.harness.api import new_key
from tests.harness.bystander import unharmed
from tests.harness.installation import Install, Installation
from tests.harness.live import OpenTab, Tab
from tests.harness.raw import RawSocket, code_of

pytest_plugins = ["tests.harness.live_fixtures"]

NOWHERE = "r000000000x"
KEY = "0b8c5d4e-7a51-4f0e-9d3c-1f2e3d4c5b6a"
HELLO = b'{"type":"hello","protocol":1}'
MEBIBYTE = 1 << 20


def post(**changes: Any) -> str:
    return json.dumps({"type": "post_message", "id": 7, "room": NOWHERE, "key": KEY, "text": "x", **changes})


BROKEN = {
    "nothing": "",
    "no JSON": "{",
    "two objects": "{}{}",
    "a list": "[]",
    "a number": "17",
    "null": "null",
    "no type": "{}",
    "a type that is no text": '{"type":1}',
    "an unknown type": '{"type":"drop_tables","id":7}',
    "an event": '{"type":"event","room":"r12","seq":1,"kind":"message_posted","by":"p1","at":"","body":{}}',
    "a second hello": '{"type":"hello","protocol":1}',
    "an unknown field": post(admin=True),
    "NaN": '{"type":"read","id":7,"room":"r12","seq":NaN}',
    "Infinity": '{"type":"read","id":7,"room":"r12","seq":1e999}',
    "a fraction": '{"type":"read","id":7,"room":"r12","seq":1.5}',
    "a negative position": '{"type":"read","id":7,"room":"r12","seq":-1}',
    "a position beyond JavaScript": '{"type":"read","id":7,"room":"r12","seq":9007199254740992}',
    "a number of a thousand digits": '{"type":"read","id":7,"room":"r12","seq":' + "9" * 1000 + "}",
    "an id of ten thousand digits": '{"type":"read","room":"r12","seq":1,"id":' + "9" * 10_000 + "}",
    "an id that is no number": '{"type":"read","id":"7","room":"r12","seq":1}',
    "an id that is true": '{"type":"read","id":true,"room":"r12","seq":1}',
    "a key that is no UUID": post(key="once"),
    "no key": json.dumps({"type": "post_message", "id": 7, "room": NOWHERE, "text": "x"}),
    "a room that is none": post(room="../etc"),
    "a room with a NUL": post(room="r\0"),
    "a room as long as a book": post(room="r" * 40_000),
    "a text that is a list": post(text=["x"]),
    "a text that is null": post(text=None),
    "a lone surrogate": '{"type":"post_message","id":7,"room":"r12","key":"' + KEY + '","text":"\\ud800"}',
    "nesting of 30 thousand lists": "[" * 30_000,
    "nesting in a field": '{"type":"pong","x":' + "[" * 20_000 + "]" * 20_000 + "}",
    "nesting of objects": '{"id":' * 10_000,
    "a byte order mark": "\ufeff" + post(),
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
async def test_a_broken_frame_is_refused_and_costs_its_sender_that_frame(
    installation: Installation, tabs: OpenTab, text: str
) -> None:
    tab = await tabs(installation.first, installation.person("tom"))
    seen = len(tab.frames)
    await tab.send(text)
    refused = await tab.frame("refused", seen)
    assert (refused["code"], refused["temporary"]) == ("bad_request", False)
    assert refused["message"]
    assert refused["id"] in (0, 7)
    await tab.sync()
    assert tab.connected


async def test_all_these_broken_frames_together_harm_nobody(installation: Installation, tabs: OpenTab) -> None:
    async with unharmed(installation, tabs):
        for part in (list(BROKEN.values())[:15], list(BROKEN.values())[15:]):
            tab = await tabs(installation.first, installation.person("tom"))
            for text in part:
                await tab.send(text)
            await tab.sync()
            assert sum(frame["type"] == "refused" for frame in tab.frames) == len(part)
            await tab.close()


async def test_the_refusal_of_a_broken_frame_names_its_request(installation: Installation, tabs: OpenTab) -> None:
    tab = await tabs(installation.first, installation.person("tom"))
    await tab.send(post(id=41, key="no"))
    assert (await tab.answer(41))["code"] == "bad_request"


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
trees = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)
types = st.sampled_from(["hello", "subscribe", "unsubscribe", "pong", "post_message", "read", "typing", "add_member"])
fields = st.sampled_from(["id", "room", "key", "text", "seq", "after", "person", "message", "rooms", "protocol"])
shaped = st.builds(lambda kind, rest: {**rest, "type": kind}, types, st.dictionaries(fields, trees, max_size=4))
mutilated = st.builds(
    lambda at, byte: HELLO[:at] + bytes([byte]) + HELLO[at + 1 :], st.integers(0, len(HELLO) - 1), st.integers(0, 255)
)


@settings(
    max_examples=40, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(
    frames=st.lists(
        st.binary(max_size=200) | mutilated | shaped.map(lambda each: json.dumps(each).encode("utf-8", "replace")),
        max_size=15,
    )
)
async def test_whatever_bytes_come_the_connection_answers_and_nobody_notices(
    installation: Installation, frames: list[bytes]
) -> None:
    heads = installation.query("SELECT id, last_seq FROM room ORDER BY id")
    connection = await RawSocket.open(installation.first, installation.person("tom"))
    await connection.send(raw.frame(raw.TEXT, HELLO), *(raw.frame(raw.TEXT, each) for each in frames))
    await connection.send(raw.frame(raw.TEXT, b'{"type":"unsubscribe","id":4242,"room":"rnowhere"}'))
    try:
        while (answer := json.loads((await connection.receive())[1])).get("id") != 4242:
            assert answer["type"] in ("welcome", "refused", "ping", "subscribed", "done"), answer
        assert answer["type"] == "done"
    finally:
        connection.close()
    assert installation.query("SELECT id, last_seq FROM room ORDER BY id") == heads


async def test_many_broken_frames_end_the_connection(install: Install, tabs: OpenTab) -> None:
    here = install()
    async with unharmed(here, tabs):
        tab = await tabs(here.first, here.person("tom"))
        for _ in range(40):
            await tab.send("{")
        assert await tab.closed() == 4500
        assert tab.frames[-1] == {"type": "bye", "code": 4500, "reason": "protocol"}


@pytest.mark.parametrize("text", ["", "{", '{"type":"pong"}', post()])
async def test_before_hello_there_is_nothing_else_to_say(installation: Installation, tabs: OpenTab, text: str) -> None:
    async with unharmed(installation, tabs):
        tab = Tab(installation.first.url, installation.person("tom"))
        await tab.connect()
        await tab.send(text)
        await tab.send(post(room=installation.staffroom, key=new_key()))
        assert await tab.closed() == 4500
        await tab.close()


@pytest.mark.parametrize(
    "hello",
    [
        {"protocol": 2},
        {"protocol": 1, "rooms": {f"r{nth}": 0 for nth in range(201)}},
        {"protocol": 10**30},
    ],
)
async def test_a_hello_of_another_protocol_or_with_too_many_rooms_is_the_last(
    installation: Installation, hello: dict[str, Any]
) -> None:
    tab = Tab(installation.first.url, installation.person("tom"))
    await tab.connect()
    await tab.send({"type": "hello", **hello})
    await tab.frame("refused")
    assert await tab.closed() == 4500
    await tab.close()


async def test_a_hello_with_200_rooms_is_welcome(installation: Installation, tabs: OpenTab) -> None:
    tab = await tabs(installation.first, installation.person("tom"), {f"r{nth}": 0 for nth in range(200)})
    await tab.sync()
    assert sum(frame["type"] == "reset" for frame in tab.frames) == 200


@pytest.mark.parametrize(
    "frames",
    [
        [raw.frame(raw.TEXT, b'"' + b"x" * (64 * 1024 - 1) + b'"')],
        [raw.frame(raw.TEXT, b" " * MEBIBYTE)],
        [raw.frame(raw.TEXT, b"{", claims=100 * MEBIBYTE)],
        [raw.frame(raw.TEXT, b"{", claims=(1 << 63) - 1)],
        [raw.frame(raw.TEXT, b" " * 40_000, final=False), raw.frame(raw.CONTINUED, b" " * 40_000)],
    ],
    ids=["64 KiB and 1", "1 MiB", "a claim of 100 MiB", "a claim of 8 EiB", "two parts of 40 kB"],
)
async def test_a_frame_that_is_too_large_ends_the_connection(
    installation: Installation, tabs: OpenTab, frames: list[bytes]
) -> None:
    async with unharmed(installation, tabs):
        connection = await RawSocket.open(installation.first, installation.person("tom"))
        await connection.send(raw.frame(raw.TEXT, HELLO))
        try:
            await connection.send(*frames)
        except ConnectionError:
            return
        rest = await connection.rest()
        assert not rest or rest[-1][0] != raw.CLOSE or code_of(rest[-1]) == 1009
        connection.close()


async def test_a_frame_of_64_kib_is_judged_by_what_it_says(installation: Installation, tabs: OpenTab) -> None:
    tab = await tabs(installation.first, installation.person("tom"))
    text = post(text="")
    await tab.send(post(id=8, text="x" * (64 * 1024 - len(text))))
    assert (await tab.answer(8))["code"] in ("too_large", "not_found")


async def test_a_frame_may_come_in_parts_and_byte_by_byte(installation: Installation) -> None:
    connection = await RawSocket.open(installation.first, installation.person("tom"))
    parts = raw.frame(raw.TEXT, HELLO[:9], final=False), raw.frame(raw.PING), raw.frame(raw.CONTINUED, HELLO[9:])
    await connection.send(*parts)
    assert (await connection.receive()) == (raw.PONG, b"")
    assert json.loads((await connection.receive())[1])["type"] == "welcome"
    assert json.loads((await connection.receive())[1])["type"] == "ping"
    for byte in raw.frame(raw.TEXT, b'{"type":"unsubscribe","id":3,"room":"r12"}'):
        await connection.send(bytes([byte]))
    assert json.loads((await connection.receive())[1]) == {"type": "done", "id": 3, "room": "r12"}
    connection.close()


@pytest.mark.parametrize(
    "frames",
    [
        raw.frame(raw.BINARY, HELLO),
        raw.frame(0x3, b""),
        raw.frame(raw.CONTINUED, b"{}"),
        raw.frame(raw.PING, b"x" * 126),
        raw.frame(raw.TEXT, b"\xff\xfe"),
        b"\x81\x02{}",
        b"\xc1\x80\x01\x02\x03\x04",
        b"GET / HTTP/1.1\r\n" * 9,
    ],
    ids=["binary", "unknown opcode", "a part of nothing", "long ping", "no UTF-8", "unmasked", "reserved bit", "HTTP"],
)
async def test_frames_against_the_standard_do_nothing(installation: Installation, tabs: OpenTab, frames: bytes) -> None:
    async with unharmed(installation, tabs):
        connection = await RawSocket.open(installation.first, installation.person("tom"))
        await connection.send(frames, raw.frame(raw.CLOSE, b"\x03\xe8"))
        told = [json.loads(payload)["type"] for opcode, payload in await connection.rest() if opcode == raw.TEXT]
        assert "welcome" not in told
        connection.close()


async def test_a_binary_frame_is_no_command_whatever_is_in_it(installation: Installation, tabs: OpenTab) -> None:
    async with unharmed(installation, tabs):
        connection = await RawSocket.open(installation.first, installation.person("tom"))
        await connection.send(raw.frame(raw.TEXT, HELLO))
        told = {"type": "post_message", "id": 7, "room": installation.staffroom, "key": new_key(), "text": "binary"}
        await connection.send(raw.frame(raw.BINARY, json.dumps(told).encode()))
        await connection.send(raw.frame(raw.CLOSE, b"\x03\xe8"))
        answers = [json.loads(payload) for opcode, payload in await connection.rest() if opcode == raw.TEXT]
        assert [each["code"] for each in answers if each["type"] == "refused"] == ["bad_request"]
        assert not [each for each in answers if each["type"] == "done"]
        connection.close()
