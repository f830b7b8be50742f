"""The load generator, against a server of a few lines."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from websockets.frames import Frame, Opcode

from bench.load import gather, publish
from bench.load.crowd import Crowd
from bench.load.dialects import Corridor, Plain, Seat, text
from bench.load.gather import Return

ACCEPTED = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"
ME = os.getpid()


class Echo(asyncio.Protocol):
    """Sends each frame's text to everyone as an event, and answers it `done` where it has an id."""

    everyone: set["Echo"]

    def __init__(self, everyone: "set[Echo]") -> None:
        self.everyone = everyone

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.everyone.add(self)
        self.greeted = False

    def data_received(self, data: bytes) -> None:
        if not self.greeted:
            self.greeted = True
            self.transport.write(ACCEPTED)
            return
        while data:
            head = 8 if data[1] & 0x7F == 126 else 6
            size = int.from_bytes(data[2:4]) if head == 8 else data[1] & 0x7F
            self.frame(data[head : head + size])
            data = data[head + size :]

    def frame(self, payload: bytes) -> None:
        if payload.startswith(b'{"type":"hello"'):
            self.transport.write(text_frame(b'{"type":"welcome"}'))
            return
        for one in self.everyone:
            one.transport.write(text_frame(b'{"type":"event",' + payload[1:]))
        if b'"id":' in payload:
            number = payload.split(b'"id":')[1].split(b",")[0]
            self.transport.write(text_frame(b'{"type":"done","id":' + number + b',"seq":1}'))


@asynccontextmanager
async def crowd_of(count: int, dialect: Plain | Corridor) -> AsyncIterator[Crowd]:
    everyone: set[Echo] = set()
    server = await asyncio.get_running_loop().create_server(lambda: Echo(everyone), "127.0.0.1", 0)
    async with server:
        crowd = Crowd("127.0.0.1", server.sockets[0].getsockname()[1], dialect)
        await crowd.connect([Seat(room="r1")] * count)
        yield crowd
        crowd.leave()
        for one in everyone:
            one.transport.abort()


async def test_at_saturation_each_message_is_delivered_to_all_and_counted() -> None:
    async with crowd_of(5, Plain()) as crowd:
        spent = await publish.saturate(crowd, ME, audience=5, in_flight=20, seconds=0.1)
    assert spent.messages >= 20
    assert spent.deliveries == spent.messages * 5
    assert spent.server_cpu > 0
    assert crowd.troubles == []


async def test_at_a_given_rate_so_many_are_posted_and_each_delivery_is_timed() -> None:
    async with crowd_of(3, Plain()) as crowd:
        spent, took = await publish.pace(crowd, ME, audience=3, rate=200, seconds=0.2)
    assert 30 <= spent.messages <= 41
    assert spent.deliveries == spent.messages * 3
    assert 0 < took["p50_ms"] <= took["p99_ms"] <= took["max_ms"]


async def test_answers_are_counted_and_timed() -> None:
    async with crowd_of(4, Corridor()) as crowd:
        spent = await publish.settle(crowd, ME, in_flight=8, seconds=0.1)
        assert spent.messages >= 8
        paced, took = await publish.settle_at(crowd, ME, rate=500, seconds=0.2)
    assert 80 <= paced.messages <= 101
    assert took["p99_ms"] > 0


async def test_whoever_is_not_let_in_is_told_why() -> None:
    async def refuse(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 403 Forbidden\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        crowd = Crowd("127.0.0.1", server.sockets[0].getsockname()[1], Plain())
        with pytest.raises(ConnectionError, match="403"):
            await crowd.connect([Seat(room="r1")])


async def test_a_message_reaches_the_whole_room() -> None:
    async with crowd_of(3, Corridor()) as crowd:
        for member in crowd.members:
            member.seat = Seat(room="r1", rooms={"r1": 0})
        said = await gather.say_one_in_each_room(crowd)
    assert said == {"deliveries": 3, "expected": 3}


def event(room: str, seq: int) -> bytes:
    return f'{{"type":"event","room":"{room}","seq":{seq},"kind":"message_posted"}}'.encode()


@pytest.mark.parametrize(
    ("came", "gaps", "level"),
    [
        ([("r1", 5), ("r2", 8), ("r1", 6)], 0, True),
        ([("r1", 5), ("r1", 6)], 0, False),
        ([("r1", 6), ("r2", 8)], 1, True),  # the fifth is missing
        ([("r1", 5), ("r1", 5), ("r1", 6), ("r2", 8)], 1, True),  # the fifth came twice
    ],
)
def test_a_return_is_complete_when_every_room_is_level_without_a_gap(
    came: list[tuple[str, int]], gaps: int, level: bool
) -> None:
    back = Return(behind={b"r1": 4, b"r2": 7, b"r3": 9}, heads={b"r1": 6, b"r2": 8, b"r3": 9})
    for room, seq in came:
        frame = event(room, seq)
        back.event(b"xx" + frame + b"yy", 2, 2 + len(frame))
    assert back.gaps == gaps
    assert (back.level_at is not None) is level


def test_a_message_has_its_length_and_its_stamp() -> None:
    message = text(200, 12345)
    assert len(message) == 200
    assert int(message[:20]) == 12345
    assert message == message.strip()


def text_frame(payload: bytes) -> bytes:
    return Frame(Opcode.TEXT, payload).serialize(mask=False)
