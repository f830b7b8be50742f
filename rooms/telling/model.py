"""The tables of who is told of stickies in which way, and what is about to go out."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    and_,
    func,
    select,
    text,
)

from accounts.model import session
from accounts.relations import valid
from rooms import private
from rooms.model import member, room
from rooms.posts import message
from storage.rows import AnyRow
from storage.schema import index_of_moments, metadata

MOST_COUNTED: Final = 100  # more than 99 is shown as 99+

push_subscription = Table(
    "push_subscription",  # a browser that wishes to be told; it ends with its session, which an erasure may take first
    metadata,
    Column("id", Text, primary_key=True),
    Column("person_id", Text, ForeignKey("person.id"), nullable=False),
    Column("session_id", Text, nullable=False),
    Column("mark", Text, nullable=False, unique=True),  # the hash of its address
    Column("sealed", Text, nullable=False),  # address and keys: whoever has them could write to the device
    Column("device", Text, nullable=False),
    Column("made_ms", BigInteger, nullable=False),
    Index(None, "person_id"),
)

telling = Table(
    "telling",  # of what somebody is about to be told, or was told and has not read
    metadata,
    Column("person_id", Text, ForeignKey("person.id"), nullable=False),
    Column("room_id", Text, ForeignKey("room.id"), nullable=False),
    Column("tag", Text, nullable=False),  # by which a device knows it again; it says nothing
    Column("seq", BigInteger, nullable=False),  # of the newest message
    Column("due_ms", BigInteger),  # when it is looked at; none: nothing is to be done unless it is read
    Column("told_seq", BigInteger),  # up to where they were told
    PrimaryKeyConstraint("person_id", "room_id"),
    index_of_moments("due_ms"),
    index_of_moments("told_seq"),
    Index(None, "room_id"),
    sqlite_with_rowid=False,
)

push = Table(
    "push",  # on its way to one device
    metadata,
    Column("id", Text, primary_key=True),
    Column("subscription_id", Text, ForeignKey("push_subscription.id"), nullable=False),
    Column("kind", Text, nullable=False),  # sticky, help or close
    Column("tag", Text, nullable=False),
    Column("due_ms", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Index(None, "due_ms"),
    Index(None, "subscription_id"),
)

mail_choice = Table(
    "mail_choice",  # of those who have given an address
    metadata,
    Column("person_id", Text, ForeignKey("person.id"), primary_key=True),
    Column("address", Text, nullable=False),
    Column("digest", Text, nullable=False),  # one of rules.DIGESTS
    Column("hour", Integer, nullable=False),  # of the daily one, on the school's clock
    Column("nonce", Text, nullable=False),  # in the links of the mails: another makes them invalid
    Column("verified_ms", BigInteger),
    Column("due_ms", BigInteger),  # when a mail goes next: the one that asks for the address, later the digest
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("bounces", Integer, nullable=False, server_default="0"),  # one after the other
    Column("off_ms", BigInteger),  # since when nothing is sent there, because it came back
    Column("sent_ms", BigInteger),
    index_of_moments("due_ms"),
    sqlite_with_rowid=False,
)


class Thread(NamedTuple):
    """A private room that somebody is in, and how far."""

    room: str
    kind: str
    head: int
    read: int
    from_seq: int


def threads_of(connection: Connection, person_id: str, now_ms: int) -> list[Thread]:
    """The private rooms that somebody is in and in which something was said, the newest first."""
    rows = connection.execute(
        select(room.c.id, room.c.kind, room.c.last_seq, member.c.read_seq, member.c.from_seq)
        .join(member, member.c.room_id == room.c.id)
        .where(
            member.c.person_id == person_id, valid(member, now_ms), room.c.kind.in_(sorted(private.KINDS)),
            room.c.last_seq > 0,
        )
        .order_by(room.c.created_ms.desc(), room.c.id)
    )  # fmt: skip
    return [Thread(*row) for row in rows]


class Unread(NamedTuple):
    """What others said that somebody has not read: how many, up to MOST_COUNTED, and the newest of them."""

    many: int
    seq: int
    at_ms: int
    by: str


def unread_in(connection: Connection, thread: Thread, person_id: str) -> Unread | None:
    """Nothing of what was removed."""
    after = max(thread.read, thread.from_seq - 1)
    if thread.head <= after:
        return None
    rows = connection.execute(
        select(message.c.seq, message.c.at_ms, message.c.author_id)
        .where(
            message.c.room_id == thread.room, message.c.seq > after, message.c.author_id != person_id,
            message.c.removed_ms.is_(None),
        )
        .order_by(message.c.seq.desc())
        .limit(MOST_COUNTED)
    ).all()  # fmt: skip
    return Unread(len(rows), *rows[0]) if rows else None


def thread(connection: Connection, person_id: str, room_id: str, now_ms: int) -> Thread | None:
    row = connection.execute(
        select(room.c.id, room.c.kind, room.c.last_seq, member.c.read_seq, member.c.from_seq)
        .join(member, member.c.room_id == room.c.id)
        .where(member.c.person_id == person_id, room.c.id == room_id, valid(member, now_ms))
    ).first()
    return None if row is None else Thread(*row)


def devices_of(connection: Connection, person_id: str, now_ms: int) -> Sequence[AnyRow]:
    """The devices on which somebody is told, as long as they are signed in there; the newest first."""
    return connection.execute(
        select(push_subscription)
        .join(session, session.c.id == push_subscription.c.session_id)
        .where(
            push_subscription.c.person_id == person_id, session.c.person_id == person_id,
            session.c.ended_ms.is_(None), session.c.expires_ms > now_ms,
        )
        .order_by(push_subscription.c.made_ms.desc(), push_subscription.c.id)
    ).all()  # fmt: skip


def told_on_devices(connection: Connection, room_id: str, but: str) -> list[str]:
    """Who in a room has a device on which they are told, besides whoever wrote."""
    of = and_(member.c.person_id == push_subscription.c.person_id, member.c.room_id == room_id)
    rows = select(push_subscription.c.person_id).join(member, of).where(member.c.person_id != but)
    return sorted(set(connection.scalars(rows)))


_TELL: Final = text("""
    INSERT INTO telling (person_id, room_id, tag, seq, due_ms, told_seq)
    VALUES (:person, :room, :tag, :seq, :due, NULL)
    ON CONFLICT (person_id, room_id) DO UPDATE SET seq = excluded.seq,
        due_ms = CASE WHEN telling.told_seq IS NULL THEN COALESCE(telling.due_ms, excluded.due_ms)
            ELSE telling.due_ms END
""")


def tell(connection: Connection, people: Mapping[str, str], room_id: str, seq: int, due_ms: int) -> None:
    """Have these people be told of a message, each with a new tag: once, until they have read it."""
    rows = [
        {"person": each, "room": room_id, "tag": tag, "seq": seq, "due": due_ms} for each, tag in sorted(people.items())
    ]
    if rows:
        connection.execute(_TELL, rows)


def to_settle(connection: Connection, now_ms: int, most: int) -> list[tuple[str, str]]:
    """Of whom and which room it is time to look: somebody is to be told, or has read what they were told of."""
    due = select(telling.c.person_id, telling.c.room_id).where(telling.c.due_ms <= now_ms)
    here = and_(member.c.person_id == telling.c.person_id, member.c.room_id == telling.c.room_id)
    read = (
        select(telling.c.person_id, telling.c.room_id)
        .outerjoin(member, here)
        .where(
            telling.c.told_seq.is_not(None),
            (member.c.read_seq >= telling.c.told_seq) | member.c.room_id.is_(None),
        )
    )
    first = connection.execute(due.order_by(telling.c.due_ms).limit(most)).all()
    return sorted({(row[0], row[1]) for row in (*first, *connection.execute(read.limit(most)).all())})


def count_of(connection: Connection, table: Table, person_id: str) -> int:
    return connection.scalar(select(func.count()).select_from(table).where(table.c.person_id == person_id)) or 0


def choice_of(connection: Connection, person_id: str) -> AnyRow | None:
    return connection.execute(select(mail_choice).where(mail_choice.c.person_id == person_id)).first()


def take_devices(connection: Connection, ids: Collection[str]) -> None:
    """Nothing more goes to these devices."""
    if ids:
        connection.execute(push.delete().where(push.c.subscription_id.in_(sorted(ids))))
        connection.execute(push_subscription.delete().where(push_subscription.c.id.in_(sorted(ids))))


def due_ids(connection: Connection, table: Table, key: str, now_ms: int, most: int) -> list[Any]:
    """The keys of the rows whose time has come, the oldest first."""
    chosen = select(table.c[key]).where(table.c.due_ms <= now_ms)
    return list(connection.scalars(chosen.order_by(table.c.due_ms, table.c[key]).limit(most)))
