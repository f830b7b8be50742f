"""Changing one's password, and ending one's sessions."""

from collections.abc import Collection

from sqlalchemy import update

from accounts import sessions
from accounts.account.confirming import Confirming
from accounts.account.model import open_sessions
from accounts.audit.log import record
from accounts.model import person
from accounts.passwords import Passwords
from accounts.rules import check_password
from accounts.sessions import Actor
from accounts.signing_in import Announce
from realtime.refusal import Refusal
from storage.clock import Clock
from storage.database import Database, Transaction


class Changing:
    """What people change about their own account."""

    def __init__(
        self, database: Database, clock: Clock, passwords: Passwords, confirming: Confirming, announce: Announce
    ) -> None:
        self._database = database
        self._clock = clock
        self._passwords = passwords
        self._confirming = confirming
        self._announce = announce

    async def change_password(self, actor: Actor, old: str, new: str, again: str) -> None:
        """Take the new password and end the person's other sessions; Refusal `bad_request` or `rate_limited`."""
        if new != again:
            raise Refusal("bad_request", "The new password was not the same both times.")
        if check_password(new) == old:
            raise Refusal("bad_request", "The new password is the old one.")
        was = await self._confirming.check(actor, old)
        hashed = await self._passwords.hash(new)
        await self._database.write(self._change, actor, was, hashed, self._clock.now_ms())

    def _change(self, tx: Transaction, actor: Actor, was: str, hashed: str, now_ms: int) -> None:
        # Only if nobody changed it meanwhile: what was checked was the old one.
        changed = tx.connection.execute(
            update(person).where(person.c.id == actor.person, person.c.password == was).values(password=hashed)
        )
        if changed.rowcount != 1:
            raise Refusal("bad_request", "The password is not right.")
        ended = self._end(tx, actor, self._others(tx, actor, now_ms), now_ms)
        detail = {"fields": ["password"], "sessions_ended": ended}
        record(tx, actor.school, "password_changed", now_ms, by=actor.person, in_school=actor.in_school, detail=detail)

    async def end_session(self, actor: Actor, session_id: str) -> None:
        """End one of my sessions; Refusal `not_found` if it is none of mine, or over already."""
        await self._database.write(self._end_one, actor, session_id, self._clock.now_ms())

    def _end_one(self, tx: Transaction, actor: Actor, session_id: str, now_ms: int) -> None:
        if session_id not in {each.id for each in open_sessions(tx.connection, actor, now_ms)}:
            raise Refusal("not_found", "This device is signed out already.")
        self._sign_out(tx, actor, [session_id], now_ms)

    async def end_others(self, actor: Actor) -> None:
        """End all of my sessions but this one."""
        now_ms = self._clock.now_ms()
        await self._database.write(lambda tx: self._sign_out(tx, actor, self._others(tx, actor, now_ms), now_ms))

    def _others(self, tx: Transaction, actor: Actor, now_ms: int) -> list[str]:
        return [each.id for each in open_sessions(tx.connection, actor, now_ms) if not each.here]

    def _sign_out(self, tx: Transaction, actor: Actor, which: Collection[str], now_ms: int) -> None:
        if self._end(tx, actor, which, now_ms):
            detail = {"sessions": sorted(which)}
            record(tx, actor.school, "signed_out", now_ms, by=actor.person, in_school=actor.in_school, detail=detail)

    def _end(self, tx: Transaction, actor: Actor, which: Collection[str], now_ms: int) -> int:
        """Gives how many."""
        if which:
            sessions.end(tx, which, now_ms)
            self._announce(tx, actor.person, "session_ended", {"sessions": sorted(which)}, now_ms)
        return len(which)
