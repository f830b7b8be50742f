"""What a page takes: the home of somebody in many rooms, and a room in which much was said."""

import json
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Final

from bench.figures import percentile
from bench.servers import Server, corridor
from bench.targets import Target
from bench.work import Seeded, Work

ROOMS: Final = 60
SAID: Final = 100_000
TIMES: Final = 100
WARM_UP: Final = 10
HOME, ROOM, FLOOR = "home", "room", "floor"

TARGETS = [
    Target(f"home of a person in {ROOMS} rooms", "ms of server time, p95", "pages.home", 30, "pages.floor",
           "a page of settings", compared=False),
    Target(f"page of a room with {SAID:,} messages", "ms of server time, p95", "pages.room", 30, "pages.floor",
           "a page of settings", compared=False),
]  # fmt: skip


def measure(work: Work) -> None:
    """Server time is what the server's own log says of each request: from its first byte to the whole answer."""
    seeded = _seeded(work)
    room = seeded.groups["long"][0]["id"]
    paths = {HOME: "/", ROOM: f"/rooms/{room}", FLOOR: "/account/settings"}
    with corridor(work.copy(seeded)) as server:
        for name in work.in_turn(list(paths)):
            for _ in range(WARM_UP + TIMES):
                _open(server, seeded.cookies[0], paths[name])
        for name, path in paths.items():
            took = list(_milliseconds(server.log, path))[WARM_UP:]
            work.keep(f"pages, {name}", {"p50_ms": percentile(took, 0.5), "p95_ms": percentile(took, 0.95)})
            work.record(f"pages.{name}", percentile(took, 0.95))


def _seeded(work: Work) -> Seeded:
    """The first person is in all of the rooms; in most of them something is unread."""
    many = {"rooms": ROOMS - 1, "members": 30, "events": 200}
    return work.seeded("pages", {"people": 30, "groups": {"many": many, "long": {**many, "rooms": 1, "events": SAID}}})


def _open(server: Server, cookie: str, path: str) -> None:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("GET", path, headers={"Cookie": cookie, "Accept": "text/html"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    if answer.status != 200:  # noqa: PLR2004
        raise RuntimeError(f"{path} answered {answer.status}")


def _milliseconds(log: Path, path: str) -> Iterator[float]:
    """What the log says of the requests for this path, in their order."""
    for line in log.read_text().splitlines():
        said = json.loads(line) if line.startswith("{") else {}
        if said.get("event") == "request" and said.get("path") == path:
            yield float(said["ms"])
