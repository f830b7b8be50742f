"""Search over a million messages for somebody in 60 rooms, beside the database's index alone, which asks for no rights.

And whether the index can follow 2,000 messages a second: how long after the last one it has all of them.
"""

import asyncio
import http.client
import sqlite3
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

import asyncpg

from bench.figures import percentile
from bench.scenarios.durable import DATABASES, RATE
from bench.servers import Server, corridor, run_load
from bench.targets import Target
from bench.work import Seeded, Work

ROOMS: Final = 200
MINE: Final = 60
LATEST: Final = 60  # seconds that the index may lag before the scenario gives up
KINDS: Final = (
    "a rare word", "a common word", "the beginning of a word", "a phrase", "two words", "by a person",
)  # fmt: skip

TARGETS = [
    *(
        Target(
            f"search, {called}", f"ms p95, {kind}", f"search.{name}.{kind}", 100,
            f"search.{name}.{kind}.bare", "the index alone", compared=False,
        )
        for name, called in DATABASES.items()
        for kind in KINDS
    ),
    *(
        Target(f"index, {called}", f"s behind after {RATE:,} messages a second", f"search.{name}.behind", 1)
        for name, called in DATABASES.items()
    ),
]  # fmt: skip


def measure(work: Work) -> None:
    for name in DATABASES:
        seeded = _seeded(work, name)
        with corridor(seeded.data, database_url=seeded.url, pin=False) as server:
            for kind in KINDS:
                asked = seeded.queries[kind]
                _ask(server, seeded, asked[:5])  # plans are made, pages read
                _record(work, f"search.{name}.{kind}", _ask(server, seeded, asked))
        for kind in KINDS:
            _record(work, f"search.{name}.{kind}.bare", _bare(name, seeded, seeded.queries[kind]))
        _follow(work, name)


def _record(work: Work, what: str, took: Sequence[float]) -> None:
    work.keep(what, {f"p{share}_ms": percentile(took, share / 100) for share in (50, 95, 100)})
    work.record(what, percentile(took, 0.95))


def _seeded(work: Work, name: str) -> Seeded:
    plan = {"messages": work.scale.events_stored, "rooms": ROOMS, "mine": MINE}
    if name == "sqlite":
        return work.seeded("search-sqlite", plan, way="search")
    return work.seeded("search-postgresql", plan, lambda: work.postgres().create("corridor_search"), way="search")


def _ask(server: Server, seeded: Seeded, queries: Sequence[Mapping[str, str]]) -> list[float]:
    """Milliseconds for each, over one connection, from the question to the last byte of the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    took = []
    for query in queries:
        begin = time.perf_counter()
        connection.request("GET", f"/api/v1/search?{urlencode(query)}", headers={"Cookie": seeded.cookies[0]})
        answer = connection.getresponse()
        body = answer.read()
        took.append((time.perf_counter() - begin) * 1000)
        if answer.status != http.HTTPStatus.OK:
            raise RuntimeError(f"search answered {answer.status}: {body[:200]!r}")
    connection.close()
    return took


def _bare(name: str, seeded: Seeded, queries: Sequence[Mapping[str, str]]) -> list[float]:
    """The floor: the first page that the index gives for the same words, of any room, with nothing read besides."""
    words = [query["q"].strip('"*') for query in queries]
    if name == "sqlite":
        return _bare_fts5(seeded, words)
    return asyncio.run(_bare_tsvector(seeded, words))


def _bare_fts5(seeded: Seeded, queries: Sequence[str]) -> list[float]:
    connection = sqlite3.connect(f"file:{seeded.data / 'corridor.db'}?mode=ro", uri=True)
    sql = "SELECT rowid FROM search_words WHERE search_words MATCH ? ORDER BY rowid DESC LIMIT 21"
    took = []
    for words in queries:
        begin = time.perf_counter()
        connection.execute(sql, (f'"{words}"',)).fetchall()
        took.append((time.perf_counter() - begin) * 1000)
    connection.close()
    return took


async def _bare_tsvector(seeded: Seeded, queries: Sequence[str]) -> list[float]:
    connection = await asyncpg.connect(seeded.url.replace("+asyncpg", ""))
    await connection.execute("SET enable_seqscan = off")
    sql = "SELECT id FROM search_entry WHERE tokens @@ phraseto_tsquery('simple', $1) LIMIT 21"
    took = []
    for words in queries:
        begin = time.perf_counter()
        await connection.fetch(sql, words)
        took.append((time.perf_counter() - begin) * 1000)
    await connection.close()
    return took


def _follow(work: Work, name: str) -> None:
    seeded = _talkers(work, name)
    data = seeded.data if seeded.url else work.copy(seeded)
    seats = [{**seat, "rooms": {}} for seat in seeded.seats("all")]
    with corridor(data, database_url=seeded.url, pin=False) as server:
        _, paced = run_load(
            server,
            {"do": "connect", "seats": seats},
            {"do": "settle_at", "rate": RATE, "seconds": work.scale.paced_seconds},
            awake=False,
        )
        begin = time.monotonic()
        while (behind := asyncio.run(_behind(name, str(data), seeded.url))) and time.monotonic() < begin + LATEST:
            time.sleep(0.02)
        work.record(f"search.{name}.behind", LATEST if behind else time.monotonic() - begin)
    work.keep(f"search {name}, {RATE} messages/s followed", paced)


def _talkers(work: Work, name: str) -> Seeded:
    rooms = work.scale.busy_rooms
    group = {"rooms": rooms, "members": work.scale.in_flight // rooms, "events": 0}
    plan = {"people": work.scale.in_flight, "groups": {"all": group}}
    if name == "sqlite":
        return work.seeded("follow-sqlite", plan)
    return work.seeded("follow-postgresql", plan, lambda: work.postgres().create("corridor_follow"))


async def _behind(name: str, data: str, url: str) -> bool:
    """Whether a room's log goes on beyond what is indexed."""
    sql = """
        SELECT COUNT(*) FROM room LEFT JOIN search_position ON search_position.room_id = room.id
        WHERE room.kind <> 'person' AND room.last_seq > COALESCE(search_position.seq, 0)
    """
    if name == "sqlite":
        connection = sqlite3.connect(f"file:{data}/corridor.db?mode=ro", uri=True, timeout=10)
        count: Any = connection.execute(sql).fetchone()[0]
        connection.close()
        return bool(count)
    server = await asyncpg.connect(url.replace("+asyncpg", ""))
    count = await server.fetchval(sql)
    await server.close()
    return bool(count)
