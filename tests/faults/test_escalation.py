"""Every form and every command that there is, sent by those who may not: refused, and nothing has changed."""

import asyncio
import json
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.routing import Route

from app import running
from config import Settings
from tests.serving import PAGE, Served, hidden, serving

# What everybody may send: about themselves, or to come in; the rooms' own forms are in test_strangers.py.
OWN_DOORS = (
    "/account", "/look", "/sign-in", "/sign-out", "/card", "/invitation", "/forms/", "/api/v1/sessions",
    "/api/v1/push", "/mail/", "/stickies/new", "/help", "/worry",
)  # fmt: skip

# Tables that a refused request may touch: the record of the refusal, and who was there.
NOTES = frozenset({
    "audit_log", "audit_head", "audit_detail", "access", "session", "sign_in_failure", "event", "room", "installation",
})  # fmt: skip

# Whatever a form of administration may ask for, all at once.
ANYTHING = {
    "name": "Boss", "login": "boss", "role": "head", "base": "head", "part": "teacher", "kind": "club", "year": "5",
    "first": "2027-01-04", "last": "2027-01-05", "until": "2030-01-01", "reason": "because", "full_name": "Boss Boss",
    "place": "staffroom", "who": "everyone", "verbs": "read", "window": "always", "confirm": "100", "rule": "x",
    "day_starts": "00:00", "day_ends": "23:59", "passwords_from_year": "0", "leaver_days": "3650",
    "networks": "0.0.0.0/0", "access_log_days": "3650", "largest_change": "100", "second_step": "", "issuer": "http://127.0.0.1:1",
    "client_id": "x", "client_secret": "x", "starts_on": "2027-01-04", "ends_on": "2027-01-05",
    "typed": "erase", "day": "2027-01-04",
}  # fmt: skip

# What further commands ask for: ids of nothing, and things that would do.
OF_OTHERS = {
    "file": "f0000000000", "item": "i0000000000", "feed": "n0000000000", "scheduled": "w0000000000",
    "at": "2030-01-01T10:00", "until": "2030-01-01", "size": 5, "alt": "A picture",
    "title": "Mine", "address": "https://www.bbc.co.uk/", "url": "https://www.bbc.co.uk/feed", "reaction": "thanks",
    "concern": "c0000000000", "state": "looking", "scope": "learners", "reason": "because", "role": "safeguarding",
    "into": "r0000000000", "pause": "z0000000000", "learner": "p0000000000",
    "words": "because", "why": "because", "note": "n0000000000",
}  # fmt: skip


def doors() -> list[tuple[str, str]]:
    """(method, path) of everything that changes something, from the application itself."""

    async def find(data: str) -> list[tuple[str, str]]:
        async with running(Settings.from_environment(data=Path(data))) as made:
            inner: Any = made.asgi
            while not hasattr(inner, "routes"):
                inner = inner._app if hasattr(inner, "_app") else inner.app
            routes = [route for route in inner.routes if isinstance(route, Route)]
            return [
                (method, route.path)
                for route in routes
                for method in sorted(route.methods or ())
                if method not in ("GET", "HEAD") and not route.path.startswith(OWN_DOORS)
            ]

    with tempfile.TemporaryDirectory() as data:
        return asyncio.run(find(data))


@pytest.fixture(scope="module")
def alone() -> Iterator[Served]:
    """A server of its own: what stands in its tables is compared."""
    with serving() as server:
        yield server


def contents(server: Served) -> dict[str, list[tuple[Any, ...]]]:
    with closing(sqlite3.connect(server.data / "corridor.db", timeout=30)) as database:
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: sorted(database.execute(f'SELECT * FROM "{name}"'), key=repr)
            for name in names
            if name not in NOTES and not name.startswith("search_")  # found words follow the logs by themselves
        }


def filled(path: str, server: Served) -> str:
    """The path with ids that there are, of the asker's own school."""
    with closing(sqlite3.connect(server.data / "corridor.db", timeout=30)) as database:
        oakfield = "school_id = (SELECT id FROM school WHERE slug = 'oakfield')"
        group = database.execute(f"SELECT id FROM school_group WHERE name = '5A' AND {oakfield}").fetchone()[0]
        term = database.execute(f"SELECT id FROM term WHERE {oakfield}").fetchone()[0]
    known = {
        "person": server.who("chloe")["person"], "group": group, "entry": term, "rule": "staff_meet_in_the_staffroom",
        "role": "x1", "run": "1", "act": "off", "name": "remove_member", "school": "oakfield", "card": "c1", "id": "1",
        "room": str(server.who("leila")["rooms"]["classroom"]), "file": "f0000000000", "act:str": "add",
        "once": "e0000000000", "window": "out_of_school", "concern": "c0000000000", "message": "m1-r0000000000",
    }  # fmt: skip
    for name, value in known.items():
        path = path.replace("{" + name + "}", value)
    assert "{" not in path, f"no value for a part of {path}"
    return path


@pytest.mark.parametrize("name", ["aisha", "fatima", "harjit", "tom", "megan", "owen"])
def test_who_may_not_administer_changes_nothing_by_any_door(alone: Served, name: str) -> None:
    before = contents(alone)
    with alone.signed_in(name) as client:
        csrf = hidden(client.get("/account", headers=PAGE).text, "csrf")
        for method, path in DOORS:
            if path == "/api/v1/commands/{name}":
                continue
            answer = send(client, method, filled(path, alone), csrf)
            assert answer.status_code in REFUSED, f"{method} {path}: {answer.status_code}"
    after = contents(alone)
    assert {table for table in before if before[table] != after[table]} == set()


REFUSED = {400, 403, 404, 413, 415}
DOORS = doors()


def test_there_are_doors_to_be_tried() -> None:
    assert len(DOORS) > 30


@pytest.mark.parametrize("name", ["aisha", "fatima", "owen"])
def test_no_command_gives_anybody_a_seat_or_a_right(alone: Served, name: str) -> None:
    before = contents(alone)
    with alone.nobody() as client:
        schema = client.get("/api/openapi.json").json()
    commands = [path.rsplit("/", 1)[1] for path in schema["paths"] if path.startswith("/api/v1/commands/")]
    assert {"add_member", "remove_member", "post_message"} <= set(commands)
    me = alone.who(name)["person"]
    with alone.signed_in(name) as client:
        for command in commands:
            for room in (alone.staffroom("riverside"), str(alone.who("leila")["rooms"]["classroom"])):
                body = {"room": room, "key": "0192f7a0-0000-7000-8000-000000000001", "person": me, "text": "let me in",
                        "message": f"m1-{room}", "seq": 1, "name": "Mine", "kind": "club", "people": [me],
                        "group": "gnone", "of": room, "source": room, "may_administer": True, **OF_OTHERS,
                        "thread": f"m1-{room}", "from_room": room}  # fmt: skip
                wanted = schema["components"]["schemas"]
                fields = next(each for title, each in wanted.items() if title.lower() == command.replace("_", ""))
                chosen = {key: value for key, value in body.items() if key in fields["properties"]}
                answer = client.post(f"/api/v1/commands/{command}", content=json.dumps(chosen))
                assert answer.status_code == 404, f"{command}: {answer.text}"
    after = contents(alone)
    assert {table for table in before if before[table] != after[table]} == set()


def test_administrators_of_one_school_change_nothing_in_another(alone: Served) -> None:
    before = contents(alone)
    with alone.signed_in("colette", "riverside") as client:
        csrf = hidden(client.get("/account", headers=PAGE).text, "csrf")
        for method, path in DOORS:
            if not any(part in path for part in ("{person}", "{group}", "{role}", "{entry}")):
                continue
            answer = send(client, method, filled(path, alone), csrf)
            assert answer.status_code in REFUSED, f"{method} {path}: {answer.status_code}"
    after = contents(alone)
    assert {table for table in before if before[table] != after[table]} == set()


def send(client: httpx.Client, method: str, path: str, csrf: str) -> httpx.Response:
    return client.request(method, path, data={"csrf": csrf, **ANYTHING}, headers=PAGE)
