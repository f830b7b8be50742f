"""Class codes: what a tablet must know before it is shown who is in a class."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, delete, select

from accounts.children.model import class_code
from accounts.model import school, school_group
from storage.database import Transaction
from storage.rows import AnyRow
from storage.sealing import Sealer

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u
_LENGTH: Final = 12  # 60 random bits: nobody finds a class by trying
_ALIKE: Final = str.maketrans("ilo", "110")


class Codes:
    """Makes codes, and finds classes by them. The database has them sealed, and a keyed hash to find them by."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._sealer = Sealer(secret, "class code")

    def renew(self, tx: Transaction, group_id: str, by: str, now_ms: int) -> str:
        """A new code for a class; whatever knew the old one no longer sees the class."""
        code = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
        tx.connection.execute(delete(class_code).where(class_code.c.group_id == group_id))
        tx.connection.execute(
            class_code.insert().values(
                group_id=group_id, code_hash=self.hash(code), sealed_code=self._sealer.seal(code), made_by=by,
                made_ms=now_ms,
            )
        )  # fmt: skip
        return code

    def of(self, connection: Connection, group_id: str) -> str | None:
        """The class's code; none if there is none yet, or the installation's secret is another one now."""
        sealed = connection.scalar(select(class_code.c.sealed_code).where(class_code.c.group_id == group_id))
        try:
            return self._sealer.open(sealed) if sealed else None
        except ValueError:
            return None

    def hash(self, code: str) -> str:
        return hmac.new(self._secret, b"class code:" + tidied(code).encode(), hashlib.sha256).hexdigest()

    def classes(self, connection: Connection, codes: Sequence[str]) -> list[AnyRow]:
        """The classes of these codes, as (id, name, school), by name."""
        hashes = [self.hash(code) for code in codes]
        found = (
            select(
                school_group.c.id, school_group.c.name, school.c.id.label("school_id"), school.c.name.label("school")
            )
            .join(class_code, class_code.c.group_id == school_group.c.id)
            .join(school, school.c.id == school_group.c.school_id)
            .where(class_code.c.code_hash.in_(hashes), school_group.c.archived_ms.is_(None))
            .order_by(school_group.c.name, school_group.c.id)
        )
        return list(connection.execute(found).all())


def tidied(code: str) -> str:
    """However it is typed: case, spaces and hyphens do not matter, and what looks alike is alike."""
    return "".join(each for each in code[:80].lower() if each.isalnum()).translate(_ALIKE)


def spaced(code: str) -> str:
    """`"k4m2p9xq7t3w"` → `"k4m2-p9xq-7t3w"`."""
    return "-".join(code[place : place + 4] for place in range(0, len(code), 4))
