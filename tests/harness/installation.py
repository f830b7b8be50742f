"""An installation with the demo schools: servers of one kind of database, people who are signed in already.

One template is made for each kind and copied: the demo and the sign-ins cost seconds, a copy costs none.
"""

import asyncio
import itertools
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.harness.api import Api, SignIn
from tests.harness.corridor import CorridorServer, corridor
from tests.harness.live import Place
from tests.harness.postgres import Postgres

KINDS = ("sqlite", "postgresql+redis")
SIGNED_IN = (
    "amara", "daniel", "priya", "ruth", "tom", "leila", "megan", "owen", "sandra", "harjit", "aisha", "ben", "chloe",
    "dev", "colette", "samir", "ella",
)  # fmt: skip
AMPLE = " ".join(
    f"{name}=100000/100000"
    for name in ("posts", "acts", "typing", "reads", "subscribes", "frames", "connects", "polls")
)
ENVIRONMENT = {
    "CORRIDOR_SECRET": "for-tests-only-for-tests-only-00",
    "CORRIDOR_LIMITS": AMPLE,
    "CORRIDOR_POLL": "0.3",
    "CORRIDOR_LONG_POLL": "1",
}
FORGET_EPOCH = "DELETE FROM installation WHERE name = 'epoch'"
_numbers = itertools.count(1)

Query = Callable[[str], list[dict[str, Any]]]
Install = Callable[..., "Installation"]


@dataclass
class Installation:
    """Servers on one database; the people of the demo, by name."""

    kind: str
    servers: list[CorridorServer]
    people: Mapping[str, SignIn]
    query: Query
    execute: Callable[[str], object]  # changes something behind everybody's back
    redis: Place | None = None

    @property
    def first(self) -> CorridorServer:
        return self.servers[0]

    @property
    def last(self) -> CorridorServer:
        """Another server than the first where there are two."""
        return self.servers[-1]

    @property
    def staffroom(self) -> str:
        return self.people["amara"].staffroom

    def person(self, name: str) -> SignIn:
        return self.people[name]

    def head(self, room: str) -> int:
        found: int = self.query(f"SELECT last_seq FROM room WHERE id = '{room}'")[0]["last_seq"]
        return found

    def events(self, room: str) -> list[dict[str, Any]]:
        return self.query(f"SELECT * FROM event WHERE room_id = '{room}' ORDER BY seq")

    async def kill9(self) -> None:
        """All servers at once, without warning."""
        await asyncio.gather(*(asyncio.to_thread(server.kill9) for server in self.servers))

    async def start(self) -> None:
        await asyncio.gather(*(asyncio.to_thread(server.start) for server in self.servers))


@dataclass(frozen=True)
class Template:
    """A database that is copied, and who is in it."""

    kind: str
    place: Any  # the SQLite file, or the PostgreSQL and the name of its database
    people: Mapping[str, SignIn]

    @contextmanager
    def copied(self, folder: Path) -> Iterator[tuple[str, Query, Callable[[str], object]]]:
        """The address of a copy, and ways to ask it and to change it directly."""
        if self.kind == "sqlite":
            path = folder / "corridor.db"
            shutil.copy(self.place, path)
            yield f"sqlite:///{path}", lambda sql: ask_sqlite(path, sql), lambda sql: change_sqlite(path, sql)
            return
        postgres, name = self.place
        copy = f"{name}_{next(_numbers)}"
        made = postgres.create(copy, name)
        yield made, lambda sql: ask_postgres(postgres, copy, sql), lambda sql: postgres.execute(sql, copy)
        postgres.drop(copy)


def ask_sqlite(path: Path, sql: str) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(path, timeout=30)) as database:
        database.row_factory = sqlite3.Row
        return [dict(row) for row in database.execute(sql)]


def change_sqlite(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path, timeout=30)) as database:
        database.execute(sql)
        database.commit()


def ask_postgres(postgres: Postgres, name: str, sql: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(
        postgres.execute(f"SELECT coalesce(json_agg(found), '[]') FROM ({sql}) AS found", name)
    )
    return rows


async def sign_everybody_in(url: str, made: list[dict[str, Any]]) -> dict[str, SignIn]:
    people: dict[str, SignIn] = {}
    async with Api(url) as api:
        for each in made:
            if each["name"] in SIGNED_IN and each["name"] not in people:
                staffroom = each.pop("rooms").get("staffroom", "")
                token = await api.sign_in(each["school"], each["name"], each["password"])
                api.http.cookies.clear()
                people[each["name"]] = SignIn(**each, staffroom=staffroom, token=token)
    return people


async def signed_in_again(url: str, who: SignIn) -> SignIn:
    """The same person on another device."""
    async with Api(url) as api:
        return replace(who, token=await api.sign_in(who.school, who.name, who.password))


def make_template(kind: str, place: Any, folder: Path, url: str) -> Template:
    env = {**ENVIRONMENT, "CORRIDOR_DATABASE_URL": url}
    made = json.loads(corridor("demo", "--json", data=folder, env=env))
    with CorridorServer(folder, env) as server:
        people = asyncio.run(sign_everybody_in(server.url, made))
    return Template(kind, place, people)


@contextmanager
def installed(template: Template, folder: Path, env: Mapping[str, str], redis: Place | None) -> Iterator[Installation]:
    """A copy of the template with its servers: one on SQLite, two on PostgreSQL and Redis."""
    size = 1 if template.kind == "sqlite" else 2
    with ExitStack() as stack:
        url, query, execute = stack.enter_context(template.copied(folder))
        shared = {"CORRIDOR_REDIS_URL": redis.url} if redis is not None else {}
        chosen = {**ENVIRONMENT, "CORRIDOR_DATABASE_URL": url, **shared, **env}
        servers = [CorridorServer(folder / f"server-{number}", chosen) for number in range(size)]
        for server in servers:
            stack.callback(server.close)
        start(servers)
        yield Installation(template.kind, servers, template.people, query, execute, redis)


def start(servers: Sequence[CorridorServer]) -> None:
    """All at the same time."""
    with ThreadPoolExecutor() as threads:
        for started in [threads.submit(server.start) for server in servers]:
            started.result()
