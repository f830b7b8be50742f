"""What can be found by its words: any feature puts its texts in here, and whoever removes a text takes its words out.

An entry stands at a place of a room's log. Its id begins with the moment, so that ids order entries by time and a range
of time is a range of ids. What is kept of the text is its words: on SQLite for the FTS5 table `search_words`, on
PostgreSQL as a tsvector. docs/search.md compares the ways.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, Protocol

from sqlalchemy import BigInteger, Column, Connection, ForeignKey, Index, Integer, Table, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import TSVECTOR

from rooms import words
from storage import installation
from storage.database import Transaction
from storage.rows import Query, Statement
from storage.schema import metadata

MESSAGE: Final = "message"
WORDS_GONE: Final = "search_words_gone"  # in the table of the installation
SLOT_BITS: Final = 12  # entries of one millisecond take neighbouring ids
MOST_AT_ONCE: Final = 200
MOST_PLACES: Final = 250  # of one word in a text: PostgreSQL keeps no more
FURTHEST: Final = 16_000  # and counts no further

search_entry = Table(
    "search_entry",
    metadata,
    Column("id", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=False),
    Column("room_id", Text, ForeignKey("room.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),  # where in the room's log it stands
    Column("ref", Text, nullable=False),  # which of several of a kind at one place; mostly ""
    Column("author_id", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("tokens", Text().with_variant(TSVECTOR(), "postgresql"), nullable=False),
    UniqueConstraint("room_id", "seq", "kind", "ref"),
    Index(None, "room_id", "id"),
    # New rows wait in a list that every search reads through: a short one.
    Index(
        "ix_search_entry_tokens",
        "tokens",
        postgresql_using="gin",
        postgresql_with={"fastupdate": "on", "gin_pending_list_limit": 512},
    ).ddl_if(dialect="postgresql"),
)


class Place(NamedTuple):
    """Where an entry stands."""

    room: str
    seq: int
    ref: str = ""


class Passage(NamedTuple):
    """A text as it reads now, and where it is shown."""

    place: Place
    author: str
    at_ms: int
    text: str
    url: str


class Source(Protocol):
    """What a feature tells about the texts of one kind.

    `events`: the kinds of events that say something new; where there are none, the feature calls `put` by itself.
    """

    kind: str
    events: Collection[str]

    def changed(self, room: str, seq: int, kind: str, body: str) -> Place | None:
        """The place whose text one of these events has made or changed."""
        ...

    def read(self, connection: Connection, places: Sequence[Place]) -> Sequence[Passage]:
        """The texts at these places as they read now; none for what was removed."""
        ...


class Prepared(NamedTuple):
    """An entry whose text is cut into words already: that takes longer than writing it down."""

    passage: Passage
    tokens: str


def prepare(dialect: str, passages: Sequence[Passage]) -> list[Prepared]:
    """Cut texts into words; wants no transaction."""
    written = _for_sqlite if dialect == "sqlite" else _for_postgresql
    return [Prepared(each, written(words.words(each.text))) for each in passages]


def put(connection: Connection, kind: str, passages: Sequence[Passage]) -> None:
    """Have these found by their words; what stood at their places is forgotten."""
    put_prepared(connection, kind, prepare(connection.dialect.name, passages))


def put_prepared(connection: Connection, kind: str, prepared: Sequence[Prepared]) -> None:
    for start in range(0, len(prepared), MOST_AT_ONCE):
        part = prepared[start : start + MOST_AT_ONCE]
        forget(connection, kind, [each.passage.place for each in part])
        ids = put_rows(connection, kind, part)
        if connection.dialect.name == "sqlite":
            _insert_words.run(connection, [(entry,) for entry in sorted(ids)])


def put_rows(connection: Connection, kind: str, prepared: Sequence[Prepared]) -> list[int]:
    """The entries alone, at places where nothing stands; gives their ids. On SQLite the words are still to follow."""
    ids = _free_ids(connection, [each.passage for each in prepared])
    _insert.run(connection, [_row(kind, each, entry) for each, entry in zip(prepared, ids, strict=True)])
    return ids


def take_out(connection: Connection, room_id: str, seqs: Collection[int]) -> None:
    """Forget the words of everything that stands at these places of a room, of whatever kind."""
    ordered = sorted(seqs)
    for start in range(0, len(ordered), MOST_AT_ONCE):
        given = [(room_id, seq) for seq in ordered[start : start + MOST_AT_ONCE]]
        if connection.dialect.name == "sqlite":
            _forget_words_at.run(connection, given)
        _note_gone(connection, _forget_at.run(connection, given).rowcount)


def forget(connection: Connection, kind: str, places: Sequence[Place]) -> None:
    """Forget the words of one kind of thing at these places."""
    for start in range(0, len(places), MOST_AT_ONCE):
        given = [(each.room, each.seq, each.ref) for each in places[start : start + MOST_AT_ONCE]]
        if connection.dialect.name == "sqlite":
            _forget_words.run(connection, given, kind)
        _note_gone(connection, _forget.run(connection, given, kind).rowcount)


def _note_gone(connection: Connection, count: int) -> None:
    """FTS5 only marks words as gone: note that its pages are to be written anew. PostgreSQL's vacuum sees by itself."""
    if count and connection.dialect.name == "sqlite":
        installation.write(Transaction(connection), WORDS_GONE, "yes")


def first_id(at_ms: int) -> int:
    """No entry of this moment or later has a smaller id, and none of an earlier moment a greater one."""
    return max(at_ms, 0) << SLOT_BITS


def _free_ids(connection: Connection, passages: Sequence[Passage]) -> list[int]:
    """Ids by time, and within a millisecond by place; the next free one where two would have the same."""
    slots = (1 << SLOT_BITS) - 1
    wished = [first_id(each.at_ms) | each.place.seq & slots for each in passages]
    while True:
        taken = {row[0] for row in _taken.rows(connection, [(each,) for each in wished])}
        chosen: list[int] = []
        used = set(taken)
        for each in wished:
            entry = each
            while entry in used:
                entry += 1
            used.add(entry)
            chosen.append(entry)
        if chosen == wished:
            return chosen
        wished = chosen


def _row(kind: str, prepared: Prepared, entry: int) -> tuple[Any, ...]:
    of = prepared.passage
    tags = (of.author, kind, of.place.room)
    return (entry, of.place.room, kind, of.place.seq, of.place.ref, of.author, of.at_ms, prepared.tokens, *tags)


def _for_sqlite(found: Sequence[str]) -> str:
    """Words in order, then the stems that differ from them: `=trip`."""
    stems = dict.fromkeys(f"={stem}" for word in found if (stem := words.stem_of(word)) != word)
    return " ".join((*found, *stems))


def _for_postgresql(found: Sequence[str]) -> str:
    """The same as a tsvector's text: `'trips':1,7 '=trip'`."""
    places: dict[str, list[int]] = {}
    for place, word in enumerate(found[:FURTHEST], 1):
        places.setdefault(word, []).append(place)
    stems = dict.fromkeys(f"={stem}" for word in places if (stem := words.stem_of(word)) != word)
    listed = (f"'{word}':{','.join(map(str, at[:MOST_PLACES]))}" for word, at in places.items())
    return " ".join((*listed, *(f"'{stem}'" for stem in stems)))


_TAGS: Final[Mapping[str, str]] = {
    "sqlite": "given.tokens || ' #' || given.author || ' #' || given.tag || ' #' || given.room",
    "postgresql": "CAST(given.tokens || ' ''#' || given.author || ''' ''#' || given.tag || ''' ''#' || given.room"
    " || ''' ''#' || room.school_id || '''' AS tsvector)",
}
_ROW: Final = {
    "id": int, "room_id": str, "kind": str, "seq": int, "ref": str, "author_id": str, "at_ms": int, "tokens": str,
    "author": str, "tag": str, "room": str,
}  # fmt: skip
_NAMES: Final = "id, room_id, kind, seq, ref, author_id, at_ms"

_insert: Final = Statement(
    lambda dialect, given: (
        f"""
        INSERT INTO search_entry ({_NAMES}, tokens)
        SELECT {", ".join(f"given.{name}" for name in _NAMES.split(", "))}, {_TAGS[dialect]}
        FROM {given} AS given CROSS JOIN room WHERE room.id = given.room_id
    """
    ),
    _ROW,
)
_insert_words: Final = Statement(
    lambda _, given: (
        f"""
        INSERT INTO search_words (rowid, tokens)
        SELECT entry.id, entry.tokens FROM {given} AS given CROSS JOIN search_entry AS entry ON entry.id = given.id
    """
    ),
    {"id": int},
)
_taken: Final = Query(
    ("entry.id",),
    lambda _, given: f"FROM {given} AS given CROSS JOIN search_entry AS entry WHERE entry.id = given.id",
    {"id": int},
)


def _at(given: str, *, one_kind: bool) -> str:
    """SQL for the ids of the entries at given places."""
    kind = "AND entry.kind = :kind AND entry.ref = given.ref" if one_kind else ""
    return f"""
        SELECT entry.id FROM {given} AS given CROSS JOIN search_entry AS entry
        WHERE entry.room_id = given.room_id AND entry.seq = given.seq {kind}
    """


def _forgetting(*, one_kind: bool) -> Iterator[Statement]:
    """How words leave the FTS5 table, which needs to be told them once more; and how entries go."""
    columns: Mapping[str, type] = {"room_id": str, "seq": int, **({"ref": str} if one_kind else {})}
    names = ("kind",) if one_kind else ()
    yield Statement(
        lambda _, given: (
            f"""
            INSERT INTO search_words (search_words, rowid, tokens)
            SELECT 'delete', id, tokens FROM search_entry WHERE id IN ({_at(given, one_kind=one_kind)})
        """
        ),
        columns,
        *names,
    )
    yield Statement(
        lambda _, given: f"DELETE FROM search_entry WHERE id IN ({_at(given, one_kind=one_kind)})", columns, *names
    )


_forget_words, _forget = _forgetting(one_kind=True)
_forget_words_at, _forget_at = _forgetting(one_kind=False)
