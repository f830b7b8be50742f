"""Compares a school with what its roster wants. Pure: the same for any order of the file's rows."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date

from accounts.administration.rules import end_of, start_of
from accounts.rights import LEADERS, STAFF_ROLES
from accounts.roster import surroundings
from accounts.roster.current import Current, Somebody
from accounts.roster.difference import (
    Arrival,
    Change,
    Difference,
    Facts,
    Leaving,
    Move,
    Seat,
)
from accounts.roster.names import display_names, sign_in_name
from accounts.roster.wanted import Pair, SeatKey, Wanted, WantedPerson, WantedSeat, Where
from accounts.roster.wording import Problem, Sentence, say

_NOWHERE = Where("", 0)


def plan(current: Current, wanted: Wanted, now_ms: int, adopt: Mapping[str, str] | None = None) -> Difference:
    """What would change. `adopt`: people made by hand, by the roster's ids of the same people."""
    return _Planning(current, wanted, now_ms, adopt or {}).difference()


def midnight_ms(day: str, zone: str, *, after: bool = False) -> int:
    """When an ISO date begins on the school's clock, or when it is over."""
    found = date.fromisoformat(day)
    return end_of(found, zone) if after else start_of(found, zone)


class _Planning:
    def __init__(self, current: Current, wanted: Wanted, now_ms: int, adopt: Mapping[str, str]) -> None:
        self.current = current
        self.wanted = wanted
        self.now_ms = now_ms
        self.problems = list(wanted.problems)
        # Who is meant by each of the roster's ids, now that some are linked.
        self.linked = _linked(current, wanted, adopt)
        self.known = {**current.people, **self.linked}
        self.staying = self._staying()
        self.groups = surroundings.open_groups(current, wanted)

    def difference(self) -> Difference:
        seats = self._seats()
        names = self._names(seats)
        arriving = self._arriving(names)
        changing, returning = self._changing(names)
        groups = surroundings.groups(self.current, self.wanted)
        terms = surroundings.terms(self.current, self.wanted)
        added, removed = surroundings.pairs(self.current, self.wanted, self._guardians(), self.staying)
        before = self.current.seats
        return Difference(
            arriving=arriving, changing=changing, leaving=self._leaving(), returning=returning,
            moves=self._moves(seats), **groups, **terms,
            seats_added=tuple(seat for key, seat in sorted(seats.items()) if key not in before),
            seats_changed=tuple(
                seat for key, seat in sorted(seats.items())
                if key in before and before[key] != (seat.from_ms, seat.until_ms)
            ),
            seats_removed=tuple(sorted(before.keys() - seats.keys())),
            guardians_added=added, guardians_removed=removed, managers=self._managers(),
            problems=tuple(self.problems),
        )  # fmt: skip

    # who is here afterwards

    def _staying(self) -> frozenset[str]:
        """The roster's ids of everybody who is, or will be, of this school once this is carried in."""
        staying = set()
        for sid, person in self.wanted.people.items():
            if sid in self.current.erased:
                self._note(_NOWHERE, say("“%(id)s” was erased here and is not made again.", id=sid))
            elif not person.gone and not self._has_left(person):
                staying.add(sid)
        if self.wanted.modes.get("people") != "bulk":
            listed = self.wanted.people.keys()
            return frozenset(
                staying | {sid for sid, who in self.known.items() if sid not in listed and self._here(who)}
            )
        unclear = {sid for sid in self.wanted.unclear if sid in self.known and self._here(self.known[sid])}
        return frozenset(staying | unclear)

    def _has_left(self, person: WantedPerson) -> bool:
        return bool(person.leaves_on) and self._leave_ms(person) <= self.now_ms

    def _leave_ms(self, person: WantedPerson) -> int:
        return midnight_ms(person.leaves_on or "", self.current.zone, after=True)

    def _here(self, who: Somebody) -> bool:
        return who.facts.left_ms is None or who.facts.left_ms > self.now_ms

    # people

    def _arriving(self, names: Mapping[str, str]) -> tuple[Arrival, ...]:
        taken, arriving = set(self.current.logins), []
        numbers: dict[str, int] = {}
        for sid in sorted(self.staying - self.known.keys()):
            person = self.wanted.people[sid]
            login = sign_in_name(person.login, person.given, person.family, taken, numbers)
            taken.add(login)
            facts = self._facts(person, names[sid], None)
            arriving.append(Arrival(sid, login, facts, (facts.starts_ms or 0) > self.now_ms))
        return tuple(arriving)

    def _changing(self, names: Mapping[str, str]) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
        changing, returning = [], []
        for sid in sorted(self.staying & self.known.keys() & self.wanted.people.keys()):
            who = self.known[sid]
            facts = self._facts(self.wanted.people[sid], names[sid], who)
            fields = tuple(name for name in Facts.__struct_fields__ if getattr(facts, name) != getattr(who.facts, name))
            change = Change(who.id, sid, who.facts, facts, fields, sid in self.linked, who.actual_role)
            if not self._here(who):
                returning.append(change)
            elif fields or sid in self.linked:
                changing.append(change)
        return tuple(changing), tuple(returning)

    def _facts(self, person: WantedPerson, name: str, who: Somebody | None) -> Facts:
        """As the roster says, and where it says nothing, as they are."""
        before = who.facts if who is not None else None
        starts, leaves = before.starts_ms if before else None, before.left_ms if before else None
        if person.starts_on:
            starts = midnight_ms(person.starts_on, self.current.zone)
        if person.leaves_on is not None:
            leaves = self._leave_ms(person) if person.leaves_on else None
        elif leaves is not None and leaves <= self.now_ms:
            leaves = None
        year = person.year or (before.year if before and person.role == "learner" else None)
        return Facts(
            role=person.role, name=name, full_name=person.full_name, year=year or None, starts_ms=starts, left_ms=leaves
        )

    def _leaving(self) -> tuple[Leaving, ...]:
        leaving = []
        for sid, who in sorted(self.known.items()):
            if sid in self.staying or not self._here(who):
                continue
            person = self.wanted.people.get(sid)
            left_ms = self._leave_ms(person) if person is not None and self._has_left(person) else None
            leaving.append(Leaving(who.id, who.facts.role, left_ms, who.actual_role))
        return tuple(leaving)

    def _names(self, seats: Mapping[SeatKey, Seat]) -> dict[str, str]:
        """What everybody is called: adults by their full names, learners as their classes need it."""
        told = {sid: person for sid, person in self.wanted.people.items() if sid in self.staying}
        names = {sid: person.full_name for sid, person in told.items()}
        learners = {sid: (person.given, person.family) for sid, person in told.items() if person.role == "learner"}
        classes: dict[str, set[str]] = defaultdict(set)
        for group, who, part in seats:
            if part == "learner" and self.groups[group].kind in ("class", "tutor"):
                classes[group].add(who)
        # Set by set, these would be compared with all learners each time.
        circles = [{who for who in classes[group] if who in learners} for group in sorted(classes)]
        settled = [
            {self.known[who].facts.name for who in classes[group] if who not in learners and who in self.known}
            for group in sorted(classes)
        ]
        return names | display_names(learners, circles, settled)

    def _managers(self) -> tuple[tuple[str, str], ...]:
        managers = []
        for sid in sorted(self.staying & self.wanted.people.keys()):
            wish = self.wanted.people[sid].manager
            who = self.known.get(sid)
            if wish is None or wish == (who.manager if who else ""):
                continue
            if wish and (wish not in self.staying or wish == sid):
                self._note(_NOWHERE, say("The manager “%(id)s” of “%(of)s” is not in this roster.", id=wish, of=sid))
                continue
            managers.append((sid, wish))
        return tuple(managers)

    # what they are in

    def _seats(self) -> dict[SeatKey, Seat]:
        """All places in groups as they shall be."""
        mode = self.wanted.modes.get("seats")
        kept = {
            key: Seat(key, *times) for key, times in self.current.seats.items()
            if (mode != "bulk" or key[1] in self.wanted.unclear) and self._leads_somewhere(key)
        }  # fmt: skip
        for key, seat in sorted(self.wanted.seats.items()):
            if seat.gone:
                kept.pop(key, None)
            elif self._leads_somewhere(key):
                kept[key] = self._seat(seat)
            else:
                self._note_orphan(("seat", *key), key[1], key[0])
        return kept

    def _leads_somewhere(self, key: SeatKey) -> bool:
        return key[0] in self.groups and key[1] in self.staying

    def _seat(self, seat: WantedSeat) -> Seat:
        zone = self.current.zone
        begins = midnight_ms(seat.from_on, zone) if seat.from_on else None
        ends = midnight_ms(seat.until_on, zone, after=True) if seat.until_on else None
        return Seat((seat.group, seat.person, seat.part), begins, ends)

    def _guardians(self) -> set[Pair]:
        found = set()
        for pair, gone in sorted(self.wanted.guardians.items()):
            if gone:
                continue
            if pair[0] in self.staying and pair[1] in self.staying:
                found.add(pair)
            else:
                self._note_orphan(("guardian", *pair), *pair)
        return found

    def _moves(self, seats: Mapping[SeatKey, Seat]) -> tuple[Move, ...]:
        """Learners who change their class or tutor group, counted by the year they are in then."""
        before, after = _classes(self.current.seats, surroundings.named(self.current)), _classes(seats, self.groups)
        origins: dict[str, set[str]] = defaultdict(set)
        targets: dict[str, set[str]] = defaultdict(set)
        counts: Counter[str] = Counter()
        for sid in before.keys() & after.keys() & self.known.keys():
            if before[sid] == after[sid]:
                continue
            person = self.wanted.people.get(sid)
            year = (person.year if person else "") or self.known[sid].facts.year or ""
            origins[year] |= before[sid] - after[sid]
            targets[year] |= after[sid] - before[sid]
            counts[year] += 1
        return tuple(Move(year, tuple(sorted(origins[year])), tuple(sorted(targets[year])), counts[year])
                     for year in sorted(counts))  # fmt: skip

    # what leads nowhere

    def _note_orphan(self, place: tuple[str, ...], *ids: str) -> None:
        """Silent about those who have left: a roster may well list where they were."""
        if any(each in self.wanted.people or each in self.known for each in ids if each not in self.staying):
            return
        missing = next((each for each in ids if each not in self.staying and each not in self.groups), ids[0])
        self._note(
            self.wanted.places.get(place, _NOWHERE), say("“%(id)s” is in no table. The row was left out.", id=missing)
        )

    def _note(self, where: Where, sentence: Sentence) -> None:
        self.problems.append(Problem(where.file or "roster", where.line, sentence))


def _linked(current: Current, wanted: Wanted, adopt: Mapping[str, str]) -> dict[str, Somebody]:
    """People made by hand who are to be those of the roster; one person is one of them at most."""
    found = {who: sid for sid, who in sorted(adopt.items()) if sid in wanted.people and sid not in current.people}
    return {sid: current.by_hand[who] for who, sid in found.items() if who in current.by_hand}


def _classes(seats: Mapping[SeatKey, object], groups: Mapping[str, surroundings.Named]) -> dict[str, set[str]]:
    """The names of each learner's classes and tutor groups."""
    found: dict[str, set[str]] = defaultdict(set)
    for group, who, part in seats:
        if part == "learner" and group in groups and groups[group].kind in ("class", "tutor"):
            found[who].add(groups[group].name)
    return found


def implausible(current: Current, wanted: Wanted, difference: Difference, now_ms: int) -> list[Sentence]:
    """Why nobody should carry this in without looking twice; empty if it looks like a usual week."""
    here = Counter(
        who.facts.role for who in current.people.values() if who.facts.left_ms is None or who.facts.left_ms > now_ms
    )
    going = Counter(each.role for each in difference.leaving)
    going.update(each.was.role for each in difference.changing if each.new_role)
    found = [
        say("%(role)s: %(count)s of %(all)s would go.", count=going[role], role=role, all=str(here[role]))
        for role in sorted(going) if _too_many(going[role], here[role], current.largest_change)
    ]  # fmt: skip
    open_groups, closing = sum(not group.archived for group in current.groups.values()), len(difference.groups_archived)
    if _too_many(closing, open_groups, current.largest_change):
        found.append(say("%(count)s of %(all)s groups would close.", count=closing, all=str(open_groups)))
    if _leaderless(current, difference, now_ms):
        found.append(say("Nobody would be left who administers the school."))
    staff = any(person.role in STAFF_ROLES and not person.gone for person in wanted.people.values())
    if wanted.modes.get("people") == "bulk" and not staff:
        found.append(say("There are no staff in this roster."))
    return found


def _leaderless(current: Current, difference: Difference, now_ms: int) -> bool:
    """Whether everybody who leads the school would go, and nobody come instead."""
    everybody = (*current.people.values(), *current.by_hand.values())
    here = {who.id: who.actual_role for who in everybody if who.facts.left_ms is None or who.facts.left_ms > now_ms}
    after = {**here, **{each.person: each.new_role for each in difference.changing if each.new_role}}
    for each in difference.leaving:
        after.pop(each.person, None)
    coming = {each.facts.role for each in difference.arriving if not each.later}
    return not LEADERS.isdisjoint(here.values()) and LEADERS.isdisjoint({*after.values(), *coming})


def _too_many(going: int, there: int, per_cent: int) -> bool:
    """One or two people are nobody's mistake, however small the school."""
    return going > 2 and 100 * going > per_cent * there  # noqa: PLR2004
