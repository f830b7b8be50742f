"""What administrators change about people. Every change is audited, and the person's open pages ask anew."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, delete, select, update

from accounts import people as accounts
from accounts import rules, sessions
from accounts.administration import people
from accounts.administration.desk import Hooks
from accounts.administration.rules import check_giving, check_touching, check_year, state_of
from accounts.asking import require
from accounts.audit.log import record
from accounts.model import group_member, guardian, person, role, school
from accounts.rights import LEADERS, STAFF_ROLES
from accounts.second_step import enrolment as second_step
from accounts.sessions import Actor
from realtime.refusal import Refusal
from storage.database import Transaction
from storage.rows import AnyRow

CHANGED: Final = "person_changed"


@dataclass(frozen=True)
class Wanted:
    """What a person's form says."""

    login: str
    name: str
    full_name: str
    role: str
    year: str
    manager: str = ""  # a sign-in name


def touchable(connection: Connection, actor: Actor, person_id: str, now_ms: int) -> AnyRow:
    """The person, if the actor may change them at all: nobody changes somebody whose role may do more."""
    require(connection, actor, "manage_people", now_ms, about=person_id)
    found = people.one(connection, actor.school, person_id)
    mine, theirs = (people.base_of(connection, actor.school, each) for each in (actor.role, found.role))
    check_touching(mine, theirs)
    return found


class Changes:
    """One administrator at work on people, in one transaction."""

    def __init__(self, tx: Transaction, actor: Actor, hooks: Hooks, now_ms: int) -> None:
        self.tx = tx
        self.actor = actor
        self.hooks = hooks
        self.now_ms = now_ms
        require(tx.connection, actor, "manage_people", now_ms)
        self._base = people.base_of(tx.connection, actor.school, actor.role)

    def add(self, wanted: Wanted) -> str:
        """A new person, who cannot sign in before they are given a way to; gives the id."""
        base = self._base_given(wanted.role)
        year = check_year(wanted.year) if base == "learner" else None
        login = self._free_login(wanted.login, "")
        made = self.hooks.enrol(self.tx, self.actor.school, login, rules.check_name(wanted.name), base, self.now_ms)
        full_name = rules.check_name(wanted.full_name or wanted.name) if base != "learner" or wanted.full_name else ""
        manager = self._manager(wanted.manager, made)
        self._set(made, {"role": wanted.role, "full_name": full_name, "year": year, "manager_id": manager})
        self.hooks.role_given(self.tx, self.actor.school, made, base, self.now_ms)
        self._record("person_added", made, {"role": wanted.role})
        return made

    def change(self, person_id: str, wanted: Wanted) -> None:
        """Bring a person to what the form says."""
        before = self._touchable(person_id)
        base = self._base_given(wanted.role) if wanted.role != before.role else self._base_of(before.role)
        if wanted.role != before.role:
            self._check_role_change(before)
        after = {
            "login": self._free_login(wanted.login, person_id),
            "name": rules.check_name(wanted.name),
            "full_name": rules.check_name(wanted.full_name) if wanted.full_name else "",
            "role": wanted.role,
            "year": check_year(wanted.year) if base == "learner" else None,
            "manager_id": self._manager(wanted.manager, person_id),
        }
        changed = {name: value for name, value in after.items() if getattr(before, name) != value}
        if changed:
            self._apply(before, changed, base)

    def disable(self, person_id: str) -> None:
        """Close an account at once: its sessions end and its connections close."""
        self._not_oneself(person_id)
        before = self._touchable(person_id)
        self._check_not_last(before)
        accounts.disable(self.tx, person_id, self.hooks.announce, self.now_ms, by=self.actor.person)

    def reopen(self, person_id: str) -> None:
        """Open a closed account; the person signs in anew."""
        before = self._touchable(person_id)
        if before.erased_ms is not None:
            raise Refusal("bad_request", "This account was erased. It cannot be opened again.")
        accounts.enable(self.tx, person_id, self.now_ms, by=self.actor.person)

    def end_sessions(self, person_id: str) -> None:
        """Sign a person out everywhere."""
        self._touchable(person_id)
        open_ones = sessions.open_of(self.tx.connection, person_id)
        if open_ones:
            sessions.end(self.tx, open_ones, self.now_ms)
            self.hooks.announce(self.tx, person_id, "session_ended", {"sessions": sorted(open_ones)}, self.now_ms)
        self._record("sessions_ended", person_id, {"sessions": len(open_ones)})

    def reset_second_step(self, person_id: str) -> None:
        """For whoever lost phone, key and recovery codes: the password alone signs in again; all sessions end."""
        self._not_oneself(person_id)
        self._touchable(person_id)
        second_step.reset(self.tx, person_id, self.hooks.announce, self.now_ms, by=self.actor.person)

    def link(self, learner_id: str, login: str) -> None:
        """Make somebody the guardian of a learner."""
        learner = self._touchable(learner_id)
        whom = people.by_login(self.tx.connection, self.actor.school, rules.fold_login(login))
        if self._base_of(learner.role) != "learner":
            raise Refusal("bad_request", "Only learners have guardians.")
        if whom.id == learner_id or self._base_of(whom.role) == "learner":
            raise Refusal("bad_request", "A learner cannot be somebody's guardian.")
        known = select(guardian.c.origin).where(self._pair(whom.id, learner_id))
        if self.tx.connection.scalar(known) is None:
            self.tx.connection.execute(
                guardian.insert().values(guardian_id=whom.id, learner_id=learner_id, origin="name")
            )
            self._family_changed("guardian_linked", whom.id, learner_id)

    def unlink(self, learner_id: str, guardian_id: str) -> None:
        """Undo a link that was made by hand; what the roster says is changed in the roster."""
        self._touchable(learner_id)
        of = self._pair(guardian_id, learner_id)
        origin = self.tx.connection.scalar(select(guardian.c.origin).where(of))
        if origin is None:
            raise Refusal("not_found")
        if origin == "roster":
            raise Refusal("bad_request", "This comes from the roster. Change it there, and it changes here.")
        self.tx.connection.execute(delete(guardian).where(of))
        self._family_changed("guardian_unlinked", guardian_id, learner_id)

    def _apply(self, before: AnyRow, changed: Mapping[str, Any], base: str) -> None:
        self._set(before.id, changed)
        if "role" in changed:
            self.hooks.role_given(self.tx, self.actor.school, before.id, base, self.now_ms)
        detail: dict[str, Any] = {"fields": sorted(changed)}
        if "role" in changed:
            detail |= {"from": before.role, "to": changed["role"]}
        self._record(CHANGED, before.id, detail)
        self._tell(before.id)

    def _touchable(self, person_id: str) -> AnyRow:
        return touchable(self.tx.connection, self.actor, person_id, self.now_ms)

    def _check_role_change(self, before: AnyRow) -> None:
        if before.id == self.actor.person:
            raise Refusal("forbidden", "You cannot change your own role. Ask a colleague who may.")
        self._check_not_last(before)

    def _check_not_last(self, before: AnyRow) -> None:
        """A school without anybody who may administer it could never be opened again."""
        if self._base_of(before.role) not in LEADERS:
            return
        if self.tx.connection.dialect.name == "postgresql":  # else two could close each other's accounts at once
            self.tx.connection.execute(select(school.c.id).where(school.c.id == self.actor.school).with_for_update())
        named = select(role.c.id).where(role.c.school_id == self.actor.school, role.c.base.in_(LEADERS))
        others = self.tx.connection.execute(
            select(*people.COLUMNS).where(
                person.c.school_id == self.actor.school, person.c.id != before.id,
                person.c.role.in_(LEADERS) | person.c.role.in_(named),
            )
        )  # fmt: skip
        if not any(state_of(each, self.now_ms) == "active" for each in others):
            raise Refusal("forbidden", "This is the last person who can administer the school.")

    def _not_oneself(self, person_id: str) -> None:
        if person_id == self.actor.person:
            raise Refusal("forbidden", "You cannot close your own account. Ask a colleague who may.")

    def _free_login(self, login: str, of: str) -> str:
        folded = rules.check_name(rules.fold_login(login))
        taken = select(person.c.id).where(
            person.c.school_id == self.actor.school, person.c.login == folded, person.c.id != of
        )
        if self.tx.connection.scalar(taken) is not None:
            raise Refusal("bad_request", "Somebody at this school has this sign-in name already.")
        return folded

    def _manager(self, login: str, person_id: str) -> str | None:
        if not login:
            return None
        found = people.by_login(self.tx.connection, self.actor.school, rules.fold_login(login))
        if found.id == person_id or self._base_of(found.role) not in STAFF_ROLES:
            raise Refusal("bad_request", "A line manager is somebody else, and on the staff.")
        return str(found.id)

    def _base_given(self, name: str) -> str:
        base = self._base_of(name)
        check_giving(self._base, base)
        return base

    def _base_of(self, name: str) -> str:
        return people.base_of(self.tx.connection, self.actor.school, name)

    def _pair(self, guardian_id: str, learner_id: str) -> Any:
        return (guardian.c.guardian_id == guardian_id) & (guardian.c.learner_id == learner_id)

    def _family_changed(self, kind: str, guardian_id: str, learner_id: str) -> None:
        self._record(kind, learner_id, {"guardian": guardian_id})
        groups = self.tx.connection.scalars(
            select(group_member.c.group_id).where(group_member.c.person_id == learner_id).distinct()
        )
        self.hooks.groups_changed(self.tx, self.actor.school, sorted(groups), self.now_ms)  # whose pages they follow
        self._tell(guardian_id)
        self._tell(learner_id)

    def _set(self, person_id: str, values: Mapping[str, Any]) -> None:
        self.tx.connection.execute(update(person).where(person.c.id == person_id).values(**values))

    def _tell(self, person_id: str) -> None:
        self.hooks.announce(self.tx, person_id, "access_changed", {}, self.now_ms)

    def _record(self, kind: str, person_id: str, detail: Mapping[str, Any] | None = None) -> None:
        record(
            self.tx, self.actor.school, kind, self.now_ms,
            by=self.actor.person, subject=person_id, in_school=self.actor.in_school, detail=detail,
        )  # fmt: skip
