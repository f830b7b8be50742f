"""The demonstration's rooms besides staffroom and classrooms: halls, a club, governors, families, a council."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select

from accounts.model import school_group
from demo_people import DEPUTY, DSL, FIRST_TEACHER, GOVERNOR, HEAD, ICT, SECOND_TEACHER
from rooms import following, log
from rooms.kinds import template
from rooms.membership import put_group, put_member, put_room
from rooms.posts import message_id
from storage.database import Transaction

# Who (a place in demo.ROLES), how many minutes ago, what, and which of these it answers.
Talk = tuple[tuple[int, int, str, int | None], ...]

DAY: Final = 24 * 60  # minutes
FIRST_LEARNER, SECOND_LEARNER, THIRD_LEARNER, FOURTH_LEARNER = range(10, 14)


@dataclass(frozen=True)
class Furnished:
    """A room as it stands in the demonstration. People are places in demo.ROLES; groups are called by their names."""

    kind: str
    name: str
    groups: tuple[str, ...] = ()
    keepers: tuple[int, ...] = ()
    people: tuple[int, ...] = ()
    talk: Talk = ()
    welcome: str | None = None
    icon: str | None = None
    accent: str | None = None


_GOVERNORS: Final = Furnished(
    "governors", "Governors' room", keepers=(HEAD,), people=(DEPUTY, ICT, GOVERNOR),
    talk=(
        (HEAD, 6 * DAY, "The papers for Thursday's meeting come to you on Monday. The hall roof is item four.", None),
        (GOVERNOR, 5 * DAY, "Thank you. Could we have the three quotes for the roof beside each other?", 0),
        (HEAD, 5 * DAY - 90, "Yes, on one page, with what each leaves out.", 1),
        (DEPUTY, 2 * DAY, "Reading at the end of last term is in the papers, too. We are pleased with it.", None),
    ),
)  # fmt: skip
_COUNCIL: Final = Furnished(
    "council", "School council", keepers=(DSL,),
    people=(FIRST_LEARNER, SECOND_LEARNER, THIRD_LEARNER, FOURTH_LEARNER),
    talk=(
        (DSL, 3 * DAY, "Welcome, council! What would your class change about lunchtime?", None),
        (FIRST_LEARNER, 3 * DAY - 40, "The queue is too long for the little ones. They could go first.", 0),
        (THIRD_LEARNER, 3 * DAY - 35, "And more benches outside, for people who like it quiet.", 0),
        (DSL, 2 * DAY, "Good. I have asked how many benches we have. Chairs may count as benches.", 2),
        (FOURTH_LEARNER, 2 * DAY - 20, "Logs are good as well. My uncle has logs.", 3),
    ),
)  # fmt: skip

_CLUB_TALK: Final[Talk] = (
    (ICT, 4 * DAY, "On Friday we open the box that says FRAGILE: PENGUIN.", None),
    (SECOND_LEARNER, 4 * DAY - 15, "Is it a robot penguin?", 0),
    (ICT, 4 * DAY - 12, "I could not possibly say. It needs batteries.", 1),
    (FOURTH_LEARNER, 3 * DAY, "My maze works now! The cat gets out and never walks through walls.", None),
    (ICT, 3 * DAY - 5, "Show us on Friday how you stopped it. That is the hard part.", 3),
)


def _hall(name: str, *groups: str) -> Furnished:
    return Furnished(
        "hall", name, groups, (DEPUTY,), (HEAD,),
        (
            (DEPUTY, 2 * DAY, "Wellies and a spare pair of socks on Thursday, please: we plant the hedge.", None),
            (HEAD, DAY, "Well done to everybody who read in assembly. We could hear you at the back.", None),
            (DEPUTY, 100, "Break is in the hall today: the playground is a lake.", None),
        ),
    )  # fmt: skip


def _families(name: str, group: str, teacher: int) -> Furnished:
    return Furnished(
        "family", name, (group,), (),
        talk=(
            (teacher, 5 * DAY, "This half term we learn about the Romans. Old shoe boxes are very welcome.", None),
            (teacher, DAY, "Packed lunch on Friday, please: we walk to the museum. Back by three.", None),
        ),
    )  # fmt: skip


ROOMS: Final[dict[str, tuple[Furnished, ...]]] = {
    "primary": (
        _hall("Upper hall", "4A", "5A"),
        Furnished("club", "Computing club", ("Computing club",), talk=_CLUB_TALK, icon="monitor"),
        _families("Families of 4A", "4A", FIRST_TEACHER),
        _GOVERNORS, _COUNCIL,
    ),
    "secondary": (
        _hall("Year 7 hall", "7X"),
        _hall("Year 10 hall", "10Y"),
        Furnished(
            "club", "Computing club", keepers=(ICT,), people=(SECOND_LEARNER, FOURTH_LEARNER), talk=_CLUB_TALK,
            icon="monitor",
        ),
        Furnished(
            "subject", "Mathematics 7X", ("7X/Ma1",), icon="calculator", talk=(
                (SECOND_TEACHER, 2 * DAY, "Homework: page 34, the odd ones. Show how you got there.", None),
                (FIRST_LEARNER, 2 * DAY - 200, "Is a negative times a negative always positive?", 0),
                (SECOND_TEACHER, 2 * DAY - 190, "Always. Tomorrow you will see why, with a lift.", 1),
            ),
        ),
        _families("Families of 7X", "7X", FIRST_TEACHER),
        _GOVERNORS, _COUNCIL,
    ),
}  # fmt: skip


def furnish(tx: Transaction, school_id: str, phase: str, ids: list[str], founded: int, now_ms: int) -> None:
    """Make the rooms of a school of the demonstration, with people and talk in them."""
    of = school_group.c.school_id == school_id
    groups = {row.name: row.id for row in tx.connection.execute(select(school_group).where(of))}
    for each in ROOMS[phase]:
        _furnish(tx, school_id, each, groups, ids, founded, now_ms)


def _furnish(
    tx: Transaction, school_id: str, made: Furnished, groups: dict[str, str], ids: list[str], founded: int, now_ms: int
) -> None:
    room_id = put_room(
        tx.connection, school_id, made.kind, made.name, founded, icon=made.icon, accent=made.accent,
        welcome=made.welcome,
    )  # fmt: skip
    for place in (*made.keepers, *made.people):
        keeps = place in made.keepers
        put_member(tx.connection, room_id, ids[place], founded, may_write=True, may_administer=keeps)
    followed = [groups[name] for name in made.groups]
    for group in followed:
        begins = template(made.kind)
        put_group(tx.connection, room_id, group, begins.follows, keeps=begins.teachers_keep)
    following.groups_changed(tx, school_id, followed, founded)
    talk(tx, room_id, ids, now_ms, made.talk)


def talk(tx: Transaction, room_id: str, ids: list[str], now_ms: int, said: Talk) -> None:
    """Have people say this; `ids` by their places."""
    seqs: list[int] = []
    for who, minutes, text, answers in said:
        seq = log.heads(tx.connection, [room_id])[room_id] + 1
        body: dict[str, Any] = {"message": message_id(room_id, seq), "text": text}
        if answers is not None:
            body["reply_to"] = message_id(room_id, seqs[answers])
        seqs.append(log.append(tx, room_id, "message_posted", ids[who], now_ms - minutes * 60_000, body))
