"""A policy as data: rules with names, the limits that none may pass, and the making of `Rights`. Pure."""

import tomllib
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct, structs

from accounts.policy.windows import BUILT_IN
from accounts.rights import (
    KEEPING,
    KINDS,
    LEADERS,
    ROLES,
    SCHOOL_VERBS,
    STAFF_ONLY,
    STAFF_ROLES,
    Kind,
    Line,
    Open,
    Relation,
    Rights,
    RoomKind,
    Verb,
    unless_never,
)
from realtime.refusal import Refusal

FOLDER: Final = Path(__file__).parent / "defaults"

PlaceKind = Literal["person", "school", RoomKind, "thread", "help"]
# Those of every school, or one of a school's own: its id. One that is not there, or no more, counts as never.
WindowName = Annotated[str, Meta(pattern=r"^(always|never|out_of_school|school_days|w[0-9a-z]{10})$")]
Year = Annotated[str, Meta(pattern=r"^(N|R|[1-9]|1[0-4])$")]

# Names that a rule may use for many roles at once. A role that a school has made counts as the one it was copied from.
SETS: Final[Mapping[str, frozenset[str]]] = {
    "everyone": ROLES,
    "staff": STAFF_ROLES,
    "leaders": LEADERS,
    "safeguarding": frozenset({"dsl", "head"}),
    "educators": STAFF_ROLES - {"office"},
}


class Rule(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One thing that some people may do.

    who, to: roles, or names of SETS; `to`: the other people concerned, none for any. relation: what each of those
    must be to the asker. years: of the askers, none for all. locked: no school may change it.
    """

    who: tuple[str, ...]
    verbs: tuple[Verb, ...]
    place: PlaceKind
    to: tuple[str, ...] = ()
    relation: Relation | None = None
    years: tuple[Year, ...] = ()
    window: WindowName = "always"
    on: bool = True
    locked: bool = False


Rules = Mapping[str, Rule]
Changes = Mapping[str, Rule | None]  # by the rule's name, or name@role for one role alone; None: does not hold
OwnRoles = Mapping[str, str]  # a school's own role → the built-in one it was copied from

WINDOWS: Final = ("always", "never", *BUILT_IN)  # that every school has
PHASES: Final[Mapping[str, str]] = {
    "primary": "primary", "special": "primary", "secondary": "secondary", "all-through": "secondary",
}  # fmt: skip


@cache
def shipped(phase: str) -> Rules:
    """The rules that a school of this phase begins with."""
    read = tomllib.loads((FOLDER / f"{PHASES[phase]}.toml").read_text("utf-8"))
    return msgspec.convert(read, dict[str, Rule])


def merged(phase: str, changes: Changes) -> Rules:
    """All rules of a school: the shipped ones as it changed them, and its own."""
    rules = dict(shipped(phase))
    locked = {name for name, rule in rules.items() if rule.locked}
    for name, rule in changes.items():
        if name in locked or "@" in name:
            continue
        if rule is None:
            rules.pop(name, None)
        else:
            rules[name] = rule
    return rules


def compiled(
    phase: str, changes: Changes, own: OwnRoles, second_step: Collection[str] = (), is_open: Open = unless_never,
    own_windows: Collection[str] = (),
) -> Rights:  # fmt: skip
    """What may be asked. `second_step`: roles that need a second factor for what is grave.

    A rule whose window is `never`, or is not there, gives nothing: it is not closed at this time, it is not allowed.
    """
    windows = {"always", *BUILT_IN, *own_windows}
    bases = {**{role: role for role in ROLES}, **own}
    lines: dict[tuple[str, str, str], tuple[Line, ...]] = {}
    for role, base in bases.items():
        for rule in _of(role, base, phase, changes):
            for verb in rule.verbs:
                if within_limits(base, verb, rule) and rule.window in windows:
                    key = (role, verb, rule.place)
                    lines[key] = (*lines.get(key, ()), _line(rule, bases))
    kinds: dict[str, Kind] = {role: KINDS[base] for role, base in bases.items()}
    needing = frozenset(role for role, base in bases.items() if role in second_step or base in second_step)
    return Rights(lines, kinds, needing, is_open)


def _of(role: str, base: str, phase: str, changes: Changes) -> Iterator[Rule]:
    """The rules that concern a role; a change for this role alone goes before one for all."""
    for name, rule in merged(phase, changes).items():
        alone = None if rule.locked else changes.get(f"{name}@{role}", rule)
        held = rule if rule.locked else alone
        if held is not None and held.on and not _names(held.who).isdisjoint({role, base}):
            yield held


def _line(rule: Rule, bases: Mapping[str, str]) -> Line:
    others = None
    if rule.to:
        named = _names(rule.to)
        others = frozenset(role for role, base in bases.items() if role in named or base in named)
    years = frozenset(rule.years) or None
    window = None if rule.window == "always" or never_windowed(rule) else rule.window
    return Line(rule.relation, others, years, window)


def never_windowed(rule: Rule) -> bool:
    """Whether this is how learners reach their own teachers, which no clock closes."""
    return rule.place == "thread" and rule.relation == "own_teacher" and not {"start", "write"}.isdisjoint(rule.verbs)


def _names(listed: Collection[str]) -> frozenset[str]:
    return frozenset().union(*(SETS.get(name, {name}) for name in listed))


def within_limits(base: str, verb: str, rule: Rule) -> bool:
    """Whether a rule may give this verb to a role at all, whatever a school settles."""
    kind = KINDS[base]
    if verb in SCHOOL_VERBS or verb == "look":
        return kind == "staff"
    if rule.place in STAFF_ONLY or verb == "presence":
        return kind == "staff"
    if verb in KEEPING or rule.place == "governors":
        return kind in ("staff", "governor")
    if verb == "write" and rule.place == "family":
        return kind == "staff"  # where families and children read together
    return rule.place != "thread" or _in_threads(kind, verb, rule)


def _in_threads(kind: Kind, verb: str, rule: Rule) -> bool:
    to = {KINDS[role] for role in _names(rule.to or ("everyone",)) if role in KINDS}
    if verb == "receipts":  # children never see of each other what was read
        return kind != "learner" or "learner" not in to
    return verb not in ("start", "write") or _may_ever_write(kind, to, rule)


def _may_ever_write(kind: Kind, to: Collection[Kind], rule: Rule) -> bool:
    """Grown-ups from outside never write to children; a guardian only to the school."""
    if "learner" in to and kind in ("governor", "visitor", "guardian"):
        return False
    return not (kind == "learner" and rule.relation is None and to != {"staff"})


def checked(name: str, rule: Rule, phase: str, own: OwnRoles, own_windows: Collection[str] = ()) -> Rule:
    """A rule that a school may have; Refusal `bad_request` or `forbidden` says why not.

    `own_windows`: ids of the windows that the school has made.
    """
    before = shipped(phase).get(name.partition("@")[0])
    if (before is not None and before.locked) or rule.locked:
        raise Refusal("forbidden", "This rule protects children or the school, and cannot be changed.")
    known = set(SETS) | ROLES | set(own)
    if not rule.who or not rule.verbs or not known.issuperset({*rule.who, *rule.to}):
        raise Refusal("bad_request", "A rule names the roles that it is about, and what they may do.")
    if rule.window not in (*WINDOWS, *own_windows):
        raise Refusal("bad_request", "There are no such opening times.")
    if never_windowed(rule) and rule.window not in ("always", "never"):
        raise Refusal("forbidden", "Learners can always write to their own teachers: no opening times close that.")
    bases = {**{role: role for role in ROLES}, **own}
    for role in _names(rule.who):
        for verb in rule.verbs:
            if rule.on and not within_limits(bases[role], verb, rule):
                raise Refusal("forbidden", "No school can allow this: it would not be safe for children.")
    return structs.replace(rule, locked=False)
