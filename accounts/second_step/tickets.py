"""Between the password and the second step: a signed ticket that one device has for five minutes."""

import hashlib
from typing import Final

import msgspec
from itsdangerous import BadSignature, URLSafeSerializer
from msgspec import Struct

from accounts.second_step.rules import TICKET_S
from realtime.refusal import Refusal

COOKIE: Final = "corridor_ticket"
LATE: Final = "That took too long. Please sign in again."


class Ticket(Struct, frozen=True, array_like=True):
    """Who has shown a first factor, and how. `account`: their mark for a device's memory of accounts."""

    person: str
    account: str
    method: str
    first: str  # fingerprint of the password that was right: once that is changed the ticket is void


class SecondStepNeeded(Refusal):
    """The first factor was right; `ticket` leads to the second, by one of `ways`, on the device with this cookie."""

    def __init__(self, ways: list[str], ticket: str, device: str) -> None:
        super().__init__("unauthenticated", "A second step is needed to sign in.", second_step=ways, ticket=ticket)
        self.ways = ways
        self.ticket = ticket
        self.device = device


class Tickets:
    """Writes and reads them; they are kept nowhere."""

    def __init__(self, secret: bytes) -> None:
        self._serializer = URLSafeSerializer(secret, salt="second step")

    def write(self, ticket: Ticket, device: str, now_ms: int) -> str:
        return str(self._serializer.dumps([msgspec.to_builtins(ticket), device, now_ms + TICKET_S * 1000]))

    def read(self, text: str, device: str, now_ms: int) -> Ticket:
        """The ticket; Refusal `unauthenticated` if it is forged, too old, or another device's: the same for all."""
        try:
            fields, of, expires_ms = self._serializer.loads(text)
            ticket = msgspec.convert(fields, Ticket)
        except (BadSignature, ValueError, TypeError, msgspec.ValidationError):
            raise Refusal("unauthenticated", LATE) from None
        if of != device or expires_ms <= now_ms:
            raise Refusal("unauthenticated", LATE)
        return ticket


def fingerprint(password_hash: str | None) -> str:
    return hashlib.sha256((password_hash or "").encode()).hexdigest()[:16]
