"""What holds in every place and for every role, whatever a school settles. The policies' own table is in policy/."""

from datetime import UTC, datetime

import pytest

from accounts.policy.rules import compiled
from accounts.rights import KINDS, LEADERS, ROLES, STAFF_ROLES, VERBS, Line, Place, Rights, Verb, Who, may

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
RIGHTS = compiled("primary", {}, {})
KINDS_OF_ROOM = ("staffroom", "classroom", "person", "a kind that is not there yet")
IN_ROOMS: list[Verb] = ["read", "write", "remove", "administer", "presence"]


def who(role: str, school: str = "s1", *, active: bool = True, rights: Rights = RIGHTS) -> Who:
    return Who("p1", school, role, active=active, rights=rights)


def place(kind: str = "staffroom", **more: object) -> Place:
    given = {"school": "s1", "closed": False, "member": True, "may_write": True, **more}
    return Place(kind=kind, **given)  # type: ignore[arg-type] # the tests' own keywords


def test_every_role_is_of_a_kind() -> None:
    assert set(KINDS) == ROLES
    assert {role for role in ROLES if KINDS[role] == "staff"} == STAFF_ROLES
    assert LEADERS < STAFF_ROLES


@pytest.mark.parametrize("role", sorted(ROLES))
def test_where_nothing_is_settled_nobody_may_anything(role: str) -> None:
    for verb in VERBS:
        assert may(who(role, rights=Rights({})), verb, place(), NOW) == "not_found"
        assert may(who(role), verb, place("a kind that is not there yet"), NOW) == "not_found"


@pytest.mark.parametrize("verb", IN_ROOMS)
@pytest.mark.parametrize("role", sorted(ROLES))
@pytest.mark.parametrize("kind", ["staffroom", "classroom", "person"])
def test_in_a_closed_room_one_may_only_read(kind: str, role: str, verb: Verb) -> None:
    sees = may(who(role), "read", place(kind), NOW) is None
    expected = "not_found" if not sees else None if verb == "read" else "room_closed"
    assert may(who(role), verb, place(kind, closed=True), NOW) == expected


@pytest.mark.parametrize("verb", sorted(VERBS))
@pytest.mark.parametrize("role", sorted(ROLES))
@pytest.mark.parametrize("kind", KINDS_OF_ROOM)
def test_what_one_may_not_see_does_not_exist(kind: str, role: str, verb: Verb) -> None:
    assert may(who(role), verb, None, NOW) == "not_found"
    assert may(who(role), verb, place(kind, member=False), NOW) == "not_found"
    assert may(who(role), verb, place(kind, member=False, closed=True, may_administer=True), NOW) == "not_found"
    assert may(who(role, school="s2"), verb, place(kind), NOW) == "not_found"


@pytest.mark.parametrize("verb", sorted(VERBS))
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


READING = {("learner", "read", "thread"): (Line(),)}


def thread(*others: str, relations: tuple[str, ...] = ()) -> Place:
    return place("thread", others=others, relations=frozenset(relations))


def writing(line: Line, *, inside: bool = False) -> Rights:
    return Rights({**READING, ("learner", "write", "thread"): (line,)}, is_open=lambda window, at: not inside)


def test_a_line_holds_only_in_its_relation() -> None:
    asker = who("learner", rights=writing(Line(relation="own_teacher")))
    assert may(asker, "write", thread("teacher", relations=("own_teacher", "same_house")), NOW) is None
    assert may(asker, "write", thread("teacher", relations=("same_house",)), NOW) == "forbidden"


def test_a_line_holds_only_if_all_the_others_have_its_roles() -> None:
    asker = who("learner", rights=writing(Line(others=frozenset({"teacher", "ta"}))))
    assert may(asker, "write", thread("teacher", "ta"), NOW) is None
    assert may(asker, "write", thread("teacher", "visitor"), NOW) == "forbidden"


def test_a_line_holds_only_for_its_years() -> None:
    rights = writing(Line(years=frozenset({"5", "6"})))
    assert may(Who("p1", "s1", "learner", year="5", rights=rights), "write", thread("teacher"), NOW) is None
    assert may(Who("p1", "s1", "learner", year="4", rights=rights), "write", thread("teacher"), NOW) == "forbidden"
    assert may(Who("p1", "s1", "learner", rights=rights), "write", thread("teacher"), NOW) == "forbidden"


def test_a_closed_window_is_told_from_what_is_never_allowed() -> None:
    line = Line(relation="same_class", window="out_of_school")
    classmate, stranger = thread("learner", relations=("same_class",)), thread("learner")
    assert may(who("learner", rights=writing(line, inside=True)), "write", classmate, NOW) == "window_closed"
    assert may(who("learner", rights=writing(line)), "write", classmate, NOW) is None
    assert may(who("learner", rights=writing(line, inside=True)), "write", stranger, NOW) == "forbidden"
