"""Signing in and out."""

import asyncio
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from accounts import beginning, sessions, throttle
from accounts.audit.log import record
from accounts.audit.noticing import Noticing, SignInFailed
from accounts.beginning import Arrival, Beginning, First, end_sessions
from accounts.passwords import AT_ONCE, Passwords
from accounts.rules import LONGEST_PASSWORD, fold_login
from accounts.second_step.model import ways
from accounts.second_step.tickets import SecondStepNeeded, Ticket, Tickets, fingerprint
from accounts.sessions import Actor
from accounts.throttle import Devices
from accounts.whose import Account, open_accounts
from realtime.refusal import Refusal
from storage.batching import Batcher
from storage.clock import Clock
from storage.database import AWAY, Database, Transaction

Announce = beginning.Announce

# How many passwords are checked between two pairs of commits: a fifth of a second of work.
TOGETHER: Final = 8 * AT_ONCE


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


@dataclass(frozen=True, slots=True)
class _Knock:
    """Somebody at the door with a password. `account`: its mark; `tried`: whose wrong tries are counted together."""

    slug: str
    name: str
    password: str
    visit: Visit
    device: str
    known: list[str]
    account: str
    tried: str


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
        self._beginning = Beginning(database, clock, announce)
        self._door: Batcher[_Knock, SignedIn] = Batcher(self._let_in, TOGETHER)

    async def sign_in(self, slug: str, name: str, password: str, visit: Visit) -> SignedIn:
        """A new session; Refusal `unauthenticated` or `rate_limited`, the same if there is no such person.

        SecondStepNeeded if the password was right and the person has set up a second step.
        """
        device, known = self.devices.read(visit.device)
        account = account_mark(slug, name)
        tried = throttle.subject(account, device, known)
        return await self._door.submit(_Knock(slug, name, password, visit, device, known, account, tried))

    async def _let_in(self, knocks: Sequence[_Knock]) -> Sequence[SignedIn | BaseException]:
        """A few who knock together: with six hundred at the door, one transaction stands before those who talk."""
        try:
            found = await self._database.write(_found, knocks, self._clock.now_ms())
        except AWAY as error:  # to try each of them alone would only make all wait for the database in turn
            return [error for _ in knocks]
        # Whatever fails here fails for itself: the batcher would run all of them again, and count their tries twice.
        rights = await asyncio.gather(*map(self._is_right, knocks, found), return_exceptions=True)
        return await asyncio.gather(*map(self._judged, knocks, found, rights), return_exceptions=True)

    async def _is_right(self, knock: _Knock, found: Account | Refusal | None) -> bool:
        if isinstance(found, Refusal):
            return False
        fitting = len(knock.password) <= LONGEST_PASSWORD
        right = await self.passwords.verify(found.password if found else None, knock.password if fitting else "")
        return right and fitting

    async def _judged(self, knock: _Knock, found: Account | Refusal | None, right: bool | BaseException) -> SignedIn:
        if isinstance(found, Refusal):
            raise found
        if isinstance(right, BaseException):
            raise right
        if found is None or not right:
            self.noticing.notice(SignInFailed(knock.slug[:60], knock.name[:120], "password", knock.visit.address))
            raise Refusal("unauthenticated", "The school, the name or the password is not right.")
        if found.second_step:
            ticket = Ticket(found.person, knock.account, "password", fingerprint(found.password))
            raise await self._second_step(ticket, knock.device, knock.known, knock.tried)
        return await self.begin(found.person, "password", knock.visit, account=knock.account, tried=knock.tried)

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
        token = await self._beginning.submit(
            Arrival(person_id, method, strong, visit.label, visit.address, tried, first)
        )
        device, known = self.devices.read(visit.device)
        accounts = [*(each for each in known if each != account), account] if account else known
        return SignedIn(token, self.devices.write(device, accounts))

    async def sign_out(self, actor: Actor, *, everywhere: bool) -> None:
        """End this session, or all of the person's; their connections close at once."""
        await self._database.write(self._sign_out, actor, everywhere, self._clock.now_ms())

    def _sign_out(self, tx: Transaction, actor: Actor, everywhere: bool, now_ms: int) -> None:
        which = sessions.open_of(tx.connection, actor.person) if everywhere else [actor.session]
        end_sessions(tx, actor.person, which, self._announce, now_ms)
        record(
            tx, actor.school, "signed_out", now_ms, by=actor.person, subject=actor.person, in_school=actor.in_school,
            detail={"sessions": len(which)},
        )  # fmt: skip

    def form_token(self, of: str) -> str:
        """What a form carries to show that we made the page that it stands on."""
        return hmac.new(self._secret, b"form:" + of.encode(), hashlib.sha256).hexdigest()

    def check_form(self, of: str, given: str | None) -> None:
        if not hmac.compare_digest(self.form_token(of).encode(), (given or "").encode()):
            raise Refusal("forbidden", "This page was open for too long. Load it again, then try once more.")


def account_mark(slug: str, login: str) -> str:
    """What a device remembers an account by: the same for an account that there is not."""
    return hashlib.sha256(f"{fold_login(slug)[:60]}/{fold_login(login)[:120]}".encode()).hexdigest()


def _found(tx: Transaction, knocks: Sequence[_Knock], now_ms: int) -> list[Account | Refusal | None]:
    """The account of each who knocks, or None, or why they must not try now: every try is counted before it is made."""
    refusals = throttle.try_all(tx, [each.tried for each in knocks], now_ms)
    found = open_accounts(tx.connection, [(each.slug, each.name) for each in knocks], now_ms)
    return [refusal or account for refusal, account in zip(refusals, found, strict=True)]
