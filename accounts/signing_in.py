"""Signing in and out."""

import hashlib
import hmac
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from accounts import sessions, throttle
from accounts.model import person, school
from accounts.passwords import Passwords
from accounts.rules import LONGEST_PASSWORD, fold_login
from accounts.sessions import Actor
from accounts.throttle import Devices
from realtime.refusal import Refusal
from storage.clock import Clock
from storage.database import Database, Transaction
from storage.rows import AnyRow

# Tells a person's other devices, in their own room's log: (transaction, person, kind, body, milliseconds).
Announce = Callable[[Transaction, str, str, dict[str, Any], int], None]


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

    async def sign_in(self, slug: str, name: str, password: str, visit: Visit) -> SignedIn:
        """A new session; Refusal `unauthenticated` or `rate_limited`, the same if there is no such person."""
        account = hashlib.sha256(f"{fold_login(slug)[:60]}/{fold_login(name)[:120]}".encode()).hexdigest()
        device, known = self.devices.read(visit.device)
        of = throttle.subject(account, device, known)
        await self._database.write(throttle.try_once, of, self._clock.now_ms())
        found = await self._database.read(_account, fold_login(slug), fold_login(name))
        fitting = len(password) <= LONGEST_PASSWORD
        right = await self.passwords.verify(found.password if found else None, password if fitting else "")
        if found is None or not right or not fitting:
            raise Refusal("unauthenticated", "The school, the name or the password is not right.")
        return await self.begin(found.id, "password", visit, account=account, tried=of)

    async def begin(
        self, person_id: str, method: str, visit: Visit, *, account: str = "", tried: str = "", strong: bool = False
    ) -> SignedIn:
        """A new session of a person who has shown who they are.

        `account`: the account's mark, if this device shall have tries of its own on it from now on. `tried`: the
        subject whose wrong tries are forgotten. `strong`: a second factor was shown.
        """
        token = await self._database.write(self._start, person_id, method, strong, visit, tried, self._clock.now_ms())
        device, known = self.devices.read(visit.device)
        accounts = [*(each for each in known if each != account), account] if account else known
        return SignedIn(token, self.devices.write(device, accounts))

    def _start(
        self, tx: Transaction, person_id: str, method: str, strong: bool, visit: Visit, tried: str, now_ms: int
    ) -> str:
        if tried:
            throttle.succeed(tx, tried, now_ms)
        token = sessions.start(tx, person_id, visit.label, now_ms, method=method, strong=strong)
        self._end(tx, person_id, sessions.surplus(tx.connection, person_id, now_ms), now_ms)
        return token

    async def sign_out(self, actor: Actor, *, everywhere: bool) -> None:
        """End this session, or all of the person's; their connections close at once."""
        await self._database.write(self._sign_out, actor, everywhere, self._clock.now_ms())

    def _sign_out(self, tx: Transaction, actor: Actor, everywhere: bool, now_ms: int) -> None:
        which = sessions.open_of(tx.connection, actor.person) if everywhere else [actor.session]
        self._end(tx, actor.person, which, now_ms)

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


def _account(connection: Connection, slug: str, login: str) -> AnyRow | None:
    return connection.execute(
        select(person.c.id, person.c.password)
        .join(school, school.c.id == person.c.school_id)
        .where(school.c.slug == slug, person.c.login == login, person.c.disabled_ms.is_(None))
    ).first()
