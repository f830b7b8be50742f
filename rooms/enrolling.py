"""New schools and new people, each with the rooms they start with."""

from dataclasses import dataclass

from sqlalchemy import select

from accounts import rules
from accounts.model import person, school
from realtime.refusal import Refusal
from rooms.membership import create_own_room, create_room, put_member
from storage.database import Transaction
from storage.ids import new_id


@dataclass(frozen=True, slots=True)
class NewPerson:
    """`login` is what the person types to sign in; `password` is already hashed."""

    login: str
    name: str
    role: str
    password: str | None


def found_school(tx: Transaction, slug: str, name: str, phase: str, zone: str, now_ms: int) -> tuple[str, str]:
    """A new school with its staffroom; gives the ids of both. Refusal `bad_request` says what cannot be."""
    rules.check_slug(slug)
    rules.check_phase(phase)
    rules.check_zone(zone)
    if tx.connection.scalar(select(school.c.id).where(school.c.slug == slug)) is not None:
        raise Refusal("bad_request", f"There is a school '{slug}' already.")
    school_id = new_id("s")
    tx.connection.execute(
        school.insert().values(
            id=school_id, slug=slug, name=rules.check_name(name), phase=phase, zone=zone, created_ms=now_ms
        )
    )
    return school_id, create_room(tx, school_id, "staffroom", "Staffroom", now_ms)


def enrol(tx: Transaction, school_id: str, new: NewPerson, now_ms: int) -> str:
    """A new person of a school, with a room of their own; gives their id."""
    login = rules.fold_login(new.login)
    rules.check_name(login)
    rules.check_role(new.role)
    taken = select(person.c.id).where(person.c.school_id == school_id, person.c.login == login)
    if tx.connection.scalar(taken) is not None:
        raise Refusal("bad_request", f"Somebody at this school signs in as '{login}' already.")
    person_id = new_id("p")
    tx.connection.execute(
        person.insert().values(
            id=person_id, school_id=school_id, login=login, name=rules.check_name(new.name), role=new.role,
            password=new.password, created_ms=now_ms,
        )
    )  # fmt: skip
    create_own_room(tx, school_id, person_id, now_ms)
    return person_id


def seat(tx: Transaction, room_id: str, person_id: str, now_ms: int) -> None:
    """Make a person a member who may write."""
    put_member(tx.connection, room_id, person_id, now_ms, may_write=True)
