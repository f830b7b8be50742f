"""Reading the access log of one person."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, select

from accounts.audit.model import access
from accounts.audit.reading import sign_ins_of

PAGE: Final = 100


@dataclass(frozen=True)
class Seen:
    """One line of it. `act`: signed_in, sign_in_failed, opened or refused. `room`: its id, if it was one."""

    at_ms: int
    act: str
    in_school: bool
    room: str | None = None
    what: str = ""
    error: str | None = None


def seen(connection: Connection, school_id: str, person_id: str, since_ms: int, before_ms: int) -> list[Seen]:
    """What this person of the school opened and was refused, and their sign-ins; newest first, PAGE at most."""
    opened = connection.execute(
        select(access)
        .where(
            access.c.school_id == school_id, access.c.person_id == person_id,
            access.c.at_ms >= since_ms, access.c.at_ms < before_ms,
        )
        .order_by(access.c.at_ms.desc())
        .limit(PAGE)
    )  # fmt: skip
    came = (
        Seen(each.at_ms, each.kind, each.in_school, what=str(each.detail.get("method", "")))
        for each in sign_ins_of(connection, school_id, person_id, since_ms, before_ms)
    )
    return sorted([*map(_line, opened), *came], key=lambda line: -line.at_ms)[:PAGE]


def _line(row: Any) -> Seen:
    if row.error is not None:
        return Seen(row.at_ms, "refused", row.in_school, what=row.what, error=row.error)
    return Seen(row.at_ms, "opened", row.in_school, room=row.what)


def room_name(line: Seen, known: Mapping[str, str]) -> str | None:
    """What the reader knows the room by; None for a room that is not theirs to know of."""
    return known.get(line.room or "")
