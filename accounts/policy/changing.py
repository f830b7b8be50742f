"""What administrators do with the policy and with roles: each change judged, audited, and live at once."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from msgspec import structs
from sqlalchemy import delete, func, select

from accounts import rules as naming
from accounts.asking import require
from accounts.audit.log import record
from accounts.model import person, policy_change, role
from accounts.policy import store
from accounts.policy.rules import Rule, checked, merged, shipped
from accounts.policy.store import AnnounceAll
from accounts.rights import GRAVE, ROLES
from accounts.sessions import Actor
from accounts.windows.model import own_windows
from realtime.refusal import Refusal
from storage.database import Transaction
from storage.ids import new_id

MOST_RULES: Final = 200  # of a school's own, and changes
MOST_ROLES: Final = 50
OWN: Final = "our_"  # what the names of a school's own rules begin with

_encode = msgspec.json.Encoder().encode


class PolicyChanges:
    """Changes of one administrator in one transaction. Refusal says what cannot be."""

    def __init__(self, tx: Transaction, actor: Actor, announce: AnnounceAll, now_ms: int) -> None:
        self._tx = tx
        self._actor = actor
        self._announce = announce
        self._now_ms = now_ms
        self._who = require(tx.connection, actor, "change_policy", now_ms)
        self._phase = store.phase_of(tx.connection, actor.school)
        self._changes = store.changes_of(tx.connection, actor.school)
        self._own = store.own_roles(tx.connection, actor.school)

    # Rules

    def change(self, name: str, rule: Rule) -> None:
        """Have a rule say something else from now on."""
        self._known(name)
        self._keep(name, rule)

    def add(self, rule: Rule) -> str:
        """A rule of the school's own; gives its name."""
        name = new_id(OWN)
        self._keep(name, rule)
        return name

    def switch(self, name: str, *, on: bool) -> None:
        before = self._known(name)
        self._keep(name, structs.replace(before, on=on))

    def restore(self, name: str) -> None:
        """Back to what was shipped; a rule of the school's own is gone."""
        before, after = self._known(name), shipped(self._phase).get(name)
        if after is not None:
            self._check_giving(after)
        self._tx.connection.execute(delete(policy_change).where(self._is(name)))
        self._done("policy_changed", name, {"before": _plain(before), "after": _plain(after)})

    def switch_for_role(self, name: str, role_id: str, *, on: bool) -> None:
        """Have a rule not hold, or hold again, for one role of the school's own."""
        self._own_role(role_id)
        rule, of = self._known(name), f"{name}@{role_id}"
        windows = own_windows(self._tx.connection, self._actor.school)
        checked(of, rule, self._phase, self._own, windows)
        if on:
            self._check_giving(rule)
            self._tx.connection.execute(delete(policy_change).where(self._is(of)))
        else:
            self._write(of, None)
        self._done("policy_changed", of, {"on": on})

    def _known(self, name: str) -> Rule:
        found = merged(self._phase, self._changes).get(name)
        if found is None:
            raise Refusal("not_found", "There is no such rule.")
        return found

    def _keep(self, name: str, rule: Rule) -> None:
        if len(self._changes) >= MOST_RULES and name not in self._changes:
            raise Refusal("too_large", "There are as many rules as there can be. Remove one first.")
        before = merged(self._phase, self._changes).get(name)
        windows = own_windows(self._tx.connection, self._actor.school)
        after = checked(name, rule, self._phase, self._own, windows)
        self._check_giving(after)
        self._write(name, after)
        self._done("policy_changed", name, {"before": _plain(before), "after": _plain(after)})

    def _check_giving(self, rule: Rule) -> None:
        """Nobody makes a rule that lets others, or themselves, look or administer where they may not."""
        for verb in rule.verbs:
            held = (self._who.role, verb, rule.place) in self._who.rights.lines
            if rule.on and verb in GRAVE and not held:
                raise Refusal("forbidden", "You cannot allow what you may not do yourself. Ask the head teacher.")

    def _is(self, name: str) -> Any:
        return (policy_change.c.school_id == self._actor.school) & (policy_change.c.rule == name)

    def _write(self, name: str, rule: Rule | None) -> None:
        self._tx.connection.execute(delete(policy_change).where(self._is(name)))
        self._tx.connection.execute(
            policy_change.insert().values(
                school_id=self._actor.school, rule=name, body=None if rule is None else _encode(rule).decode(),
                changed_by=self._actor.person, changed_ms=self._now_ms,
            )
        )  # fmt: skip

    # Roles

    def make_role(self, name: str, base: str) -> str:
        """A role of the school's own, copied from a built-in one; gives its id."""
        if base not in ROLES:
            raise Refusal("bad_request", "Choose the role that it is copied from.")
        self._check_base(base)
        if len(self._own) >= MOST_ROLES:
            raise Refusal("too_large", "There are as many roles as there can be. Remove one first.")
        made = new_id("x")
        values = {"id": made, "school_id": self._actor.school, "name": self._free(name), "base": base}
        self._tx.connection.execute(role.insert().values(**values, created_ms=self._now_ms))
        self._done("role_made", made, {"base": base})
        return made

    def rename_role(self, role_id: str, name: str) -> None:
        self._own_role(role_id)
        of = role.c.id == role_id
        self._tx.connection.execute(role.update().where(of).values(name=self._free(name, role_id)))
        self._done("role_renamed", role_id, {})

    def remove_role(self, role_id: str) -> None:
        self._own_role(role_id)
        if self._tx.connection.scalar(select(func.count()).select_from(person).where(person.c.role == role_id)):
            raise Refusal("bad_request", "Some people still have this role. Give them another one first.")
        alone = [name for name in self._changes if name.endswith(f"@{role_id}")]
        of = policy_change.c.rule.in_(alone) & (policy_change.c.school_id == self._actor.school)
        self._tx.connection.execute(delete(policy_change).where(of))
        self._tx.connection.execute(delete(role).where(role.c.id == role_id))
        self._done("role_removed", role_id, {"base": self._own[role_id]})

    def _own_role(self, role_id: str) -> None:
        if role_id not in self._own:
            raise Refusal("not_found", "There is no such role.")

    def _check_base(self, base: str) -> None:
        """A copy of a role that may look, or more than the asker, is for those who may the same."""
        lines = self._who.rights.lines
        theirs = {(verb, place) for of, verb, place in lines if of == base and verb in GRAVE}
        mine = {(verb, place) for of, verb, place in lines if of == self._who.role}
        if not theirs <= mine:
            raise Refusal("forbidden", "You cannot copy this role, because it may do more than yours.")

    def _free(self, name: str, role_id: str = "") -> str:
        name = naming.check_name(name)
        same = (role.c.school_id == self._actor.school) & (func.lower(role.c.name) == name.lower())
        if self._tx.connection.scalar(select(role.c.id).where(same, role.c.id != role_id)) is not None:
            raise Refusal("bad_request", "There is a role of this name already.")
        return name

    def _done(self, kind: str, of: str, detail: Mapping[str, Any]) -> None:
        school, actor = self._actor.school, self._actor
        store.changed(self._tx, school, self._announce, self._now_ms)
        record(
            self._tx, school, kind, self._now_ms, by=actor.person, in_school=bool(actor.in_school),
            detail={"of": of, **detail},
        )  # fmt: skip


def _plain(rule: Rule | None) -> Any:
    return None if rule is None else msgspec.to_builtins(rule)
