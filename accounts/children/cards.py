"""Class cards: made, taken back, found by what is printed on them, used."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select, update

from accounts.children.model import card, has_started, is_here, is_learner, picture_sign_in
from accounts.model import person, school
from accounts.sessions import hash_token
from realtime.refusal import Refusal
from storage.database import Transaction
from storage.ids import new_id
from storage.rows import AnyRow

TOKEN_BYTES: Final = 18  # 144 random bits
NO_GOOD: Final = "This card does not work any more. Ask your teacher for a new one."


@dataclass(frozen=True, slots=True)
class Made:
    """A new card. `token` is nowhere else, and is gone when this is."""

    person: str
    card: str
    token: str


def make(tx: Transaction, people: Sequence[str], batch: str, by: str, now_ms: int) -> list[Made]:
    """A new card for each of these people; the ones they had stop working."""
    made = [Made(each, new_id("q"), secrets.token_urlsafe(TOKEN_BYTES)) for each in people]
    revoke(tx, people, now_ms)
    for each in made:
        tx.connection.execute(
            card.insert().values(
                id=each.card, person_id=each.person, token_hash=hash_token(each.token), batch=batch, made_by=by,
                made_ms=now_ms,
            )
        )  # fmt: skip
    return made


def was_sent(connection: Connection, batch: str) -> bool:
    """Whether cards were made for this form already."""
    return connection.scalar(select(card.c.id).where(card.c.batch == batch).limit(1)) is not None


def revoke(tx: Transaction, people: Sequence[str], now_ms: int) -> list[str]:
    """Take the cards of these people back; gives the cards' ids."""
    revoked = (
        update(card).where(card.c.person_id.in_(people), card.c.revoked_ms.is_(None)).values(revoked_ms=now_ms)
    )  # fmt: skip
    return list(tx.connection.scalars(revoked.returning(card.c.id)))


def restore(tx: Transaction, person_id: str) -> str:
    """Let the card work again that was this person's last; Refusal `not_found` if none was taken back."""
    cards = select(card.c.id, card.c.revoked_ms).where(card.c.person_id == person_id)
    found = tx.connection.execute(cards.order_by(card.c.made_ms.desc(), card.c.revoked_ms.desc())).all()
    if not found or any(row.revoked_ms is None for row in found):
        raise Refusal("not_found", "There is no card to give back.")
    tx.connection.execute(update(card).where(card.c.id == found[0].id).values(revoked_ms=None))
    return str(found[0].id)


def by_token(connection: Connection, token: str, now_ms: int) -> AnyRow | None:
    """The card on which this is printed, with its person and school; `good` if it still opens the door."""
    return _first(connection, card.c.token_hash == hash_token(token), now_ms)


def by_id(connection: Connection, card_id: str, now_ms: int) -> AnyRow | None:
    return _first(connection, card.c.id == card_id, now_ms)


def _first(connection: Connection, which: object, now_ms: int) -> AnyRow | None:
    good = card.c.revoked_ms.is_(None) & is_here(now_ms) & has_started(now_ms) & is_learner()
    return connection.execute(
        select(
            card.c.id, card.c.person_id, person.c.name, person.c.login, school.c.slug, school.c.name.label("school"),
            school.c.settings, picture_sign_in.c.own_picture, picture_sign_in.c.pictures_hash, good.label("good"),
        )
        .join(person, person.c.id == card.c.person_id)
        .join(school, school.c.id == person.c.school_id)
        .outerjoin(picture_sign_in, picture_sign_in.c.person_id == person.c.id)
        .where(which)  # type: ignore[arg-type] # a condition
    ).first()  # fmt: skip


def use(tx: Transaction, card_id: str, now_ms: int) -> None:
    """Note that a card is used, and hold it until the end: who takes it back meanwhile finds the session.

    Refusal `unauthenticated` if it is no longer good.
    """
    held = update(card).where(card.c.id == card_id, card.c.revoked_ms.is_(None)).values(last_used_ms=now_ms)
    if tx.connection.scalar(held.returning(card.c.id)) is None:
        raise Refusal("unauthenticated", NO_GOOD)
    found = by_id(tx.connection, card_id, now_ms)
    if found is None or not found.good:
        raise Refusal("unauthenticated", NO_GOOD)
