"""Tables of what comes into rooms from outside: feeds, cards of links, and what pages were found to say."""

from collections.abc import Collection, Sequence
from typing import Final

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    delete,
    select,
    text,
    update,
)

from rooms.embeds.rules import Entry
from rooms.model import room
from storage.database import Transaction
from storage.rows import AnyRow
from storage.schema import index_of_moments, metadata

feed = Table(
    "feed",
    metadata,
    Column("id", Text, primary_key=True),
    Column("room_id", Text, ForeignKey("room.id"), nullable=False),
    Column("url", Text, nullable=False),
    Column("title", Text, nullable=False, server_default=text("''")),  # its own; "" until it was read
    Column("added_by", Text),  # none once that person was erased
    Column("added_ms", BigInteger, nullable=False),
    Column("due_ms", BigInteger, nullable=False),  # when it is fetched next; whoever fetches it moves this first
    Column("checked_ms", BigInteger),  # when it last answered well
    Column("failures", Integer, nullable=False, server_default=text("0")),  # since then
    Column("trouble", Text),  # what was wrong the last time: reading.Trouble
    Column("etag", Text),
    Column("modified", Text),
    Column("entries", Text, nullable=False, server_default=text("'[]'")),  # JSON of those that are shown
    UniqueConstraint("room_id", "url"),
    Index(None, "due_ms"),
)

link_card = Table(
    "link_card",
    metadata,
    Column("room_id", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),  # of the event that posted the message
    Column("author_id", Text, nullable=False),
    Column("url", Text),  # none until it is known which link is meant
    Column("due_ms", BigInteger),  # when it is to be made; none once it was made
    Column("made_seq", BigInteger),  # of the event that brought the card
    Column("title", Text, nullable=False, server_default=text("''")),
    Column("text", Text, nullable=False, server_default=text("''")),
    PrimaryKeyConstraint("room_id", "seq"),
    ForeignKeyConstraint(["room_id", "seq"], ["event.room_id", "event.seq"]),
    index_of_moments("due_ms"),
    sqlite_with_rowid=False,
)

link_page = Table(
    "link_page",
    metadata,
    Column("url", Text, primary_key=True),
    Column("title", Text, nullable=False),  # "" where there is nothing to be shown
    Column("text", Text, nullable=False),
    Column("fetched_ms", BigInteger, nullable=False),
    Index(None, "fetched_ms"),
)

_entries: Final = msgspec.json.Decoder(tuple[Entry, ...]).decode


def entries_of(row: AnyRow) -> tuple[Entry, ...]:
    return _entries(row.entries)


def feeds_of(connection: Connection, room_id: str) -> Sequence[AnyRow]:
    """The feeds of a room, in the order in which they were added."""
    return connection.execute(select(feed).where(feed.c.room_id == room_id).order_by(feed.c.added_ms, feed.c.id)).all()


def feeds_due(connection: Connection, now_ms: int, most: int) -> list[str]:
    """The feeds of open rooms that are due, those first that waited longest."""
    chosen = (
        select(feed.c.id)
        .join(room, room.c.id == feed.c.room_id)
        .where(feed.c.due_ms <= now_ms, room.c.closed_ms.is_(None))
    )
    return list(connection.scalars(chosen.order_by(feed.c.due_ms).limit(most)))


def claim_feed(tx: Transaction, feed_id: str, now_ms: int, until_ms: int) -> AnyRow | None:
    """The feed, if no other server took it; until that moment it is due nowhere else."""
    of = (feed.c.id == feed_id) & (feed.c.due_ms <= now_ms)
    if not tx.connection.execute(update(feed).where(of).values(due_ms=until_ms)).rowcount:
        return None
    return tx.connection.execute(select(feed).where(feed.c.id == feed_id)).one()


def cards_due(connection: Connection, now_ms: int, most: int) -> Sequence[AnyRow]:
    """The places of messages whose cards are due: `room_id`, `seq`."""
    chosen = select(link_card.c.room_id, link_card.c.seq).where(link_card.c.due_ms <= now_ms)
    return connection.execute(chosen.order_by(link_card.c.due_ms).limit(most)).all()


def claim_card(tx: Transaction, room_id: str, seq: int, now_ms: int, until_ms: int) -> AnyRow | None:
    """The card, if no other server took it; until that moment it is due nowhere else."""
    of = _at(room_id, [seq])
    taken = update(link_card).where(of, link_card.c.due_ms <= now_ms).values(due_ms=until_ms)
    if not tx.connection.execute(taken).rowcount:
        return None
    return tx.connection.execute(select(link_card).where(of)).one()


def cards_of(connection: Connection, room_id: str, seqs: Collection[int]) -> Sequence[AnyRow]:
    """The cards that were made for these messages."""
    return connection.execute(select(link_card).where(_at(room_id, seqs), link_card.c.made_seq.is_not(None))).all()


def forget_cards(tx: Transaction, room_id: str, seqs: Collection[int]) -> Sequence[AnyRow]:
    """Delete the cards of these messages; gives those that had been made."""
    made = cards_of(tx.connection, room_id, seqs)
    tx.connection.execute(delete(link_card).where(_at(room_id, seqs)))
    return made


def page_known(connection: Connection, url: str, since_ms: int) -> AnyRow | None:
    of = (link_page.c.url == url) & (link_page.c.fetched_ms >= since_ms)
    return connection.execute(select(link_page).where(of)).first()


def keep_page(tx: Transaction, url: str, title: str, said: str, now_ms: int) -> None:
    tx.connection.execute(delete(link_page).where(link_page.c.url == url))
    tx.connection.execute(link_page.insert().values(url=url, title=title, text=said, fetched_ms=now_ms))


def forget_pages(tx: Transaction, before_ms: int) -> None:
    tx.connection.execute(delete(link_page).where(link_page.c.fetched_ms < before_ms))


def _at(room_id: str, seqs: Collection[int]) -> ColumnElement[bool]:
    return (link_card.c.room_id == room_id) & link_card.c.seq.in_(seqs)
