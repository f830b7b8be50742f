"""Corridor's own tables: people.csv alone is enough; groups.csv, memberships.csv and terms.csv may stand beside it."""

from typing import Final

from accounts.roster import meanings, sheets
from accounts.roster.files import Tables
from accounts.roster.gathering import LONGEST_NAME, Gathering
from accounts.roster.sheets import Row, Sheet
from accounts.roster.wanted import Wanted, WantedGroup, WantedPerson, WantedSeat, WantedTerm
from accounts.roster.wording import say
from realtime.refusal import Refusal

FILES: Final = ("people.csv", "groups.csv", "memberships.csv", "terms.csv")
ID: Final = ("id", "personid", "sourcedid", "upn")
_GIVEN: Final = ("givenname", "firstname", "forename", "preferredname")
_FAMILY: Final = ("familyname", "lastname", "surname")
_GROUPS: Final = {
    "class": ("class", "classes"), "tutor": ("tutorgroup", "tutorgroups", "form"), "house": ("house",),
    "teaching": ("teachinggroups", "teachinggroup", "sets"), "club": ("clubs", "club"),
    "department": ("departments", "department"),
}  # fmt: skip
_WARDS: Final = ("guardianof", "parentof", "children")
_GROUP_COLUMNS: Final = tuple(column for columns in _GROUPS.values() for column in columns)


def read(tables: Tables) -> Wanted:
    """Refusal `bad_request` where there is no table of people, or it lacks a column that it cannot do without."""
    if not tables.keys() & set(FILES):
        raise Refusal("bad_request", "There is neither a people.csv nor a OneRoster file in this.")
    opened = {name: sheets.read(name, tables[name]) for name in FILES if name in tables}
    reading = _Reading()
    for name, heed in (("groups", reading.group), ("people", reading.person), ("memberships", reading.membership),
                       ("terms", reading.term)):  # fmt: skip
        if sheet := opened.get(f"{name}.csv"):
            _check(name, sheet)
            reading.found.heed(sheet, heed)
    _say_modes(reading.found, opened)
    return reading.found.wanted()


def _check(name: str, sheet: Sheet) -> None:
    if name != "people":
        return
    has = set(sheet.columns)
    if not (has & set(ID) and "role" in has and has & {*_GIVEN, "name", "fullname"}):
        raise Refusal("bad_request", "The table of people needs columns called id, role and given name.")


def _say_modes(found: Gathering, opened: dict[str, Sheet]) -> None:
    """What the tables have no column for, they do not speak of."""
    columns = set(opened["people.csv"].columns) if "people.csv" in opened else set()
    if "people.csv" in opened:
        found.modes["people"] = "bulk"
    if "memberships.csv" in opened or columns & set(_GROUP_COLUMNS):
        found.modes["groups"] = found.modes["seats"] = "bulk"
    elif "groups.csv" in opened:
        found.modes["groups"] = "bulk"
    if columns & set(_WARDS):
        found.modes["guardians"] = "bulk"
    if "terms.csv" in opened:
        found.modes["terms"] = "bulk"


class _Reading:
    def __init__(self) -> None:
        self.found = Gathering("csv")
        self._named: dict[tuple[str, str], str] = {}  # the ids of groups by kind and folded name

    def person(self, row: Row) -> None:
        sid = self.found.id_of(row, *ID)
        if sid is None:
            return
        role = meanings.role_of(row.get("role"))
        if role is None:
            self.found.unclear.add(sid)
            self.found.note(row, say("“%(text)s” is no role. The row was left out.", text=row.get("role")))
            return
        given, family = _names(row)
        if not given:
            self.found.unclear.add(sid)
            self.found.note(row, say("There is no name in this row. It was left out."))
            return
        year = self.found.year(row, "year", "yeargroup")
        self.found.person(row, WantedPerson(
            sid=sid, role=role, given=given, family=family, login=row.get("signinname", "username", "login"),
            year=year if role == "learner" else "", starts_on=self.found.day(row, "startdate", "starts") or None,
            leaves_on=self.found.day(row, "leavedate", "leavingdate", "leaves"),
            manager=row.get("manager", "managerid", "linemanager") if row.has("manager", "managerid", "linemanager")
            else None,
        ))  # fmt: skip
        self._places(row, sid, role)

    def _places(self, row: Row, sid: str, role: str) -> None:
        """The groups and wards that a person's own row names."""
        for kind, columns in _GROUPS.items():
            for name in meanings.listed(row.get(*columns)):
                group = self._group_named(kind, name)
                self.found.seat(row, WantedSeat(group, sid, meanings.part_by_role(role)))
        for ward in meanings.listed(row.get(*_WARDS)):
            self.found.guardian(row, sid, ward)

    def _group_named(self, kind: str, name: str) -> str:
        """The id of the group of this name, which is made if no table has it."""
        key = kind, name.casefold()
        if key in self._named:
            return self._named[key]
        sid = self._named[key] = f"{kind}:{name.casefold()}"
        self.found.groups[sid] = WantedGroup(sid, kind, name[:LONGEST_NAME])
        return sid

    def group(self, row: Row) -> None:
        sid, kind = self.found.id_of(row, "id", "groupid"), meanings.kind_of(row.get("kind", "type"))
        if sid is None:
            return
        if kind is None:
            self.found.note(row, say("“%(text)s” is no kind of group.", text=row.get("kind", "type")))
            kind = "teaching"
        year = self.found.year(row, "year", "yeargroup")
        name = (row.get("name", "title") or sid)[:LONGEST_NAME]
        self.found.group(row, WantedGroup(sid, kind, name, year))
        self._named.setdefault((kind, name.casefold()), sid)

    def membership(self, row: Row) -> None:
        sid, named = self.found.id_of(row, "person", *ID), row.get("group", "groupid")
        if sid is None or not named:
            return
        who = self.found.people.get(sid)
        part = meanings.part_of(row.get("part", "role")) or meanings.part_by_role(who.role if who else "learner")
        group = named if named in self.found.groups else self._group_named(self._kind(row), named)
        from_on, until_on = self.found.day(row, "from", "startdate"), self.found.day(row, "until", "enddate")
        self.found.seat(row, WantedSeat(group, sid, part, from_on or None, until_on or None))

    def _kind(self, row: Row) -> str:
        return meanings.kind_of(row.get("kind", "groupkind", "type")) or "teaching"

    def term(self, row: Row) -> None:
        kind = meanings.term_kind_of(row.get("kind", "type"))
        starts_on = self.found.day(row, "starts", "start", "startdate", "from")
        ends_on = self.found.day(row, "ends", "end", "enddate", "until") or starts_on
        if kind is None or not starts_on or not ends_on:
            self.found.note(row, say("This is no term, half-term, training day or holiday. It was left out."))
            return
        name = row.get("name", "title") or row.get("kind", "type")
        sid = row.get("id") or f"{kind}:{name.casefold()}:{starts_on}"
        self.found.term(row, WantedTerm(sid, kind, name, starts_on, ends_on))


def _names(row: Row) -> tuple[str, str]:
    """Given and family name; of a name in one piece the last word is the family's."""
    given, family = row.get(*_GIVEN), row.get(*_FAMILY)
    if given or family:
        return (given, family) if given else (family, "")
    first, _, last = row.get("name", "fullname").rpartition(" ")
    return (first, last) if first else (last, "")
