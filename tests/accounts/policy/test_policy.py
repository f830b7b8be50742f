"""The shipped policies are the reviewed ones, and nothing that a school settles passes the limits."""

from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from accounts.policy.rules import PHASES, SETS, WINDOWS, PlaceKind, Rule, checked, compiled, shipped
from accounts.rights import GRAVE, KINDS, RELATIONS, ROLES, SCHOOL_VERBS, VERBS, Place, Rights, Verb, Who, may
from realtime.refusal import Refusal
from tests.accounts.policy.table import lines, reach, verbs_of

HERE = Path(__file__).parent
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
PLACES = get_args(PlaceKind)

RULES = st.builds(
    Rule,
    who=st.lists(st.sampled_from([*ROLES, *SETS]), min_size=1, max_size=3).map(tuple),
    verbs=st.lists(st.sampled_from(sorted(VERBS)), min_size=1, max_size=4).map(tuple),
    place=st.sampled_from(PLACES),
    to=st.lists(st.sampled_from([*ROLES, *SETS]), max_size=2).map(tuple),
    relation=st.none() | st.sampled_from(sorted(RELATIONS)),
    window=st.sampled_from(WINDOWS),
    on=st.booleans(),
)
NAMES = st.sampled_from([*shipped("primary"), "our_own", "another"])
CHANGES = st.dictionaries(NAMES, st.none() | RULES, max_size=5)


@pytest.mark.parametrize("phase", ["primary", "secondary"])
def test_the_shipped_policy_is_the_reviewed_one(phase: str) -> None:
    assert list(lines(phase)) == (HERE / f"{phase}.txt").read_text("utf-8").splitlines()


def test_every_phase_has_a_policy_whose_rules_a_school_could_have_written() -> None:
    for phase in PHASES:
        for name, rule in shipped(phase).items():
            assert checked("our_own", structs.replace(rule, locked=False), phase, {}) is not None, name


# One of each sort: among all of them, a thousand examples would take minutes.
SOME: tuple[str, ...] = ("head", "dsl", "teacher", "office", "governor", "learner", "guardian", "visitor")


def everything(rights: Rights, year: str = "5") -> set[tuple[str, str, str, str, str]]:
    """(role, verb, place, relation, other) for all that SOME may towards SOME."""
    return {
        (role, verb, place, *to)
        for role in SOME
        for place in PLACES
        for verb in verbs_of(place)
        for to in reach(rights, role, verb, place, year, SOME)
    }


@settings(max_examples=25, deadline=None)
@given(changes=CHANGES)
def test_no_change_gives_anybody_what_lies_beyond_the_limits(changes: dict[str, Rule | None]) -> None:
    for role, verb, place, relation, other in everything(compiled("primary", changes, {})):
        kind = KINDS[role]
        if verb in SCHOOL_VERBS or verb in ("look", "presence") or place == "staffroom":
            assert kind == "staff", (role, verb, place)
        if verb in ("remove", "administer"):
            assert kind in ("staff", "governor")
        if place == "thread" and verb in ("start", "write") and other == "learner":
            assert kind in ("staff", "learner")
            assert kind == "staff" or relation != "-"


@settings(max_examples=25, deadline=None)
@given(changes=CHANGES)
def test_what_is_locked_holds_whatever_a_school_settles(changes: dict[str, Rule | None]) -> None:
    locked = {name: rule for name, rule in shipped("primary").items() if not rule.locked}
    least = everything(compiled("primary", dict.fromkeys(locked), {}))
    assert least
    assert least <= everything(compiled("primary", changes, {}))


@settings(max_examples=25, deadline=None)
@given(off=st.sets(NAMES), windows=st.dictionaries(NAMES, st.just("never")))
def test_to_switch_rules_off_or_close_them_only_ever_narrows(off: set[str], windows: dict[str, str]) -> None:
    rules = shipped("primary")
    changes: dict[str, Rule | None] = {
        name: structs.replace(rules[name], window=window) for name, window in windows.items() if name in rules
    }
    changes |= dict.fromkeys(off)
    assert everything(compiled("primary", changes, {})) <= everything(compiled("primary", {}, {}))


@settings(max_examples=20, deadline=None)
@given(base=st.sampled_from(sorted(ROLES)), off=st.sets(NAMES), changes=CHANGES)
def test_a_role_of_a_school_s_own_may_no_more_than_it_was_copied_from(
    base: str, off: set[str], changes: dict[str, Rule | None]
) -> None:
    own = {"x1": base}
    of_all = {**changes, **{f"{name}@x1": None for name in off}}
    rights = compiled("primary", of_all, own)
    for place in PLACES:
        for verb in verbs_of(place):
            copied = reach(rights, "x1", verb, place, "5")
            assert copied <= reach(rights, base, verb, place, "5")
            if not off:
                assert copied == reach(rights, base, verb, place, "5")


def test_a_change_for_one_own_role_leaves_its_base_as_it_was() -> None:
    own = {"x1": "teacher"}
    rights = compiled("primary", {"teachers_see_when_their_learners_were_here@x1": None}, own)
    asked: tuple[Verb, str] = ("see_access_log", "school")
    assert reach(rights, "teacher", *asked, "5") == {("own_learner", "learner")}
    assert reach(rights, "x1", *asked, "5") == frozenset()


def test_a_relation_that_one_may_write_in_includes_roles_of_the_school_s_own() -> None:
    rights = compiled("primary", {}, {"x1": "teacher", "x2": "learner"})
    who = Who("p1", "s1", "x2", year="5", rights=rights)
    thread = Place("s1", "thread", False, True, may_write=True, others=("x1",), relations=frozenset({"own_teacher"}))
    assert may(who, "start", thread, NOW) is None


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_leaver_may_only_read(role: str) -> None:
    rights = compiled("primary", {}, {})
    for place in PLACES:
        where = Place("s1", place, False, True, may_write=True, others=("dsl",) if place == "thread" else ())
        for verb in verbs_of(place):
            staying = may(Who("p1", "s1", role, rights=rights), verb, where, NOW)
            left = may(Who("p1", "s1", role, leaver=True, rights=rights), verb, where, NOW)
            assert left == staying if verb == "read" else left is not None


@pytest.mark.parametrize("role", sorted(ROLES))
def test_who_needs_a_second_step_may_nothing_grave_without_it(role: str) -> None:
    rights = compiled("primary", {}, {}, second_step=["head", "ict_coordinator"])
    school = Place("s1", "school", False, True)
    for verb in SCHOOL_VERBS:
        weak = may(Who("p1", "s1", role, strong=False, rights=rights), verb, school, NOW)
        strong = may(Who("p1", "s1", role, strong=True, rights=rights), verb, school, NOW)
        if strong is None and role in ("head", "ict_coordinator") and verb in GRAVE:
            assert weak == "second_step"
        else:
            assert weak == strong


BEYOND = {
    "a learner who looks": Rule(who=("learner",), verbs=("look",), place="thread"),
    "a guardian in the staffroom": Rule(who=("guardian",), verbs=("read",), place="staffroom"),
    "learners who see who is here": Rule(who=("learner",), verbs=("presence",), place="classroom"),
    "visitors who write to learners": Rule(who=("visitor",), verbs=("write",), place="thread", to=("learner",)),
    "guardians who write to anybody": Rule(who=("guardian",), verbs=("start",), place="thread"),
    "everyone changes the policy": Rule(who=("everyone",), verbs=("change_policy",), place="school"),
    "learners write to all learners": Rule(who=("learner",), verbs=("start",), place="thread", to=("learner",)),
}


@pytest.mark.parametrize("rule", BEYOND.values(), ids=BEYOND.keys())
def test_a_rule_beyond_the_limits_is_refused_with_a_sentence(rule: Rule) -> None:
    with pytest.raises(Refusal) as caught:
        checked("our_own", rule, "primary", {})
    assert caught.value.code == "forbidden"
    assert "safe" in caught.value.message


@pytest.mark.parametrize("name", [name for name, rule in shipped("primary").items() if rule.locked])
def test_a_locked_rule_cannot_be_changed_not_even_for_one_role(name: str) -> None:
    for of in (name, f"{name}@teacher"):
        with pytest.raises(Refusal, match="forbidden"):
            checked(of, shipped("primary")[name], "primary", {})


def test_no_clock_closes_the_way_to_one_s_own_teachers() -> None:
    name = "learners_write_to_their_own_teachers"
    for phase in PHASES:
        rule = shipped(phase)[name]
        closed = structs.replace(rule, window="out_of_school")
        with pytest.raises(Refusal, match="forbidden"):
            checked(name, closed, phase, {})
        assert checked(name, structs.replace(rule, window="never"), phase, {}).window == "never"
        # Not even a row that got past the page does.
        lines = compiled(phase, {name: closed}, {}).lines["learner", "write", "thread"]
        assert [line.window for line in lines if line.relation == "own_teacher"] == [None]


def test_what_holds_never_is_not_allowed_rather_than_closed_for_now() -> None:
    name, key = "learners_write_to_their_class", ("learner", "write", "thread")
    rule = shipped("primary")[name]
    for window, held in (("out_of_school", 1), ("never", 0), ("w0123456789", 0), ("w9876543210", 1)):
        changes: dict[str, Rule | None] = {name: structs.replace(rule, window=window)}
        lines = compiled("primary", changes, {}, own_windows={"w9876543210"}).lines[key]
        assert len([line for line in lines if line.relation == "same_class"]) == held, window


def test_a_rule_names_a_window_of_every_school_or_of_its_own() -> None:
    rule = structs.replace(shipped("primary")["learners_write_to_their_class"], window="w0123456789")
    assert checked("our_own", rule, "primary", {}, {"w0123456789"}) == rule
    with pytest.raises(Refusal, match="bad_request"):
        checked("our_own", rule, "primary", {}, {"w9876543210"})


def test_unknown_roles_and_empty_rules_are_refused() -> None:
    good = shipped("primary")["staff_meet_in_the_staffroom"]
    for bad in (
        structs.replace(good, who=()), structs.replace(good, verbs=()), structs.replace(good, who=("king",)),
        structs.replace(good, to=("x9",)),
    ):  # fmt: skip
        with pytest.raises(Refusal, match="bad_request"):
            checked("our_own", bad, "primary", {})
