"""Showing a second factor at the door: a code after the password, or a passkey alone."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.postgresql import insert as insert_on_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_on_sqlite
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication

from accounts import standing, throttle
from accounts.audit.log import record
from accounts.audit.whereabouts import whereabouts
from accounts.model import person, school
from accounts.second_step import passkeys
from accounts.second_step.codes import Codes
from accounts.second_step.model import codes_left, passkey, spent_challenge
from accounts.second_step.passkeys import REFUSED, Challenge, Challenges, Site
from accounts.second_step.tickets import LATE, Ticket, fingerprint
from accounts.signing_in import SignedIn, SigningIn, Visit, account_mark
from realtime.refusal import Refusal
from storage.clock import Clock
from storage.database import Database, Transaction
from storage.rows import AnyRow

WRONG: Final = "This code is not right, or it was used before."
SIGN_IN: Final = "sign in"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a browser brought back: the challenge's text and the passkey's answer as JSON."""

    challenge: str
    credential: str


class Showing:
    """Takes second factors from people who are not signed in yet."""

    def __init__(self, database: Database, clock: Clock, secret: bytes, signing_in: SigningIn) -> None:
        self._database = database
        self._clock = clock
        self._signing_in = signing_in
        self.codes = Codes(secret)
        self.challenges = Challenges(secret)

    def ticket(self, text: str, cookie: str | None) -> Ticket:
        """Refusal `unauthenticated` if it is no ticket of this device that is still good."""
        device, _ = self._signing_in.devices.read(cookie)
        return self._signing_in.tickets.read(text, device, self._clock.now_ms())

    async def by_code(self, text: str, code: str, visit: Visit) -> SignedIn:
        """A strong session; Refusal `unauthenticated` or `rate_limited`. `code`: from the app, or a recovery code."""
        ticket = self.ticket(text, visit.device)
        device, known = self._signing_in.devices.read(visit.device)
        # Counted apart from passwords: whoever has the password must not win tries by typing it again.
        tried = f"second:{throttle.subject(ticket.account, device, known)}"
        await self._database.write(throttle.try_once, tried, self._clock.now_ms())
        used: list[str] = []
        try:
            return await self._signing_in.begin(
                ticket.person, ticket.method, visit, account=ticket.account, tried=tried, strong=True,
                first=self._spending(ticket, code, used, visit),
            )  # fmt: skip
        except Refusal:
            if not used:
                await self._database.write(self._failed, ticket.person, "code", visit)
            raise

    def _spending(self, ticket: Ticket, code: str, used: list[str], visit: Visit) -> Callable[[Transaction, int], None]:
        """The work that uses the code up, in the transaction that begins the session."""

        def spend(tx: Transaction, now_ms: int) -> None:
            row = _open_account(tx.connection, ticket.person, now_ms)
            if row is None or fingerprint(row.password) != ticket.first:
                raise Refusal("unauthenticated", LATE)
            way = self.codes.spend(tx, ticket.person, code, now_ms)
            if way is None:
                raise Refusal("unauthenticated", WRONG)
            used.append(way)
            if way == "recovery":
                detail = {"left": codes_left(tx.connection, ticket.person)}
                school_id, inside = whereabouts(tx.connection, ticket.person, visit.address)
                record(tx, school_id, "recovery_code_used", now_ms, by=ticket.person, in_school=inside, detail=detail)

        return spend

    def options(self, site: Site, device: str) -> dict[str, Any]:
        """What the browser needs to ask for a passkey: `{"challenge", "options"}`."""
        challenge, text = self.challenges.make(device, SIGN_IN, self._clock.now_ms())
        return {"challenge": text, "options": passkeys.request_options(site, challenge)}

    async def by_passkey(self, answer: Answer, site: Site, visit: Visit) -> SignedIn:
        """A strong session of the passkey's owner; Refusal `unauthenticated` or `bad_request`, the same for all."""
        device, _ = self._signing_in.devices.read(visit.device)
        challenge = self.challenges.read(answer.challenge, device, SIGN_IN, self._clock.now_ms())
        known = await self._database.read(_passkey, passkeys.passkey_of(answer.credential), self._clock.now_ms())
        if known is None:
            raise Refusal("unauthenticated", REFUSED)
        try:
            verified = passkeys.verify(answer.credential, site, challenge, known)
        except Refusal:
            await self._database.write(self._failed, known.person_id, "passkey", visit)
            raise
        return await self._signing_in.begin(
            known.person_id, "passkey", visit, account=account_mark(known.slug, known.login), strong=True,
            first=lambda tx, now_ms: advance(tx, known.id, verified, challenge, now_ms),
        )  # fmt: skip

    def _failed(self, tx: Transaction, person_id: str, what: str, visit: Visit) -> None:
        school_id, inside = whereabouts(tx.connection, person_id, visit.address)
        record(
            tx, school_id, "sign_in_failed", self._clock.now_ms(), by=None, subject=person_id, in_school=inside,
            detail={"what": what},
        )  # fmt: skip


def advance(
    tx: Transaction, passkey_id: str, verified: VerifiedAuthentication, challenge: Challenge, now_ms: int
) -> None:
    """Use the challenge up and keep the counter; Refusal `unauthenticated` if either was done already."""
    spend_challenge(tx, challenge, now_ms)
    count = verified.new_sign_count
    forward = (passkey.c.sign_count < count) | ((passkey.c.sign_count == 0) if count == 0 else False)
    moved = tx.connection.execute(
        update(passkey).where(passkey.c.id == passkey_id, forward).values(sign_count=count, used_ms=now_ms)
    )
    if moved.rowcount != 1:
        raise Refusal("unauthenticated", REFUSED)


def spend_challenge(tx: Transaction, challenge: Challenge, now_ms: int) -> None:
    """Refusal `unauthenticated` if it was answered before."""
    insert = insert_on_sqlite if tx.connection.dialect.name == "sqlite" else insert_on_postgresql
    tx.connection.execute(delete(spent_challenge).where(spent_challenge.c.expires_ms <= now_ms))
    kept = tx.connection.execute(
        insert(spent_challenge)
        .values(challenge=challenge.text, expires_ms=challenge.expires_ms)
        .on_conflict_do_nothing()
    )
    if kept.rowcount != 1:
        raise Refusal("unauthenticated", REFUSED)


def _open_account(connection: Connection, person_id: str, now_ms: int) -> AnyRow | None:
    of = select(person.c.password).where(person.c.id == person_id, standing.is_open(now_ms))
    return connection.execute(of).first()


def _passkey(connection: Connection, passkey_id: str, now_ms: int) -> AnyRow | None:
    """A passkey of somebody whose account is open, with what their device remembers them by."""
    return connection.execute(
        select(passkey, person.c.login, school.c.slug)
        .join(person, person.c.id == passkey.c.person_id)
        .join(school, school.c.id == person.c.school_id)
        .where(passkey.c.id == passkey_id, standing.is_open(now_ms))
    ).first()
