"""Reading and writing looks."""

from typing import Any, Final

import msgspec
from sqlalchemy import Connection, delete, select, update

from accounts.looks.model import school_logo
from accounts.looks.rules import Preferences, SchoolLook, brand_of, changed, live_attributes, preferences, school_look
from accounts.model import person, school
from accounts.rules import check_name
from accounts.sessions import Actor
from accounts.signing_in import Announce
from storage.database import Transaction
from web.look import Brand

_encode: Final = msgspec.json.Encoder().encode


def own(connection: Connection, actor: Actor) -> Preferences:
    """What this person has settled, as the database has it now."""
    return preferences(connection.scalars(select(person.c.preferences).where(person.c.id == actor.person)).one())


def settle(tx: Transaction, actor: Actor, wanted: dict[str, str], announce: Announce, now_ms: int) -> Preferences:
    """Keep what a form says and tell this person's open pages; Refusal `bad_request` if there is no such choice."""
    before = own(tx.connection, actor)
    after = changed(before, wanted)
    if after != before:
        said = _encode(after).decode()
        tx.connection.execute(update(person).where(person.c.id == actor.person).values(preferences=said))
        announce(tx, actor.person, "look_changed", {"attributes": live_attributes(after)}, now_ms)
    return after


def of_school(connection: Connection, school_id: str) -> tuple[str, SchoolLook]:
    """A school's name and look."""
    row = connection.execute(select(school.c.name, school.c.look).where(school.c.id == school_id)).one()
    return row.name, school_look(row.look)


def brand(connection: Connection, school_id: str) -> Brand | None:
    """How the school of this id shows itself to whoever knows the id."""
    row = connection.execute(select(school.c.name, school.c.look).where(school.c.id == school_id)).first()
    return None if row is None else brand_of(school_id, row.name, school_look(row.look))


def open_brand(connection: Connection, slug: str) -> Brand | None:
    """How the school of this short name shows itself to everybody, if it wishes to."""
    row = connection.execute(select(school.c.id, school.c.name, school.c.look).where(school.c.slug == slug)).first()
    look = school_look(row.look) if row else SchoolLook()
    return brand_of(row.id, row.name, look) if row and look.open else None


def write(tx: Transaction, school_id: str, name: str, look: SchoolLook) -> None:
    """Refusal `bad_request` for a name that is none."""
    values: dict[str, Any] = {"name": check_name(name), "look": _encode(look).decode()}
    tx.connection.execute(update(school).where(school.c.id == school_id).values(**values))


def logo(connection: Connection, digest: str) -> bytes | None:
    found = connection.scalars(select(school_logo.c.image).where(school_logo.c.digest == digest)).first()
    return None if found is None else bytes(found)


def write_logo(tx: Transaction, school_id: str, digest: str, image: bytes | None) -> None:
    """The new image instead of the old; None: take it away."""
    tx.connection.execute(delete(school_logo).where(school_logo.c.school_id == school_id))
    if image is not None:
        tx.connection.execute(school_logo.insert().values(school_id=school_id, digest=digest, image=image))
