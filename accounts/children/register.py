"""Classes, and who is in them with which ways to sign in, as teachers see them."""

from typing import Final

from sqlalchemy import Connection, func, select

from accounts.asking import groups_for, require
from accounts.children.model import card, class_code, is_here, is_learner, learners_of, picture_sign_in
from accounts.model import group_member, person, school_group
from accounts.relations import teaching_groups, valid
from accounts.sessions import Actor
from storage.database import Transaction
from storage.rows import AnyRow

LISTED: Final = ("class", "tutor")  # of the whole school; of one's own every kind


def classes(connection: Connection, actor: Actor, now_ms: int) -> list[AnyRow]:
    """The classes for whose sign-in the asker may care, as (id, name, learners, cards, with_pictures, code_ms)."""
    mine = set(teaching_groups(connection, actor.person, now_ms))
    may = groups_for(connection, actor, "manage_sign_in", now_ms)
    found = (
        select(
            school_group.c.id, school_group.c.name, func.count(person.c.id.distinct()).label("learners"),
            func.count(card.c.person_id.distinct()).label("cards"),
            func.count(picture_sign_in.c.person_id.distinct())
            .filter(picture_sign_in.c.pictures_hash.is_not(None)).label("with_pictures"),
            class_code.c.made_ms.label("code_ms"),
        )
        .join(group_member, group_member.c.group_id == school_group.c.id)
        .join(person, (person.c.id == group_member.c.person_id) & is_here(now_ms) & is_learner())
        .outerjoin(card, (card.c.person_id == person.c.id) & card.c.revoked_ms.is_(None))
        .outerjoin(picture_sign_in, picture_sign_in.c.person_id == person.c.id)
        .outerjoin(class_code, class_code.c.group_id == school_group.c.id)
        .where(
            school_group.c.id.in_(may), group_member.c.part == "learner", valid(group_member, now_ms),
            school_group.c.kind.in_(LISTED) | school_group.c.id.in_(mine),
        )
        .group_by(school_group.c.id, school_group.c.name, class_code.c.made_ms)
        .order_by(school_group.c.name, school_group.c.id)
    )  # fmt: skip
    return list(connection.execute(found).all())


def one(connection: Connection, actor: Actor, group_id: str, now_ms: int) -> AnyRow:
    """A class as (id, name), if the asker may care for its sign-in; else a Refusal."""
    require(connection, actor, "manage_sign_in", now_ms, group=group_id)
    return connection.execute(select(school_group.c.id, school_group.c.name).where(school_group.c.id == group_id)).one()


def children(connection: Connection, group_id: str, now_ms: int) -> list[AnyRow]:
    """The learners of a class with their ways to sign in, by name."""
    found = (
        select(
            person.c.id, person.c.name, person.c.year, person.c.password.is_not(None).label("has_password"),
            card.c.made_ms.label("card_made_ms"), card.c.last_used_ms.label("card_used_ms"),
            picture_sign_in.c.own_picture, picture_sign_in.c.set_ms.label("pictures_ms"),
            picture_sign_in.c.last_used_ms.label("pictures_used_ms"), picture_sign_in.c.wrong,
        )
        .outerjoin(card, (card.c.person_id == person.c.id) & card.c.revoked_ms.is_(None))
        .outerjoin(picture_sign_in, picture_sign_in.c.person_id == person.c.id)
        .where(person.c.id.in_(learners_of(group_id, now_ms)), is_here(now_ms), is_learner())
        .order_by(person.c.name, person.c.id)
    )  # fmt: skip
    return list(connection.execute(found).all())


def hold(tx: Transaction, group_id: str) -> None:
    """Let nobody else change the sign-in of these children until this transaction ends."""
    learners = (group_member.c.group_id == group_id, group_member.c.part == "learner")
    people = select(person.c.id).where(person.c.id.in_(select(group_member.c.person_id).where(*learners)))
    tx.connection.execute(people.order_by(person.c.id).with_for_update(key_share=True)).all()
