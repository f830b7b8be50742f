"""What it costs to ask whether somebody may: one question from a warm snapshot, and the rights of a whole batch."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from accounts.calendar.rules import Calendar
from accounts.policy.rules import compiled
from accounts.policy.timetable import Timetable
from accounts.rights import Place, Who, may
from bench.targets import Target
from bench.work import Work

QUESTIONS: Final = 50_000
ZONE: Final = ZoneInfo("Europe/London")

TARGETS = [
    Target("may, in a room", "µs a question, warm", "rights.room", 5, "rights.floor", "a call that looks up one key",
           compared=False),
    Target("may, in a thread, with relation and window", "µs a question, warm", "rights.thread", 5, "rights.floor",
           "a call that looks up one key", compared=False),
]  # fmt: skip


def measure(work: Work) -> None:
    rights = compiled("primary", {}, {}, ("head",), Timetable(Calendar("Europe/London")).is_open)
    learner = Who("p1", "s1", "learner", year="5", rights=rights)
    room = Place("s1", "classroom", False, True, may_write=True)
    same_class = frozenset({"same_class", "same_year"})
    thread = Place("s1", "thread", False, True, may_write=True, others=("learner",), relations=same_class)
    moments = [datetime(2026, 11, 23, 16, tzinfo=ZONE) + timedelta(seconds=nth) for nth in range(600)]
    assert may(learner, "write", room, moments[0]) is None
    assert may(learner, "write", thread, moments[0]) is None
    lines = rights.lines
    work.record("rights.floor", _each(lambda at: lines.get(("learner", "write", "classroom")), moments))
    work.record("rights.room", _each(lambda at: may(learner, "write", room, at), moments))
    work.record("rights.thread", _each(lambda at: may(learner, "write", thread, at), moments))


def _each(ask: Callable[[datetime], object], moments: list[datetime]) -> float:
    """Microseconds of CPU a question; the clock moves on by a second with each."""
    for at in moments:
        ask(at)
    start = time.process_time()
    for nth in range(QUESTIONS):
        ask(moments[nth % len(moments)])
    return (time.process_time() - start) * 1e6 / QUESTIONS
