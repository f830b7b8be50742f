"""Own pictures and picture passwords in the database."""

import hashlib
import hmac
import secrets
from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import Connection, select, update

from accounts.children import rules
from accounts.children.model import (
    class_code,
    has_started,
    is_here,
    is_learner,
    learners_of,
    picture_sign_in,
)
from accounts.model import person, school, school_group
from realtime.refusal import Refusal
from storage.database import Transaction
from storage.rows import AnyRow

WRONG: Final = "Those are not your pictures. Try again."
ASK: Final = "Ask your teacher to help you come in."


def keyed(secret: bytes, person_id: str, picked: Sequence[str]) -> str:
    """What is hashed for a picture password: with only 1,728 of them, the hash alone would keep nothing secret."""
    return hmac.new(secret, f"pictures:{person_id}:{' '.join(picked)}".encode(), hashlib.sha256).hexdigest()


def deal_own(tx: Transaction, group_id: str, people: Collection[str], now_ms: int) -> None:
    """Give each of these people who has none an own picture that nobody in the class has."""
    shown = select(picture_sign_in.c.person_id).where(picture_sign_in.c.person_id.in_(people))
    having = set(tx.connection.scalars(shown))
    taken = set(own_pictures(tx.connection, group_id, now_ms).values())
    for each in sorted(set(people) - having):
        dealt = rules.deal_own(taken, secrets.choice)
        taken.add(dealt)
        tx.connection.execute(picture_sign_in.insert().values(person_id=each, own_picture=dealt, wrong=0))


def own_pictures(connection: Connection, group_id: str, now_ms: int) -> dict[str, str]:
    """The own pictures of a class, by person."""
    at = picture_sign_in.c
    found = select(at.person_id, at.own_picture).where(at.person_id.in_(learners_of(group_id, now_ms)))
    return {row.person_id: row.own_picture for row in connection.execute(found)}


def choose_own(tx: Transaction, group_id: str, person_id: str, picture: str, now_ms: int) -> None:
    """Give a child another own picture; Refusal `bad_request` if somebody of the class has it."""
    of_others = own_pictures(tx.connection, group_id, now_ms)
    of_others.pop(person_id, None)
    if picture not in rules.OWN or picture in of_others.values():
        raise Refusal("bad_request", "Somebody in this class has this picture. Choose another one.")
    deal_own(tx, group_id, [person_id], now_ms)
    of = picture_sign_in.c.person_id == person_id
    tx.connection.execute(update(picture_sign_in).where(of).values(own_picture=picture))


def set_secret(tx: Transaction, person_id: str, hashed: str, batch: str, now_ms: int) -> None:
    """A child's three pictures are other ones from now on; they must have an own picture."""
    values = {"pictures_hash": hashed, "batch": batch, "set_ms": now_ms, "wrong": 0}
    tx.connection.execute(update(picture_sign_in).where(picture_sign_in.c.person_id == person_id).values(values))


def was_sent(connection: Connection, batch: str) -> bool:
    """Whether this form has set pictures already."""
    of = picture_sign_in.c.batch == batch
    return connection.scalar(select(picture_sign_in.c.person_id).where(of).limit(1)) is not None


def unlock(tx: Transaction, person_id: str) -> None:
    """Forget the wrong tries."""
    tx.connection.execute(update(picture_sign_in).where(picture_sign_in.c.person_id == person_id).values(wrong=0))


def children(connection: Connection, group_id: str, now_ms: int) -> list[AnyRow]:
    """Who of a class can sign in with pictures, as (id, name, own_picture), by name. Nobody else is shown."""
    found = (
        select(person.c.id, person.c.name, picture_sign_in.c.own_picture)
        .join(picture_sign_in, picture_sign_in.c.person_id == person.c.id)
        .where(
            person.c.id.in_(learners_of(group_id, now_ms)), picture_sign_in.c.pictures_hash.is_not(None),
            is_here(now_ms), has_started(now_ms), is_learner(),
        )
        .order_by(person.c.name, person.c.id)
    )  # fmt: skip
    return list(connection.execute(found).all())


def child(
    connection: Connection, code_hashes: Collection[str], group_id: str, person_id: str, now_ms: int
) -> AnyRow | None:
    """One of a class, for whoever knows the class's code: what it takes to check their pictures."""
    return connection.execute(
        select(
            person.c.id.label("person_id"), person.c.name, person.c.login, school.c.slug, school.c.name.label("school"),
            picture_sign_in.c.own_picture, picture_sign_in.c.pictures_hash,
        )
        .join(school, school.c.id == person.c.school_id)
        .join(picture_sign_in, picture_sign_in.c.person_id == person.c.id)
        .join(school_group, school_group.c.school_id == school.c.id)
        .join(class_code, class_code.c.group_id == school_group.c.id)
        .where(
            person.c.id == person_id, person.c.id.in_(learners_of(group_id, now_ms)), is_here(now_ms),
            has_started(now_ms), is_learner(), school_group.c.id == group_id, school_group.c.archived_ms.is_(None),
            class_code.c.code_hash.in_(code_hashes), picture_sign_in.c.pictures_hash.is_not(None),
        )
    ).first()  # fmt: skip


def count_try(tx: Transaction, person_id: str) -> None:
    """Count a try before it is judged; Refusal `forbidden` when only the teacher can help."""
    of = picture_sign_in.c
    counted = update(picture_sign_in).where(of.person_id == person_id, of.wrong < rules.MOST_WRONG)
    if tx.connection.scalar(counted.values(wrong=of.wrong + 1).returning(of.wrong)) is None:
        raise Refusal("forbidden", ASK)


def use(tx: Transaction, person_id: str, hashed: str, now_ms: int) -> None:
    """Note that these pictures were right; Refusal `unauthenticated` if they were changed meanwhile."""
    of = picture_sign_in.c
    held = update(picture_sign_in).where(of.person_id == person_id, of.pictures_hash == hashed)
    if tx.connection.scalar(held.values(wrong=0, last_used_ms=now_ms).returning(of.person_id)) is None:
        raise Refusal("unauthenticated", WRONG)
