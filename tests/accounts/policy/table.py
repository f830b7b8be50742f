"""The whole of what `may` answers, for every role, verb, relation and place, in lines that a person can review.

python -m tests.accounts.policy.table primary > tests/accounts/policy/primary.txt
"""

import sys
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Final, get_args

from accounts.policy.rules import PlaceKind, compiled
from accounts.rights import RELATIONS, ROLES, SCHOOL_VERBS, Place, Rights, RoomVerb, SchoolVerb, Verb, Who, may

NOW: Final = datetime(2026, 11, 23, 10, tzinfo=UTC)
YEARS: Final = ("2", "5")
NOBODY_IN_PARTICULAR: Final = "-"


def lines(phase: str) -> Iterator[str]:
    """One line for each place, verb and role that may anything: to whom, in which relation; and what limits it."""
    for place in get_args(PlaceKind):
        for verb in verbs_of(place):
            for role in sorted(ROLES):
                said = _said(phase, role, verb, place)
                if said:
                    yield f"{place:<10}{verb:<18}{role:<17}{said}"


def verbs_of(place: str) -> tuple[Verb, ...]:
    return ("read", *get_args(SchoolVerb)) if place == "school" else get_args(RoomVerb)


def _said(phase: str, role: str, verb: Verb, place: str) -> str:
    found = {at: reach(rights(phase, inside=inside), role, verb, place, year) for at, inside, year in CASES}
    everything = found["out of school, year 5"]
    parts = [_reach(everything)] if everything else []
    if everything and found["in school, year 5"] != everything:
        parts.append(f"out of school only: {_reach(everything - found['in school, year 5'])}")
    if everything != found["out of school, year 2"]:
        parts.append(f"not in year 2: {_reach(everything - found['out of school, year 2'])}")
    return "; ".join(parts)


CASES: Final = tuple(
    (f"{'in' if inside else 'out of'} school, year {year}", inside, year) for inside in (True, False) for year in YEARS
)
Reach = frozenset[tuple[str, str]]  # relation, role of the other


@cache
def rights(phase: str, *, inside: bool) -> Rights:
    return compiled(phase, {}, {}, is_open=lambda window, _: window == "always" or not inside)


def reach(
    given: Rights, role: str, verb: Verb, kind: str, year: str, among: Collection[str] = tuple(sorted(ROLES))
) -> Reach:
    """Towards whom, `among` these roles, somebody may do this, in every relation there is, none among them.

    Whoever may not do it to somebody who is everything to them at once may not do it in any one relation.
    """
    who = Who("p1", "s1", role, year=year, rights=given)
    others = among if kind == "thread" or (verb in SCHOOL_VERBS) else [NOBODY_IN_PARTICULAR]
    return frozenset(
        (relation, other)
        for other in others
        if may(who, verb, _place(kind, other, RELATIONS), NOW) is None
        for relation in (NOBODY_IN_PARTICULAR, *sorted(RELATIONS))
        if may(who, verb, _place(kind, other, {relation} - {NOBODY_IN_PARTICULAR}), NOW) is None
    )


def _place(kind: str, other: str, relations: Collection[str]) -> Place:
    return Place(
        "s1", kind, closed=False, member=True, may_write=True,
        others=() if other == NOBODY_IN_PARTICULAR else (other,),
        relations=relations,
    )  # fmt: skip


def _reach(found: Reach) -> str:
    """`own_teacher: head, teacher; anybody: dsl`: relations that add nothing to what holds for anybody are left out."""
    by_relation: dict[str, set[str]] = {}
    for relation, other in found:
        by_relation.setdefault(relation, set()).add(other)
    anybody = by_relation.pop(NOBODY_IN_PARTICULAR, set())
    parts = [_others("anybody", anybody)] if anybody else []
    parts += [_others(of, others - anybody) for of, others in sorted(by_relation.items()) if others - anybody]
    return " | ".join(parts)


def _others(relation: str, others: set[str]) -> str:
    if others in ({NOBODY_IN_PARTICULAR}, ROLES):
        return "yes" if relation == "anybody" else relation
    return f"{relation}: {', '.join(sorted(others))}"


if __name__ == "__main__":
    print("\n".join(lines(sys.argv[1])))
