"""Slowing down whoever guesses passwords: by account and by device, never by address, for a school is one address."""

from collections.abc import Collection, Sequence
from typing import Final

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import text

from accounts.rules import FORGET_AFTER_S, wait_after
from realtime.refusal import Refusal
from storage.database import Transaction
from storage.ids import new_id
from storage.rows import Statement

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


# The rows, made if need be, and held until the end: else tries on PostgreSQL would count past each other.
_hold: Final = Statement(
    lambda _, given: (
        f"""
        INSERT INTO sign_in_failure (subject, failures, last_ms)
        SELECT subject, 0, CAST(:now AS BIGINT) FROM {given} AS given WHERE true
        ON CONFLICT (subject) DO UPDATE SET failures = sign_in_failure.failures
        RETURNING subject, failures, last_ms
    """
    ),
    {"subject": str},
    "now",
)
_count: Final = Statement(
    lambda _, given: (
        f"UPDATE sign_in_failure SET failures = given.failures, last_ms = CAST(:now AS BIGINT) FROM {given} AS given"
        " WHERE sign_in_failure.subject = given.subject"
    ),
    {"subject": str, "failures": int},
    "now",
)
_forget: Final = Statement(
    lambda _, given: f"DELETE FROM sign_in_failure WHERE subject IN (SELECT subject FROM {given} AS given)",
    {"subject": str},
)
_forget_old: Final = text("DELETE FROM sign_in_failure WHERE last_ms < :before")


def try_once(tx: Transaction, of: str, now_ms: int, *, spare: int = 0) -> None:
    """Count a try before it is made; Refusal `rate_limited` if it comes too soon.

    `spare`: free tries beyond the usual, where many people share a subject.
    Counted first, or a hundred tries at the same moment would all find the count at nought.
    """
    refusal = try_all(tx, [of], now_ms, spare=spare)[0]
    if refusal is not None:
        raise refusal


def try_all(tx: Transaction, tries: Sequence[str], now_ms: int, *, spare: int = 0) -> list[Refusal | None]:
    """The same for several tries, one after the other, each of a subject: for each None, or why it is not made."""
    # In a fixed order: two servers that each hold what the other needs would wait.
    held = _hold.run(tx.connection, [(of,) for of in sorted(set(tries))], now_ms).all()
    standing = {of: (failures, last_ms) for of, failures, last_ms in held}
    outcomes, counted = list[Refusal | None](), dict[str, int]()
    for of in tries:
        failures, last_ms = standing[of]
        forgotten = now_ms - last_ms > FORGET_AFTER_S * 1000
        outcomes.append(None if forgotten else _too_soon(failures - spare, last_ms, now_ms))
        if outcomes[-1] is None:
            counted[of] = 1 if forgotten else failures + 1
            standing[of] = counted[of], now_ms
    if counted:
        _count.run(tx.connection, sorted(counted.items()), now_ms)
    return outcomes


def _too_soon(failures: int, last_ms: int, now_ms: int) -> Refusal | None:
    wait_ms = 1000 * wait_after(failures)
    left_ms = last_ms + wait_ms - now_ms
    if not wait_ms or left_ms <= 0:  # with no wait due, another server's clock may be a little ahead
        return None
    return Refusal("rate_limited", "That was wrong several times. Wait a little, then try again.", retry_ms=left_ms)


def succeed(tx: Transaction, of: str, now_ms: int) -> None:
    """The try was right: forget the wrong ones, and whatever is too old to matter."""
    succeed_all(tx, [of], now_ms)


def succeed_all(tx: Transaction, subjects: Collection[str], now_ms: int) -> None:
    """The same for several subjects."""
    if subjects:
        _forget.run(tx.connection, [(of,) for of in sorted(subjects)])
        tx.connection.execute(_forget_old, {"before": now_ms - FORGET_AFTER_S * 1000})
