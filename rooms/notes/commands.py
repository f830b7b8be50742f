"""What staff do with notes about a learner: write, change, remove. Each is told to its readers by id alone."""

from typing import Annotated, Any, Final

from msgspec import Meta
from sqlalchemy import select, update

from accounts.relations import between
from accounts.rights import Place, may
from realtime.protocol import KeyedCommand
from realtime.refusal import Refusal
from rooms.membership import PersonId, of_this_school
from rooms.notes import model
from rooms.notes.model import note, note_reader
from rooms.notes.rules import MOST_NAMED, As
from rooms.posts import clean_reason, clean_text
from rooms.turn import Handler, Turn
from storage.rows import AnyRow

Text = Annotated[str, Meta(description="What is written, as plain text: 1 to 8,000 characters.")]
NoteId = Annotated[str, Meta(max_length=32, pattern="^n[0-9a-z]+$", description="A note's id.")]
Reason = Annotated[str, Meta(max_length=500, description="Why, for the record.")]
People = Annotated[tuple[PersonId, ...], Meta(max_length=200)]
CHANGED: Final = "Who would see this is not the same as a moment ago. Look at the list again, then send it."


class WriteNote(KeyedCommand, kw_only=True):
    """Write a note about a learner, for its author, the form tutor and the head of house. `room` is one's own.

    `audience`: further members of staff; `teachers`: all who teach the learner; both take a `reason`. `readers`: who
    was shown as its readers; if they are others by now, it is refused.
    """

    learner: PersonId
    text: Text
    audience: Annotated[tuple[PersonId, ...], Meta(max_length=MOST_NAMED)] = ()
    teachers: bool = False
    reason: Reason | None = None
    readers: People = ()


class ChangeNote(KeyedCommand, kw_only=True):
    """Write a new version of one's own note. Its readers stay, and see how it read before. `room` is one's own."""

    note: NoteId
    text: Text


class RemoveNote(KeyedCommand, kw_only=True):
    """Take a note away from its readers. What it said is kept as evidence. `room` is one's own."""

    note: NoteId


def write_note(turn: Turn, command: WriteNote) -> None:
    _check_own(turn, command.room)
    learner = of_this_school(turn, command.learner)
    relations = between(turn.connection, turn.who.id, learner.id, turn.now_ms)
    if not model.may_write_about(turn.who, learner, relations, turn.now):
        raise Refusal("not_found", "There is no such person at this school.")
    text, reason = clean_text(command.text), clean_reason(command.reason)
    wide = command.teachers or bool(command.audience)
    if wide and reason is None:
        raise Refusal("bad_request", "Please write down why more people should see this.")
    readers = _readers(turn, command, learner)
    if command.readers and set(command.readers) != set(readers):
        raise Refusal("bad_request", CHANGED)
    made = model.put(
        turn.tx, turn.who.school, learner.id, turn.who.id, text, readers, reason if wide else None, turn.now_ms
    )
    _tell(turn, "note_written", made, learner.id)


def change_note(turn: Turn, command: ChangeNote) -> None:
    row = _standing(turn, command.room, command.note)
    if row.author_id != turn.who.id:
        raise Refusal("forbidden", "You can change only what you wrote yourself.")
    model.add_version(turn.tx, row.id, clean_text(command.text), turn.now_ms)
    _tell(turn, "note_changed", row.id, row.learner_id)


def remove_note(turn: Turn, command: RemoveNote) -> None:
    """By its author, and by who may step in: those who see it and nobody else."""
    row = _standing(turn, command.room, command.note)
    school = Place(turn.who.school, "school", closed=False, member=True)
    if row.author_id != turn.who.id and may(turn.who, "step_in", school, turn.now) is not None:
        raise Refusal("forbidden")
    gone = {"removed_ms": turn.now_ms, "removed_by": turn.who.id}
    turn.connection.execute(update(note).where(note.c.id == row.id).values(gone))
    _tell(turn, "note_removed", row.id, row.learner_id)


def _check_own(turn: Turn, room: str) -> None:
    if room != turn.own_room:
        raise Refusal("not_found")


def _readers(turn: Turn, command: WriteNote, learner: AnyRow) -> dict[str, As]:
    found = model.audience(turn.connection, turn.who.id, learner.id, turn.now_ms, teachers=command.teachers)
    for each in dict.fromkeys(command.audience):
        row = of_this_school(turn, each)
        if turn.who.rights.kinds.get(row.role) != "staff":
            raise Refusal("forbidden", "Notes about learners are for staff only.")
        found.setdefault(row.id, "named")
    return found


def _standing(turn: Turn, room: str, note_id: str) -> AnyRow:
    """A note that the asker may read and that was not removed; Refusal `not_found` for any other."""
    _check_own(turn, room)
    row = turn.connection.execute(
        select(note)
        .join(note_reader, note_reader.c.note_id == note.c.id)
        .where(note.c.id == note_id, note_reader.c.person_id == turn.who.id, note.c.removed_ms.is_(None))
        .with_for_update(of=note)
    ).first()
    if row is None or not model.reads(turn.who):
        raise Refusal("not_found", "This note does not exist any more.")
    return row


def _tell(turn: Turn, kind: str, note_id: str, learner: str) -> None:
    said = {"note": note_id, "learner": learner}
    turn.append(kind, said)
    turn.tell([each for each in model.readers_of(turn.connection, note_id) if each != turn.who.id], kind, said)


HANDLERS: Final[tuple[Handler[Any], ...]] = (
    Handler(WriteNote, write_note, "read", limit="posts", answers=("note",)),
    Handler(ChangeNote, change_note, "read", limit="posts", answers=("note",)),
    Handler(RemoveNote, remove_note, "read", answers=("note",)),
)
