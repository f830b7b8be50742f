"""Groups as administrators see and change them: who is in, by hand or for some days."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, and_, delete, func, or_, select, update

from accounts import rules
from accounts.administration import people
from accounts.administration.desk import Hooks
from accounts.administration.rules import COVERED_KINDS, HAND_MADE_KINDS, check_part, check_year, cover_span
from accounts.asking import require
from accounts.audit.log import record
from accounts.model import group_member, person, school_group
from accounts.rights import LEADERS, STAFF_ROLES
from accounts.sessions import Actor
from realtime.refusal import Refusal
from storage.database import Transaction
from storage.ids import new_id
from storage.rows import AnyRow

CHANGED: Final = "group_changed"
_MEMBER_COLUMNS: Final = (
    person.c.id, person.c.name, person.c.full_name, person.c.login, person.c.role, person.c.year, group_member.c.part,
    group_member.c.origin, group_member.c.from_ms, group_member.c.until_ms, group_member.c.given_by,
)  # fmt: skip


def one(connection: Connection, school_id: str, group_id: str) -> AnyRow:
    """A group of this school; Refusal `not_found`."""
    chosen = select(school_group).where(school_group.c.id == group_id, school_group.c.school_id == school_id)
    found = connection.execute(chosen).first()
    if found is None:
        raise Refusal("not_found", "There is no such group at this school.")
    return found


def every(connection: Connection, school_id: str) -> list[AnyRow]:
    """All groups with `people`, how many they have; the archived ones last."""
    chosen = (
        select(school_group, func.count(group_member.c.person_id.distinct()).label("people"))
        .join(group_member, group_member.c.group_id == school_group.c.id, isouter=True)
        .where(school_group.c.school_id == school_id)
        .group_by(*school_group.c)
    )
    rows = connection.execute(chosen).all()
    return sorted(rows, key=lambda row: (row.archived_ms is not None, row.kind, people.fold(row.name)))


def members(connection: Connection, group_id: str, now_ms: int) -> list[AnyRow]:
    """Who is in a group, leaders first, then by name; covers that are over are left out."""
    chosen = (
        select(*_MEMBER_COLUMNS)
        .join(person, person.c.id == group_member.c.person_id)
        .where(group_member.c.group_id == group_id, _not_over(now_ms))
    )
    rows = connection.execute(chosen).all()
    return sorted(rows, key=lambda row: (row.part == "learner", row.part, people.fold(row.name), row.id))


def covers(connection: Connection, school_id: str, now_ms: int) -> list[AnyRow]:
    """Covers that run or are to come, with the group's name, soonest first."""
    chosen = (
        select(*_MEMBER_COLUMNS, school_group.c.id.label("group_id"), school_group.c.name.label("group_name"))
        .join(person, person.c.id == group_member.c.person_id)
        .join(school_group, school_group.c.id == group_member.c.group_id)
        .where(school_group.c.school_id == school_id, group_member.c.origin == "cover", _not_over(now_ms))
    )
    return list(connection.execute(chosen.order_by(group_member.c.from_ms, person.c.name)).all())


def _not_over(now_ms: int) -> Any:
    return or_(group_member.c.until_ms.is_(None), group_member.c.until_ms > now_ms)


class GroupChanges:
    """One administrator at work on groups, in one transaction."""

    def __init__(self, tx: Transaction, actor: Actor, hooks: Hooks, now_ms: int, group_id: str | None = None) -> None:
        self.tx = tx
        self.actor = actor
        self.hooks = hooks
        self.now_ms = now_ms
        require(tx.connection, actor, "manage_groups", now_ms, group=group_id)

    def make(self, kind: str, name: str, year: str) -> str:
        """A group that the roster knows nothing of; gives its id."""
        if kind not in HAND_MADE_KINDS:
            raise Refusal("bad_request", "This kind of group comes from the roster.")
        group_id = new_id("g")
        self.tx.connection.execute(
            school_group.insert().values(
                id=group_id, school_id=self.actor.school, kind=kind, name=rules.check_name(name),
                year=check_year(year), created_ms=self.now_ms,
            )
        )  # fmt: skip
        self._done("group_made", group_id, {"kind": kind})
        return group_id

    def rename(self, group_id: str, name: str) -> None:
        found = one(self.tx.connection, self.actor.school, group_id)
        if found.sourced_id is not None:
            raise Refusal("bad_request", "This comes from the roster. Change it there, and it changes here.")
        self._set(group_id, name=rules.check_name(name))
        self._done(CHANGED, group_id, {"fields": ["name"]})

    def archive(self, group_id: str) -> None:
        """Put a group away: nobody is related through it any more, and nothing of it is lost."""
        self._open(group_id)
        self._set(group_id, archived_ms=self.now_ms)
        self._done("group_archived", group_id, {}, self._people_of(group_id))

    def bring_back(self, group_id: str) -> None:
        one(self.tx.connection, self.actor.school, group_id)
        self._set(group_id, archived_ms=None)
        self._done("group_brought_back", group_id, {}, self._people_of(group_id))

    def add(self, group_id: str, login: str, part: str) -> None:
        """Put somebody into a group by hand, by sign-in name."""
        self._open(group_id)
        whom = people.by_login(self.tx.connection, self.actor.school, rules.fold_login(login))
        self._check_fits(whom, check_part(part))
        row = {"group_id": group_id, "person_id": whom.id, "part": part, "origin": "name"}
        if self.tx.connection.scalar(select(group_member.c.part).filter_by(**row)) is not None:
            return
        self.tx.connection.execute(group_member.insert().values(**row, given_by=self.actor.person))
        self._done(CHANGED, group_id, {"added": [whom.id], "part": part}, [whom.id])

    def remove(self, group_id: str, person_id: str, part: str) -> None:
        """Take somebody out who was put in by hand."""
        self._open(group_id)
        of = and_(group_member.c.group_id == group_id, group_member.c.person_id == person_id)
        by_hand = and_(of, group_member.c.part == part, group_member.c.origin == "name")
        if not self.tx.connection.execute(delete(group_member).where(by_hand)).rowcount:
            if self.tx.connection.scalar(select(group_member.c.part).where(of).limit(1)) is None:
                raise Refusal("not_found", "There is no such person at this school.")
            raise Refusal("bad_request", "This comes from the roster. Change it there, and it changes here.")
        self._done(CHANGED, group_id, {"removed": [person_id], "part": part}, [person_id])

    def cover(self, group_id: str, login: str, first: date, last: date) -> None:
        """Give a class to a cover teacher from the first day to the last, on the school's clock."""
        found = self._open(group_id)
        if found.kind not in COVERED_KINDS:
            raise Refusal("bad_request", "Cover is for classes, teaching groups and tutor groups.")
        whom = people.by_login(self.tx.connection, self.actor.school, rules.fold_login(login))
        self._check_fits(whom, "teacher")
        from_ms, until_ms = cover_span(first, last, self.now_ms, self.actor.zone)
        self._put_cover(group_id, whom.id, from_ms, until_ms)
        days = {"first": first.isoformat(), "last": last.isoformat()}
        self._done("cover_given", group_id, {"person": whom.id, **days}, [whom.id])

    def end_cover(self, group_id: str, person_id: str) -> None:
        """End a cover now; one that has not begun never happens."""
        of = _cover_of(group_id, person_id)
        found = self.tx.connection.execute(select(group_member.c.from_ms).where(of, _not_over(self.now_ms))).first()
        if found is None:
            raise Refusal("not_found")
        if found.from_ms is not None and found.from_ms >= self.now_ms:
            self.tx.connection.execute(delete(group_member).where(of))
        else:
            self.tx.connection.execute(update(group_member).where(of).values(until_ms=self.now_ms))
        self._done("cover_ended", group_id, {"person": person_id}, [person_id])

    def _put_cover(self, group_id: str, person_id: str, from_ms: int, until_ms: int) -> None:
        values = {"from_ms": from_ms, "until_ms": until_ms, "given_by": self.actor.person}
        of = _cover_of(group_id, person_id)
        if not self.tx.connection.execute(update(group_member).where(of).values(**values)).rowcount:
            row = {"group_id": group_id, "person_id": person_id, "part": "teacher", "origin": "cover"}
            self.tx.connection.execute(group_member.insert().values(**row, **values))

    def _open(self, group_id: str) -> AnyRow:
        found = one(self.tx.connection, self.actor.school, group_id)
        if found.archived_ms is not None:
            raise Refusal("bad_request", "This group is archived. Bring it back first.")
        return found

    def _check_fits(self, whom: AnyRow, part: str) -> None:
        """Learners do not lead groups: it would make them related to each other as a teacher is."""
        base = people.base_of(self.tx.connection, self.actor.school, whom.role)
        if part == "learner" and base != "learner":
            raise Refusal("bad_request", "Only learners are in a group as learners.")
        if part != "learner" and base not in STAFF_ROLES:
            raise Refusal("bad_request", "Only staff lead a group.")
        if part != "learner" and whom.id == self.actor.person and base not in LEADERS:
            raise Refusal("forbidden", "You cannot give yourself a group. Ask a colleague who may.")

    def _people_of(self, group_id: str) -> list[str]:
        chosen = select(group_member.c.person_id).where(group_member.c.group_id == group_id).distinct()
        return list(self.tx.connection.scalars(chosen.order_by(group_member.c.person_id)))

    def _set(self, group_id: str, **values: Any) -> None:
        self.tx.connection.execute(update(school_group).where(school_group.c.id == group_id).values(**values))

    def _done(self, kind: str, group_id: str, detail: dict[str, Any], affected: Sequence[str] = ()) -> None:
        """Audit, let the rooms follow, and have the people's open pages ask anew what they may."""
        self.hooks.groups_changed(self.tx, self.actor.school, [group_id], self.now_ms)
        record(
            self.tx, self.actor.school, kind, self.now_ms,
            by=self.actor.person, subject=group_id, in_school=self.actor.in_school, detail=detail or None,
        )  # fmt: skip
        for each in affected:
            self.hooks.announce(self.tx, each, "access_changed", {}, self.now_ms)


def _cover_of(group_id: str, person_id: str) -> Any:
    return and_(
        group_member.c.group_id == group_id, group_member.c.person_id == person_id,
        group_member.c.part == "teacher", group_member.c.origin == "cover",
    )  # fmt: skip
