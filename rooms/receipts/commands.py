"""What has come to a device, what was read, and telling the authors as far as they may know."""

from collections.abc import Collection, Mapping
from typing import Any, Final, NamedTuple

from accounts.rights import Place
from accounts.sessions import own_room_of
from realtime.protocol import Command, Seq
from realtime.refusal import Refusal
from rooms import grants, log
from rooms.private import KINDS
from rooms.receipts import model
from rooms.receipts.rules import Mark, standing, visible
from rooms.turn import Handler, Turn


class Received(Command, kw_only=True):
    """A device of mine has everything up to `seq` of this thread of stickies. The mark only moves forward."""

    seq: Seq


class Author(NamedTuple):
    """Somebody who may know of the asker how far they are. last: of what they have said in the stretch in question."""

    id: str
    last: int
    seen: Collection[str]  # everybody of whom they may know it
    place: Place


def received(turn: Turn, command: Received) -> None:
    if turn.grant.place is None or turn.grant.place.kind not in KINDS:
        raise Refusal("bad_request")
    room, seq = command.room, min(command.seq, turn.grant.head)
    before = max(model.noted(turn.connection, room, turn.who.id), turn.grant.read_seq)
    turn.reached = max(seq, before)
    if seq <= before:
        return
    model.deliver(turn.connection, room, turn.who.id, seq)
    for author in _authors(turn, room, before, seq):
        _tell_delivered(turn, room, author, before, seq)


def was_read(turn: Turn, room: str, kind: str, before: int, upto: int) -> None:
    """A hook of reading: somebody has read on. Who wrote it hears once of all of it; it was delivered with it."""
    if kind not in KINDS:
        return
    delivered = max(model.noted(turn.connection, room, turn.who.id), before)
    if upto > delivered:
        model.deliver(turn.connection, room, turn.who.id, upto)
    for author in _authors(turn, room, before, upto):
        if len(author.seen) > 1 and upto > delivered:  # where more than one is waited for, it says something by itself
            _tell_delivered(turn, room, author, delivered, upto)
        _tell(turn, author.id, "sticky_read", {"room": room, "upto": author.last, "person": turn.who.id})


def _authors(turn: Turn, room: str, after: int, upto: int) -> list[Author]:
    """Who has said something in this stretch and may know of the asker how far they are."""
    said = model.authors_between(turn.connection, room, after, upto, turn.who.id)
    if not said:
        return []
    # They are asked about whether they are here or not.
    pairs = [(n, each, each, room, None) for n, each in enumerate(said)]
    found = []
    for each, grant in zip(said, grants.load_absent(turn.connection, pairs, turn.now_ms), strict=True):
        if grant.place is None:
            continue
        others = model.others_in(turn.connection, grant.place, each, turn.now_ms)
        seen = visible(grant.who, grant.place, others, turn.now)
        if turn.who.id in seen:
            found.append(Author(each, said[each], seen, grant.place))
    return found


def _tell_delivered(turn: Turn, room: str, author: Author, before: int, after: int) -> None:
    """If all of whom the author may know it have more now than before: up to which message of theirs."""
    marks = dict(model.marks_of(turn.connection, room, author.seen))
    was, now = (standing(author.place, {**marks, turn.who.id: Mark(seq, 0)}).delivered for seq in (before, after))
    upto = model.newest(turn.connection, room, author.id, now)
    if upto > was:
        _tell(turn, author.id, "sticky_delivered", {"room": room, "upto": upto})


def _tell(turn: Turn, author: str, kind: str, body: Mapping[str, Any]) -> None:
    own = own_room_of(author)
    turn.reach([own])
    at = turn.append(kind, body, own)
    if at % log.OWN_ROOM_KEEPS == 0:
        log.trim(turn.tx, own, at)


HANDLERS: Final[tuple[Handler[Any], ...]] = (
    Handler(Received, received, "read", limit="reads", reaching=model.own_rooms),
)
