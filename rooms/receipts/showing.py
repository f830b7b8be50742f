"""What a thread's page shows of what became of one's stickies, and of when they are likely to be read."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

from babel.dates import format_date
from msgspec import structs

from accounts.hours.rules import When
from rooms.private import KINDS
from rooms.receipts import model, readers
from rooms.receipts.readers import Reader
from rooms.receipts.rules import Standing, standing, visible
from rooms.showing import Part, Showing
from storage.rows import AnyRow


def standing_of(showing: Showing) -> Standing | None:
    """What the reader of the page may know of the others; None where it is no private room."""
    place = showing.grant.place
    if place is None or place.kind not in KINDS:
        return None
    others = model.others_in(showing.connection, place, showing.actor.person, showing.now_ms)
    seen = visible(showing.grant.who, place, others, _at(showing))
    return standing(place, model.marks_of(showing.connection, showing.room, seen) if seen else {})


def of_messages(showing: Showing, rows: Sequence[AnyRow]) -> Mapping[int, Any]:
    """The state of each message of one's own; `last` on the newest that has come so far."""
    me = showing.actor.person
    mine = [row.seq for row in rows if row.author_id == me and row.removed_ms is None]
    found = standing_of(showing) if mine else None
    if found is None:
        return {}
    limits = {showing.grant.head, found.delivered, *(mark.read for mark in found.marks.values())}
    last = {model.newest(showing.connection, showing.room, me, each) for each in limits}
    return {seq: {**found.of(seq), "last": seq in last} for seq in mine}


def of_room(showing: Showing) -> dict[str, Any] | None:
    """None where it is no private room."""
    found = standing_of(showing)
    if found is None:
        return None
    told = readers.told(showing.connection, showing.grant, _at(showing), showing.now_ms)
    return {
        "delivered": found.delivered,
        "read": {who: mark.read for who, mark in found.marks.items()},
        "readers": [_in_words(reader, showing.language) for reader in told.readers],
        "quiet": told.quiet,
        "changes_ms": told.changes_ms,
        "now_ms": showing.now_ms,
    }


def _in_words(reader: Reader, language: str) -> dict[str, Any]:
    """A reader with the days as they are called."""
    labels = {"when_label": _day(reader.when, language), "back_label": _day(reader.back, language)}
    return {**reader._asdict(), "when": reader.when and structs.asdict(reader.when), **labels}


def _day(when: When | None, language: str) -> str | None:
    """`Monday`, or of a day that is further away `Monday 4 January`."""
    if when is None:
        return None
    pattern = "EEEE d MMMM" if when.day == "date" else "EEEE"
    return str(format_date(date.fromisoformat(when.date), pattern, locale=language))


def _at(showing: Showing) -> datetime:
    return datetime.fromtimestamp(showing.now_ms / 1000, UTC)


PART: Final = Part(
    "receipt", of_messages, of_room,
    slots={"message": "receipt.html", "tray": "readers.html", "data": "receipts_data.html"},
)  # fmt: skip
