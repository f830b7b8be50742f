"""Stickies that open by the clock: what judging costs, how soon everybody hears, how soon a sticky is there."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from accounts.calendar.rules import Calendar
from accounts.policy.rules import compiled
from accounts.policy.timetable import Timetable
from accounts.rights import Other, Place, Rights, Who, may, opens_at
from bench.servers import corridor, run_load
from bench.targets import Target
from bench.work import Work, seed

QUESTIONS: Final = 20_000

RATE: Final = 200  # stickies a second
ROOM: Final = 200  # readers of the room beside them
_BESIDE = f"a room of {ROOM}"

TARGETS = [
    Target("is it open, and when is it", "µs a sticky judged", "windows.judged", 10, "windows.unwindowed",
           "the same where no clock has a say", compared=False),
    Target("a moment that opens it for all who are connected", "ms until the last one knows", "windows.last", 1000),
    Target("a moment that opens it for all who are connected", "who knew before it", "windows.early", 0),
    Target("what was left until then", "ms until all of it is there", "windows.left", 5000),
    Target(f"stickies, {RATE} a second", "ms p99 from post to the open socket", "windows.sticky.p99", 1,
           "windows.room.p99", _BESIDE),
]  # fmt: skip


def measure(work: Work) -> None:
    _judge(work)
    for what in work.in_turn((_open, _room)):
        what(work)


def _judge(work: Work) -> None:
    timetable = Timetable(Calendar("Europe/London"))
    rights = compiled("primary", {}, {}, ("head",), timetable.is_open)
    rights = Rights(rights.lines, rights.kinds, is_open=timetable.is_open, opens_at=timetable.opens_at,
                    changes_at=timetable.changes_at)  # fmt: skip
    learner = Who("p1", "s1", "learner", year="5", rights=rights)
    moments = [datetime(2026, 11, 23, 10, tzinfo=UTC) + timedelta(seconds=nth) for nth in range(600)]
    friend = Other("p2", "learner", "5", frozenset({"same_class", "same_year"}), frozenset({"same_class", "same_year"}))
    teacher = Other("p3", "teacher", None, frozenset({"own_teacher"}), frozenset({"own_learner"}))
    closed, free = (_thread(each) for each in (friend, teacher))
    assert may(learner, "write", closed, moments[0]) == "window_closed"
    assert may(learner, "write", free, moments[0]) is None

    def judged(at: datetime) -> object:
        return may(learner, "write", closed, at), opens_at(learner, "write", closed, at)

    work.record("windows.judged", _each(judged, moments))
    work.record("windows.unwindowed", _each(lambda at: may(learner, "write", free, at), moments))


def _thread(other: Other) -> Place:
    return Place("s1", "thread", False, True, may_write=True, people=(other,))


def _each(ask: Callable[[datetime], object], moments: list[datetime]) -> float:
    """Microseconds of CPU a question; the clock moves on by a second with each."""
    for at in moments:
        ask(at)
    start = time.process_time()
    for nth in range(QUESTIONS):
        ask(moments[nth % len(moments)])
    return (time.process_time() - start) * 1e6 / QUESTIONS


def _open(work: Work) -> None:
    """Everybody is connected; a part of them has left a sticky; the moment comes; then they write."""
    people, left = work.scale.learners, work.scale.left
    seeded = work.seeded("threads", {"people": people}, way="stickies")
    data = work.copy(seeded)
    at_ms = int((time.time() + work.scale.until_open) * 1000)
    seed({"hold": {"until_ms": at_ms, "left": left}}, data)
    with corridor(data) as server:
        _, opened, paced = run_load(
            server,
            {"do": "connect", "seats": seeded.seats("threads")},
            {"do": "open_up", "at_ms": at_ms, "left": left},
            _paced(work, 2),
        )
    work.keep("windows, the moment", opened)
    work.keep(f"windows, {RATE} stickies/s", paced)
    work.record("windows.last", opened["last_ms"])
    work.record("windows.early", opened["early"])
    work.record("windows.left", opened["left_there_ms"])
    work.record("windows.sticky.p99", paced["p99_ms"])


def _room(work: Work) -> None:
    group = {"rooms": 1, "members": ROOM, "events": 0}
    seeded = work.seeded("windows-room", {"people": ROOM, "groups": {"all": group}})
    with corridor(work.copy(seeded)) as server:
        _, paced = run_load(server, {"do": "connect", "seats": seeded.seats("all")}, _paced(work, ROOM))
    work.keep("windows, the room beside", paced)
    work.record("windows.room.p99", paced["p99_ms"])


def _paced(work: Work, audience: int) -> dict[str, Any]:
    return {"do": "pace", "audience": audience, "rate": RATE, "seconds": work.scale.paced_seconds}
