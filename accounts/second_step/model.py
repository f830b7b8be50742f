"""Tables of second steps, and what they say about a person."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
    delete,
    func,
    select,
)

from accounts import settings
from accounts.model import person, role
from accounts.sessions import Actor
from storage.database import Transaction
from storage.rows import AnyRow
from storage.schema import metadata

totp = Table(
    "totp",
    metadata,
    Column("person_id", Text, ForeignKey("person.id"), primary_key=True),
    Column("sealed_key", Text, nullable=False),  # by storage.sealing, with the purpose enrolment.PURPOSE
    Column("last_step", BigInteger, nullable=False),  # of the last code that was taken; no code is taken twice
    Column("created_ms", BigInteger, nullable=False),
)

passkey = Table(
    "passkey",
    metadata,
    Column("id", Text, primary_key=True),  # the credential's own, base64url; whoever has one by heart gains nothing
    Column("person_id", Text, ForeignKey("person.id"), nullable=False),
    Column("public_key", Text, nullable=False),  # COSE, base64url
    Column("sign_count", BigInteger, nullable=False),  # as the authenticator last told it; 0: it does not count
    Column("host", Text, nullable=False),  # the name of this site that it was made for, and works on
    Column("name", Text, nullable=False),  # the owner's
    Column("created_ms", BigInteger, nullable=False),
    Column("used_ms", BigInteger),
    Index(None, "person_id"),
)

recovery_code = Table(
    "recovery_code",
    metadata,
    Column("person_id", Text, ForeignKey("person.id"), nullable=False),
    Column("code_hash", Text, nullable=False),  # keyed, by codes.Codes
    Column("used_ms", BigInteger),
    PrimaryKeyConstraint("person_id", "code_hash"),
    sqlite_with_rowid=False,
)

spent_challenge = Table(
    "spent_challenge",
    metadata,
    Column("challenge", Text, primary_key=True),  # answered already; kept until it would be refused for its age
    Column("expires_ms", BigInteger, nullable=False),
    Index(None, "expires_ms"),
    sqlite_with_rowid=False,
)

# In a query about people: whether they have set up a second step.
has_second_step: Final = (
    select(totp.c.person_id).where(totp.c.person_id == person.c.id).exists()
    | select(passkey.c.person_id).where(passkey.c.person_id == person.c.id).exists()
)


def ways(connection: Connection, person_id: str) -> list[str]:
    """How this person can show a second factor, of totp, passkey and recovery; none if they have set up no step.

    Recovery codes alone are no second step: they stand in for one.
    """
    found = [
        name for name, table in (("totp", totp), ("passkey", passkey))
        if connection.scalar(select(table.c.created_ms).where(table.c.person_id == person_id).limit(1)) is not None
    ]  # fmt: skip
    return [*found, "recovery"] if found and codes_left(connection, person_id) else found


def codes_left(connection: Connection, person_id: str) -> int:
    """How many recovery codes are still good."""
    unused = select(func.count()).where(recovery_code.c.person_id == person_id, recovery_code.c.used_ms.is_(None))
    return connection.scalars(unused).one()


def wanted(connection: Connection, actor: Actor) -> bool:
    """Whether the school wants a second step of this person, who has come in without one."""
    if actor.strong:
        return False
    base = connection.scalar(select(role.c.base).where(role.c.id == actor.role))
    return not {actor.role, base}.isdisjoint(settings.read(connection, actor.school).second_step)


def passkeys_of(connection: Connection, person_id: str) -> Sequence[AnyRow]:
    found = select(passkey).where(passkey.c.person_id == person_id).order_by(passkey.c.created_ms, passkey.c.id)
    return connection.execute(found).all()


def forget(tx: Transaction, person_id: str) -> None:
    """Take all second steps of a person away, and with them the codes that stand in."""
    for table in (totp, passkey, recovery_code):
        tx.connection.execute(delete(table).where(table.c.person_id == person_id))
