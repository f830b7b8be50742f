"""Signing in and out."""

import asyncio
import hashlib
import hmac
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from accounts import sessions, settings, throttle
from accounts.audit.log import record
from accounts.audit.noticing import Noticing, SignInFailed
from accounts.audit.whereabouts import whereabouts
from accounts.model import person, role, school
from accounts.passwords import AT_ONCE, Passwords
from accounts.rules import LONGEST_PASSWORD, fold_login, younger_than
from accounts.second_step.model import has_second_step, ways
from accounts.second_step.tickets import SecondStepNeeded, Ticket, Tickets, fingerprint
from accounts.sessions import Actor
from accounts.standing import is_open
from accounts.throttle import Devices
from realtime.refusal import Refusal
from storage.clock import Clock
from storage.database import Database, Transaction
from storage.rows import AnyRow

# Tells a person's other devices, in their own room's log: (transaction, person, kind, body, milliseconds).
Announce = Callable[[Transaction, str, str, dict[str, Any], int], None]
# What happens in the transaction that begins a session, before it: (transaction, milliseconds).
First = Callable[[Transaction, int], None]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The two cookies of a fresh session."""

    token: str
    device: str


@dataclass(frozen=True, slots=True)
class Visit:
    """Where somebody signs in: what the device calls itself, its cookie, its address on the network."""

    label: str
    device: str | None = None
    address: str = ""


class SigningIn:
    """Checks passwords and makes and ends sessions."""

    def __init__(self, database: Database, clock: Clock, secret: bytes, announce: Announce) -> None:
        self._database = database
        self._clock = clock
        self._secret = secret
        self._announce = announce
        self.passwords = Passwords()
        self.devices = Devices(secret)
        self.noticing = Noticing(database, clock)
        self.tickets = Tickets(secret)
        self._door = asyncio.Semaphore(AT_ONCE + 1)

    async def sign_in(self, slug: str, name: str, password: str, visit: Visit) -> SignedIn:
        """A new session; Refusal `unauthenticated` or `rate_limited`, the same if there is no such person.

        SecondStepNeeded if the password was right and the person has set up a second step.
        """
        # As many as can be hashed, and the next one: six hundred at once would each have a transaction waiting before
        # those of the people who talk.
        async with self._door:
            return await self._sign_in(slug, name, password, visit)

    async def _sign_in(self, slug: str, name: str, password: str, visit: Visit) -> SignedIn:
        account = account_mark(slug, name)
        device, known = self.devices.read(visit.device)
        of = throttle.subject(account, device, known)
        await self._database.write(throttle.try_once, of, self._clock.now_ms())
        found = await self._database.read(_account, fold_login(slug), fold_login(name), self._clock.now_ms())
        fitting = len(password) <= LONGEST_PASSWORD
        right = await self.passwords.verify(found.password if found else None, password if fitting else "")
        if found is None or not right or not fitting:
            self.noticing.notice(SignInFailed(slug[:60], name[:120], "password", visit.address))
            raise Refusal("unauthenticated", "The school, the name or the password is not right.")
        if found.second_step:
            ticket = Ticket(found.id, account, "password", fingerprint(found.password))
            raise await self._second_step(ticket, device, known, of)
        return await self.begin(found.id, "password", visit, account=account, tried=of)

    async def _second_step(self, ticket: Ticket, device: str, known: list[str], tried: str) -> SecondStepNeeded:
        """No session yet, and the device does not know the account before it has been let in."""
        now_ms = self._clock.now_ms()
        await self._database.write(throttle.succeed, tried, now_ms)
        found = await self._database.read(ways, ticket.person)
        cookie = self.devices.write(device, known)
        return SecondStepNeeded(found, self.tickets.write(ticket, device, now_ms), cookie)

    async def begin(
        self, person_id: str, method: str, visit: Visit, *, account: str = "", tried: str = "", strong: bool = False,
        first: First | None = None,
    ) -> SignedIn:  # fmt: skip
        """A new session of a person who has shown who they are.

        `account`: the account's mark, if this device shall have tries of its own on it from now on. `tried`: the
        subject whose wrong tries are forgotten. `strong`: a second factor was shown. `first`: work of the same
        transaction; a Refusal from it begins no session.
        """
        token = await self._database.write(
            self._start, person_id, method, strong, visit, tried, first, self._clock.now_ms()
        )
        device, known = self.devices.read(visit.device)
        accounts = [*(each for each in known if each != account), account] if account else known
        return SignedIn(token, self.devices.write(device, accounts))

    def _start(
        self, tx: Transaction, person_id: str, method: str, strong: bool, visit: Visit, tried: str,
        first: First | None, now_ms: int,
    ) -> str:  # fmt: skip
        if first:
            first(tx, now_ms)
        if tried:
            throttle.succeed(tx, tried, now_ms)
        school_id, inside = whereabouts(tx.connection, person_id, visit.address)
        token = sessions.start(tx, person_id, visit.label, now_ms, method=method, strong=strong, in_school=inside)
        self._end(tx, person_id, sessions.surplus(tx.connection, person_id, now_ms), now_ms)
        detail = {"method": method, "strong": strong}
        record(tx, school_id, "signed_in", now_ms, by=person_id, subject=person_id, in_school=inside, detail=detail)
        return token

    async def sign_out(self, actor: Actor, *, everywhere: bool) -> None:
        """End this session, or all of the person's; their connections close at once."""
        await self._database.write(self._sign_out, actor, everywhere, self._clock.now_ms())

    def _sign_out(self, tx: Transaction, actor: Actor, everywhere: bool, now_ms: int) -> None:
        which = sessions.open_of(tx.connection, actor.person) if everywhere else [actor.session]
        self._end(tx, actor.person, which, now_ms)
        record(
            tx, actor.school, "signed_out", now_ms, by=actor.person, subject=actor.person, in_school=actor.in_school,
            detail={"sessions": len(which)},
        )  # fmt: skip

    def _end(self, tx: Transaction, person_id: str, which: Collection[str], now_ms: int) -> None:
        if which:
            sessions.end(tx, which, now_ms)
            self._announce(tx, person_id, "session_ended", {"sessions": sorted(which)}, now_ms)

    def form_token(self, of: str) -> str:
        """What a form carries to show that we made the page that it stands on."""
        return hmac.new(self._secret, b"form:" + of.encode(), hashlib.sha256).hexdigest()

    def check_form(self, of: str, given: str | None) -> None:
        if not hmac.compare_digest(self.form_token(of).encode(), (given or "").encode()):
            raise Refusal("forbidden", "This page was open for too long. Load it again, then try once more.")


def account_mark(slug: str, login: str) -> str:
    """What a device remembers an account by: the same for an account that there is not."""
    return hashlib.sha256(f"{fold_login(slug)[:60]}/{fold_login(login)[:120]}".encode()).hexdigest()


def _account(connection: Connection, slug: str, login: str, now_ms: int) -> AnyRow | None:
    found = connection.execute(
        select(
            person.c.id, person.c.password, person.c.year, school.c.settings,
            func.coalesce(role.c.base, person.c.role).label("base"), has_second_step.label("second_step"),
        )
        .join(school, school.c.id == person.c.school_id)
        .outerjoin(role, role.c.id == person.c.role)
        .where(school.c.slug == slug, person.c.login == login, is_open(now_ms))
    ).first()  # fmt: skip
    if found is not None and found.base == "learner":
        first_year = settings.decoded(found.settings).passwords_from_year
        return None if younger_than(found.year, first_year) else found  # as if there were nobody of that name
    return found
