"""What a teacher does for the sign-in of a class: cards, pictures, the class's code."""

import asyncio
import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, select

from accounts import sessions
from accounts.asking import require
from accounts.audit.log import record
from accounts.children import cards, pictures, register, rules
from accounts.children.codes import Codes
from accounts.model import session
from accounts.sessions import Actor
from accounts.signing_in import Announce, SigningIn
from realtime.refusal import Refusal
from storage.clock import Clock
from storage.database import Database, Transaction
from storage.rows import AnyRow

T = TypeVar("T")

MADE_ALREADY: Final = "This was done already. To do it once more, press the button again."
NOBODY: Final = "There is nobody here for whom this is needed."
EVERYBODY: Final = "all"
MISSING: Final = "missing"  # those who have none yet


@dataclass(frozen=True, slots=True)
class Printed:
    """A card to be printed now."""

    name: str
    own_picture: str
    token: str


@dataclass(frozen=True, slots=True)
class Told:
    """Three new pictures, to be told to the child now."""

    name: str
    own_picture: str
    secret: tuple[str, ...]


class ClassDesk:
    """Carries out what teachers ask, each thing in one transaction with the question whether they may."""

    def __init__(
        self, database: Database, clock: Clock, secret: bytes, signing_in: SigningIn, announce: Announce
    ) -> None:
        self._database = database
        self._clock = clock
        self._secret = secret
        self._signing_in = signing_in
        self._announce = announce
        self.codes = Codes(secret)

    async def make_cards(self, actor: Actor, group_id: str, who: str, batch: str) -> list[Printed]:
        """New cards for one child, for EVERYBODY or for those MISSING one; their tokens are told here and never again.

        Refusal `key_conflict` if this form made them before.
        """
        return await self._do(actor, group_id, partial(self._make_cards, who=who, batch=f"{batch}:{who}"))

    def _make_cards(self, tx: Transaction, at: "At", who: str, batch: str) -> list[Printed]:
        if cards.was_sent(tx.connection, batch):
            raise Refusal("key_conflict", MADE_ALREADY)
        people = {row.id: row for row in _chosen(tx.connection, at, who, lambda row: row.card_made_ms is None)}
        pictures.deal_own(tx, at.group, people, at.now_ms)
        made = cards.make(tx, list(people), batch, at.actor.person, at.now_ms)
        self._end(tx, list(people), at.now_ms, method="card")
        for each in made:
            at.record(tx, "card_made", each.person, card=each.card)
        own = pictures.own_pictures(tx.connection, at.group, at.now_ms)
        return [Printed(people[each.person].name, own[each.person], each.token) for each in made]

    async def revoke_card(self, actor: Actor, group_id: str, person_id: str) -> None:
        """A card is lost: it and the sessions that were begun with it end at once."""
        await self._do(actor, group_id, partial(self._revoke_card, person_id=person_id))

    def _revoke_card(self, tx: Transaction, at: "At", person_id: str) -> None:
        _chosen(tx.connection, at, person_id)
        revoked = cards.revoke(tx, [person_id], at.now_ms)
        self._end(tx, [person_id], at.now_ms, method="card")
        for each in revoked:
            at.record(tx, "card_revoked", person_id, card=each)

    async def restore_card(self, actor: Actor, group_id: str, person_id: str) -> None:
        """The card was found again."""
        await self._do(actor, group_id, partial(_restore_card, person_id=person_id))

    async def reset_pictures(self, actor: Actor, group_id: str, who: str, batch: str) -> list[Told]:
        """Three new pictures for one child, for EVERYBODY or for those MISSING them; their sessions end at once.

        Refusal `key_conflict` if this form reset them before.
        """
        now_ms, batch = self._clock.now_ms(), f"{batch}:{who}"
        people = await self._database.read(_to_reset, At(actor, group_id, now_ms), who, batch)
        dealt = {each: rules.deal_secret(secrets.choice) for each in people}
        keyed = [pictures.keyed(self._secret, each, secret) for each, secret in dealt.items()]
        hashes = await asyncio.gather(*map(self._signing_in.passwords.hash, keyed))  # a few at a time: see there
        hashed = dict(zip(dealt, hashes, strict=True))
        own = await self._do(actor, group_id, partial(self._reset_pictures, hashed=hashed, batch=batch))
        return [Told(name, own[each], dealt[each]) for each, name in people.items()]

    def _reset_pictures(self, tx: Transaction, at: "At", hashed: dict[str, str], batch: str) -> dict[str, str]:
        if pictures.was_sent(tx.connection, batch):
            raise Refusal("key_conflict", MADE_ALREADY)
        here = {row.id for row in register.children(tx.connection, at.group, at.now_ms)}
        if not here.issuperset(hashed):
            raise Refusal("not_found", "There is no such person at this school.")
        pictures.deal_own(tx, at.group, hashed, at.now_ms)
        for person_id, each in hashed.items():
            pictures.set_secret(tx, person_id, each, batch, at.now_ms)
        self._end(tx, list(hashed), at.now_ms)
        for person_id in hashed:
            at.record(tx, "pictures_reset", person_id)
        return pictures.own_pictures(tx.connection, at.group, at.now_ms)

    async def unlock(self, actor: Actor, group_id: str, person_id: str) -> None:
        """Let a child try again who was wrong too often."""
        await self._do(actor, group_id, partial(_unlock, person_id=person_id))

    async def choose_own(self, actor: Actor, group_id: str, person_id: str, picture: str) -> None:
        """Another own picture; Refusal `bad_request` if somebody in the class has it."""
        await self._do(actor, group_id, partial(_choose_own, person_id=person_id, picture=picture))

    async def renew_code(self, actor: Actor, group_id: str) -> None:
        """A new code for the class; devices that know the old one are not shown the class any more."""
        await self._do(actor, group_id, self._renew_code)

    def _renew_code(self, tx: Transaction, at: "At") -> None:
        self.codes.renew(tx, at.group, at.actor.person, at.now_ms)
        at.record(tx, "class_code_made", None)

    async def _do(self, actor: Actor, group_id: str, work: Callable[[Transaction, "At"], T]) -> T:
        def carry_out(tx: Transaction) -> T:
            at = At(actor, group_id, self._clock.now_ms())
            at.check(tx.connection)
            register.hold(tx, group_id)
            return work(tx, at)

        return await self._database.write(carry_out)

    def _end(self, tx: Transaction, people: Sequence[str], now_ms: int, method: str | None = None) -> None:
        """End these people's sessions, or those begun in this way; connections close at once."""
        for person_id in people:
            found = select(session.c.id).where(session.c.person_id == person_id, session.c.ended_ms.is_(None))
            if method:
                found = found.where(session.c.method == method)
            if which := list(tx.connection.scalars(found)):
                sessions.end(tx, which, now_ms)
                self._announce(tx, person_id, "session_ended", {"sessions": sorted(which)}, now_ms)


@dataclass(frozen=True, slots=True)
class At:
    """Who asks, about which class, when."""

    actor: Actor
    group: str
    now_ms: int

    def check(self, connection: Connection) -> None:
        require(connection, self.actor, "manage_sign_in", self.now_ms, group=self.group)

    def record(self, tx: Transaction, kind: str, subject: str | None, **detail: Any) -> None:
        told = {"group": self.group, **detail}
        actor = self.actor
        record(
            tx, actor.school, kind, self.now_ms, by=actor.person, subject=subject, in_school=actor.in_school,
            detail=told,
        )  # fmt: skip


def _chosen(
    connection: Connection, at: At, who: str, missing: Callable[[AnyRow], bool] = lambda _: False
) -> Collection[AnyRow]:
    """The children meant by `who`; Refusal `not_found` or `bad_request` if there are none."""
    here = register.children(connection, at.group, at.now_ms)
    if who in (EVERYBODY, MISSING):
        chosen = [row for row in here if who == EVERYBODY or missing(row)]
        if not chosen:
            raise Refusal("bad_request", NOBODY)
        return chosen
    chosen = [row for row in here if row.id == who]
    if not chosen:
        raise Refusal("not_found", "There is no such person at this school.")
    return chosen


def _to_reset(connection: Connection, at: At, who: str, batch: str) -> dict[str, str]:
    """The names of those whose pictures are to be reset, by id: asked before the slow work of hashing."""
    at.check(connection)
    if pictures.was_sent(connection, batch):
        raise Refusal("key_conflict", MADE_ALREADY)
    return {row.id: row.name for row in _chosen(connection, at, who, lambda row: row.pictures_ms is None)}


def _restore_card(tx: Transaction, at: At, person_id: str) -> None:
    _chosen(tx.connection, at, person_id)
    at.record(tx, "card_restored", person_id, card=cards.restore(tx, person_id))


def _unlock(tx: Transaction, at: At, person_id: str) -> None:
    _chosen(tx.connection, at, person_id)
    pictures.unlock(tx, person_id)
    at.record(tx, "pictures_unlocked", person_id)


def _choose_own(tx: Transaction, at: At, person_id: str, picture: str) -> None:
    _chosen(tx.connection, at, person_id)
    pictures.choose_own(tx, at.group, person_id, picture, at.now_ms)
    at.record(tx, "own_picture_changed", person_id)
