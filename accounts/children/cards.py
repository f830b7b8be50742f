"""Class cards: made, taken back, found by what is printed on them, used."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, CursorResult, select, update

from accounts import standing
from accounts.children.model import card
from accounts.sessions import hash_token
from realtime.refusal import Refusal
from storage.database import Transaction
from storage.ids import new_id
from storage.rows import Statement

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


class Found(NamedTuple):
    """A card with its person and school; `good` if it still opens the door."""

    id: str
    person_id: str
    name: str
    login: str
    slug: str
    school: str
    settings: str
    own_picture: str | None
    pictures_hash: str | None
    good: bool


# Of `card` and its `person`: not taken back, and the person is a learner who is here. As model's conditions say it.
_GOOD: Final = f"""
    card.revoked_ms IS NULL AND {standing.OPEN} AND person.erased_ms IS NULL
    AND (person.left_ms IS NULL OR person.left_ms > :now)
    AND (person.role = 'learner' OR person.role IN (SELECT role.id FROM role WHERE role.base = 'learner'))
"""


def _find(column: str) -> Statement:
    return Statement(
        lambda _, given: (
            f"""
            SELECT card.id, card.person_id, person.name, person.login, school.slug, school.name, school.settings,
                   picture_sign_in.own_picture, picture_sign_in.pictures_hash, {_GOOD}
            FROM {given} AS given
            JOIN card ON card.{column} = given.mark
            JOIN person ON person.id = card.person_id
            JOIN school ON school.id = person.school_id
            LEFT JOIN picture_sign_in ON picture_sign_in.person_id = person.id
        """
        ),
        {"mark": str},
        "now",
    )


_by_token: Final = _find("token_hash")
_by_id: Final = _find("id")
_use: Final = Statement(
    lambda _, given: (
        f"""
        UPDATE card SET last_used_ms = CAST(:now AS BIGINT) FROM {given} AS given, person
        WHERE card.id = given.mark AND person.id = card.person_id AND {_GOOD}
        RETURNING card.id
    """
    ),
    {"mark": str},
    "now",
)


def by_token(connection: Connection, token: str, now_ms: int) -> Found | None:
    """The card on which this is printed, if there is one."""
    return _first(_by_token.run(connection, [(hash_token(token),)], now_ms))


def by_id(connection: Connection, card_id: str, now_ms: int) -> Found | None:
    return _first(_by_id.run(connection, [(card_id,)], now_ms))


def _first(rows: CursorResult[*tuple[Any, ...]]) -> Found | None:
    row = rows.first()
    return None if row is None else Found(*row)


def use(tx: Transaction, card_id: str, now_ms: int) -> None:
    """Note that a card is used, and hold it until the end: who takes it back meanwhile finds the session.

    Refusal `unauthenticated` if it is no longer good.
    """
    if _use.run(tx.connection, [(card_id,)], now_ms).first() is None:
        raise Refusal("unauthenticated", NO_GOOD)
