"""The comparison itself: order does not matter, what is by hand stays, what is odd is told."""

import csv
import io
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.roster.current import Current, Group, Somebody, Term
from accounts.roster.difference import Difference, Facts
from accounts.roster.plan import implausible, midnight_ms, plan
from accounts.roster.sentences import sentences
from accounts.roster.wanted import Wanted
from tests.accounts.roster.schools import reading, zipped

NOW = midnight_ms("2026-11-20", "Europe/London") + 9 * 3600 * 1000
EMPTY = Current(
    people={}, by_hand={}, erased=frozenset(), logins=frozenset(), groups={}, seats={}, guardians=frozenset(),
    guardians_by_hand=frozenset(), terms={}, zone="Europe/London", leaver_days=365, largest_change=30,
)  # fmt: skip


def after(current: Current, found: Difference) -> Current:
    """The school once this is carried in, as pure data: what carrying.py does with tables."""
    people = dict(current.people)
    ids = {who.id: sid for sid, who in people.items()}
    managers = dict(found.managers)
    for arrival in found.arriving:
        people[arrival.sid] = Somebody(
            f"p-{arrival.sid}", arrival.sid, arrival.login, arrival.facts.role, arrival.facts, ""
        )
    for change in (*found.changing, *found.returning):
        old = people[change.sid]
        people[change.sid] = Somebody(old.id, old.sid, old.login, old.actual_role, change.facts, old.manager)
    for leaving in found.leaving:
        old = people[ids[leaving.person]]
        facts = Facts(
            role=old.facts.role, name=old.facts.name, full_name=old.facts.full_name, year=old.facts.year,
            starts_ms=old.facts.starts_ms, left_ms=leaving.left_ms or NOW,
        )  # fmt: skip
        people[old.sid] = Somebody(old.id, old.sid, old.login, old.actual_role, facts, old.manager)
    people = {
        sid: Somebody(who.id, sid, who.login, who.actual_role, who.facts, managers.get(sid, who.manager))
        for sid, who in people.items()
    }
    groups = dict(current.groups)
    for each in (*found.groups_new, *found.groups_changed, *found.groups_reopened):
        groups[each.sid] = Group(f"g-{each.sid}", each.sid, each.kind, each.name, each.year, False)
    for each in found.groups_archived:
        groups[each.sid] = Group(f"g-{each.sid}", each.sid, each.kind, each.name, each.year, True)
    seats = {key: times for key, times in current.seats.items() if key not in found.seats_removed}
    seats.update({seat.key: (seat.from_ms, seat.until_ms) for seat in (*found.seats_added, *found.seats_changed)})
    terms = {sid: term for sid, term in current.terms.items() if sid not in {each.sid for each in found.terms_removed}}
    terms.update({each.sid: Term(each.sid, each.sid, each.kind, each.name, each.starts_on, each.ends_on)
                  for each in (*found.terms_new, *found.terms_changed)})  # fmt: skip
    return Current(
        people=people, by_hand=current.by_hand, erased=current.erased,
        logins=frozenset(who.login for who in people.values()), groups=groups, seats=seats,
        guardians=(current.guardians - set(found.guardians_removed)) | set(found.guardians_added),
        guardians_by_hand=current.guardians_by_hand, terms=terms, zone=current.zone,
        leaver_days=current.leaver_days, largest_change=current.largest_change,
    )  # fmt: skip


HEAD = "id,role,given name,family name,year,class,tutor group,start date,leave date,manager,guardian of"
ids = st.sampled_from([f"x{number}" for number in range(9)])
rows = st.tuples(
    ids, st.sampled_from(["learner", "learner", "teacher", "ta", "guardian", "head"]),
    st.sampled_from(["Ben", "ben", "Zoë", "علي", "O'Neil"]), st.sampled_from(["Khan", "King", "Lowe", ""]),
    st.sampled_from(["", "R", "5", "Year 6"]), st.sampled_from(["", "5A", "5B", "5A|Choir"]),
    st.sampled_from(["", "7X"]), st.sampled_from(["", "2026-09-01", "2027-01-04"]),
    st.sampled_from(["", "2026-07-20", "2027-07-20"]), st.one_of(st.just(""), ids), st.one_of(st.just(""), ids),
)  # fmt: skip
files = st.lists(rows, min_size=1, max_size=9, unique_by=lambda row: row[0])


def wanted_of(lines: list[tuple[str, ...]]) -> Wanted:
    out = io.StringIO()
    csv.writer(out).writerows([HEAD.split(","), *lines])
    return reading(out.getvalue())


@settings(deadline=None, max_examples=150)
@given(files, files)
def test_a_roster_that_was_carried_in_changes_nothing_more(
    first: list[tuple[str, ...]], second: list[tuple[str, ...]]
) -> None:
    school = EMPTY
    for wanted in (wanted_of(first), wanted_of(second)):
        school = after(school, plan(school, wanted, NOW))
        again = plan(school, wanted, NOW)
        assert again.empty, again


@settings(deadline=None, max_examples=100)
@given(files, files, st.randoms(use_true_random=False))
def test_any_order_of_rows_gives_the_same_plan(
    first: list[tuple[str, ...]], second: list[tuple[str, ...]], chance: random.Random
) -> None:
    school = after(EMPTY, plan(EMPTY, wanted_of(first), NOW))
    shuffled = chance.sample(second, len(second))
    assert plan(school, wanted_of(second), NOW).fingerprint() == plan(school, wanted_of(shuffled), NOW).fingerprint()


def told(found: Difference) -> list[str]:
    return [each.english() for each in sentences(found)]


def school_of(content: str) -> Current:
    return after(EMPTY, plan(EMPTY, reading(content), NOW))


def test_two_of_one_name_in_one_class_are_told_apart_and_one_alone_is_not() -> None:
    found = plan(EMPTY, reading(
        "id,role,given name,family name,class\n1,learner,Ben,Khan,5A\n2,learner,Ben,Lowe,5A\n3,learner,Ben,Moss,5B\n"
        "4,learner,Zoe,Khan,5A\n5,learner,Zoe,King,5A\n6,teacher,Tom,Hughes,5A"
    ), NOW)  # fmt: skip
    assert {each.sid: each.facts.name for each in found.arriving} == {
        "1": "Ben K", "2": "Ben L", "3": "Ben", "4": "Zoe Khan", "5": "Zoe King", "6": "Tom Hughes",
    }  # fmt: skip


def test_sign_in_names_are_short_free_and_the_wished_ones_where_they_are_free() -> None:
    found = plan(EMPTY, reading(
        "id,role,given name,family name,sign-in name\n1,teacher,Tom,Hughes,tom\n2,teacher,Tom,Hughes,TOM\n"
        "3,teacher,Tom,Hughes,\n4,learner,Zoë-Mae,Ó Briain,\n5,learner,محمد,علي,"
    ), NOW)  # fmt: skip
    assert [each.login for each in found.arriving] == ["tom", "tomh", "tomh2", "zoemaeo", "محمدع"]


def test_a_learner_who_moves_up_is_told_with_the_classes() -> None:
    head = "id,role,given name,year,class\nh,head,Amara,,\n"
    before = school_of(head + "".join(f"{nth},learner,Ben{nth},4,4{'AB'[nth % 2]}\n" for nth in range(6)))
    found = plan(
        before, reading(head + "".join(f"{nth},learner,Ben{nth},5,5{'AB'[nth % 2]}\n" for nth in range(6))), NOW
    )
    assert "Year 5: 6 learners move from 4A, 4B to 5A, 5B." in told(found)
    assert "2 groups close: 4A, 4B." in told(found)
    assert not found.arriving
    assert not found.leaving


def test_whoever_is_missing_leaves_and_whoever_is_back_comes_back_with_the_same_account() -> None:
    whole = "id,role,given name\nh,head,Amara\n1,learner,Ben\n2,learner,Chloe\n"
    part = "id,role,given name\nh,head,Amara\n1,learner,Ben\n"
    school = school_of(whole)
    found = plan(school, reading(part), NOW)
    assert told(found) == ["1 learner leaves."]
    school = after(school, found)
    found = plan(school, reading(whole), NOW)
    assert told(found) == ["1 learner comes back."]
    assert [each.person for each in found.returning] == ["p-2"]


def test_a_row_that_cannot_be_understood_makes_nobody_leave() -> None:
    school = school_of("id,role,given name,class\nh,head,Amara,\n1,learner,Ben,5A\n2,learner,Chloe,5A\n")
    found = plan(school, reading("id,role,given name,class\nh,head,Amara,\n1,wizard,Ben,5A\n2,learner,Chloe,5A\n"), NOW)
    assert found.empty
    assert [each.english() for each in found.problems] == [
        "people.csv, line 3: “wizard” is no role. The row was left out."
    ]


def test_a_future_starter_is_listed_and_a_past_leaver_is_not_made() -> None:
    found = plan(EMPTY, reading(
        "id,role,given name,start date,leave date\nh,head,Amara,,\n1,learner,Ben,2027-01-04,\n"
        "2,learner,Chloe,2024-09-01,2026-07-20\n3,learner,Dev,,20/07/2027"
    ), NOW)  # fmt: skip
    arrivals = {each.sid: each for each in found.arriving}
    assert arrivals.keys() == {"h", "1", "3"}
    assert arrivals["1"].later
    assert arrivals["1"].facts.starts_ms == midnight_ms("2027-01-04", "Europe/London")
    assert arrivals["3"].facts.left_ms == midnight_ms("2027-07-21", "Europe/London")
    assert "1 learner starts later." in told(found)


def test_a_person_made_by_hand_is_left_alone_until_an_administrator_links_them() -> None:
    facts = Facts(role="head", name="Tom Hughes", full_name="Tom Hughes", year=None, starts_ms=None, left_ms=None)
    tom = Somebody("p1", "", "tom", "head", facts, "")
    school = Current(**{**{name: getattr(EMPTY, name) for name in Current.__struct_fields__}, "by_hand": {"p1": tom},
                        "logins": frozenset({"tom"})})  # fmt: skip
    wanted = reading("id,role,given name,family name,sign-in name\nT1,teacher,Tom,Hughes,tom")
    apart = plan(school, wanted, NOW)
    assert [each.login for each in apart.arriving] == ["tomh"]
    assert not apart.leaving
    linked = plan(school, wanted, NOW, {"T1": "p1"})
    assert not linked.arriving
    assert [(each.person, each.sid, each.linked, each.new_role) for each in linked.changing] == [
        ("p1", "T1", True, None)
    ]
    assert told(linked)[-1] == "1 person who was made by hand is linked to the roster."


@pytest.mark.parametrize(("gone", "doubted"), [(0, False), (2, False), (3, False), (4, True), (10, True)])
def test_a_roster_that_takes_many_of_a_role_away_is_doubted(gone: int, doubted: bool) -> None:
    head = "id,role,given name\nh,head,Amara\n"
    learners = [f"{nth},learner,Ben{nth}\n" for nth in range(10)]
    school = school_of(head + "".join(learners))
    wanted = reading(head + "".join(learners[gone:]))
    found = plan(school, wanted, NOW)
    said = [each.english() for each in implausible(school, wanted, found, NOW)]
    assert said == ([f"learner: {gone} of 10 would go."] if doubted else [])
    assert found.figure == gone


def test_a_roster_that_leaves_nobody_to_administer_the_school_is_doubted() -> None:
    school = school_of("id,role,given name\nh,head,Amara\nt,teacher,Tom\n")
    wanted = reading("id,role,given name\nt,teacher,Tom\n")
    assert [each.english() for each in implausible(school, wanted, plan(school, wanted, NOW), NOW)] == [
        "Nobody would be left who administers the school."
    ]
    another = reading("id,role,given name\nt,teacher,Tom\nn,head,Nia\n")
    assert implausible(school, another, plan(school, another, NOW), NOW) == []


def test_a_roster_without_staff_is_doubted() -> None:
    wanted = reading("id,role,given name\n1,learner,Ben\n")
    assert [each.english() for each in implausible(EMPTY, wanted, plan(EMPTY, wanted, NOW), NOW)] == [
        "There are no staff in this roster."
    ]


def test_whoever_was_erased_is_not_made_again() -> None:
    school = Current(**{**{name: getattr(EMPTY, name) for name in Current.__struct_fields__},
                        "erased": frozenset({"1"})})  # fmt: skip
    found = plan(school, reading("id,role,given name\nh,head,Amara\n1,learner,Ben\n"), NOW)
    assert [each.sid for each in found.arriving] == ["h"]
    assert "was erased here" in found.problems[0].english()


def test_tables_beside_people_csv_say_more() -> None:
    found = plan(EMPTY, reading(zipped({
        "people.csv": "id,role,given name,manager\nh,head,Amara,\nt,teacher,Tom,h\n1,learner,Ben,\n",
        "groups.csv": "id,kind,name,year\nmath5,teaching,Maths 5,5\n",
        "memberships.csv": "group,kind,person,part,from,until\nmath5,,t,,,\nmath5,,1,learner,2026-09-01,2026-12-18\n"
                           "Red,house,t,head,,\nnothing,club,nobody,,,\n",
        "terms.csv": "kind,name,starts,ends\nterm,Autumn,2026-09-02,2026-12-18\nINSET day,Training,2026-09-01,\n",
    })), NOW)  # fmt: skip
    assert [(each.kind, each.name) for each in found.groups_new] == [
        ("club", "nothing"), ("house", "Red"), ("teaching", "Maths 5"),
    ]  # fmt: skip
    assert [each.key for each in found.seats_added] == [
        ("house:red", "t", "head"), ("math5", "1", "learner"), ("math5", "t", "teacher"),
    ]  # fmt: skip
    assert found.managers == (("t", "h"),)
    assert {each.kind for each in found.terms_new} == {"term", "inset"}
    assert [each.english() for each in found.problems] == [
        "memberships.csv, line 5: “nobody” is in no table. The row was left out."
    ]
