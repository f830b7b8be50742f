"""The indexer: it follows the rooms' logs, some way behind, and writes down the words of what was said.

A message is committed and answered before its words are written: nobody waits for them. How far each room has come is
kept in the database and moves in the transaction that writes the words, so that a process that is killed loses nothing;
of two servers that take up the same room, one waits and finds it done.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import structlog
from sqlalchemy import Connection, delete

from realtime.protocol import Event
from rooms import searchable
from rooms.search import model
from rooms.searchable import WORDS_GONE, Passage, Place, Prepared, Source
from storage import installation
from storage.database import Database, Transaction
from storage.rows import Query, Statement

log = structlog.get_logger()

GATHER: Final = 0.1  # seconds from the first news to the first batch: what comes together costs less
SAFETY: Final = 30.0  # seconds between looks for rooms that nobody told of
FEWEST: Final = 16
MIDDLING: Final = 400  # on PostgreSQL, where a batch is a few round trips that nobody waits for
MOST: Final = 400  # events in a batch
LONGEST: Final = 0.006  # seconds that a batch may keep SQLite's one writer from the messages that wait
MOST_ROOMS: Final = 100  # in a batch
MOST_BEHIND: Final = 1000
PAGES_AT_ONCE: Final = 64  # of the index, of 4 KB each
TIDY_PAUSE: Final = 0.1  # seconds in which others write
TIDY_EVERY: Final = 24 * 3600.0  # seconds; the whole index is written anew each time


PreparedByKind = Mapping[str, Sequence[Prepared]]


class News(NamedTuple):
    """What a stretch of some rooms' logs has made or changed, by kind, and how far the stretch goes."""

    reached: Mapping[str, tuple[int, int]]  # room → seq before, seq after
    places: Mapping[str, Sequence[Place]]
    passages: Mapping[str, Sequence[Passage]]  # which stand there


def removed(tx: Transaction, room_id: str, seqs: Sequence[int], _by: str, _at_ms: int) -> None:
    """For `rooms.posting.Hooks`: the words of messages go in the transaction in which the messages go."""
    searchable.take_out(tx.connection, room_id, seqs)


class Indexer:
    """One for each process. `heard` is told of every commit of this process; other processes tell their own."""

    def __init__(self, database: Database, sources: Sequence[Source]) -> None:
        self._database = database
        self._sources = tuple(each for each in sources if each.events)
        self._kinds = frozenset(kind for each in self._sources for kind in each.events)
        self._waiting: dict[str, None] = {}  # rooms, in the order in which they were heard of
        self._woken = asyncio.Event()
        self._size = FEWEST if database.dialect == "sqlite" else MIDDLING
        self._tidy_again = 0.0

    def heard(self, rows: Sequence[Event]) -> None:
        """These were committed."""
        for row in rows:
            if row.kind in self._kinds:
                self._waiting[row.room] = None
        if self._waiting:
            self._woken.set()

    async def run(self) -> None:
        """For as long as the process lives."""
        while True:
            try:
                await self.catch_up()
                await self.tidy()
                await self._follow()
            except Exception:
                log.exception("indexing failed")  # the positions stand where they stood: it is done again
                await asyncio.sleep(1)

    async def catch_up(self) -> None:
        """Index whatever is not, in whichever room; at the start this is what came while no server ran."""
        rooms = await self._database.read(model.behind, MOST_BEHIND)
        while rooms:
            self._waiting.update(dict.fromkeys(rooms))
            await self.index_waiting()
            rooms = await self._database.read(model.behind, MOST_BEHIND) if len(rooms) == MOST_BEHIND else []

    async def tidy(self) -> None:
        """Write the pages of SQLite's index anew, a few at a time, where they hold words that are gone."""
        if self._database.dialect != "sqlite" or time.monotonic() < self._tidy_again:
            return
        pages = -PAGES_AT_ONCE  # the first step says that all pages are meant
        while await self._database.write_soon(_tidy, pages):
            pages = PAGES_AT_ONCE
            self._tidy_again = time.monotonic() + TIDY_EVERY
            await asyncio.sleep(TIDY_PAUSE)
            await self.index_waiting()

    async def _follow(self) -> None:
        """Index what is heard of, until it is time to look at everything."""
        until = time.monotonic() + SAFETY
        while (left := until - time.monotonic()) > 0:
            try:
                await asyncio.wait_for(self._woken.wait(), left)
            except TimeoutError:
                return
            await asyncio.sleep(GATHER)
            await self.index_waiting()

    async def index_waiting(self) -> None:
        """Batch after batch, until no room waits."""
        self._woken.clear()
        while self._waiting:
            rooms = list(self._waiting)[:MOST_ROOMS]
            for each in rooms:
                del self._waiting[each]
            news, more = await self._database.read(self._read, rooms, self._size)
            self._waiting.update(dict.fromkeys(more))
            if news.reached:
                prepared = await asyncio.to_thread(self._prepare, news)
                seconds, missed = await self._database.write_soon(self._write, news, prepared)
                self._waiting.update(dict.fromkeys(missed))
                self._pace(seconds)

    def _pace(self, seconds: float) -> None:
        """Larger batches cost less each; smaller ones let others in sooner, where there is one writer for all."""
        if self._database.dialect != "sqlite":
            return
        if seconds > LONGEST:
            self._size = max(FEWEST, self._size // 2)
        elif seconds < LONGEST / 2:
            self._size = min(MOST, self._size * 2)

    def _read(self, connection: Connection, rooms: Sequence[str], most: int) -> tuple[News, list[str]]:
        """The next stretch, and the rooms that may have more."""
        before = dict.fromkeys(rooms, 0)
        before |= {row[0]: row[1] for row in _positions.rows(connection, [(room,) for room in rooms])}
        rows = _stretch.rows(connection, list(before.items()), most)
        reached = {room: (before[room], seq) for room, seq, _, _ in rows}
        places = {source.kind: _changed(source, rows) for source in self._sources}
        passages = {each.kind: each.read(connection, places[each.kind]) for each in self._sources if places[each.kind]}
        more = rooms if len(rows) == most else []
        return News(reached, places, passages), list(more)

    def _prepare(self, news: News) -> PreparedByKind:
        """Cut the texts into words, where nobody waits for it."""
        return {kind: searchable.prepare(self._database.dialect, said) for kind, said in news.passages.items()}

    def _write(self, tx: Transaction, news: News, prepared: PreparedByKind) -> tuple[float, list[str]]:
        """Write a stretch down; gives the seconds of work, and the rooms in which somebody else was faster."""
        begin = time.thread_time()
        held = _hold(tx.connection, news.reached)
        for source in self._sources:
            places = [each for each in news.places[source.kind] if each.room in held]
            if places:
                self._replace(tx.connection, source, places, prepared[source.kind])
        moved = [(room, news.reached[room][1]) for room in sorted(held)]
        if moved:
            _move.run(tx.connection, moved)
        return time.thread_time() - begin, sorted(news.reached.keys() - held)

    def _replace(
        self, connection: Connection, source: Source, places: Sequence[Place], prepared: Sequence[Prepared]
    ) -> None:
        """Write down what stands at these places now, which may be other than it was when it was prepared."""
        if connection.dialect.name == "postgresql":
            _keep.run(connection, [(each.room, each.seq) for each in places])
        known = {each.passage: each for each in prepared}
        stands = source.read(connection, places)
        unknown = [each for each in stands if each not in known]
        known |= {each.passage: each for each in searchable.prepare(connection.dialect.name, unknown)}
        there = {each.place for each in stands}
        searchable.forget(connection, source.kind, [each for each in places if each not in there])
        searchable.put_prepared(connection, source.kind, [known[each] for each in stands])


def _tidy(tx: Transaction, pages: int) -> bool:
    """One step; whether there is another to take."""
    if installation.read(tx.connection, WORDS_GONE) is None:
        return False
    changes = "SELECT total_changes()"
    before = tx.connection.exec_driver_sql(changes).scalar_one()
    tx.connection.exec_driver_sql("INSERT INTO search_words (search_words, rank) VALUES ('merge', ?)", (pages,))
    if tx.connection.exec_driver_sql(changes).scalar_one() - before < 2:  # noqa: PLR2004 - as SQLite's manual has it
        tx.connection.execute(delete(installation.installation).where(installation.installation.c.name == WORDS_GONE))
        return False
    return True


def _changed(source: Source, rows: Sequence[Sequence[object]]) -> list[Place]:
    found: dict[Place, None] = {}
    for room, seq, kind, body in rows:
        if kind in source.events and isinstance(seq, int):
            place = source.changed(str(room), seq, str(kind), str(body or ""))
            if place is not None:
                found[place] = None
    return list(found)


def _hold(connection: Connection, reached: Mapping[str, tuple[int, int]]) -> set[str]:
    """The rooms whose position is still where it was read, held until the transaction ends."""
    rooms = sorted(reached)
    if connection.dialect.name == "postgresql":
        _begin.run(connection, [(room,) for room in rooms])
    found = {row[0]: row[1] for row in _held.run(connection, [(room,) for room in rooms]).all()}
    return {room for room in rooms if found.get(room, 0) == reached[room][0]}


_positions: Final = Query(
    ("position.room_id", "position.seq"),
    lambda _, given: (
        f"""
        FROM {given} AS given CROSS JOIN search_position AS position WHERE position.room_id = given.room_id
    """
    ),
    {"room_id": str},
)


def _next_events(dialect: str, given: str) -> str:
    """Room after room, each in order, until there are enough."""
    if dialect == "sqlite":
        join = "CROSS JOIN event ON event.room_id = given.room_id AND event.seq > given.after"
    else:
        join = """
            CROSS JOIN LATERAL (
                SELECT * FROM event WHERE event.room_id = given.room_id AND event.seq > given.after
                ORDER BY event.seq LIMIT CAST(:most AS bigint)
            ) AS event
        """
    return f"""
        FROM (
            SELECT event.room_id, event.seq, event.kind, event.body FROM {given} AS given {join}
            LIMIT CAST(:most AS bigint)
        ) AS stretch
    """


_stretch: Final = Query(("room_id", "seq", "kind", "body"), _next_events, {"room_id": str, "after": int}, "most")

_begin: Final = Statement(
    lambda _, given: (
        f"""
        INSERT INTO search_position (room_id, seq) SELECT room_id, 0 FROM {given} AS given ORDER BY room_id
        ON CONFLICT DO NOTHING
    """
    ),
    {"room_id": str},
)
_held: Final = Statement(
    lambda dialect, given: (
        f"""
        SELECT room_id, seq FROM search_position WHERE room_id IN (SELECT room_id FROM {given} AS given)
        {"ORDER BY room_id FOR UPDATE" if dialect == "postgresql" else ""}
    """
    ),
    {"room_id": str},
)
_move: Final = Statement(
    lambda _, given: (
        f"""
        INSERT INTO search_position (room_id, seq) SELECT room_id, seq FROM {given} AS given WHERE room_id IS NOT NULL
        ON CONFLICT (room_id) DO UPDATE SET seq = excluded.seq
    """
    ),
    {"room_id": str, "seq": int},
)
# Whoever redacts one of these events either has done so before our reading, or waits until our words can be taken out.
_keep: Final = Statement(
    lambda _, given: (
        f"""
        SELECT event.seq FROM {given} AS given
        JOIN event ON event.room_id = given.room_id AND event.seq = given.seq FOR SHARE OF event
    """
    ),
    {"room_id": str, "seq": int},
)
