"""Tables of class cards, picture passwords and class codes; who of a class may sign in."""

from sqlalchemy import BigInteger, Column, ColumnElement, ForeignKey, Index, Integer, Select, Table, Text, select, text

from accounts.model import group_member, person, role
from accounts.relations import valid
from storage.schema import metadata

card = Table(
    "card",
    metadata,
    Column("id", Text, primary_key=True),
    Column("person_id", Text, ForeignKey("person.id"), nullable=False),
    Column("token_hash", Text, nullable=False, unique=True),  # the token itself is on the printed card only
    Column("batch", Text, nullable=False),  # of the form that asked for it; a form sent twice prints once
    Column("made_by", Text, ForeignKey("person.id"), nullable=False),
    Column("made_ms", BigInteger, nullable=False),
    Column("revoked_ms", BigInteger),
    Column("last_used_ms", BigInteger),
    Index(
        "uq_card_person_id", "person_id", unique=True,
        sqlite_where=text("revoked_ms IS NULL"), postgresql_where=text("revoked_ms IS NULL"),
    ),
    Index(None, "person_id"),
    Index(None, "batch"),
)  # fmt: skip

picture_sign_in = Table(
    "picture_sign_in",
    metadata,
    Column("person_id", Text, ForeignKey("person.id"), primary_key=True),
    Column("own_picture", Text, nullable=False),  # a name of pictures.OWN
    Column("pictures_hash", Text),  # argon2id over the keyed three pictures; none: not set
    Column("batch", Text),  # of the form that set them last
    Column("set_ms", BigInteger),
    Column("wrong", Integer, nullable=False),  # tries since the last right one, counted before they are judged
    Column("last_used_ms", BigInteger),
)

class_code = Table(
    "class_code",
    metadata,
    Column("group_id", Text, ForeignKey("school_group.id"), primary_key=True),
    Column("code_hash", Text, nullable=False, unique=True),  # keyed, by codes.Codes
    Column("sealed_code", Text, nullable=False),  # so that a teacher can set up one more tablet
    Column("made_by", Text, ForeignKey("person.id"), nullable=False),
    Column("made_ms", BigInteger, nullable=False),
)


def is_learner() -> ColumnElement[bool]:
    """Of `person`: a learner, or a role that the school has copied from it. Nobody else has cards or pictures."""
    return (person.c.role == "learner") | person.c.role.in_(select(role.c.id).where(role.c.base == "learner"))


def is_here(now_ms: int) -> ColumnElement[bool]:
    """Of `person`: the account is open and they have not left."""
    at = person.c
    return (
        at.disabled_ms.is_(None) & at.erased_ms.is_(None)
        & (at.left_ms.is_(None) | (at.left_ms > now_ms)) & (at.off_ms.is_(None) | (at.off_ms > now_ms))
    )  # fmt: skip


def has_started(now_ms: int) -> ColumnElement[bool]:
    return person.c.starts_ms.is_(None) | (person.c.starts_ms <= now_ms)


def learners_of(group_id: str, now_ms: int) -> Select[tuple[str]]:
    """The ids of the learners who are in a group today."""
    in_it = (group_member.c.group_id == group_id, group_member.c.part == "learner")
    return select(group_member.c.person_id).where(*in_it, valid(group_member, now_ms))
