"""Asking for the password once more before something grave, and remembering for ten minutes that it was right."""

from typing import Final

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import Connection, select
from starlette.requests import Request
from starlette.responses import Response

from accounts import throttle
from accounts.account.model import has_password
from accounts.audit.log import record
from accounts.model import person, session
from accounts.passwords import Passwords
from accounts.rules import LONGEST_PASSWORD
from accounts.sessions import LIFETIME_MS, Actor
from realtime.refusal import Refusal
from storage.clock import Clock
from storage.database import Database, Transaction

COOKIE: Final = "corridor_confirmed"
LASTS_S: Final = 600
WRONG: Final = "The password is not right."


class Confirming:
    """Whoever finds a device unlocked has its session, but not the password."""

    def __init__(self, database: Database, clock: Clock, secret: bytes, passwords: Passwords) -> None:
        self._database = database
        self._clock = clock
        self._passwords = passwords
        self._serializer = URLSafeSerializer(secret, salt="password confirmed")

    async def holds(self, request: Request, actor: Actor) -> bool:
        """Whether the password was given a moment ago.

        Or whether they came in a moment ago, of those who have no password, and of those who did so by a passkey: that
        is a finger or a PIN of theirs, and they may have forgotten the password.
        """
        try:
            confirmed, until_ms = self._serializer.loads(request.cookies.get(COOKIE, ""))
        except (BadSignature, ValueError, TypeError):
            confirmed, until_ms = None, 0
        if confirmed == actor.session and until_ms > self._clock.now_ms():
            return True
        began_ms = actor.session_expires_ms - LIFETIME_MS
        fresh = self._clock.now_ms() - began_ms < LASTS_S * 1000
        return fresh and await self._database.read(_without_password, actor)

    async def check(self, actor: Actor, password: str) -> str:
        """Whether this is the password, and its hash; Refusal `bad_request` or `rate_limited`."""
        tried = f"confirm:{actor.person}"
        await self._database.write(throttle.try_once, tried, self._clock.now_ms())
        hashed = await self._database.read(_hash_of, actor)
        fitting = len(password) <= LONGEST_PASSWORD
        if not await self._passwords.verify(hashed, password if fitting else "") or hashed is None or not fitting:
            await self._database.write(self._failed, actor)
            raise Refusal("bad_request", WRONG)
        await self._database.write(throttle.succeed, tried, self._clock.now_ms())
        return hashed

    def _failed(self, tx: Transaction, actor: Actor) -> None:
        now_ms = self._clock.now_ms()
        record(tx, actor.school, "confirmation_failed", now_ms, by=actor.person, in_school=actor.in_school)

    def remember(self, request: Request, response: Response, actor: Actor) -> None:
        text = str(self._serializer.dumps([actor.session, self._clock.now_ms() + LASTS_S * 1000]))
        secure = request.url.scheme == "https"
        response.set_cookie(
            COOKIE, text, max_age=LASTS_S, path="/account", httponly=True, samesite="lax", secure=secure
        )


def _without_password(connection: Connection, actor: Actor) -> bool:
    method = connection.scalar(select(session.c.method).where(session.c.id == actor.session))
    return method == "passkey" or not has_password(connection, actor)


def _hash_of(connection: Connection, actor: Actor) -> str | None:
    """None where this person signs in without one."""
    if not has_password(connection, actor):
        return None
    hashed: str | None = connection.scalar(select(person.c.password).where(person.c.id == actor.person))
    return hashed
