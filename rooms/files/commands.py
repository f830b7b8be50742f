"""What people do with files beside sending their bytes: begin one, and say what a picture shows."""

from typing import Annotated, Any, Final

from msgspec import Meta
from sqlalchemy import func, select, update

from accounts import settings
from realtime.protocol import KeyedCommand
from realtime.refusal import Refusal
from rooms.files import keeping
from rooms.files.model import file, upload
from rooms.files.rules import LARGEST_VOICE, MOST_UNFINISHED, QUIET_MS, check_size, clean_alt, clean_name, file_id
from rooms.files.sentences import TOO_LONG
from rooms.turn import Handler, Turn

FileId = Annotated[str, Meta(min_length=2, max_length=32, pattern="^f[0-9a-z]+$", description="A file's id.")]
FileName = Annotated[str, Meta(min_length=1, max_length=1000, description="What the file is called.")]
Alt = Annotated[str, Meta(max_length=2000, description="What the picture shows, for whoever cannot see it.")]
MEGABYTE: Final = 1024 * 1024


class BeginUpload(KeyedCommand, kw_only=True):
    """Announce a file that one is going to send; its parts follow by PATCH to /api/v1/files/{file}."""

    name: FileName
    size: Annotated[int, Meta(ge=0, le=2**40, description="In bytes.")]
    voice: Annotated[
        bool, Meta(description="A voice note: a sound of at most a minute that was recorded for this.")
    ] = False


class DescribeFile(KeyedCommand, kw_only=True):
    """Say in words what a picture of one's own shows."""

    file: FileId
    alt: Alt


def begin_upload(turn: Turn, command: BeginUpload) -> None:
    """It concerns nobody else yet, and so is no event: the id follows from the key, which makes it happen once."""
    made = file_id(turn.who.id, str(command.key))
    turn.body = {"file": made}
    if _begun_before(turn, command, made):
        return
    allowed = settings.read(turn.connection, turn.who.school)
    check_size(command.size, allowed.largest_file * MEGABYTE)
    if command.voice and command.size > LARGEST_VOICE:
        raise Refusal("too_large", TOO_LONG)
    _check_share(turn, command.size, allowed.files_per_person * MEGABYTE)
    _make_place(turn)
    turn.connection.execute(
        upload.insert().values(
            id=made, school_id=turn.who.school, room_id=command.room, person_id=turn.who.id,
            name=clean_name(command.name), size=command.size, received=0, voice=command.voice,
            touched_ms=turn.now_ms,
        )
    )  # fmt: skip


def _begun_before(turn: Turn, command: BeginUpload, made: str) -> bool:
    if turn.connection.scalar(select(file.c.id).where(file.c.id == made)) is not None:
        return True
    row = turn.connection.execute(select(upload).where(upload.c.id == made)).first()
    if row is None:
        return False
    begun = (command.room, command.size, clean_name(command.name), command.voice)
    if (row.room_id, row.size, row.name, row.voice) != begun:
        raise Refusal("key_conflict")
    return True


def _check_share(turn: Turn, size: int, most: int) -> None:
    """Nobody fills the disk, not with what has arrived and not with what is announced."""
    kept = select(func.coalesce(func.sum(file.c.size), 0)).where(file.c.person_id == turn.who.id)
    begun = select(func.coalesce(func.sum(upload.c.size), 0)).where(upload.c.person_id == turn.who.id)
    used = int(turn.connection.scalar(kept) or 0) + int(turn.connection.scalar(begun) or 0)
    if used + size > most:
        raise Refusal("too_large", "Your share of the school's disk is full. Remove files that are no longer needed.")


def _make_place(turn: Turn) -> None:
    """Of too many unfinished uploads, one that has long been quiet gives way."""
    mine = upload.c.person_id == turn.who.id
    rows = turn.connection.execute(select(upload.c.id, upload.c.touched_ms).where(mine).order_by(upload.c.touched_ms))
    begun = rows.all()
    if len(begun) < MOST_UNFINISHED:
        return
    if begun[0].touched_ms > turn.now_ms - QUIET_MS:
        raise Refusal("rate_limited", "Too many files are on their way. Wait until some have arrived.", retry_ms=5000)
    keeping.end_upload(turn.tx, turn.who.school, begun[0].id, turn.now_ms)


def describe_file(turn: Turn, command: DescribeFile) -> None:
    alt = clean_alt(command.alt)
    of = (file.c.id == command.file) & (file.c.room_id == command.room) & (file.c.person_id == turn.who.id)
    row = turn.connection.execute(select(file.c.message_seq, file.c.item_id).where(of)).first()
    if row is None:
        raise Refusal("not_found", "This file does not exist any more.")
    turn.connection.execute(update(file).where(of).values(alt=alt))
    if row.message_seq is None and row.item_id is None:
        turn.body = {"file": command.file}
        return
    turn.append("file_described", {"file": command.file})  # not the words: those who may see the file fetch them


HANDLERS: Final[tuple[Handler[Any], ...]] = (
    Handler(BeginUpload, begin_upload, "write", feature="files", answers=("file",)),
    Handler(DescribeFile, describe_file, "write", answers=("file",)),
)
