"""Slowing down whoever guesses passwords: by account and by device, never by address, for a school is one address."""

from typing import Final

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import delete, text, update

from accounts.model import sign_in_failure
from accounts.rules import FORGET_AFTER_S, wait_after
from realtime.refusal import Refusal
from storage.database import Transaction
from storage.ids import new_id

COOKIE: Final = "corridor_device"
MOST_ACCOUNTS: Final = 12  # that one device remembers


class Devices:
    """The signed cookie by which a device shows on which accounts it has signed in before.

    Such a device has tries of its own, so that a stranger who guesses cannot lock a child out.
    """

    def __init__(self, secret: bytes) -> None:
        self._serializer = URLSafeSerializer(secret, salt="device")

    def read(self, cookie: str | None) -> tuple[str, list[str]]:
        """The device's id and its accounts; a new id for a new, or a forged, one."""
        try:
            device, accounts = self._serializer.loads(cookie or "")
            return str(device), [str(account) for account in accounts]
        except (BadSignature, ValueError, TypeError):
            return new_id("d"), []

    def write(self, device: str, accounts: list[str]) -> str:
        return str(self._serializer.dumps([device, accounts[-MOST_ACCOUNTS:]]))


def subject(account: str, device: str, known: list[str]) -> str:
    """Whose failures are counted together."""
    return f"device:{device}:{account}" if account in known else f"account:{account}"


# The row, made if need be, and held until the end: else tries on PostgreSQL would count past each other.
_hold: Final = text("""
    INSERT INTO sign_in_failure (subject, failures, last_ms) VALUES (:of, 0, :now)
    ON CONFLICT (subject) DO UPDATE SET failures = sign_in_failure.failures
    RETURNING failures, last_ms
""")


def try_once(tx: Transaction, of: str, now_ms: int, *, spare: int = 0) -> None:
    """Count a try before it is made; Refusal `rate_limited` if it comes too soon.

    `spare`: free tries beyond the usual, where many people share a subject.
    Counted first, or a hundred tries at the same moment would all find the count at nought.
    """
    connection = tx.connection
    row = connection.execute(_hold, {"of": of, "now": now_ms}).one()
    forgotten = now_ms - row.last_ms > FORGET_AFTER_S * 1000
    wait_ms = 0 if forgotten else 1000 * wait_after(row.failures - spare)
    left_ms = row.last_ms + wait_ms - now_ms
    if wait_ms and left_ms > 0:  # with no wait due, another server's clock may be a little ahead
        raise Refusal("rate_limited", "That was wrong several times. Wait a little, then try again.", retry_ms=left_ms)
    failures = 1 if forgotten else row.failures + 1
    connection.execute(
        update(sign_in_failure).where(sign_in_failure.c.subject == of).values(failures=failures, last_ms=now_ms)
    )


def succeed(tx: Transaction, of: str, now_ms: int) -> None:
    """The try was right: forget the wrong ones, and whatever is too old to matter."""
    tx.connection.execute(
        delete(sign_in_failure).where(
            (sign_in_failure.c.subject == of) | (sign_in_failure.c.last_ms < now_ms - FORGET_AFTER_S * 1000)
        )
    )
