"""Everything about one person in one archive."""

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final

import msgspec
from sqlalchemy import Connection, select

from accounts.administration.people import base_of
from accounts.model import person
from accounts.privacy.keepers import Keeper, Part, Subject
from accounts.rights import KINDS
from realtime.refusal import Refusal

IN_MEMORY: Final = 1024 * 1024  # bytes; a larger archive waits in a file


@dataclass(frozen=True)
class Export:
    """What was read, and about whom."""

    of: Subject
    parts: Sequence[Part]

    @property
    def counts(self) -> Mapping[str, int]:
        return {part.name: len(part.rows) for part in self.parts}


def subject(connection: Connection, school_id: str, person_id: str) -> Subject:
    """Whose data it is; Refusal `not_found` for nobody of this school."""
    chosen = select(person).where(person.c.id == person_id, person.c.school_id == school_id)
    row = connection.execute(chosen).first()
    if row is None:
        raise Refusal("not_found", "There is no such person at this school.")
    kind = KINDS[base_of(connection, school_id, row.role)]
    return Subject(row.id, school_id, kind, row.name, row.full_name, row.login)


def gather(
    connection: Connection, school_id: str, person_id: str, keepers: Sequence[Keeper], *, themselves: bool = True
) -> Export:
    """All that the features keep about a person, read in one transaction. `themselves`: it is they who ask."""
    of = replace(subject(connection, school_id, person_id), themselves=themselves)
    return Export(of, [part for keeper in keepers for part in keeper.hand_out(connection, of)])


def archive(export: Export, page: bytes, facts: Mapping[str, Any]) -> IO[bytes]:
    """A zip: `index.html` to read, `everything.json` to hand on, a JSON file a part. Not for the event loop."""
    packed = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - whoever sends it closes it
    parts = {part.name: part.rows for part in export.parts}
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("index.html", page)
        made.writestr("everything.json", _json({**facts, **parts}))
        for name, rows in parts.items():
            made.writestr(f"parts/{name}.json", _json(rows))
    packed.seek(0)
    return packed


def _json(content: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(content), indent=2)
