"""How far each room's log is in the index, and how entries are found: one question, answered by either database.

The answer is the newest entries first. See docs/search.md for the plans and what they cost.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import BigInteger, Column, Connection, ForeignKey, Table, Text, text

from rooms.search.rules import Term, for_fts5, for_tsquery
from storage.rows import Query
from storage.schema import metadata

search_position = Table(
    "search_position",
    metadata,
    Column("room_id", Text, ForeignKey("room.id"), primary_key=True),
    Column("seq", BigInteger, nullable=False),  # up to where the log is in the index
    sqlite_with_rowid=False,
)

RECENT: Final = 4000  # entries that PostgreSQL looks through before it asks the index
NEAR: Final = 4  # times as many as wanted: matches of any room that SQLite looks at before it asks for the rooms too
FEW_ROOMS: Final = 3  # which are named to the index at once; more are compared afterwards
ARMS: Final = (1, 4, 16, 64, 256)  # rooms that a statement is made for: it is planned once for each size
LAST_ID: Final = 2**62


class Candidate(NamedTuple):
    """An entry that the index gives. Whether its text still says so is seen when that is read."""

    id: int
    room: str
    seq: int
    kind: str
    ref: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for. rooms: their floors by id. authors, kinds: none are all. Ids from `since`, below `before`."""

    terms: Sequence[Term]
    school: str
    rooms: Mapping[str, int]
    authors: Collection[str] = ()
    kinds: Collection[str] = ()
    since: int = 0
    before: int = LAST_ID


def newest(connection: Connection, wanted: Wanted, most: int) -> list[Candidate]:
    """At most so many entries, the newest first; fewer only if there are no more."""
    if not wanted.rooms or wanted.since >= wanted.before:
        return []
    ways: Mapping[str, Callable[[Connection, Wanted, int], list[Candidate]]] = {
        "sqlite": _by_fts5,
        "postgresql": _by_tsvector,
    }
    return ways[connection.dialect.name](connection, wanted, most)


def _tags(wanted: Wanted) -> list[Collection[str]]:
    return [tags for tags in (wanted.authors, wanted.kinds) if tags]


_FIELDS: Final = ("entry.id", "entry.room_id", "entry.seq", "entry.kind", "entry.ref")
_ROOMS: Final = {"room_id": str, "floor": int}

_near: Final = f"""
    SELECT {", ".join(_FIELDS)} FROM search_words
    CROSS JOIN search_entry AS entry ON entry.id = search_words.rowid
    WHERE search_words MATCH ?1 AND search_words.rowid >= ?2 AND search_words.rowid < ?3
    ORDER BY search_words.rowid DESC LIMIT ?4
"""

# FTS5 walks the lists of rowids backwards and stops when there are enough; the rooms are words of the query.
_fts5: Final = Query(
    ("id", "room_id", "seq", "kind", "ref"),
    lambda _, given: f"""
        FROM (
            SELECT {", ".join(_FIELDS)} FROM search_words
            CROSS JOIN search_entry AS entry ON entry.id = search_words.rowid
            CROSS JOIN {given} AS given ON given.room_id = entry.room_id AND given.floor <= entry.seq
            WHERE search_words MATCH :words AND search_words.rowid >= :since AND search_words.rowid < :before
            ORDER BY search_words.rowid DESC LIMIT :most
        )
    """,
    _ROOMS,
    "words", "since", "before", "most",
)  # fmt: skip


def _by_fts5(connection: Connection, wanted: Wanted, most: int) -> list[Candidate]:
    """Most words are rare, or frequent in the asker's rooms as elsewhere; for the others 60 lists more are walked."""
    tags = _tags(wanted)
    if (wanted.terms or tags) and len(wanted.rooms) > FEW_ROOMS:
        asked = (for_fts5(wanted.terms, tags), wanted.since, wanted.before, NEAR * most)
        near = [Candidate._make(row) for row in connection.exec_driver_sql(_near, asked)]
        found = [each for each in near if each.seq >= wanted.rooms.get(each.room, LAST_ID)]
        if len(found) >= most or len(near) < NEAR * most:
            return found[:most]
    words = for_fts5(wanted.terms, [wanted.rooms, *tags])
    rows = _fts5.rows(connection, list(wanted.rooms.items()), words, wanted.since, wanted.before, most)
    return [Candidate._make(row) for row in rows]


def _by_tsvector(connection: Connection, wanted: Wanted, most: int) -> list[Candidate]:
    """A common word is soon found among the newest entries; a rare one has a short list in the index."""
    words = for_tsquery(wanted.terms, _tags(wanted))
    found = _among_recent(connection, wanted, words, most)
    if len(found) >= most:
        return found
    near: Collection[str] = wanted.rooms if len(wanted.rooms) <= FEW_ROOMS else (wanted.school,)
    return _by_gin(connection, wanted, for_tsquery(wanted.terms, [near, *_tags(wanted)]), most)


def _among_recent(connection: Connection, wanted: Wanted, words: str, most: int) -> list[Candidate]:
    rooms = list(wanted.rooms.items())
    if len(rooms) > ARMS[-1]:
        return []
    size = next(each for each in ARMS if each >= len(rooms))
    rooms += [("", 0)] * (size - len(rooms))
    given = [value for pair in rooms for value in pair]
    asked = (words, wanted.since, wanted.before, most, *given)
    return [Candidate._make(row) for row in connection.exec_driver_sql(_recent_sql(size), asked)]


_recent: Final[dict[int, str]] = {}


def _recent_sql(size: int) -> str:
    """The newest entries of rooms, merged from their indexes one by one until enough of them have the words.

    `ts_match_vq` is what `@@` calls; written so, the index of words is left out of it.
    """
    if size not in _recent:
        arms = (
            f"(SELECT entry.*, CAST(${6 + 2 * nth} AS bigint) AS floor FROM search_entry AS entry"
            f" WHERE room_id = ${5 + 2 * nth} AND id >= $2 AND id < $3 ORDER BY id DESC LIMIT {RECENT})"
            for nth in range(size)
        )
        _recent[size] = f"""
            SELECT id, room_id, seq, kind, ref FROM (
                SELECT * FROM ({" UNION ALL ".join(arms)}) AS arm ORDER BY id DESC LIMIT {RECENT}
            ) AS recent
            WHERE ts_match_vq(tokens, CAST(CAST($1 AS text) AS tsquery)) AND seq >= floor LIMIT $4
        """
    return _recent[size]


# The list of matches is made before it is put in order: else the planner walks all entries by id, in hope of a match.
_gin: Final = Query(
    ("id", "room_id", "seq", "kind", "ref"),
    lambda _, given: f"""
        FROM (
            WITH hit AS MATERIALIZED (
                SELECT id, room_id, seq, kind, ref FROM search_entry
                WHERE tokens @@ CAST(CAST(:words AS text) AS tsquery)
            ), given AS MATERIALIZED (SELECT * FROM {given} AS unordered)
            SELECT hit.* FROM hit JOIN given ON given.room_id = hit.room_id AND given.floor <= hit.seq
            WHERE hit.id >= :since AND hit.id < :before ORDER BY hit.id DESC LIMIT :most
        ) AS found
    """,
    _ROOMS,
    "words", "since", "before", "most",
)  # fmt: skip


def _by_gin(connection: Connection, wanted: Wanted, words: str, most: int) -> list[Candidate]:
    # Of 60 rooms each row would be compared with each: hashing is right here, for what is hashed is few.
    connection.execute(_hashed)
    rows = _gin.rows(connection, list(wanted.rooms.items()), words, wanted.since, wanted.before, most)
    return [Candidate._make(row) for row in rows]


_hashed: Final = text("SELECT set_config('enable_hashjoin', 'on', true)")


def behind(connection: Connection, most: int) -> list[str]:
    """Rooms whose log goes on beyond what is in the index. People's own rooms hold no texts."""
    rows: Sequence[Any] = connection.execute(_behind, {"most": most}).all()
    return [row[0] for row in rows]


_behind: Final = text("""
    SELECT room.id FROM room LEFT JOIN search_position AS position ON position.room_id = room.id
    WHERE room.kind <> 'person' AND room.last_seq > COALESCE(position.seq, 0) ORDER BY room.id LIMIT :most
""")
