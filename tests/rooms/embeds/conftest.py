"""A hostile web server, a way out that leads to it by every name, and a room on each kind of database."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

import msgspec
import pytest

from accounts import settings
from accounts.settings import SchoolSettings
from realtime.connection import Caller
from rooms.embeds import taking_apart
from rooms.embeds.cards import Cards
from rooms.embeds.feeds import Feeds
from rooms.embeds.reading import Reader
from tests.harness.hostile import Hostile
from tests.world import School, World
from web.outside import Answer, Outside

HERE = [ip_network("127.0.0.1/32")]


async def leads_here(host: str, port: int) -> Sequence[str]:
    """Every name leads to the tests' server, but for one that leads to what nobody may ask."""
    return ["127.0.0.2" if host == "inside.example" else "127.0.0.1"]


class ReaderHere(Reader):
    """Takes things apart in the tests' own process, which is sooner done; test_reading.py has the other one."""

    async def _said(self, kind: str, answer: Answer) -> bytes:
        take = {"feed": taking_apart.feed, "page": taking_apart.page}[kind]
        return msgspec.json.encode(take(answer.body, answer.headers.get("content-type", ""), answer.url))


@dataclass
class Place:
    """A school's staffroom with a head, who looks after it, and a teacher; and the outside."""

    world: World
    school: School
    head: Caller
    teacher: Caller
    hostile: Hostile
    feeds: Feeds
    cards: Cards

    @property
    def room(self) -> str:
        return self.school.staffroom

    def url(self, path: str, host: str = "news.example") -> str:
        return self.hostile.url(path, host)

    async def settle(self, wanted: SchoolSettings) -> None:
        await self.world.database.write(lambda tx: settings.write(tx, self.school.id, wanted))

    def later(self, ms: int) -> None:
        self.world.clock._shift_ms += ms

    async def kinds(self) -> list[str]:
        return [each.kind for each in await self.world.events(self.room)]

    async def bodies(self, kind: str) -> list[dict[str, Any]]:
        return [msgspec.json.decode(each.body) for each in await self.world.events(self.room) if each.kind == kind]


@pytest.fixture
async def hostile() -> AsyncIterator[Hostile]:
    async with Hostile() as running:
        yield running


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    made = Outside(HERE, leads_here)
    yield made
    await made.close()


@pytest.fixture
async def place(world: World, hostile: Hostile, outside: Outside) -> Place:
    school = await world.school()
    head, teacher = await world.caller(school, "hana", "head"), await world.caller(school, "tom")
    reader = ReaderHere()
    feeds = Feeds(world.database, world.clock, outside, reader)
    cards = Cards(world.database, world.clock, outside, reader)
    made = Place(world, school, head, teacher, hostile, feeds, cards)
    await made.settle(SchoolSettings(card_hosts=("news.example",)))
    return made
