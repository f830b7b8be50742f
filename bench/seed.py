"""Fill a database with people, sessions, rooms and events, in bulk.

Run by the server's own interpreter, since it uses the server's tables: a plan as JSON on standard input, what came of
it as JSON on standard output. The database is migrated already.

    {"fill": {"people": 200, "groups": {"hall": {"rooms": 1, "members": 200, "events": 0}}}}
    → {"cookies": [...], "groups": {"hall": [{"id", "members": [indices of people], "head"}, …]}}
    with "entrants": 600 also → {"entrants": [{"school", "name", "password", "card"}, …]}: the last so many people
    {"append": {"rooms": [ids], "events": 50}} → {"heads": {id: head}}; with no events, how far the rooms are
    {"search": {"messages": 1000000, "rooms": 200, "mine": 60}} → see `bench.seed_search`
    {"talk": {"rooms": {id: 10000}}} → see `bench.seed_talk`
    {"stickies": {"people": 1400}}, {"hold": {"until_ms": …, "left": 600}} → see `bench.seed_threads`
"""

import json
import secrets
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import uvloop
from sqlalchemy import Connection, Table, bindparam, create_engine, select, update
from sqlalchemy.ext.asyncio import create_async_engine

from accounts.children.cards import make
from accounts.model import person, school, session
from accounts.passwords import HASHER
from accounts.sessions import LIFETIME_MS, hash_token, own_room_of
from bench import seed_search, seed_talk, seed_threads
from config import Settings
from rooms.model import event, member, room
from rooms.search.model import search_position
from storage.database import Transaction
from storage.ids import new_id

AT_ONCE = 20_000  # rows in a statement
TEXT = "It rained, so the whole school had its break in the hall; the orchestra kindly played. " * 2
PASSWORD = "correct horse battery"
TOLD = 2000  # about so many rooms of a group are told of, evenly spread; nobody needs to know the rest

Row = dict[str, Any]


def main(asked: Mapping[str, Any], data: Path) -> dict[str, Any]:
    url = Settings.from_environment(data=data).database_url
    ways: Mapping[str, Callable[..., dict[str, Any]]] = {
        "append": append,
        "search": seed_search.fill,
        "talk": seed_talk.fill,
        "stickies": seed_threads.fill,
        "hold": seed_threads.hold,
        "fill": fill,
    }
    name = next(iter(asked))
    work = partial(ways[name], **asked[name])
    if url.startswith("sqlite"):
        return _in_hurry(url, work)
    return uvloop.run(_on_server(url, work))


def fill(
    connection: Connection, people: int, groups: Mapping[str, Mapping[str, int]], entrants: int = 0
) -> dict[str, Any]:
    now = time.time_ns() // 1_000_000
    school_id, persons = new_id("s"), [new_id("p") for _ in range(people)]
    tokens = [secrets.token_urlsafe(32) for _ in persons]
    _people(connection, school_id, persons, tokens, now)
    return {
        "cookies": [f"corridor_session={token}" for token in tokens],
        "groups": {name: _rooms(connection, school_id, persons, group, now) for name, group in groups.items()},
        "entrants": _ways_in(connection, school_id, persons, entrants, now),
    }


def append(connection: Connection, rooms: Sequence[str], events: int) -> dict[str, dict[str, int]]:
    """`events` more messages in each room, as if another server had committed them."""
    now = time.time_ns() // 1_000_000
    heads: dict[str, int] = {}
    authors: dict[str, str] = {}
    for of in rooms:
        heads[of] = connection.scalars(select(room.c.last_seq).where(room.c.id == of)).one()
        authors[of] = connection.scalars(select(member.c.person_id).where(member.c.room_id == of).limit(1)).one()
    _write_log(connection, heads, authors, events, now)
    moved = update(room).where(room.c.id == bindparam("of")).values(last_seq=bindparam("head"))
    connection.execute(moved, [{"of": of, "head": head + events} for of, head in heads.items()])
    # What was seeded counts as indexed: else the server would index it while others are measured.
    known = search_position.c.room_id.in_(rooms)
    connection.execute(search_position.delete().where(known))
    connection.execute(search_position.insert(), [{"room_id": of, "seq": head + events} for of, head in heads.items()])
    return {"heads": {of: head + events for of, head in heads.items()}}


def _in_hurry(url: str, work: Callable[[Connection], dict[str, Any]]) -> dict[str, Any]:
    """On SQLite, without a journal: if this fails, the file is thrown away."""
    engine = create_engine(url)
    with engine.connect() as connection:
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-400000"):
            connection.exec_driver_sql(f"PRAGMA {pragma}")
        result = work(connection)
        connection.commit()
    engine.dispose()
    return result


async def _on_server(url: str, work: Callable[[Connection], dict[str, Any]]) -> dict[str, Any]:
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        result = await connection.run_sync(work)
    await engine.dispose()
    return result


def _people(connection: Connection, school_id: str, people: Sequence[str], tokens: Sequence[str], now: int) -> None:
    named = {"id": school_id, "slug": school_id, "name": "Bench", "phase": "primary", "zone": "Europe/London"}
    connection.execute(school.insert(), {**named, "created_ms": now})
    _insert(connection, person, (
        {"id": one, "school_id": school_id, "login": f"person {n}", "name": f"Person {n}", "role": "teacher",
         "created_ms": now}
        for n, one in enumerate(people)
    ))  # fmt: skip
    _insert(connection, session, (
        {"id": new_id("k"), "token_hash": hash_token(token), "person_id": one, "device": "bench", "created_ms": now,
         "expires_ms": now + LIFETIME_MS}
        for one, token in zip(people, tokens, strict=True)
    ))  # fmt: skip
    own = [own_room_of(one) for one in people]
    _insert(connection, room, (_room(of, school_id, "person", 0, now) for of in own))
    _insert(connection, member, (_member(of, one, now) for of, one in zip(own, people, strict=True)))


def _ways_in(
    connection: Connection, school_id: str, people: Sequence[str], entrants: int, now: int
) -> list[dict[str, str]]:
    """The last so many people are learners with a password, hashed once for all of them, and with a class card."""
    if not entrants:
        return []
    them, first = people[-entrants:], len(people) - entrants
    given = {"role": "learner", "password": HASHER.hash(PASSWORD)}
    connection.execute(
        update(person).where(person.c.id == bindparam("of")).values(given), [{"of": one} for one in them]
    )
    cards = {made.person: made.token for made in make(Transaction(connection), them, "bench", them[0], now)}
    return [
        {"school": school_id, "name": f"person {first + n}", "password": PASSWORD, "card": cards[one]}
        for n, one in enumerate(them)
    ]


def _rooms(
    connection: Connection, school_id: str, people: Sequence[str], group: Mapping[str, int], now: int
) -> list[dict[str, Any]]:
    """Rooms whose members are the next so many people, round and round."""
    ids = sorted(new_id("r") for _ in range(group["rooms"]))  # in the order of the keys: a third of the time
    size, events = group["members"], group["events"]
    members = [[(n * size + k) % len(people) for k in range(size)] for n in range(len(ids))]
    _insert(connection, room, (_room(of, school_id, "staffroom", events, now) for of in ids))
    _insert(connection, member, (
        _member(of, people[one], now) for of, them in zip(ids, members, strict=True) for one in them
    ))  # fmt: skip
    authors = {of: people[them[0]] for of, them in zip(ids, members, strict=True)}
    _write_log(connection, dict.fromkeys(ids, 0), authors, events, now)
    _insert(connection, search_position, ({"room_id": of, "seq": events} for of in ids))
    told = list(zip(ids, members, strict=True))[:: max(1, len(ids) // TOLD)]
    return [{"id": of, "members": them, "head": events} for of, them in told]


def _write_log(
    connection: Connection, heads: Mapping[str, int], authors: Mapping[str, str], events: int, now: int
) -> None:
    if not events:
        return
    places = [(of, head + n) for of, head in heads.items() for n in range(1, events + 1)]
    _insert(connection, event, (_event(of, seq, authors[of], now) for of, seq in places))


def _room(of: str, school_id: str, kind: str, head: int, now: int) -> Row:
    return {"id": of, "school_id": school_id, "kind": kind, "name": kind, "last_seq": head, "floor": 1,
            "created_ms": now}  # fmt: skip


def _member(of: str, one: str, now: int) -> Row:
    return {"room_id": of, "person_id": one, "may_write": True, "may_administer": False, "read_seq": 0,
            "joined_ms": now}  # fmt: skip


def _event(of: str, seq: int, author: str, now: int) -> Row:
    body = f'{{"message":"m{seq}-{of}","text":"{TEXT}"}}'
    return {"room_id": of, "seq": seq, "kind": "message_posted", "author_id": author, "at_ms": now, "body": body,
            "key": f"{seq:08x}-0000-4000-8000-{now:012x}", "fingerprint": "0" * 32}  # fmt: skip


def _insert(connection: Connection, table: Table, rows: Iterator[Row]) -> None:
    part: list[Row] = []
    for row in rows:
        part.append(row)
        if len(part) == AT_ONCE:
            connection.execute(table.insert(), part)
            part = []
    if part:
        connection.execute(table.insert(), part)


if __name__ == "__main__":
    print(json.dumps(main(json.load(sys.stdin), Path(sys.argv[1]))))
