"""Who may write in a thread: towards each of the others, by a line of their own or as an answer, windows and pauses."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from msgspec import structs

from accounts.policy.rules import compiled
from accounts.rights import Line, Other, Paused, Place, Rights, Verb, Who, changes_at, may, opens_at

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
# When each of these opens and closes again; `always` has no place in a line.
HOURS: Mapping[str, tuple[datetime, datetime]] = {
    "soon": (NOW + HOUR, NOW + 2 * HOUR),
    "later": (NOW + 5 * HOUR, NOW + 6 * HOUR),
    "now": (NOW - HOUR, NOW + 3 * HOUR),
}


def is_open(window: str, at: datetime) -> bool:
    opens, closes = HOURS.get(window, (at + HOUR, at))
    return opens <= at < closes


def next_opening(window: str, at: datetime) -> datetime | None:
    if window not in HOURS:
        return None
    return HOURS[window][0] if at < HOURS[window][0] else None


def next_change(window: str, at: datetime) -> datetime | None:
    return min((moment for moment in HOURS.get(window, ()) if moment > at), default=None)


def rights(*lines: tuple[str, Line]) -> Rights:
    """These roles may write in threads by these lines, and everybody reads."""
    made: dict[tuple[str, str, str], tuple[Line, ...]] = {
        (role, "read", "thread"): (Line(),) for role in ("learner", "teacher", "guardian", "governor", "visitor")
    }
    for role, line in lines:
        key = (role, "write", "thread")
        made[key] = (*made.get(key, ()), line)
    return Rights(made, is_open=is_open, opens_at=next_opening, changes_at=next_change)


def to(role: str, window: str | None = None, relation: str | None = None) -> Line:
    return Line(relation=relation, others=frozenset({role}), window=window)


def other(name: str, role: str = "learner", relation: str = "", seen: str = "", year: str | None = None) -> Other:
    """relation: what they are to the asker; seen: what the asker is to them."""
    return Other(name, role, year, frozenset({relation} - {""}), frozenset({seen} - {""}))


def thread(*people: Other, kind: str = "thread") -> Place:
    return Place("s1", kind, closed=False, member=True, may_write=True, people=people, room="r1")


def learner(given: Rights, name: str = "p1") -> Who:
    return Who(name, "s1", "learner", year="5", rights=given)


def test_one_writes_to_several_only_if_to_each_of_them() -> None:
    who = learner(rights(("learner", to("learner", relation="same_class"))))
    ben, ella = other("p2", relation="same_class"), other("p3")
    assert may(who, "write", thread(ben), NOW) is None
    assert may(who, "write", thread(ben, ella), NOW) == "forbidden"
    assert may(who, "write", thread(ella), NOW) == "forbidden"


def test_nobody_writes_where_nobody_else_is() -> None:
    who = learner(rights(("learner", Line())))
    assert may(who, "write", thread(), NOW) == "forbidden"
    assert may(who, "read", thread(), NOW) is None


def test_whoever_is_written_to_may_answer_and_start_nothing() -> None:
    given = rights(("teacher", to("learner", relation="own_learner")))
    mine = thread(other("p9", "teacher", relation="own_teacher", seen="own_learner"))
    assert may(learner(given), "write", mine, NOW) is None
    assert may(learner(given), "react", mine, NOW) is None
    assert may(learner(given), "start", mine, NOW) == "forbidden"
    assert may(learner(given), "write", thread(other("p9", "teacher")), NOW) == "forbidden", "not a teacher of theirs"


def test_an_answer_goes_by_the_window_and_the_year_of_whoever_may_write_first() -> None:
    line = structs.replace(to("learner"), years=frozenset({"6"}), window="soon")
    given = rights(("learner", line))
    in_six, in_four = other("p2", year="6"), other("p3", year="4")
    assert may(learner(given), "write", thread(in_six), NOW) == "window_closed"
    assert may(learner(given), "write", thread(in_six), NOW + HOUR) is None
    assert may(learner(given), "write", thread(in_four), NOW + HOUR) == "forbidden"


@pytest.mark.parametrize("role", ["governor", "guardian", "visitor"])
def test_grown_ups_from_outside_never_write_to_children_not_even_an_answer(role: str) -> None:
    given = rights(("learner", Line()), ("teacher", Line()))
    who = Who("p1", "s1", role, rights=given)
    assert may(who, "write", thread(other("p2", "learner")), NOW) == "forbidden"
    assert may(who, "react", thread(other("p2", "learner")), NOW) == "forbidden"
    assert may(who, "write", thread(other("p2", "teacher")), NOW) is None
    assert may(who, "write", thread(other("p2", "teacher"), other("p3", "learner")), NOW) == "forbidden"


def test_a_thread_is_closed_as_long_as_one_window_that_it_takes_is() -> None:
    given = rights(
        ("learner", to("teacher", "now")), ("learner", to("learner", "soon")), ("learner", to("governor", "later"))
    )
    tom, ben, harjit = other("p2", "teacher"), other("p3", "learner"), other("p4", "governor")
    assert may(learner(given), "write", thread(tom), NOW) is None
    assert may(learner(given), "write", thread(tom, ben), NOW) == "window_closed"
    assert opens_at(learner(given), "write", thread(tom, ben), NOW) == NOW + HOUR
    assert opens_at(learner(given), "write", thread(tom, ben, harjit), NOW) == NOW + 5 * HOUR, "the last of them"


def test_a_refusal_outright_counts_more_than_a_closed_window() -> None:
    given = rights(("learner", to("learner", "soon")))
    assert may(learner(given), "write", thread(other("p2"), other("p3", "teacher")), NOW) == "forbidden"
    assert may(learner(given), "write", thread(other("p3", "teacher"), other("p2")), NOW) == "forbidden"


def test_of_two_lines_to_one_person_the_one_that_opens_first_counts() -> None:
    given = rights(("learner", to("learner", "later")), ("learner", to("learner", "soon")))
    assert opens_at(learner(given), "write", thread(other("p2")), NOW) == NOW + HOUR


def test_what_is_not_known_to_open_for_one_of_them_is_not_known_to_open() -> None:
    given = rights(("learner", to("teacher", "soon")), ("learner", to("learner", "never")))
    assert opens_at(learner(given), "write", thread(other("p2", "teacher"), other("p3")), NOW) is None


def test_the_next_change_is_the_first_of_any_window_on_which_the_answer_depends() -> None:
    given = rights(
        ("learner", to("teacher", "now")), ("learner", to("learner", "later")), ("governor", to("learner", "soon"))
    )
    who, tom, ben = learner(given), other("p2", "teacher"), other("p3", "learner")
    assert changes_at(who, "write", thread(tom), NOW) == NOW + 3 * HOUR
    assert changes_at(who, "write", thread(tom, ben), NOW) == NOW + 3 * HOUR
    assert changes_at(who, "write", thread(ben), NOW) == NOW + 5 * HOUR
    assert changes_at(who, "write", thread(other("p4", "governor")), NOW) == NOW + HOUR, "by which they answer"
    assert changes_at(who, "read", thread(tom), NOW) is None
    assert changes_at(learner(rights(("learner", Line()))), "write", thread(ben), NOW) is None


@pytest.mark.parametrize(
    ("paused", "of", "code"),
    [
        (Paused(learners=True), "learner", "paused"),
        (Paused(learners=True), "teacher", None),
        (Paused(learners=True), "governor", None),
        (Paused(people=frozenset({"p1"})), "learner", "paused"),
        (Paused(people=frozenset({"p1"})), "governor", "paused"),
        (Paused(people=frozenset({"p2"})), "learner", None),
        (Paused(rooms=frozenset({"r1"})), "learner", "paused"),
        (Paused(rooms=frozenset({"r1"})), "teacher", None),
        (Paused(rooms=frozenset({"r2"})), "learner", None),
    ],
)
def test_a_pause_stops_those_whom_it_names_and_never_staff(paused: Paused, of: str, code: str | None) -> None:
    lines = [(role, Line()) for role in ("learner", "teacher", "governor")]
    who = Who("p1", "s1", of, rights=structs.replace(rights(*lines), paused=paused))
    where = thread(other("p2", "teacher"))
    verbs: tuple[Verb, ...] = ("write", "react")
    for verb in verbs:
        assert may(who, verb, where, NOW) == code
    assert may(who, "read", where, NOW) is None, "what is there can be read"


def test_a_pause_says_so_before_a_window_does_and_never_where_nothing_is_allowed() -> None:
    given = structs.replace(rights(("learner", to("learner", "soon"))), paused=Paused(learners=True))
    assert may(learner(given), "write", thread(other("p2")), NOW) == "paused"
    assert may(learner(given), "write", thread(other("p2", "teacher")), NOW) == "forbidden"


def test_where_one_asks_for_help_no_pause_and_no_window_stops_anybody() -> None:
    everything = Paused(learners=True, people=frozenset({"p1"}), rooms=frozenset({"r1"}))
    for phase in ("primary", "secondary"):
        given = structs.replace(compiled(phase, {}, {}), paused=everything, is_open=lambda *_: False)
        place = structs.replace(thread(kind="help"), people=None)
        assert may(learner(given), "write", place, NOW) is None
        assert changes_at(learner(given), "write", place, NOW) is None


@pytest.mark.parametrize("phase", ["primary", "secondary"])
def test_to_one_s_own_teachers_and_the_safeguarding_lead_one_may_write_when_all_windows_are_shut(phase: str) -> None:
    given = structs.replace(compiled(phase, {}, {}), is_open=lambda *_: False, changes_at=next_change)
    who = learner(given)
    assert may(who, "write", thread(other("p2", "teacher", relation="own_teacher", seen="own_learner")), NOW) is None
    assert may(who, "start", thread(other("p2", "dsl")), NOW) is None
    assert may(who, "write", thread(other("p2", relation="same_class", seen="same_class")), NOW) == "window_closed"


@pytest.mark.parametrize("phase", ["primary", "secondary"])
def test_learners_never_see_of_each_other_what_was_read(phase: str) -> None:
    who = learner(compiled(phase, {}, {}))
    everything = {"same_class", "same_year", "same_house", "same_tutor_group", "own_teacher"}
    beside = Other("p2", "learner", "5", frozenset(everything), frozenset(everything))
    assert may(who, "receipts", thread(beside), NOW) == "forbidden"
    assert may(who, "receipts", thread(other("p2", "teacher", relation="own_teacher")), NOW) is None
