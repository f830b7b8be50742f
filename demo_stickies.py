"""The demonstration's threads of stickies: what a quiet child and her teacher wrote, and a few others."""

from typing import Final

from sqlalchemy import update

from demo_people import COVER, FIRST_TEACHER, GOVERNOR, HEAD, SECOND_TEACHER, TA
from demo_rooms import DAY, FIRST_LEARNER, SECOND_LEARNER, THIRD_LEARNER, Talk, talk
from rooms import log
from rooms.membership import put_member, put_room
from rooms.model import member
from rooms.private import pair_of, seat_note, thread_pair
from storage.database import Transaction

# One thread: who has not read the last of it yet, and what was said; people are places in demo.ROLES.
Thread = tuple[tuple[int, ...], Talk]

_STAFF: Final[tuple[Thread, ...]] = (
    ((), (
        (GOVERNOR, 3 * DAY + 560, "Is the budget paper the one from May, or is there a newer one?", None),
        (HEAD, 3 * DAY - 20, "There is a newer one. It is in the governors' room now, with the changes marked.", 0),
        (GOVERNOR, 3 * DAY - 60, "Found it, thank you. Page three answers my question.", None),
    )),
    ((COVER,), (
        (TA, 2 * DAY, "You have my group on Friday. Two of them read best under the table. It is fine.", None),
        (COVER, 2 * DAY - 45, "Under the table it is. Anything else I should know?", None),
        (TA, DAY, "They like to be asked, not told. And the timer with the duck helps.", 1),
    )),
)  # fmt: skip

THREADS: Final[dict[str, tuple[Thread, ...]]] = {
    "primary": (
        ((SECOND_TEACHER,), (
            (THIRD_LEARNER, 4 * DAY + 95, "hello", None),
            (SECOND_TEACHER, 4 * DAY + 60, "Hello Chloe! How nice to find a sticky from you. How was today?", None),
            (THIRD_LEARNER, 4 * DAY + 52, "ok", None),
            (THIRD_LEARNER, 3 * DAY + 80, "I did not put my hand up but I knew it. It was the River Severn.", None),
            (SECOND_TEACHER, 3 * DAY + 30, "It was! You can write me the answer here, too. Then I know you know.", 3),
            (THIRD_LEARNER, 2 * DAY + 75, "Can I read my page to you at break and not in front of everybody", None),
            (SECOND_TEACHER, 2 * DAY + 40, "Yes. By the window, after the bell. I look forward to it.", 5),
            (THIRD_LEARNER, DAY + 70, "I liked reading it. Dev heard a bit and said it was good", None),
            (SECOND_TEACHER, DAY + 35, "I heard him. He meant it. Which page next?", 7),
            (THIRD_LEARNER, 40, "The one with the otter. I practised it with my nan.", None),
        )),
        ((), (
            (FIRST_LEARNER, 2 * DAY + 130, "did you bring the book about roman roads", None),
            (SECOND_LEARNER, 2 * DAY + 120, "yes its in my tray you can have it first", None),
            (FIRST_LEARNER, 2 * DAY + 115, "thank you!!", None),
        )),
        *_STAFF,
    ),
    "secondary": (
        ((FIRST_TEACHER,), (
            (FIRST_LEARNER, 3 * DAY + 150, "Miss, is it a problem if my essay is longer than two pages?", None),
            (FIRST_TEACHER, 3 * DAY + 20, "No problem. Tell me which half you like better, and why.", 0),
            (FIRST_LEARNER, 2 * DAY + 140, "The second half. The first half is me warming up.", None),
            (FIRST_TEACHER, 2 * DAY + 30, "Then you know what to cut. That is the hardest part of writing.", 2),
            (FIRST_LEARNER, 65, "I cut it. It hurt but it is better.", None),
        )),
        ((), (
            (FIRST_LEARNER, 2 * DAY + 130, "are you coming to computing club", None),
            (SECOND_LEARNER, 2 * DAY + 125, "yes, we open the penguin box", None),
        )),
        *_STAFF,
    ),
}  # fmt: skip


def furnish(tx: Transaction, school_id: str, phase: str, ids: list[str], now_ms: int) -> None:
    """Give a school of the demonstration its threads; everybody has read theirs but for the last of some."""
    for behind, said in THREADS[phase]:
        people = list(dict.fromkeys(who for who, *_ in said))
        began = now_ms - said[0][1] * 60_000
        room_id = put_room(tx.connection, school_id, "thread", "", began)
        for who in people:
            put_member(tx.connection, room_id, ids[who], began, may_write=True)
        one, other = pair_of(*(ids[who] for who in people))
        tx.connection.execute(thread_pair.insert().values(one=one, other=other, room_id=room_id))
        talk(tx, room_id, ids, now_ms, said)
        _have_read(tx, room_id, {ids[who]: who in behind for who in people})


def _have_read(tx: Transaction, room_id: str, people: dict[str, bool]) -> None:
    head = log.heads(tx.connection, [room_id])[room_id]
    for who, is_behind in people.items():
        read = head - 1 if is_behind else head
        of = (member.c.room_id == room_id) & (member.c.person_id == who)
        tx.connection.execute(update(member).where(of).values(read_seq=read))
        tx.connection.execute(seat_note.insert().values(room_id=room_id, person_id=who, delivered_seq=head))
