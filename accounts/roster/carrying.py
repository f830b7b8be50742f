"""Carries a difference into the tables, each kind of change in one statement, within one transaction."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import select

from accounts import settings
from accounts.model import group_member
from accounts.roster.current import Current
from accounts.roster.difference import Change, Difference, GroupChange
from accounts.roster.hooks import Hooks
from storage.database import Transaction
from storage.ids import new_id
from storage.rows import Statement

DAY_MS: Final = 24 * 3600 * 1000


def _inserting(table: str, columns: Mapping[str, type], **constants: str) -> Statement:
    names = ", ".join((*columns, *constants))
    values = ", ".join((*(f"given.{name}" for name in columns), *constants.values()))
    return Statement(lambda _, given: f"INSERT INTO {table} ({names}) SELECT {values} FROM {given} AS given", columns)


def _updating(table: str, sets: str, columns: Mapping[str, type], matching: str = "id = given.id") -> Statement:
    return Statement(
        lambda _, given: f"UPDATE {table} SET {sets} FROM {given} AS given WHERE {table}.{matching}", columns
    )


def _removing(table: str, key: Mapping[str, type], also: str = "") -> Statement:
    names = ", ".join(key)
    matching = " AND ".join(f"{table}.{name} = given.{name}" for name in key)
    return Statement(
        lambda dialect, given: (
            f"DELETE FROM {table} WHERE ({names}) IN (SELECT {names} FROM {given} AS given){also}"
            if dialect == "sqlite"
            else f"DELETE FROM {table} USING {given} AS given WHERE {matching}{also}"
        ),
        key,
    )


_new_people: Final = _inserting("person", {
    "id": str, "school_id": str, "login": str, "name": str, "role": str, "created_ms": int, "full_name": str,
    "sourced_id": str, "year": str, "starts_ms": int, "left_ms": int, "off_ms": int,
})  # fmt: skip
_change_people: Final = _updating(
    "person",
    "name = given.name, full_name = given.full_name, year = given.year, starts_ms = given.starts_ms, "
    "left_ms = given.left_ms, sourced_id = given.sourced_id, "
    # The end of an account that somebody put off stays where it is, unless the day of leaving is another.
    "off_ms = CASE WHEN coalesce(person.left_ms, -1) = coalesce(given.left_ms, -1) "
    "THEN person.off_ms ELSE given.off_ms END",
    {"id": str, "name": str, "full_name": str, "year": str, "starts_ms": int, "left_ms": int, "off_ms": int,
     "sourced_id": str},
)  # fmt: skip
_change_roles: Final = _updating("person", "role = given.role", {"id": str, "role": str})
_change_ends: Final = _updating(
    "person", "left_ms = given.left_ms, off_ms = given.off_ms", {"id": str, "left_ms": int, "off_ms": int}
)
_managers: Final = _updating("person", "manager_id = given.manager_id", {"id": str, "manager_id": str})
_words: Final = Statement(
    lambda _, given: (
        f"INSERT INTO roster_role (person_id, role) SELECT person_id, role FROM {given} AS given WHERE true "
        "ON CONFLICT (person_id) DO UPDATE SET role = excluded.role"
    ),
    {"person_id": str, "role": str},
)
_new_groups: Final = _inserting("school_group", {
    "id": str, "school_id": str, "sourced_id": str, "kind": str, "name": str, "year": str, "created_ms": int,
})  # fmt: skip
_change_groups: Final = _updating(
    "school_group", "kind = given.kind, name = given.name, year = given.year, archived_ms = given.archived_ms",
    {"id": str, "kind": str, "name": str, "year": str, "archived_ms": int},
)  # fmt: skip
_SEAT: Final = {"group_id": str, "person_id": str, "part": str}
_OF_SEAT: Final = (
    "group_id = given.group_id AND group_member.person_id = given.person_id AND group_member.part = given.part "
    "AND group_member.origin = 'roster'"
)
_new_seats: Final = _inserting("group_member", {**_SEAT, "from_ms": int, "until_ms": int}, origin="'roster'")
_change_seats: Final = _updating(
    "group_member", "from_ms = given.from_ms, until_ms = given.until_ms",
    {**_SEAT, "from_ms": int, "until_ms": int}, _OF_SEAT,
)  # fmt: skip
_remove_seats: Final = _removing("group_member", _SEAT, " AND origin = 'roster'")
_PAIR: Final = {"guardian_id": str, "learner_id": str}
_new_guardians: Final = _inserting("guardian", _PAIR, origin="'roster'")
_remove_guardians: Final = _removing("guardian", _PAIR, " AND origin = 'roster'")
_new_terms: Final = _inserting("term", {
    "id": str, "school_id": str, "sourced_id": str, "kind": str, "name": str, "starts_on": str, "ends_on": str,
}, origin="'roster'")  # fmt: skip
_change_terms: Final = _updating(
    "term", "kind = given.kind, name = given.name, starts_on = given.starts_on, ends_on = given.ends_on",
    {"id": str, "kind": str, "name": str, "starts_on": str, "ends_on": str},
)  # fmt: skip
_remove_terms: Final = _removing("term", {"id": str})


def carry(tx: Transaction, school_id: str, current: Current, difference: Difference, hooks: Hooks, now_ms: int) -> None:
    """Make it so. `current` is what the difference was planned against, in this same transaction."""
    _Carrying(tx, school_id, current, difference, now_ms).carry(hooks)


class _Carrying:
    def __init__(self, tx: Transaction, school_id: str, current: Current, difference: Difference, now_ms: int) -> None:
        self.tx = tx
        self.school_id = school_id
        self.current = current
        self.difference = difference
        self.now_ms = now_ms
        linked = {each.sid: each.person for each in difference.changing + difference.returning}
        arrived = {each.sid: new_id("p") for each in difference.arriving}
        self.people = {**{sid: who.id for sid, who in current.people.items()}, **linked, **arrived}
        founded = {each.sid: new_id("g") for each in difference.groups_new}
        self.groups = {**{sid: group.id for sid, group in current.groups.items()}, **founded}

    def carry(self, hooks: Hooks) -> None:
        self._people()
        self._groups()
        self._seats()
        self._guardians()
        self._terms()
        arrived = {self.people[each.sid]: each.facts.role for each in self.difference.arriving}
        hooks.arrived(self.tx, self.school_id, arrived, self.now_ms)
        hooks.roles_given(self.tx, self.school_id, {**arrived, **self._new_roles()}, self.now_ms)
        hooks.groups_changed(self.tx, self.school_id, self._changed_groups(), self.now_ms)
        hooks.access_changed(self.tx, self._changed_people(), self.now_ms)

    def _people(self) -> None:
        self._run(_new_people, [
            (self.people[each.sid], self.school_id, each.login, each.facts.name, each.facts.role, self.now_ms,
             each.facts.full_name, each.sid, each.facts.year, each.facts.starts_ms, each.facts.left_ms,
             self._off_ms(each.facts.left_ms))
            for each in self.difference.arriving
        ])  # fmt: skip
        self._run(_change_people, map(self._person, self.difference.changing + self.difference.returning))
        self._run(_change_roles, self._new_roles().items())
        self._run(_change_ends, [
            (each.person, each.left_ms or self.now_ms, self._off_ms(each.left_ms or self.now_ms))
            for each in self.difference.leaving
        ])  # fmt: skip
        self._run(_words, self._role_words())
        self._run(_managers, [
            (self.people[of], self.people[who] if who else None) for of, who in self.difference.managers
        ])  # fmt: skip

    def _person(self, each: Change) -> tuple[Any, ...]:
        facts = each.facts
        ends = facts.left_ms, self._off_ms(facts.left_ms)
        return (each.person, facts.name, facts.full_name, facts.year, facts.starts_ms, *ends, each.sid)

    def _off_ms(self, left_ms: int | None) -> int | None:
        return None if left_ms is None else left_ms + self.current.leaver_days * DAY_MS

    def _new_roles(self) -> dict[str, str]:
        changed = self.difference.changing + self.difference.returning
        return {each.person: role for each in changed if (role := each.new_role)}

    def _role_words(self) -> list[tuple[str, str]]:
        changed = self.difference.changing + self.difference.returning
        words = [(each.person, each.facts.role) for each in changed if each.linked or each.new_role]
        return words + [(self.people[each.sid], each.facts.role) for each in self.difference.arriving]

    def _groups(self) -> None:
        self._run(_new_groups, [
            (self.groups[each.sid], self.school_id, each.sid, each.kind, each.name, each.year or None, self.now_ms)
            for each in self.difference.groups_new
        ])  # fmt: skip
        open_ones = (*self.difference.groups_changed, *self.difference.groups_reopened)
        rows = [self._group(each, None) for each in open_ones]
        self._run(_change_groups, rows + [self._group(each, self.now_ms) for each in self.difference.groups_archived])

    def _group(self, each: GroupChange, archived_ms: int | None) -> tuple[Any, ...]:
        return (self.groups[each.sid], each.kind, each.name, each.year or None, archived_ms)

    def _seats(self) -> None:
        self._run(_remove_seats, [self._seat(key) for key in self.difference.seats_removed])
        for statement, seats in (
            (_new_seats, self.difference.seats_added), (_change_seats, self.difference.seats_changed),
        ):  # fmt: skip
            self._run(statement, [(*self._seat(each.key), each.from_ms, each.until_ms) for each in seats])

    def _seat(self, key: tuple[str, str, str]) -> tuple[str, str, str]:
        return self.groups[key[0]], self.people[key[1]], key[2]

    def _guardians(self) -> None:
        for statement, pairs in (
            (_remove_guardians, self.difference.guardians_removed), (_new_guardians, self.difference.guardians_added),
        ):  # fmt: skip
            self._run(statement, [(self.people[guardian], self.people[learner]) for guardian, learner in pairs])

    def _terms(self) -> None:
        ids = {sid: each.id for sid, each in self.current.terms.items()}
        self._run(_remove_terms, [(ids[each.sid],) for each in self.difference.terms_removed])
        self._run(_change_terms, [
            (ids[each.sid], each.kind, each.name, each.starts_on, each.ends_on)
            for each in self.difference.terms_changed
        ])  # fmt: skip
        self._run(_new_terms, [
            (new_id("t"), self.school_id, each.sid, each.kind, each.name, each.starts_on, each.ends_on)
            for each in self.difference.terms_new
        ])  # fmt: skip
        if self.difference.terms_new or self.difference.terms_changed or self.difference.terms_removed:
            settings.rights_changed(self.tx, self.school_id)  # windows depend on them

    def _changed_groups(self) -> list[str]:
        found = self.difference
        sids = {each.sid for each in (*found.groups_new, *found.groups_archived, *found.groups_reopened)}
        sids |= {key[0] for key in found.seats_removed}
        sids |= {each.key[0] for each in (*found.seats_added, *found.seats_changed)}
        return sorted({self.groups[sid] for sid in sids} | self._families_groups())

    def _families_groups(self) -> set[str]:
        """Those of learners who have other guardians now, for guardians follow them."""
        pairs = (*self.difference.guardians_removed, *self.difference.guardians_added)
        learners = sorted({self.people[learner] for _, learner in pairs})
        found: set[str] = set()
        for start in range(0, len(learners), 500):
            of = group_member.c.person_id.in_(learners[start : start + 500])
            found.update(self.tx.connection.scalars(select(group_member.c.group_id).where(of)))
        return found

    def _changed_people(self) -> list[str]:
        """Whoever is connected has to be judged anew."""
        found = self.difference
        others = {each.person for each in found.changing if each.new_role or "starts_ms" in each.fields}
        others |= {each.person for each in found.leaving}
        return sorted(others | {each.person for each in found.returning})

    def _run(self, statement: Statement, rows: Iterable[Sequence[Any]]) -> None:
        if listed := list(rows):
            statement.run(self.tx.connection, listed)
