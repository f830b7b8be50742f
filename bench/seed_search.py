"""A million messages in many words, indexed, for the scenario of search: rooms of very different sizes over two years.

Words are made of syllables, and come as often as words do: the n-th most frequent one about 1/n times.
"""

import json
import random
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, islice
from typing import Any, Final

from sqlalchemy import Connection
from sqlalchemy.schema import CreateIndex, DropIndex

from accounts.model import person, school, session
from accounts.sessions import LIFETIME_MS, hash_token, own_room_of
from rooms import searchable
from rooms.model import event, member, room
from rooms.search.model import search_position
from rooms.searchable import MESSAGE, Passage, Place, search_entry
from storage.ids import new_id

SEED: Final = 20261122
WORDS: Final = 20_000
AUTHORS: Final = 200
AT_ONCE: Final = 10_000
TOKENS: Final = next(index for index in search_entry.indexes if index.name == "ix_search_entry_tokens")
TWO_YEARS_MS: Final = 2 * 365 * 24 * 3600 * 1000
SYLLABLES: Final = (
    "ba", "co", "di", "fe", "ga", "hu", "li", "ma", "no", "pe", "ra", "so", "ti", "un", "ver", "wan", "yor", "ing",
    "tion", "er", "est", "ly", "ment", "al",
)  # fmt: skip
ENDINGS: Final = ("", "", "", "s", "ed", "ing")


def fill(connection: Connection, messages: int, rooms: int, mine: int) -> dict[str, Any]:
    """→ {"cookies": [of somebody who is in `mine` of the rooms], "groups": {}, "queries": {kind: [parameters, …]}}"""
    chance = random.Random(SEED)
    now = time.time_ns() // 1_000_000
    people = [new_id("p") for _ in range(AUTHORS)]
    ids = [new_id("r") for _ in range(rooms)]
    token = secrets.token_urlsafe(32)
    _school(connection, people, ids, mine, token, now)
    vocabulary = _vocabulary(chance)
    if connection.dialect.name == "postgresql":
        connection.execute(DropIndex(TOKENS))  # made once for all rows, at the end
        for way in ("seqscan", "hashjoin", "mergejoin"):  # as the server has it: tables are believed to be empty still
            connection.exec_driver_sql(f"SET LOCAL enable_{way} TO off")
    passages = _passages(chance, vocabulary, ids, people, messages, now)
    heads = _write(connection, passages)
    connection.execute(room.update(), {"last_seq": 0})
    for of, head in heads.items():
        connection.execute(room.update().where(room.c.id == of), {"last_seq": head})
    connection.execute(search_position.insert(), [{"room_id": of, "seq": head} for of, head in heads.items()])
    _finish(connection)
    return {"cookies": [f"corridor_session={token}"], "groups": {}, "queries": _queries(chance, vocabulary, people)}


def _vocabulary(chance: random.Random) -> list[str]:
    found: dict[str, None] = {}
    while len(found) < WORDS:
        found["".join(chance.choices(SYLLABLES, k=chance.choice((1, 2, 2, 3, 3, 4)))) + chance.choice(ENDINGS)] = None
    return sorted(found, key=lambda word: (len(word) + chance.random() * 6, word))  # frequent words are short


def _passages(
    chance: random.Random,
    vocabulary: Sequence[str],
    rooms: Sequence[str],
    people: Sequence[str],
    messages: int,
    now: int,
) -> Iterator[Passage]:
    often = list(accumulate(1 / (n + 3) for n in range(len(vocabulary))))
    sizes = list(accumulate(1 / (n + 8) for n in range(len(rooms))))
    seqs = dict.fromkeys(rooms, 0)
    for nth, of in enumerate(chance.choices(rooms, cum_weights=sizes, k=messages)):
        seqs[of] += 1
        said = chance.choices(vocabulary, cum_weights=often, k=chance.randint(3, 30))
        at_ms = now - TWO_YEARS_MS + TWO_YEARS_MS * nth // messages
        yield Passage(Place(of, seqs[of]), chance.choice(people), at_ms, " ".join(said).capitalize() + ".", "")


def _write(connection: Connection, passages: Iterator[Passage]) -> dict[str, int]:
    """Straight into the tables; FTS5 reads its words from there at the end."""
    heads: dict[str, int] = {}
    dialect = connection.dialect.name
    while some := list(islice(passages, AT_ONCE)):
        connection.execute(event.insert(), [_event(each) for each in some])
        searchable.put_rows(connection, MESSAGE, searchable.prepare(dialect, some))
        heads |= {each.place.room: each.place.seq for each in some}
    return heads


def _event(passage: Passage) -> dict[str, Any]:
    of = passage.place
    body = json.dumps({"message": f"m{of.seq}-{of.room}", "text": passage.text})
    return {"room_id": of.room, "seq": of.seq, "kind": "message_posted", "author_id": passage.author,
            "at_ms": passage.at_ms, "body": body, "key": None, "fingerprint": None}  # fmt: skip


def _finish(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("INSERT INTO search_words (search_words) VALUES ('rebuild')")
    else:
        connection.exec_driver_sql("SET LOCAL maintenance_work_mem = '400MB'")
        connection.execute(CreateIndex(TOKENS))
    connection.exec_driver_sql("ANALYZE")


def _school(
    connection: Connection, people: Sequence[str], rooms: Sequence[str], mine: int, token: str, now: int
) -> None:
    """The first of the people is in the rooms whose number is a multiple of three, as far as `mine` goes."""
    school_id, me = new_id("s"), people[0]
    connection.execute(
        school.insert(),
        {"id": school_id, "slug": school_id, "name": "Bench", "phase": "primary", "zone": "Europe/London",
         "created_ms": now},
    )  # fmt: skip
    connection.execute(person.insert(), [
        {"id": one, "school_id": school_id, "login": f"person {n}", "name": f"Person {n}", "role": "teacher",
         "created_ms": now}
        for n, one in enumerate(people)
    ])  # fmt: skip
    connection.execute(
        session.insert(),
        {"id": new_id("k"), "token_hash": hash_token(token), "person_id": me, "device": "bench", "created_ms": now,
         "expires_ms": now + LIFETIME_MS},
    )  # fmt: skip
    kinds: Mapping[str, str] = {**dict.fromkeys(rooms, "staffroom"), own_room_of(me): "person"}
    connection.execute(room.insert(), [
        {"id": of, "school_id": school_id, "kind": kind, "name": f"{kind} {n}", "last_seq": 0, "floor": 1,
         "created_ms": now}
        for n, (of, kind) in enumerate(kinds.items())
    ])  # fmt: skip
    seats = [own_room_of(me), *rooms[0 : 3 * mine : 3]]
    connection.execute(member.insert(), [
        {"room_id": of, "person_id": me, "may_write": True, "may_administer": False, "read_seq": 0, "joined_ms": now}
        for of in seats
    ])  # fmt: skip


def _queries(
    chance: random.Random, vocabulary: Sequence[str], people: Sequence[str]
) -> dict[str, list[dict[str, str]]]:
    """Forty of each kind."""

    def some(first: int, last: int) -> str:
        return vocabulary[chance.randrange(first, last)]

    def by_person() -> dict[str, str]:
        return {"q": some(0, 3000), "by": chance.choice(people)}

    kinds = {
        "a rare word": lambda: {"q": some(10_000, WORDS)},
        "a common word": lambda: {"q": some(0, 100)},
        "the beginning of a word": lambda: {"q": some(0, 2000)[:4].ljust(3, "a") + "*"},
        "a phrase": lambda: {"q": f'"{some(0, 60)} {some(0, 300)}"'},
        "two words": lambda: {"q": f"{some(0, 500)} {some(0, 500)}"},
        "by a person": by_person,
    }
    return {kind: [make() for _ in range(40)] for kind, make in kinds.items()}
