"""A difference in plain words, the gravest first. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from accounts.rights import STAFF_ROLES
from accounts.roster.difference import Difference, GroupChange
from accounts.roster.wording import Sentence, say

_MOST_NAMES: Final = 12
_LEAVING: Final = {
    "learner": ("%(count)s learner leaves.", "%(count)s learners leave."),
    "staff": ("%(count)s member of staff leaves.", "%(count)s members of staff leave."),
    "guardian": ("%(count)s guardian leaves.", "%(count)s guardians leave."),
    "other": ("%(count)s other person leaves.", "%(count)s other people leave."),
}
_ARRIVING: Final = {
    "learner": ("%(count)s learner is new.", "%(count)s learners are new."),
    "staff": ("%(count)s member of staff is new.", "%(count)s members of staff are new."),
    "guardian": ("%(count)s guardian is new.", "%(count)s guardians are new."),
    "other": ("%(count)s other person is new.", "%(count)s other people are new."),
}
_LATER: Final = {
    "learner": ("%(count)s learner starts later.", "%(count)s learners start later."),
    "staff": ("%(count)s member of staff starts later.", "%(count)s members of staff start later."),
    "guardian": ("%(count)s guardian starts later.", "%(count)s guardians start later."),
    "other": ("%(count)s other person starts later.", "%(count)s other people start later."),
}
_RETURNING: Final = {
    "learner": ("%(count)s learner comes back.", "%(count)s learners come back."),
    "staff": ("%(count)s member of staff comes back.", "%(count)s members of staff come back."),
    "guardian": ("%(count)s guardian comes back.", "%(count)s guardians come back."),
    "other": ("%(count)s other person comes back.", "%(count)s other people come back."),
}
_FIELDS: Final = {
    "role": ("%(count)s person gets another role.", "%(count)s people get another role."),
    "full_name": ("%(count)s person has another name.", "%(count)s people have another name."),
    "name": (
        "%(count)s person is called otherwise by everybody.",
        "%(count)s people are called otherwise by everybody.",
    ),
    "year": ("%(count)s learner is in another year.", "%(count)s learners are in another year."),
    "starts_ms": ("%(count)s person starts on another day.", "%(count)s people start on another day."),
    "left_ms": ("%(count)s person leaves on another day.", "%(count)s people leave on another day."),
}


def sentences(difference: Difference) -> list[Sentence]:
    """What would change; empty if nothing would."""
    return [
        *_by_kind(_LEAVING, (each.role for each in difference.leaving)),
        *_moves(difference),
        *_by_kind(_ARRIVING, (each.facts.role for each in difference.arriving if not each.later)),
        *_by_kind(_LATER, (each.facts.role for each in difference.arriving if each.later)),
        *_by_kind(_RETURNING, (each.facts.role for each in difference.returning)),
        *_fields(difference),
        *_groups(difference),
        *_relations(difference),
        *_terms(difference),
    ]


def kind_of(role: str) -> str:
    return "staff" if role in STAFF_ROLES else role if role in ("learner", "guardian") else "other"


def _by_kind(said: dict[str, tuple[str, str]], roles: Iterable[str]) -> Iterator[Sentence]:
    counts = Counter(map(kind_of, roles))
    yield from (say(*said[kind], counts[kind]) for kind in said if counts[kind])


def _moves(difference: Difference) -> Iterator[Sentence]:
    for each in difference.moves:
        places = {"origin": _names(each.origin), "target": _names(each.target)}
        if each.year:
            yield say(
                "Year %(year)s: %(count)s learner moves from %(origin)s to %(target)s.",
                "Year %(year)s: %(count)s learners move from %(origin)s to %(target)s.",
                each.count, year=each.year, **places,
            )  # fmt: skip
        else:
            yield say(
                "%(count)s learner moves from %(origin)s to %(target)s.",
                "%(count)s learners move from %(origin)s to %(target)s.", each.count, **places,
            )  # fmt: skip


def _fields(difference: Difference) -> Iterator[Sentence]:
    counts = Counter(field for each in difference.changing for field in each.fields if field != "role" or each.new_role)
    yield from (say(*_FIELDS[field], counts[field]) for field in _FIELDS if counts[field])
    if linked := sum(each.linked for each in difference.changing + difference.returning):
        yield say(
            "%(count)s person who was made by hand is linked to the roster.",
            "%(count)s people who were made by hand are linked to the roster.", linked,
        )  # fmt: skip
    if difference.managers:
        yield say(
            "%(count)s person has another line manager.", "%(count)s people have another line manager.",
            len(difference.managers),
        )  # fmt: skip


def _groups(difference: Difference) -> Iterator[Sentence]:
    for one, many, groups in (
        ("%(count)s group closes: %(names)s.", "%(count)s groups close: %(names)s.", difference.groups_archived),
        ("%(count)s group is new: %(names)s.", "%(count)s groups are new: %(names)s.", difference.groups_new),
        ("%(count)s group opens again: %(names)s.", "%(count)s groups open again: %(names)s.",
         difference.groups_reopened),
    ):  # fmt: skip
        if groups:
            yield say(one, many, len(groups), names=_group_names(groups))
    renamed = [each for each in difference.groups_changed if each.was != each.name]
    yield from (say("“%(old)s” is called “%(new)s” from now on.", old=each.was, new=each.name) for each in renamed)
    if others := len(difference.groups_changed) - len(renamed):
        yield say(
            "%(count)s group is of another kind or year.", "%(count)s groups are of another kind or year.", others
        )


def _relations(difference: Difference) -> Iterator[Sentence]:
    for one, many, count in (
        ("%(count)s place in a group is given.", "%(count)s places in groups are given.",
         len(difference.seats_added)),
        ("%(count)s place in a group is taken back.", "%(count)s places in groups are taken back.",
         len(difference.seats_removed)),
        ("%(count)s place in a group has other days.", "%(count)s places in groups have other days.",
         len(difference.seats_changed)),
        ("%(count)s guardian is linked to a learner.", "%(count)s links from guardians to learners are made.",
         len(difference.guardians_added)),
        ("%(count)s guardian is no longer linked to a learner.", "%(count)s links from guardians to learners end.",
         len(difference.guardians_removed)),
    ):  # fmt: skip
        if count:
            yield say(one, many, count)


def _terms(difference: Difference) -> Iterator[Sentence]:
    for one, many, terms in (
        ("%(count)s entry of the calendar is new: %(names)s.", "%(count)s entries of the calendar are new: %(names)s.",
         difference.terms_new),
        ("%(count)s entry of the calendar changes: %(names)s.", "%(count)s entries of the calendar change: %(names)s.",
         difference.terms_changed),
        ("%(count)s entry of the calendar goes: %(names)s.", "%(count)s entries of the calendar go: %(names)s.",
         difference.terms_removed),
    ):  # fmt: skip
        if terms:
            yield say(one, many, len(terms), names=_names(sorted(each.name for each in terms)))


def _group_names(groups: Sequence[GroupChange]) -> str:
    return _names(sorted(each.name for each in groups))


def _names(names: Sequence[str]) -> str:
    more = "" if len(names) <= _MOST_NAMES else ", …"
    return ", ".join(names[:_MOST_NAMES]) + more
