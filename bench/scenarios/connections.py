"""2,000 connections of 10 rooms each: what they cost, idle; and how they come back when the server was restarted."""

from collections import defaultdict
from pathlib import Path
from typing import Any

from bench.servers import Load, Server, corridor, run_load
from bench.targets import Target
from bench.work import Seeded, Work, seed

ROOM_MEMBERS = 100
WARM = 50  # connections before the measured ones: what is made once is not theirs
DEPTHS = {"resume": "50 events behind over 10 rooms", "resume-deep": "50 events behind in each of 10 rooms"}

TARGETS = [
    Target("2,000 connections, hello + 10 rooms", "ms of server CPU each", "connections.cpu", 1),
    Target("2,000 connections, hello + 10 rooms", "KiB of resident memory each, idle", "connections.memory", 32),
    *(
        target
        for name, what in DEPTHS.items()
        for target in (
            Target(f"2,000 return, {what}", "incomplete", f"{name}.incomplete", 0),
            Target(f"2,000 return, {what}", "ms of server CPU each", f"{name}.cpu", 4),
            Target(f"2,000 return, {what}", "s until 95 in 100 are level", f"{name}.p95", 5),
        )
    ),
]


def measure(work: Work) -> None:
    seeded = _seeded(work)
    data = work.copy(seeded)
    with corridor(data) as server:
        _arrive(work, server, _seats(seeded, {}))
    rooms = [room["id"] for room in seeded.groups["all"]]
    heads = seed({"append": {"rooms": rooms, "events": work.scale.behind}}, data)["heads"]
    shallow = work.scale.behind // work.scale.rooms_each
    for name, behind in (("resume", shallow), ("resume-deep", work.scale.behind)):
        _come_back(work, name, data, _seats(seeded, {room: head - behind for room, head in heads.items()}), heads)


def _arrive(work: Work, server: Server, seats: list[dict[str, Any]]) -> None:
    steps: list[dict[str, Any]] = [
        {"do": "connect", "seats": seats[:WARM]},
        {"do": "arrive", "seats": seats[WARM:]},
        {"do": "ask_around"},
        {"do": "hear_byes"},
    ]
    with Load(server, steps) as load:
        load.result()
        arrived, asked = load.result(), load.result()
        server.stop()
        byes = load.result()
    work.keep("connections", arrived)
    work.keep("connections, one message in each room", asked)
    work.keep("connections, goodbye", byes)
    if byes["byes"] < byes["connections"]:
        work.notes.append(f"round {work.round}: {byes['byes']} of {byes['connections']} heard bye before the restart")
    work.record("connections.cpu", arrived["cpu_ms_each"])
    work.record("connections.memory", arrived["kib_each"])


def _come_back(work: Work, name: str, data: Path, seats: list[dict[str, Any]], heads: dict[str, int]) -> None:
    with corridor(data) as server:
        (back,) = run_load(server, {"do": "come_back", "seats": seats, "heads": heads})
    work.keep(name, back)
    work.record(f"{name}.incomplete", back["incomplete"])
    work.record(f"{name}.cpu", back["cpu_ms_each"])
    work.record(f"{name}.p95", back["p95_s"])


def _seeded(work: Work) -> Seeded:
    rooms = work.scale.connections * work.scale.rooms_each // ROOM_MEMBERS
    group = {"rooms": rooms, "members": ROOM_MEMBERS, "events": 1}
    return work.seeded("connections", {"people": work.scale.connections, "groups": {"all": group}})


def _seats(seeded: Seeded, heads: dict[str, int]) -> list[dict[str, Any]]:
    """One connection a person, with all rooms of that person, each at its head or where `heads` says."""
    followed: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for room in seeded.groups["all"]:
        for member in room["members"]:
            followed[member][room["id"]] = heads.get(room["id"], room["head"])
    return [{"room": next(iter(rooms)), "cookie": seeded.cookies[n], "rooms": rooms} for n, rooms in followed.items()]
