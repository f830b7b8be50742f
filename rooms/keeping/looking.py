"""What the pages of a room's keepers show, read in one transaction each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import structs
from sqlalchemy import Connection, select

from accounts.asking import who_of
from accounts.model import person, role, role_called, school_group
from accounts.rights import Who, may
from accounts.rules import initials
from accounts.sessions import Actor
from realtime.refusal import Refusal
from rooms import bringing, directory, subgroups
from rooms.grants import Grant
from rooms.keeping.rules import next_year_of, successor
from rooms.kinds import PRIVATE, template
from rooms.model import member, room, room_group


@dataclass(frozen=True)
class Looking:
    """Somebody at a page about one room, in one transaction."""

    connection: Connection
    actor: Actor
    room: str
    grant: Grant
    now_ms: int

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(self.now_ms / 1000, UTC)

    @property
    def kind(self) -> str:
        return self.grant.place.kind if self.grant.place is not None else ""

    @property
    def keeps(self) -> bool:
        """Whether they look after the room, open or archived."""
        place = None if self.grant.place is None else structs.replace(self.grant.place, closed=False)
        return may(self.grant.who, "administer", place, self.at) is None


def enter(connection: Connection, actor: Actor, room_id: str, now_ms: int) -> Looking:
    """Refusal `not_found` for a room that the asker may not read, and for a sub-group: it is seen to from its room."""
    grant = directory.require_shared(connection, actor, room_id, "read", now_ms)
    if connection.scalar(select(room.c.part_of).where(room.c.id == room_id)) is not None or room_id == actor.own_room:
        raise Refusal("not_found")
    return Looking(connection, actor, room_id, grant, now_ms)


def settings(connection: Connection, actor: Actor, room_id: str, now_ms: int) -> dict[str, Any]:
    """For those who look after the room; Refusal `forbidden` for others."""
    looking = enter(connection, actor, room_id, now_ms)
    if not looking.keeps:
        raise Refusal("forbidden")
    row = connection.execute(select(room).where(room.c.id == room_id)).one()
    people = directory.members(connection, room_id, looking.grant)
    return {
        "room": dict(directory.card(connection, room_id, looking.grant)),
        "settled": {"icon": row.icon, "accent": row.accent, "past": row.past, "who_writes": row.who_writes},
        "kinds": _kinds(looking),
        "subgroups": subgroups.seen_in(connection, room_id, looking.grant),
        "people": people,
        "successors": _successors(looking),
        "next_name": next_year_of(row.name),
    }


def members(connection: Connection, actor: Actor, room_id: str, sought: str, now_ms: int) -> dict[str, Any]:
    """For everybody in the room; those who look after it see more, and find people to bring in."""
    looking = enter(connection, actor, room_id, now_ms)
    keeps = looking.keeps
    return {
        "room": dict(directory.card(connection, room_id, looking.grant)),
        "keeps": keeps,
        "people": _people(looking),
        "groups": _followed(looking) if keeps else [],
        "offered": _offered(looking) if keeps else [],
        "found": _found(looking, sought) if keeps and sought.strip() else None,
        "sought": sought,
        "may_leave": _may_leave(looking),
    }


def new_room(connection: Connection, actor: Actor, kind: str, now_ms: int) -> dict[str, Any]:
    """What somebody may make: the kinds, and for one of them the groups; Refusal `forbidden` for nothing at all."""
    who = who_of(connection, actor, now_ms)
    at = datetime.fromtimestamp(now_ms / 1000, UTC)
    kinds = bringing.kinds_for(connection, who, at, now_ms)
    if not kinds:
        raise Refusal("forbidden", "You may not make a room of this kind.")
    chosen = kind if kind in kinds else ""
    groups = _groups(connection, who, chosen, at, now_ms) if chosen else []
    return {"kinds": kinds, "kind": chosen, "groups": groups}


def archived(connection: Connection, actor: Actor, now_ms: int) -> dict[str, Any]:
    cards = directory.rooms_of(connection, actor, now_ms)
    return {"rooms": [each for each in cards if each.archived and each.part_of is None and each.kind not in PRIVATE]}


def _kinds(looking: Looking) -> tuple[str, ...]:
    """Those that the room could be; the one that it is in any case."""
    kinds = bringing.kinds_for(looking.connection, looking.grant.who, looking.at, looking.now_ms)
    return kinds if looking.kind in kinds else (looking.kind, *kinds)


def _groups(connection: Connection, who: Who, kind: str, at: datetime, now_ms: int) -> list[Mapping[str, Any]]:
    fitting = template(kind).groups
    rows = bringing.groups_for(connection, who, kind, at, now_ms)
    return [{"id": row.id, "name": row.name, "kind": row.kind, "fits": row.kind in fitting} for row in rows]


def _people(looking: Looking) -> list[dict[str, Any]]:
    rows = looking.connection.execute(
        select(
            person.c.id, person.c.name, role_called.label("role"), member.c.may_write, member.c.may_administer,
            member.c.by_group, member.c.from_ms, member.c.until_ms,
        )
        .join(member, member.c.person_id == person.c.id)
        .outerjoin(role, role.c.id == person.c.role)
        .where(member.c.room_id == looking.room)
        .order_by(person.c.name, person.c.id)
    )  # fmt: skip
    zone = ZoneInfo(looking.actor.zone)
    over = [row for row in rows if row.until_ms is None or row.until_ms > looking.now_ms]
    return [
        {**row._asdict(), "initials": initials(row.name), "first": _day(row.from_ms, zone),
         "last": _day(None if row.until_ms is None else row.until_ms - 1, zone)}
        for row in over
    ]  # fmt: skip


def _day(at_ms: int | None, zone: ZoneInfo) -> date | None:
    return None if at_ms is None else datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone).date()


def _followed(looking: Looking) -> list[dict[str, Any]]:
    rows = looking.connection.execute(
        select(school_group.c.id, school_group.c.name, room_group.c.part, room_group.c.may_write, room_group.c.keeps)
        .join(room_group, room_group.c.group_id == school_group.c.id)
        .where(room_group.c.room_id == looking.room)
        .order_by(school_group.c.name, school_group.c.id, room_group.c.part)
    )
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        group = found.setdefault(
            row.id, {"id": row.id, "name": row.name, "parts": [], "may_write": bool(row.may_write), "keeps": False}
        )
        group["parts"].append(row.part)
        group["keeps"] |= bool(row.keeps)
    return list(found.values())


def _offered(looking: Looking) -> Sequence[Mapping[str, Any]]:
    return _groups(looking.connection, looking.grant.who, looking.kind, looking.at, looking.now_ms)


def _found(looking: Looking, sought: str) -> list[dict[str, Any]]:
    """People who could come in."""
    inside = {each["id"] for each in _people(looking)}
    rows = bringing.find_people(
        looking.connection, looking.grant.who, looking.kind, sought, looking.at, looking.now_ms
    )  # fmt: skip
    place = None if looking.grant.place is None else structs.replace(looking.grant.place, closed=False)
    fitting = [row for row in rows if row.id not in inside and _fits(looking.grant.who, row, place, looking.at)]
    return [{"id": row.id, "name": row.name, "role": row.called, "initials": initials(row.name)} for row in fitting]


def _fits(asker: Who, row: Any, place: Any, at: datetime) -> bool:
    newcomer = Who(row.id, asker.school, row.role, year=row.year, rights=asker.rights)
    return may(newcomer, "read", place, at) is None


def _may_leave(looking: Looking) -> bool:
    of = (member.c.room_id == looking.room) & (member.c.person_id == looking.actor.person)
    by_group = looking.connection.scalar(select(member.c.by_group).where(of))
    return not by_group and template(looking.kind).leaving


def _successors(looking: Looking) -> list[dict[str, Any]]:
    """The groups that a copy for next year could follow; the ones that come after this year's are chosen."""
    offered = _offered(looking)
    names = {each["name"]: each["id"] for each in offered}
    followed = [each["name"] for each in _followed(looking)]
    chosen = {names[name] for each in followed if (name := successor(each, names.keys())) is not None}
    return [{**each, "chosen": each["id"] in chosen} for each in offered]
