"""Who may do what, where: the whole table, written out to be reviewed. `may` must agree with every line of it."""

from datetime import UTC, datetime
from typing import get_args

import pytest

from accounts.rights import MATRIX, ROLES, STAFF_ROLES, Place, Verb, Who, may

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)

LEADERS = {"head", "deputy", "ict_coordinator"}
OTHER_STAFF = {"dsl", "teacher", "ta", "cover_teacher", "office", "head_of_year"}
OTHERS = {"governor", "learner", "guardian", "visitor"}

# Of a member who may write and administers nothing, in an open room of the own school:
# kind of room → who → the verbs that are theirs. All others are refused.
TABLE: dict[str, dict[frozenset[str], set[str]]] = {
    "staffroom": {
        frozenset(LEADERS): {"read", "write", "remove", "administer", "presence"},
        frozenset(OTHER_STAFF): {"read", "write", "presence"},
        frozenset(OTHERS): set(),
    },
    "person": {
        frozenset(LEADERS | OTHER_STAFF | OTHERS): {"read"},
    },
    "a kind that is not there yet": {
        frozenset(LEADERS | OTHER_STAFF | OTHERS): set(),
    },
}
CASES = [
    (kind, role, verb, verb in verbs, "read" in verbs)
    for kind, groups in TABLE.items()
    for roles, verbs in groups.items()
    for role in sorted(roles)
    for verb in get_args(Verb)
]


def who(role: str, school: str = "s1", *, active: bool = True) -> Who:
    return Who("p1", school, role, active=active)


def place(kind: str = "staffroom", **more: object) -> Place:
    given = {"school": "s1", "closed": False, "member": True, "may_write": True, **more}
    return Place(kind=kind, **given)  # type: ignore[arg-type] # the tests' own keywords


def test_the_table_knows_every_role_and_every_kind_of_room() -> None:
    for groups in TABLE.values():
        assert set().union(*groups) == ROLES
    assert set(MATRIX) < set(TABLE)
    assert STAFF_ROLES == LEADERS | OTHER_STAFF


@pytest.mark.parametrize(("kind", "role", "verb", "granted", "sees"), CASES)
def test_a_member_may_what_the_table_says(kind: str, role: str, verb: Verb, granted: bool, sees: bool) -> None:
    expected = None if granted else "forbidden" if sees else "not_found"
    assert may(who(role), verb, place(kind), NOW) == expected


@pytest.mark.parametrize(("kind", "role", "verb", "granted", "sees"), CASES)
def test_in_a_closed_room_one_may_only_read(kind: str, role: str, verb: Verb, granted: bool, sees: bool) -> None:
    expected = "not_found" if not sees else None if verb == "read" else "room_closed"
    assert may(who(role), verb, place(kind, closed=True), NOW) == expected


@pytest.mark.parametrize("verb", get_args(Verb))
@pytest.mark.parametrize("role", sorted(ROLES))
@pytest.mark.parametrize("kind", sorted(TABLE))
def test_what_one_may_not_see_does_not_exist(kind: str, role: str, verb: Verb) -> None:
    assert may(who(role), verb, None, NOW) == "not_found"
    assert may(who(role), verb, place(kind, member=False), NOW) == "not_found"
    assert may(who(role), verb, place(kind, member=False, closed=True, may_administer=True), NOW) == "not_found"
    assert may(who(role, school="s2"), verb, place(kind), NOW) == "not_found"


@pytest.mark.parametrize("verb", get_args(Verb))
@pytest.mark.parametrize("role", sorted(ROLES))
def test_whoever_is_not_signed_in_any_more_may_nothing(role: str, verb: Verb) -> None:
    for where in (None, place(), place("person"), place(closed=True)):
        assert may(who(role, active=False), verb, where, NOW) == "unauthenticated"


@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
def test_a_member_who_may_not_write_can_read_and_be_seen(role: str) -> None:
    silent = place(may_write=False)
    assert may(who(role), "write", silent, NOW) == "forbidden"
    assert may(who(role), "read", silent, NOW) is None
    assert may(who(role), "presence", silent, NOW) is None


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_room_s_administrator_removes_and_administers_there_if_they_may_read_at_all(role: str) -> None:
    theirs = place(may_administer=True)
    expected = None if role in STAFF_ROLES else "not_found"
    assert may(who(role), "remove", theirs, NOW) == expected
    assert may(who(role), "administer", theirs, NOW) == expected


def test_to_administer_a_room_is_not_to_write_in_it() -> None:
    assert may(who("teacher"), "write", place(may_write=False, may_administer=True), NOW) == "forbidden"
