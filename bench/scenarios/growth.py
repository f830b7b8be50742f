"""The same work with more readers, and with more rooms and events stored: what should stay as it was."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from bench.servers import Server, corridor, run_load
from bench.targets import Target
from bench.work import Seeded, Work, seed

FLAT = 1.2
PEOPLE = 2000
ASKED = 100  # rooms that are subscribed to, one after the other
TIMES = 3  # small and large are started, and asked, so often in each round
GROUPS = ("few", "many", "hall")
_ROOMS = "100 → 100,000 rooms, a million events"
_BESIDE = "with 100 rooms"

_US = "µs of server CPU per delivery"

TARGETS = [
    Target("growth, 10 → 2,000 readers", _US, "growth.many", FLAT, "growth.few", "10 readers"),
    *(
        Target(f"growth, {_ROOMS}", unit, f"growth.large.{name}", FLAT, f"growth.small.{name}", _BESIDE)
        for name, unit in (
            ("delivery", _US),
            ("subscribe", "ms to subscribe, median of 100"),
            ("start", "s to start"),
        )
    ),
]


def measure(work: Work) -> None:
    """Small and large in turn, several times over, so that a noisy second is nobody's alone."""
    seeded = {size: _seeded(work, size) for size in ("small", "large")}
    _start(work, seeded)
    heads = {size: _heads(each) for size, each in seeded.items()}
    with corridor(seeded["small"].data) as small, corridor(seeded["large"].data) as large:
        servers = {"small": small, "large": large}
        _subscribe(work, seeded, servers)
        for size in work.in_turn(["small", "large"]):
            seats = seeded[size].seats("hall", heads[size])
            work.record(f"growth.{size}.delivery", _deliver(work, servers[size], f"{size}, hall", seats))
        for group in work.in_turn(["few", "many"]):
            seats = seeded["small"].seats(group, heads["small"])
            work.record(f"growth.{group}", _deliver(work, small, group, seats))


def _start(work: Work, seeded: Mapping[str, Seeded]) -> None:
    took: dict[str, list[float]] = {size: [] for size in seeded}
    for _ in range(TIMES):
        for size in work.in_turn(list(seeded)):
            with corridor(seeded[size].data) as server:
                took[size].append(server.started_in)
    for size, seconds in took.items():
        work.record(f"growth.{size}.start", median(seconds))


def _heads(seeded: Seeded) -> Mapping[str, int]:
    """How far earlier rounds have brought the rooms that are posted in."""
    rooms = [seeded.groups[group][0]["id"] for group in GROUPS]
    found: Mapping[str, int] = seed({"append": {"rooms": rooms, "events": 0}}, seeded.data)["heads"]
    return found


def _subscribe(work: Work, seeded: Mapping[str, Seeded], servers: Mapping[str, Server]) -> None:
    took: dict[str, list[float]] = {size: [] for size in seeded}
    for time in range(TIMES):
        for size in work.in_turn(list(seeded)):
            shelf = seeded[size].groups["shelf"][time * ASKED :][:ASKED] or seeded[size].groups["shelf"]
            asked = _ask(servers[size], seeded[size], shelf)
            work.keep(f"growth, {size}, subscribe", asked)
            took[size].append(asked["p50_ms"])
    for size, medians in took.items():
        work.record(f"growth.{size}.subscribe", median(medians))


def _ask(server: Server, seeded: Seeded, rooms: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    seats = [{"room": room["id"], "cookie": seeded.cookies[room["members"][0]], "rooms": {}} for room in rooms]
    after = {room["id"]: room["head"] for room in rooms}
    return run_load(server, {"do": "connect", "seats": seats}, {"do": "follow_each", "after": after})[-1]


def _deliver(work: Work, server: Server, what: str, seats: Sequence[Mapping[str, Any]]) -> float:
    _, saturated = run_load(
        server,
        {"do": "connect", "seats": seats},
        {
            "do": "saturate",
            "audience": len(seats),
            "in_flight": work.scale.in_flight,
            "seconds": work.scale.seconds,
        },
    )
    work.keep(f"growth, {what}", saturated)
    cost: float = saturated["us_per_delivery"]
    return cost


def _seeded(work: Work, size: str) -> Seeded:
    scale = work.scale
    rooms = scale.few_rooms if size == "small" else scale.rooms_stored

    def one(members: int) -> dict[str, int]:
        return {"rooms": 1, "members": members, "events": 0}

    groups = {
        "few": one(scale.few_readers),
        "many": one(scale.many_readers),
        "hall": one(scale.readers),
        "shelf": {"rooms": rooms, "members": 3, "events": scale.events_each},
    }
    return work.seeded(f"growth-{size}", {"people": PEOPLE, "groups": groups})
