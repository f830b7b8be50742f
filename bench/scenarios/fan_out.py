"""Messages to many readers: one room of 200, then 20 rooms of 25; ours and its peers in turn."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from bench.servers import Server, corridor, npm_installed, peer, run_load
from bench.targets import Target
from bench.work import Work

US = "µs of server CPU per delivery"
RATE = 200
_BROADCAST = "websockets broadcast()"

TARGETS = [
    Target("fan-out to 200, at saturation", US, "fan-out.corridor", 0.75, "fan-out.websockets", _BROADCAST),
    Target("fan-out to 200, at saturation", US, "fan-out.corridor", 0.2, "fan-out.socketio", "python-socketio"),
    Target("fan-out to 200, at 200 messages/s", US, "paced.corridor", 1.3, "paced.websockets", _BROADCAST),
    Target(
        "fan-out to 200, at 200 messages/s",
        "ms p99 end to end",
        "paced.corridor.p99",
        10,
        "paced.websockets.p99",
        _BROADCAST,
        compared=False,
    ),
]
ROOMS_TARGETS = [
    Target("20 rooms of 25, at saturation", US, "rooms.corridor", 1.0, "rooms.websockets", _BROADCAST),
]


def measure(work: Work) -> None:
    systems = ["corridor", "websockets", "socketio", *(["ws"] if npm_installed("ws") else [])]
    size = work.scale.readers
    for system in work.in_turn(systems):
        with _serving(work, system, 1, size) as (server, seats):
            _, saturated, paced = run_load(
                server,
                {"do": "connect", "seats": seats},
                _saturate(work, size),
                {"do": "pace", "audience": size, "rate": RATE, "seconds": work.scale.paced_seconds},
            )
        work.keep(f"fan-out {system}, at saturation", saturated)
        work.keep(f"fan-out {system}, {RATE} messages/s", paced)
        work.record(f"fan-out.{system}", saturated["us_per_delivery"])
        work.record(f"paced.{system}", paced["us_per_delivery"])
        work.record(f"paced.{system}.p99", paced["p99_ms"])


def measure_rooms(work: Work) -> None:
    rooms, size = work.scale.many_rooms, work.scale.room_size
    for system in work.in_turn(["corridor", "websockets"]):
        with _serving(work, system, rooms, size) as (server, seats):
            _, saturated = run_load(server, {"do": "connect", "seats": seats}, _saturate(work, size))
        work.keep(f"many rooms {system}", saturated)
        work.record(f"rooms.{system}", saturated["us_per_delivery"])


@contextmanager
def _serving(work: Work, system: str, rooms: int, size: int) -> Iterator[tuple[Server, Sequence[dict[str, Any]]]]:
    """The system's server, and who sits in it: from room to room, so that those who post in turn post in all rooms."""
    if system != "corridor":
        with peer(system, work.folder) as server:
            yield server, [{"room": f"r{n:010d}"} for _ in range(size) for n in range(rooms)]
        return
    group = {"rooms": rooms, "members": size, "events": 0}
    seeded = work.seeded(f"{rooms}-rooms-of-{size}", {"people": rooms * size, "groups": {"all": group}})
    with corridor(work.copy(seeded)) as server:
        yield server, seeded.seats("all")


def _saturate(work: Work, audience: int) -> dict[str, Any]:
    in_flight, seconds = work.scale.in_flight, work.scale.seconds
    return {"do": "saturate", "audience": audience, "in_flight": in_flight, "seconds": seconds}
