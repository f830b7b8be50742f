"""Learners in classes, each two of them with a thread; and the moment at which it opens for all of them.

Everything is closed until that moment and open from then on, as on a snow day, so that it can come whenever one likes.
"""

import secrets
import time
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Table, delete, insert, select, update

from accounts.model import group_member, person, school, school_group, session
from accounts.sessions import LIFETIME_MS, hash_token, own_room_of
from accounts.windows.model import window_once
from rooms.drafts.model import scheduled
from rooms.model import event, member, room
from rooms.posts import message_id
from rooms.private import pair_of, thread_pair
from rooms.search.model import search_position
from storage.ids import new_id

CLASS: Final = 28  # learners
FAR_MS: Final = 4_000_000_000_000
Row = dict[str, Any]


def fill(connection: Connection, people: int) -> dict[str, Any]:
    """So many learners; two after two share a thread in which one has said something."""
    now, school_id = time.time_ns() // 1_000_000, new_id("s")
    them, tokens = [new_id("p") for _ in range(people)], [secrets.token_urlsafe(32) for _ in range(people)]
    named = {"id": school_id, "slug": school_id, "name": "Bench", "phase": "primary", "zone": "Europe/London"}
    connection.execute(school.insert(), {**named, "created_ms": now})
    _learners(connection, school_id, them, tokens, now)
    _classes(connection, school_id, them, now)
    pairs = [pair_of(*them[n : n + 2]) for n in range(0, people - 1, 2)]
    rooms = [new_id("r") for _ in pairs]
    _threads(connection, school_id, pairs, rooms, now)
    places = {who: n for n, who in enumerate(them)}
    told = [
        {"id": of, "members": [places[one] for one in two], "head": 1} for of, two in zip(rooms, pairs, strict=True)
    ]
    return {"cookies": [f"corridor_session={token}" for token in tokens], "groups": {"threads": told}}


def hold(connection: Connection, until_ms: int, left: int) -> dict[str, Any]:
    """Closed until then; so many have left a sticky until it opens."""
    connection.execute(delete(window_once))
    connection.execute(delete(scheduled))
    school_id = connection.scalars(select(school.c.id)).one()
    connection.execute(
        insert(window_once),
        [
            {"id": new_id("e"), "school_id": school_id, "opens": opens, "from_ms": 0, "until_ms": until, "why": "bench",
             "made_by": "", "made_ms": made}
            for made, (opens, until) in enumerate(((True, FAR_MS), (False, until_ms)))
        ],
    )  # fmt: skip
    connection.execute(update(school).values(rights_version=school.c.rights_version + 1))
    writers = connection.execute(select(thread_pair.c.one, thread_pair.c.room_id).limit(left)).all()
    _insert(connection, scheduled, [
        {"id": new_id("w"), "person_id": who, "room_id": of, "key": _key(n), "text": "After school?", "at_ms": until_ms,
         "due_ms": until_ms, "when_open": True}
        for n, (who, of) in enumerate(writers)
    ])  # fmt: skip
    return {"left": len(writers)}


def _learners(connection: Connection, school_id: str, them: Sequence[str], tokens: Sequence[str], now: int) -> None:
    _insert(connection, person, [
        {"id": who, "school_id": school_id, "login": f"learner {n}", "name": f"Learner {n}", "role": "learner",
         "year": "5", "created_ms": now}
        for n, who in enumerate(them)
    ])  # fmt: skip
    _insert(connection, session, [
        {"id": new_id("k"), "token_hash": hash_token(token), "person_id": who, "device": "bench", "created_ms": now,
         "expires_ms": now + LIFETIME_MS}
        for who, token in zip(them, tokens, strict=True)
    ])  # fmt: skip
    own = [own_room_of(who) for who in them]
    _insert(connection, room, [_room(of, school_id, "person", 0, now) for of in own])
    _insert(connection, member, [_member(of, who, now) for of, who in zip(own, them, strict=True)])


def _classes(connection: Connection, school_id: str, them: Sequence[str], now: int) -> None:
    for start in range(0, len(them), CLASS):
        made = new_id("g")
        row = {"id": made, "school_id": school_id, "kind": "class", "name": made, "created_ms": now}
        connection.execute(school_group.insert(), row)
        _insert(connection, group_member, [
            {"group_id": made, "person_id": who, "part": "learner", "origin": "name"}
            for who in them[start : start + CLASS]
        ])  # fmt: skip


def _threads(
    connection: Connection, school_id: str, pairs: Sequence[tuple[str, str]], rooms: Sequence[str], now: int
) -> None:
    both = list(zip(rooms, pairs, strict=True))
    _insert(connection, room, [_room(of, school_id, "thread", 1, now) for of in rooms])
    _insert(connection, thread_pair, [{"one": one, "other": other, "room_id": of} for of, (one, other) in both])
    _insert(connection, member, [_member(of, who, now) for of, two in both for who in two])
    _insert(connection, event, [
        {"room_id": of, "seq": 1, "kind": "message_posted", "author_id": one, "at_ms": now, "key": None,
         "fingerprint": None, "body": f'{{"message":"{message_id(of, 1)}","text":"Hello"}}'}
        for of, (one, _) in both
    ])  # fmt: skip
    _insert(connection, search_position, [{"room_id": of, "seq": 1} for of in rooms])


def _room(of: str, school_id: str, kind: str, head: int, now: int) -> Row:
    return {"id": of, "school_id": school_id, "kind": kind, "name": "", "last_seq": head, "floor": 1, "created_ms": now}


def _member(of: str, who: str, now: int) -> Row:
    return {
        "room_id": of,
        "person_id": who,
        "may_write": True,
        "may_administer": False,
        "read_seq": 0,
        "joined_ms": now,
    }


def _key(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-00000000babe"


def _insert(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    if rows:
        connection.execute(table.insert(), rows)
