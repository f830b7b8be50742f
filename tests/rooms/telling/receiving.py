"""A device that is told, the one who passes it on, and a clock that is set by hand."""

import asyncio
import base64
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from ipaddress import ip_network
from typing import Any
from zoneinfo import ZoneInfo

import http_ece  # type: ignore[import-untyped]
import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from accounts import settings
from accounts.settings import SchoolSettings
from realtime.connection import Caller
from rooms.telling.devices import Device, Devices
from rooms.telling.pushing import Pushing
from rooms.telling.settling import settle_all
from storage.clock import Clock
from storage.database import Database
from tests.world import SECRET, School, World
from web.outside import Outside

LOOPBACK = (ip_network("127.0.0.0/8"),)
LONDON = ZoneInfo("Europe/London")


class Hands(Clock):
    """A clock that stands still until it is moved."""

    def __init__(self, at: str) -> None:
        super().__init__()
        self.at_ms = 0
        self.move_to(at)

    def now_ms(self) -> int:
        return self.at_ms

    def move_to(self, at: str) -> None:
        """`2026-11-24 11:00`, on the clock of London."""
        self.at_ms = int(datetime.fromisoformat(at).replace(tzinfo=LONDON).timestamp() * 1000)

    def move(self, seconds: float) -> None:
        self.at_ms += int(seconds * 1000)


def at(world: World, moment: str) -> Hands:
    clock = world.clock = Hands(moment)
    return clock


class Phone:
    """Keys of a browser. `heard`: what it has read of what it was told, without the addresses."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._key = generate_private_key(SECP256R1())
        self._auth = os.urandom(16)
        self.heard: list[dict[str, Any]] = []

    def device(self, port: int) -> Device:
        public = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return Device(f"http://127.0.0.1:{port}{self.path}", _text(public), _text(self._auth))

    def read(self, body: bytes) -> bytes:
        text: bytes = http_ece.decrypt(body, private_key=self._key, auth_secret=self._auth, version="aes128gcm")
        return text


class Maker:
    """Of a browser: takes what is sent to its phones. `status`: what it answers, once each, then 201."""

    def __init__(self) -> None:
        self.port = 0
        self.phones: dict[str, Phone] = {}
        self.status: list[int] = []
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.clear: list[bytes] = []

    def phone(self, name: str) -> Phone:
        made = self.phones[f"/push/{name}"] = Phone(f"/push/{name}")
        return made

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        status = self.status.pop(0) if self.status else 201
        self.requests.append((headers, body))
        phone = self.phones[first.split()[1]]
        if status == 201:
            self.clear.append(phone.read(body))
            phone.heard.append(msgspec.json.decode(self.clear[-1]))
        writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()


@asynccontextmanager
async def maker() -> AsyncIterator[Maker]:
    made = Maker()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    async with server:
        yield made


class Server:
    """What one server does of notices; several may stand on one database."""

    def __init__(self, world: World, database: Database | None = None) -> None:
        self.world = world
        self.database = database or world.database
        self.counted: list[tuple[str, str]] = []
        self.devices = Devices(SECRET, {"127.0.0.1"})
        self.outside = Outside(LOOPBACK)

    async def look(self) -> None:
        """As the watch does, once."""
        pushing = Pushing(
            self.database, self.world.clock, self.devices, self.outside, "https://corridor.example", self._count
        )
        await settle_all(self.database, self.world.now_ms)
        while await pushing.look():
            pass

    def _count(self, way: str, outcome: str) -> None:
        self.counted.append((way, outcome))


@asynccontextmanager
async def telling_server(world: World, database: Database | None = None) -> AsyncIterator[Server]:
    made = Server(world, database)
    yield made
    await made.outside.close()


async def subscribe(server: Server, who: Caller, phone: Phone, port: int) -> str:
    """Have a phone of this person be told."""
    actor = Acting(who.person, who.session)
    add: Any = server.devices.add
    made: str = await server.database.write(add, actor, phone.device(port), "a phone", server.world.now_ms)
    return made


class Acting:
    """As much of a signed-in person as subscribing asks for."""

    def __init__(self, person: str, session: str) -> None:
        self.person = person
        self.session = session


async def let_learners(world: World, school: School, **wanted: Any) -> None:
    await world.database.write(settings.write, school.id, SchoolSettings(**wanted))


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
