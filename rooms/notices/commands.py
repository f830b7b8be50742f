"""What people do with notices that must be read: post one, confirm one, remind once of those who have not."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Final

from msgspec import Meta, structs
from sqlalchemy import select, update

from accounts.model import person, school
from accounts.rights import Who, may
from accounts.sessions import own_room_of
from accounts.standing import is_open
from realtime.connection import Caller
from realtime.protocol import KeyedCommand
from realtime.refusal import Refusal
from rooms.marking import in_sight
from rooms.model import event, member
from rooms.notices import model
from rooms.notices.model import notice, notice_reader
from rooms.notices.rules import Audience, end_of_asking
from rooms.posting import Hooks, Posted
from rooms.posts import message_id
from rooms.turn import Handler, Turn
from storage.clock import rfc3339
from storage.database import Transaction
from storage.rows import AnyRow

MessageId = Annotated[str, Meta(min_length=2, max_length=64, description="A message's id.")]
FileId = Annotated[str, Meta(max_length=32, pattern="^f[0-9a-z]+$", description="A file's id.")]
Day = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$", description="A day on the school's calendar.")]

NOT_ASKED: Final = "You are not asked to confirm this message."
NOT_THERE: Final = "There is no notice here that must be read."


class PostNotice(KeyedCommand, kw_only=True):
    """Write a message that everybody in the room is asked to confirm, or all staff there, up to and with a day."""

    text: Annotated[str, Meta(description="What is written, as plain text: 1 to 8,000 characters.")]
    until: Day
    audience: Audience = "all"
    files: Annotated[tuple[FileId, ...], Meta(max_length=10)] = ()
    reply_to: ClassVar[None] = None  # a notice stands by itself
    thread: ClassVar[None] = None


class ConfirmNotice(KeyedCommand, kw_only=True):
    """Say that one has read a notice. Saying it twice is saying it once."""

    message: MessageId


class NudgeNotice(KeyedCommand, kw_only=True):
    """Remind those who have not confirmed a notice. Only once, by whoever it is."""

    message: MessageId


Post = Callable[[Turn, Any, Hooks], None]


def post_notice(turn: Turn, command: PostNotice, post: Post, hooks: Hooks) -> None:
    """An ordinary message that says in its body until when it must be read, and the list of those who are asked."""
    turn.require("write")
    zone = turn.connection.scalars(select(school.c.zone).where(school.c.id == turn.who.school)).one()
    until_ms = end_of_asking(command.until, turn.now_ms, zone)
    asked = [row.id for row in _asked(turn, command) if row.id != turn.who.id]
    if not asked:
        raise Refusal("bad_request", "There is nobody else here who could read this. Send it as a message.")
    room, seq = command.room, turn.next_seq()

    def adding(_: Turn, __: Posted) -> Mapping[str, Any]:
        return {"notice": {"until": command.until, "audience": command.audience}}

    post(turn, command, Hooks((*hooks.adding, adding), hooks.following, hooks.removing))
    turn.insert(notice, (room, seq, turn.who.id, command.audience, until_ms, None, None))
    for each in asked:
        turn.insert(notice_reader, (room, seq, each, None))
    _tell(turn, asked, {"room": room, "message": message_id(room, seq), "until": rfc3339(until_ms)})


def confirm_notice(turn: Turn, command: ConfirmNotice) -> None:
    room, row = command.room, _notice(turn, command.room, command.message)
    turn.body = {"message": command.message}
    of = (notice_reader.c.room_id == room) & (notice_reader.c.seq == row.seq)
    mine = of & (notice_reader.c.person_id == turn.who.id)
    found = turn.connection.execute(select(notice_reader.c.read_ms).where(mine)).first()
    if found is None:
        raise Refusal("not_found", NOT_ASKED)
    if found.read_ms is not None:
        return
    turn.connection.execute(update(notice_reader).where(mine).values(read_ms=turn.now_ms))
    turn.append("notice_done", {"room": room, "message": command.message}, turn.own_room)
    turn.reached = turn.grant.head
    read, asked = model.counts(turn.connection, room, [row.seq], turn.now_ms).get(row.seq, (0, 0))
    authors = own_room_of(row.author_id)
    turn.reach([authors])
    turn.append("notice_read", {"room": room, "message": command.message, "read": read, "of": asked}, authors)


def nudge_notice(turn: Turn, command: NudgeNotice) -> None:
    room, row = command.room, _notice(turn, command.room, command.message)
    turn.body = {"message": command.message}
    if row.nudged_ms is not None:
        if _nudged_by_this(turn, command):
            return
        raise Refusal("bad_request", "They have been reminded once. Once is enough: perhaps speak to them.")
    if row.until_ms <= turn.now_ms:
        raise Refusal("bad_request", "This notice is over. Nobody is asked to read it any more.")
    people = [each.id for each in model.missing(turn.connection, room, row.seq, turn.now_ms)]
    if not people:
        raise Refusal("bad_request", "Everybody has read this already.")
    of = (notice.c.room_id == room) & (notice.c.seq == row.seq)
    turn.connection.execute(update(notice).where(of).values(nudged_ms=turn.now_ms))
    turn.append("notice_nudged", {"room": room, "message": command.message, "people": len(people)}, turn.own_room)
    turn.reached = turn.grant.head
    body = {"room": room, "message": command.message, "until": rfc3339(row.until_ms), "nudged": True}
    _tell(turn, [each for each in people if each != turn.who.id], body)


def take_away(tx: Transaction, room: str, seqs: Sequence[int], by: str, now_ms: int) -> None:  # noqa: ARG001 - a hook
    """What is removed need not be read any more. Who had read it stays on record, as the words do for moderation."""
    of = (notice.c.room_id == room) & notice.c.seq.in_(seqs)
    tx.connection.execute(update(notice).where(of, notice.c.ended_ms.is_(None)).values(ended_ms=now_ms))


def _asked(turn: Turn, command: PostNotice) -> Iterator[AnyRow]:
    """The members at this moment who may read here; of the staff alone, if that was chosen."""
    begun = member.c.from_ms.is_(None) | (member.c.from_ms <= turn.now_ms)
    going_on = member.c.until_ms.is_(None) | (member.c.until_ms > turn.now_ms)
    left = person.c.left_ms.is_not(None) & (person.c.left_ms <= turn.now_ms)
    rows = turn.connection.execute(
        select(person.c.id, person.c.role, person.c.year)
        .join(member, member.c.person_id == person.c.id)
        .where(member.c.room_id == command.room, begun, going_on, is_open(turn.now_ms), ~left)
        .order_by(person.c.id)
    )
    rights, place = turn.who.rights, turn.grant.place
    inside = None if place is None else structs.replace(place, member=True)
    for row in rows:
        reader = Who(row.id, turn.who.school, row.role, year=row.year, rights=rights)
        wanted = command.audience == "all" or rights.kinds.get(row.role) == "staff"
        if wanted and may(reader, "read", inside, turn.now) is None:
            yield row


def _notice(turn: Turn, room: str, of: str) -> AnyRow:
    seq = in_sight(turn, room, of).seq
    row = model.found(turn.connection, room, [seq]).get(seq)
    if row is None:
        raise Refusal("not_found", NOT_THERE)
    return row


def _nudged_by_this(turn: Turn, command: NudgeNotice) -> bool:
    """Whether it was this very command that reminded them, whose answer was lost."""
    of = (event.c.key == str(command.key)) & (event.c.author_id == turn.who.id) & (event.c.room_id == turn.own_room)
    return turn.connection.scalar(select(event.c.seq).where(of)) is not None


def _tell(turn: Turn, people: Sequence[str], body: Mapping[str, Any]) -> None:
    turn.reach([own_room_of(each) for each in people])
    for each in people:
        turn.append("notice_due", body, own_room_of(each))


def _own_room(_: ConfirmNotice | NudgeNotice, caller: Caller) -> tuple[str, ...]:
    return (caller.own_room,)


def handlers(post: Post, hooks: Hooks) -> tuple[Handler[Any], ...]:
    """The handlers; `post` posts a message, with what happens besides."""

    def post_one(turn: Turn, command: PostNotice) -> None:
        post_notice(turn, command, post, hooks)

    return (
        Handler(PostNotice, post_one, "notice", limit="posts", answers=("message",)),
        Handler(ConfirmNotice, confirm_notice, "read", answers=("message",), also=_own_room),
        Handler(NudgeNotice, nudge_notice, "notice", answers=("message",), also=_own_room),
    )
