"""Compares groups, terms and guardians with what a roster wants. Pure."""

from collections.abc import Mapping, Set
from typing import TypedDict

from msgspec import Struct

from accounts.roster.current import Current
from accounts.roster.difference import GroupChange, TermChange
from accounts.roster.wanted import Pair, Wanted


class Named(Struct, frozen=True):
    """A group's kind and name."""

    kind: str
    name: str


class GroupsChanged(TypedDict):
    """What changes about groups."""

    groups_new: tuple[GroupChange, ...]
    groups_changed: tuple[GroupChange, ...]
    groups_archived: tuple[GroupChange, ...]
    groups_reopened: tuple[GroupChange, ...]


class TermsChanged(TypedDict):
    """What changes about terms."""

    terms_new: tuple[TermChange, ...]
    terms_changed: tuple[TermChange, ...]
    terms_removed: tuple[TermChange, ...]


def named(current: Current) -> dict[str, Named]:
    return {sid: Named(each.kind, each.name) for sid, each in current.groups.items()}


def open_groups(current: Current, wanted: Wanted) -> dict[str, Named]:
    """The groups that are open once the roster is carried in."""
    told = {sid: Named(each.kind, each.name) for sid, each in wanted.groups.items() if not each.gone}
    if wanted.modes.get("groups") == "bulk":
        return told
    gone = {sid for sid, each in wanted.groups.items() if each.gone}
    kept = {sid: each for sid, each in named(current).items() if not current.groups[sid].archived and sid not in gone}
    return {**kept, **told}


def groups(current: Current, wanted: Wanted) -> GroupsChanged:
    after, new, changed, reopened = open_groups(current, wanted), [], [], []
    for sid, each in sorted(wanted.groups.items()):
        if each.gone:
            continue
        before = current.groups.get(sid)
        change = GroupChange(sid, each.kind, each.name, each.year, before.name if before else "")
        if before is None:
            new.append(change)
        elif before.archived:
            reopened.append(change)
        elif (before.kind, before.name, before.year) != (each.kind, each.name, each.year):
            changed.append(change)
    archived = [
        GroupChange(sid, each.kind, each.name, each.year, each.name)
        for sid, each in sorted(current.groups.items()) if not each.archived and sid not in after
    ]  # fmt: skip
    return GroupsChanged(
        groups_new=tuple(new), groups_changed=tuple(changed), groups_archived=tuple(archived),
        groups_reopened=tuple(reopened),
    )  # fmt: skip


def terms(current: Current, wanted: Wanted) -> TermsChanged:
    new, changed, removed = [], [], []
    for sid, each in sorted(wanted.terms.items()):
        before = current.terms.get(sid)
        change = TermChange(sid, each.kind, each.name, each.starts_on, each.ends_on)
        if each.gone:
            continue
        if before is None:
            new.append(change)
        elif TermChange(sid, before.kind, before.name, before.starts_on, before.ends_on) != change:
            changed.append(change)
    whole = wanted.modes.get("terms") == "bulk"
    for sid, kept in sorted(current.terms.items()):
        told = wanted.terms.get(sid)
        if told.gone if told is not None else whole:
            removed.append(TermChange(sid, kept.kind, kept.name, kept.starts_on, kept.ends_on))
    return TermsChanged(terms_new=tuple(new), terms_changed=tuple(changed), terms_removed=tuple(removed))


def pairs(
    current: Current, wanted: Wanted, told: Set[Pair], staying: Set[str]
) -> tuple[tuple[Pair, ...], tuple[Pair, ...]]:
    """The guardians' relations that are new, and those that end."""
    before = current.guardians
    listing = {each for pair in wanted.guardians for each in pair}
    removed = {pair for pair in before - told if _ends(wanted, listing, pair) or not set(pair) <= staying}
    return tuple(sorted(told - before - current.guardians_by_hand)), tuple(sorted(removed))


def _ends(wanted: Wanted, listing: Set[str], pair: Pair) -> bool:
    """Whether a relation that nobody tells of any more is over.

    In a file of changes a list of agents replaces the one before; an empty one says nothing, for half of the systems
    list the guardians with the learner and the other half the learners with the guardian.
    """
    mode = wanted.modes.get("guardians")
    if mode is None or wanted.unclear.intersection(pair):
        return False
    people: Mapping[str, object] = wanted.people
    return mode == "bulk" or any(each in people and each in listing for each in pair)
