"""What a running server does for rooms' embeds: its way out, and the two that use it."""

from collections.abc import Coroutine, Sequence
from typing import Any

from rooms.embeds.cards import Cards
from rooms.embeds.feeds import Feeds
from rooms.embeds.reading import Reader
from storage.clock import Clock
from storage.database import Database
from web.addresses import Network
from web.outside import Outside


class Embeds:
    """`private`: networks of its own that the installation lets feeds and linked pages be fetched from."""

    def __init__(self, database: Database, clock: Clock, private: Sequence[Network]) -> None:
        self._outside = Outside(private)
        reader = Reader()
        self._feeds = Feeds(database, clock, self._outside, reader)
        self._cards = Cards(database, clock, self._outside, reader)

    def watches(self) -> tuple[Coroutine[Any, Any, None], ...]:
        """To be run for as long as the process lives."""
        return self._feeds.run(), self._cards.run()

    async def close(self) -> None:
        await self._outside.close()
