"""Searches on a world, without a server; what was said is indexed first."""

from collections.abc import Sequence
from typing import Any

from accounts.sessions import Actor
from rooms.search.asking import Asked, Found, first_page, search
from rooms.search.indexing import Indexer
from rooms.search.of_messages import Messages
from rooms.search.rules import parse
from rooms.searchable import Source
from tests.world import World

SOURCES = (Messages(),)


async def index(world: World) -> None:
    """Bring the index up to date, as a server does when it starts."""
    await Indexer(world.database, SOURCES).catch_up()


async def found(
    world: World, actor: Actor, query: str = "", sources: Sequence[Source] = SOURCES, **asked: Any
) -> Found:
    wanted = Asked(parse(query), **asked)
    return first_page(await world.database.read(search, actor, wanted, sources, world.now_ms), wanted)


def texts(of: Found) -> Sequence[str]:
    return [each.passage.text for each in of.results]
