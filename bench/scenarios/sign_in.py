"""600 people sign in within a second by password, while others talk; and what a sign-in costs, also by class card.

Nothing is pinned and nothing polls: the pool that hashes needs a core too, as on a school's machine.
"""

from typing import Any

from bench.servers import corridor, run_load
from bench.targets import Target
from bench.work import Seeded, Work

READERS = 100
RATE = 20  # messages a second: a busy staffroom
QUIETLY = 4  # people at the door at a time, where one sign-in's cost is measured
_IDLE = "before the storm"

TARGETS = [
    Target("600 sign in within a second, by password", "sign-ins a second", "sign-in.rate", 20, at_least=True),
    Target("600 sign in within a second, by password", "s until 95 in 100 are in", "sign-in.p95", 30),
    Target("messages to 100 meanwhile", "ms p50 end to end", "sign-in.storm.p50", 1.5, "sign-in.idle.p50", _IDLE),
    Target("messages to 100 meanwhile", "ms p95 end to end", "sign-in.storm.p95", 1.5, "sign-in.idle.p95", _IDLE),
    Target(
        "a sign-in by class card", "ms of server CPU", "sign-in.card.cpu", 0.6, "sign-in.password.cpu", "by password"
    ),
]


def measure(work: Work) -> None:
    seeded = _seeded(work)
    people = list(seeded.entrants)
    with corridor(work.copy(seeded), pin=False) as server:
        _, idle, storm, password, card = run_load(
            server,
            {"do": "connect", "seats": seeded.seats("all")},
            {"do": "pace", "audience": READERS, "rate": RATE, "seconds": work.scale.paced_seconds},
            {"do": "storm", "audience": READERS, "rate": RATE, "people": people},
            {"do": "enter", "way": "password", "people": people[:READERS], "at_once": QUIETLY},
            {"do": "enter", "way": "card", "people": people, "at_once": QUIETLY},
            awake=False,
        )
    _keep(work, {"messages before the storm": idle, "storm": storm, "by password": password, "by card": card})
    work.record("sign-in.rate", storm["per_second"])
    work.record("sign-in.p95", storm["p95_s"])
    for share in ("p50", "p95"):
        work.record(f"sign-in.idle.{share}", idle[f"{share}_ms"])
        work.record(f"sign-in.storm.{share}", storm[f"message_{share}_ms"])
    work.record("sign-in.password.cpu", password["cpu_ms_each"])
    work.record("sign-in.card.cpu", card["cpu_ms_each"])


def _keep(work: Work, found: dict[str, dict[str, Any]]) -> None:
    for what, result in found.items():
        work.keep(f"sign-in, {what}", result)


def _seeded(work: Work) -> Seeded:
    """A hundred who are in already, and those who stand before the door."""
    group = {"rooms": 1, "members": READERS, "events": 0}
    plan = {"people": READERS + work.scale.entrants, "groups": {"all": group}, "entrants": work.scale.entrants}
    return work.seeded("sign-in", plan)
