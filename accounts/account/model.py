"""What the database has about oneself."""

from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from accounts import settings
from accounts.model import person, role, session
from accounts.rules import younger_than
from accounts.sessions import Actor
from storage.rows import AnyRow


def own(connection: Connection, actor: Actor) -> AnyRow:
    """My row: `login`, `year`, `base` (the built-in role that mine is or was copied from), `own_role` (what the school
    calls mine, if it made it), `password` (whether there is one).
    """
    return connection.execute(
        select(
            person.c.login, person.c.year, person.c.full_name, role.c.name.label("own_role"),
            func.coalesce(role.c.base, person.c.role).label("base"), person.c.password.is_not(None).label("password"),
        )
        .outerjoin(role, role.c.id == person.c.role)
        .where(person.c.id == actor.person)
    ).one()  # fmt: skip


def has_password(connection: Connection, actor: Actor) -> bool:
    """Whether I sign in with a password, which younger learners do not even if there is one."""
    mine = own(connection, actor)
    if mine.base == "learner" and younger_than(mine.year, settings.read(connection, actor.school).passwords_from_year):
        return False
    return bool(mine.password)


def open_sessions(connection: Connection, actor: Actor, now_ms: int) -> Sequence[AnyRow]:
    """Where I am signed in: this session first, then the youngest."""
    here = session.c.id == actor.session
    return connection.execute(
        select(session, here.label("here"))
        .where(session.c.person_id == actor.person, session.c.ended_ms.is_(None), session.c.expires_ms > now_ms)
        .order_by(here.desc(), session.c.created_ms.desc(), session.c.id)
    ).all()
