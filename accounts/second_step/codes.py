"""Taking codes, each of them once, and making recovery codes."""

import hashlib
import hmac
import secrets
from typing import Final, Literal

from sqlalchemy import delete, select, update

from accounts.second_step.model import recovery_code, totp
from accounts.second_step.rules import (
    ALPHABET,
    CODE_LENGTH,
    CODES,
    fold_code,
    fold_recovery,
    is_app_code,
    show_recovery,
    step_of,
)
from storage.database import Transaction
from storage.rows import insert_rows
from storage.sealing import Sealer

PURPOSE: Final = "codes from an app"


class Codes:
    """Knows the keys of this installation: without them the tables are of no use."""

    def __init__(self, secret: bytes) -> None:
        self.sealer = Sealer(secret, PURPOSE)
        self._key = hmac.new(secret, b"recovery codes", hashlib.sha256).digest()

    def spend(self, tx: Transaction, person_id: str, code: str, now_ms: int) -> Literal["totp", "recovery"] | None:
        """Use a code up: what kind it was, or None if it is none of this person's or was used before."""
        folded = fold_code(code)
        if is_app_code(folded):
            return "totp" if self._spend_app(tx, person_id, folded, now_ms) else None
        return "recovery" if self._spend_recovery(tx, person_id, folded, now_ms) else None

    def _spend_app(self, tx: Transaction, person_id: str, folded: str, now_ms: int) -> bool:
        row = tx.connection.execute(
            select(totp.c.sealed_key, totp.c.last_step).where(totp.c.person_id == person_id)
        ).first()
        key = None if row is None else self._opened(row.sealed_key)
        step = None if row is None or key is None else step_of(key, folded, now_ms, row.last_step)
        if step is None:
            return False
        # Only if nobody was quicker with the same code: two requests may have read the same last step.
        taken = tx.connection.execute(
            update(totp).where(totp.c.person_id == person_id, totp.c.last_step < step).values(last_step=step)
        )
        return taken.rowcount == 1

    def _opened(self, sealed: str) -> str | None:
        """None if the installation has another secret by now: then no code of that app is right any more."""
        try:
            return self.sealer.open(sealed)
        except ValueError:
            return None

    def _spend_recovery(self, tx: Transaction, person_id: str, folded: str, now_ms: int) -> bool:
        taken = tx.connection.execute(
            update(recovery_code)
            .where(
                recovery_code.c.person_id == person_id,
                recovery_code.c.code_hash == self._hash(person_id, fold_recovery(folded)),
                recovery_code.c.used_ms.is_(None),
            )
            .values(used_ms=now_ms)
        )
        return taken.rowcount == 1

    def renew(self, tx: Transaction, person_id: str) -> list[str]:
        """New recovery codes in the place of all that there were, as they are shown: once, and kept nowhere."""
        made = ["".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)) for _ in range(CODES)]
        tx.connection.execute(delete(recovery_code).where(recovery_code.c.person_id == person_id))
        insert_rows(tx.connection, recovery_code, [(person_id, self._hash(person_id, each), None) for each in made])
        return [show_recovery(each) for each in made]

    def _hash(self, person_id: str, code: str) -> str:
        """Keyed, and fast: 50 random bits need no slow hash, and the key is not in the database."""
        return hmac.new(self._key, f"{person_id}/{code}".encode(), hashlib.sha256).hexdigest()
