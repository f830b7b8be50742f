"""Demonstration schools: people of every role, and a staffroom that is not bare."""

from dataclasses import dataclass
from typing import Final

from msgspec import Struct
from sqlalchemy import Connection, func, select

import demo_people
import demo_rooms
import demo_stickies
from accounts import settings
from accounts.model import group_member, person, school, school_group
from accounts.passwords import HASHER
from accounts.policy.windows import Span, Window
from accounts.rights import STAFF_ROLES
from accounts.settings import SchoolSettings
from accounts.windows import model as windows
from demo_rooms import Talk, talk
from realtime.refusal import Refusal
from rooms import following
from rooms.enrolling import NewPerson, enrol, found_school, seat
from rooms.membership import create_room
from rooms.model import member, room
from storage import installation
from storage.database import Transaction
from storage.ids import new_id

PASSWORD: Final = "corridor-demo"  # noqa: S105 - printed for everybody who tries the demonstration


class SignIn(Struct):
    """How to sign in as one of the people made here, and which rooms that person is in."""

    school: str
    name: str
    password: str
    role: str
    person: str
    rooms: dict[str, str]


@dataclass(frozen=True)
class School:
    """One school of the demonstration. `people` are display names in the order of ROLES."""

    slug: str
    name: str
    phase: str
    people: tuple[str, ...]


ROLES: Final = (
    "head", "deputy", "ict_coordinator", "dsl", "teacher", "teacher", "ta", "cover_teacher", "office", "governor",
    "learner", "learner", "learner", "learner", "guardian",
)  # fmt: skip

SCHOOLS: Final = (
    School("oakfield", "Oakfield Primary School", "primary", (
        "Amara Okafor", "Daniel Price", "Priya Nair", "Ruth Adeyemi", "Tom Hughes", "Leila Haddad", "Megan Rees",
        "Owen Clarke", "Sandra Bell", "Harjit Gill", "Aisha", "Ben", "Chloe", "Dev", "Fatima Rahman",
    )),
    School("riverside", "Riverside Community Primary", "primary", (
        "Colette Martin", "Samir Khan", "Nia Roberts", "Grace Obi", "Helen Fox", "Marek Nowak", "Jo Bailey",
        "Yusuf Ali", "Pam Turner", "Iris Chen", "Ella", "Finn", "Gita", "Hugo", "Rosa Silva",
    )),
    School("hillcrest", "Hillcrest Academy", "secondary", (
        "Victor Lang", "Shanice Brown", "Alan Moss", "Eleri Vaughan", "Rachel Stone", "Imran Shah", "Kate Lowe",
        "Greg Dunn", "Diane Cole", "Peter Wolfe", "Iman", "Jack", "Kezia", "Liam", "Anna Kowalska",
    )),
)  # fmt: skip

# Who (by place in `people`), how many minutes ago, what, and which of these it answers.
TALK: Final[Talk] = (
    (0, 1565, "Good morning all. The hall floor is being polished today, so assembly is in classes.", None),
    (4, 1561, "Thank you! We shall sing in here then. Apologies to the library.", 0),
    (6, 1490, "Has anybody seen the big laminator? It was in the art room on Thursday.", None),
    (5, 1482, "It is with me, warm and ready. Bring your animal labels.", 2),
    (8, 1325, "Parcels: glue sticks for Year 3, and a very large box that only says “FRAGILE: PENGUIN”.", None),
    (2, 1320, "That one is mine. It is for the computing club. All will become clear on Friday.", 4),
    (1, 75, "Cover today: I am taking Year 4 for PE, Owen has Year 5 after break. Please tell your classes.", None),
    (7, 70, "Year 5 after break, got it. Where do they keep the atlases?", 6),
    (5, 64, "Top shelf by the window. Dev knows the way better than I do.", 7),
    (3, 32, "A reminder that the safeguarding drop-in is on Wednesday at 15:45. Cake is provided.", None),
    (0, 12, "And well done to whoever fixed the bell. It no longer sounds like a goose.", None),
)  # fmt: skip


# Opening times of a school's own, for whichever line its head gives them to.
UNTIL_NINE: Final = (Span("school_days", "day_ends", "21:00"), Span("other_days", "09:00", "21:00"))

CALLED: Final = {"class": "Class", "tutor": "Tutor group"}

# The same in a classroom: its teacher, then its learners in turn.
CLASS_TALK: Final[Talk] = (
    (0, 1500, "Welcome to our classroom. You can ask me anything about your work here, also from home.", None),
    (1, 1440, "Is the Romans page for tomorrow or for Friday?", None),
    (0, 1431, "For Friday. One page is plenty, and pictures count.", 1),
    (2, 1380, "I found a book about Roman roads, I can bring it.", None),
    (1, 1377, "Yes please!", 3),
    (0, 55, "Bring a coat today: we are measuring shadows outside after break.", None),
)


def make(tx: Transaction, now_ms: int) -> list[SignIn]:
    """Make the schools in an empty database. Refusal `bad_request` if schools that are no demonstration are there."""
    if installation.read(tx.connection, "demo") is None:
        if tx.connection.scalar(select(func.count()).select_from(school)):
            raise Refusal("bad_request", "There are schools here already. A demonstration needs an empty data folder.")
        for place, each in enumerate(SCHOOLS):
            _make_school(tx, each, now_ms, place)
        installation.write(tx, "demo", "yes")
    return sign_ins(tx.connection)


def sign_ins(connection: Connection) -> list[SignIn]:
    people = connection.execute(
        select(school.c.slug, person.c.login, person.c.role, person.c.id)
        .join(school, school.c.id == person.c.school_id)
        .order_by(school.c.created_ms, school.c.slug, person.c.created_ms, person.c.id)
    ).all()
    return [SignIn(slug, login, PASSWORD, role, who, _rooms_of(connection, who)) for slug, login, role, who in people]


def _rooms_of(connection: Connection, person_id: str) -> dict[str, str]:
    rows = connection.execute(
        select(room.c.kind, room.c.id)
        .join(member, member.c.room_id == room.c.id)
        .where(member.c.person_id == person_id, room.c.kind != "person")
        .order_by(room.c.name, room.c.id)
    )
    return {row[0]: row[1] for row in rows}


def _make_school(tx: Transaction, made: School, now_ms: int, place: int) -> None:
    founded = now_ms - 90 * 24 * 3600 * 1000 + place
    school_id, staffroom = found_school(tx, made.slug, made.name, made.phase, "Europe/London", founded)
    settings.write(tx, school_id, SchoolSettings(second_step=()))  # here everybody comes in by the one password
    ids = []
    for nth, (name, role) in enumerate(zip(made.people, ROLES, strict=True)):
        login = name.split()[0].lower()
        ids.append(enrol(tx, school_id, NewPerson(login, name, role, HASHER.hash(PASSWORD)), founded + nth))
        if role in STAFF_ROLES:
            seat(tx, staffroom, ids[-1], founded)
    demo_people.furnish(tx, school_id, made.phase, ids, made.people, now_ms)
    if made.phase == "secondary":
        windows.keep(tx, school_id, Window(new_id("w"), "Until nine in the evening", UNTIL_NINE), ids[0], now_ms)
    talk(tx, staffroom, ids, now_ms, TALK)
    _classrooms(tx, school_id, founded, now_ms)
    demo_rooms.furnish(tx, school_id, made.phase, ids, founded, now_ms)
    demo_stickies.furnish(tx, school_id, made.phase, ids, now_ms)


def _classrooms(tx: Transaction, school_id: str, founded: int, now_ms: int) -> None:
    """Each class and tutor group has one, with its people in it."""
    of = (school_group.c.school_id == school_id) & school_group.c.kind.in_(("class", "tutor"))
    groups = tx.connection.execute(select(school_group.c.id, school_group.c.kind, school_group.c.name).where(of)).all()
    rooms = {
        group: create_room(tx, school_id, "classroom", f"{CALLED[kind]} {name}", founded, group_id=group)
        for group, kind, name in groups
    }
    following.groups_changed(tx, school_id, list(rooms), founded)
    for group, room_id in rooms.items():
        parts = tx.connection.execute(
            select(group_member.c.person_id)
            .where(group_member.c.group_id == group, group_member.c.part.in_(("teacher", "learner")))
            .order_by(group_member.c.part.desc(), group_member.c.person_id)
        )
        talk(tx, room_id, list(parts.scalars()), now_ms, CLASS_TALK)
