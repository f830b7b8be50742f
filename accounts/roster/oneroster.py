"""OneRoster 1.1 and 1.2 in their CSV binding: whole files and files of changes, as manifest.csv says of each."""

from typing import Final

from accounts.roster import meanings, sheets
from accounts.roster.files import Tables
from accounts.roster.gathering import Gathering
from accounts.roster.sheets import Row
from accounts.roster.wanted import Mode, Wanted, WantedGroup, WantedPerson, WantedSeat, WantedTerm
from accounts.roster.wording import say

# What of ours each of their files speaks of.
_SPEAKS_OF: Final = {
    "users": ("people", "guardians"), "classes": ("groups",), "enrollments": ("seats",), "academicSessions": ("terms",),
}  # fmt: skip
_TERM_TYPES: Final = ("term", "semester", "gradingPeriod")
_NOT_TAKEN: Final = ("relative", "districtadministrator")


def is_one(tables: Tables) -> bool:
    return "users.csv" in tables or ("manifest.csv" in tables and "people.csv" not in tables)


def read(tables: Tables) -> Wanted:
    reading = _Reading()
    modes = _modes(tables)
    found = reading.found
    for file, subjects in _SPEAKS_OF.items():
        if mode := modes.get(file):
            found.modes.update(dict.fromkeys(subjects, mode))
    for name, heed in (("roles", reading.role), ("users", reading.user), ("classes", reading.school_class),
                       ("enrollments", reading.enrollment), ("academicSessions", reading.session)):  # fmt: skip
        content = tables.get(f"{name}.csv".lower())
        if content is not None and (name == "roles" or name in modes):
            found.heed(sheets.read(f"{name}.csv", content), heed)
    reading.say_agents()
    return found.wanted()


def _modes(tables: Tables) -> dict[str, Mode]:
    """`bulk` or `delta` by file. Without a manifest every file that is there is whole."""
    said: dict[str, str] = {}
    if "manifest.csv" in tables:
        rows = sheets.read("manifest.csv", tables["manifest.csv"]).rows
        said = {row.get("propertyname").lower(): row.get("value").lower() for row in rows}
    modes: dict[str, Mode] = {}
    for file in _SPEAKS_OF:
        mode = said.get(f"file.{file.lower()}", "bulk")
        if f"{file.lower()}.csv" in tables and mode != "absent":
            modes[file] = "delta" if mode == "delta" else "bulk"
    return modes


class _Reading:
    def __init__(self) -> None:
        self.found = Gathering("oneroster")
        self._roles: dict[str, tuple[bool, str, str, str]] = {}  # by user: primary, role, begins, ends
        self._agents: list[tuple[Row, str, list[str]]] = []

    def role(self, row: Row) -> None:
        """A row of 1.2's roles.csv: the primary one counts, else the first."""
        user, primary = row.get("usersourcedid"), row.get("roletype").lower() == "primary"
        if user and not _gone(row) and (user not in self._roles or (primary and not self._roles[user][0])):
            begins, ends = self.found.day(row, "begindate"), self.found.day(row, "enddate")
            self._roles[user] = (primary, row.get("role"), begins or "", ends or "")

    def user(self, row: Row) -> None:
        sid = self.found.id_of(row, "sourcedid")
        if sid is None:
            return
        _, word, begins, ends = self._roles.get(sid, (False, row.get("role"), "", ""))
        role = None if sheets.fold(word) in _NOT_TAKEN else meanings.role_of(word)
        given = row.get("preferredgivenname", "preferredfirstname", "givenname", "familyname")
        if not _gone(row) and (role is None or not given):
            self.found.unclear.add(sid)
            self.found.note(row, say("“%(text)s” is no role here. The row was left out.", text=word))
            return
        family = row.get("preferredfamilyname", "preferredlastname", "familyname")
        grades = self.found.year(row, "grades", "grade") if role == "learner" else ""
        self.found.person(row, WantedPerson(
            sid=sid, role=role or "", given=given, family=family if family != given else "", year=grades,
            login=row.get("username").partition("@")[0], starts_on=begins or None,
            leaves_on=ends if sid in self._roles else None, gone=_gone(row),
        ))  # fmt: skip
        self._agents.append((row, sid, meanings.listed(row.get("agentsourcedids", "agents"))))

    def say_agents(self) -> None:
        """Who is whose guardian. It may be said by the learner's row, or by the guardian's."""
        for row, sid, agents in self._agents:
            person = self.found.people.get(sid)
            if person is None or person.gone:
                continue
            for agent in agents:
                if person.role == "guardian":
                    self.found.guardian(row, sid, agent)
                elif person.role == "learner":
                    self.found.guardian(row, agent, sid)

    def school_class(self, row: Row) -> None:
        sid = self.found.id_of(row, "sourcedid")
        if sid is None:
            return
        kind = "class" if row.get("classtype").lower() == "homeroom" else "teaching"
        name = row.get("title", "classcode") or sid
        year = self.found.year(row, "grades", "grade")
        self.found.group(row, WantedGroup(sid, kind, name[:80], year, _gone(row)))

    def enrollment(self, row: Row) -> None:
        group, person = row.get("classsourcedid"), row.get("usersourcedid")
        part = meanings.part_of(row.get("role"))
        if not group or not person or (part is None and not _gone(row)):
            self.found.note(row, say("This enrolment lacks its class, its person or its role. It was left out."))
            return
        from_on, until_on = self.found.day(row, "begindate"), self.found.day(row, "enddate")
        seat = WantedSeat(group, person, part or "learner", from_on or None, until_on or None, _gone(row))
        self.found.seat(row, seat)

    def session(self, row: Row) -> None:
        sid = self.found.id_of(row, "sourcedid")
        if sid is None or row.get("type") not in _TERM_TYPES:
            return
        starts_on, ends_on = self.found.day(row, "startdate"), self.found.day(row, "enddate")
        if not _gone(row) and (not starts_on or not ends_on):
            self.found.note(row, say("This is no term, half-term, training day or holiday. It was left out."))
            return
        term = WantedTerm(sid, "term", row.get("title") or sid, starts_on or "", ends_on or "", _gone(row))
        self.found.term(row, term)


def _gone(row: Row) -> bool:
    return row.get("status").lower() == "tobedeleted" or row.get("enableduser").lower() == "false"
