"""Setting second steps up and taking them away again, for whoever is signed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import msgspec
import pyotp
import segno
from msgspec import Struct
from sqlalchemy import ColumnElement, Connection, delete, select, update
from webauthn.helpers import bytes_to_base64url
from webauthn.registration.verify_registration_response import VerifiedRegistration

from accounts import rules as account_rules
from accounts import sessions, throttle
from accounts.audit.log import record
from accounts.model import person, role, session
from accounts.second_step import model, passkeys, rules
from accounts.second_step.model import passkey, totp
from accounts.second_step.passkeys import REFUSED, Challenge, Site
from accounts.second_step.showing import WRONG, Answer, Showing, spend_challenge
from accounts.sessions import Actor
from accounts.signing_in import Announce
from realtime.refusal import Refusal
from storage.clock import Clock
from storage.database import Database, Transaction
from storage.rows import AnyRow
from storage.sealing import Sealer

OFFER_S: Final = 900  # in which a phone has to be found and the code scanned
ADD: Final = "add a passkey"
ISSUER: Final = "Corridor"


@dataclass(frozen=True, slots=True)
class Offer:
    """A key for an app, not kept yet: `sealed` brings it back with the first code. `picture` is an SVG."""

    sealed: str
    key: str
    picture: str


@dataclass(frozen=True, slots=True)
class State:
    """What a person has set up."""

    app_ms: int | None
    passkeys: Sequence[AnyRow]
    codes_left: int
    allowed: bool

    @property
    def any(self) -> bool:
        return self.app_ms is not None or bool(self.passkeys)


class _Offered(Struct, array_like=True):
    session: str
    key: str
    expires_ms: int


class Enrolment:
    """Changes second steps. That the person was asked for their password just now is for the pages to see to."""

    def __init__(self, database: Database, clock: Clock, secret: bytes, showing: Showing, announce: Announce) -> None:
        self._database = database
        self._clock = clock
        self._showing = showing
        self._announce = announce
        self._offers = Sealer(secret, "keys on offer")

    async def state(self, actor: Actor) -> State:
        return await self._database.read(_state, actor)

    def offer(self, actor: Actor, key: str | None = None) -> Offer:
        """A new key, or `key` once more."""
        key = key or pyotp.random_base32()
        expires_ms = self._clock.now_ms() + OFFER_S * 1000
        sealed = self._offers.seal(msgspec.json.encode(_Offered(actor.session, key, expires_ms)).decode())
        label = quote(f"{ISSUER}:{actor.name} ({actor.school_slug})")
        address = f"otpauth://totp/{label}?secret={key}&issuer={ISSUER}"
        picture = segno.make(address, error="m").svg_inline(scale=4, border=4, dark="#000", light="#fff", omitsize=True)
        return Offer(sealed, key, picture)

    def key_of(self, actor: Actor, sealed: str) -> str:
        """The key on offer; Refusal `bad_request` if it was offered to another session, or too long ago."""
        try:
            offered = msgspec.json.decode(self._offers.open(sealed), type=_Offered)
        except (ValueError, msgspec.DecodeError):
            raise Refusal("bad_request", "That took too long. Begin again with a new picture.") from None
        if offered.session != actor.session or offered.expires_ms <= self._clock.now_ms():
            raise Refusal("bad_request", "That took too long. Begin again with a new picture.")
        return offered.key

    async def add_app(self, actor: Actor, sealed: str, code: str) -> list[str]:
        """Keep the key once its first code is right; gives new recovery codes if there were none."""
        key, now_ms = self.key_of(actor, sealed), self._clock.now_ms()
        step = rules.step_of(key, rules.fold_code(code), now_ms, after=0)
        if step is None:
            raise Refusal("bad_request", WRONG)
        return await self._database.write(self._keep_app, actor, key, step, now_ms)

    def _keep_app(self, tx: Transaction, actor: Actor, key: str, step: int, now_ms: int) -> list[str]:
        _require_allowed(tx.connection, actor)
        sealed = self._showing.codes.sealer.seal(key)
        tx.connection.execute(delete(totp).where(totp.c.person_id == actor.person))
        tx.connection.execute(
            totp.insert().values(person_id=actor.person, sealed_key=sealed, last_step=step, created_ms=now_ms)
        )
        return self._added(tx, actor, "totp", now_ms)

    async def passkey_options(self, actor: Actor, site: Site) -> dict[str, Any]:
        """What the browser needs to make a passkey: `{"challenge", "options"}`, good for this session."""
        challenge, text = self._showing.challenges.make(actor.session, ADD, self._clock.now_ms())
        login, known = await self._database.read(_passkey_owner, actor)
        return {
            "challenge": text,
            "options": passkeys.creation_options(site, challenge, actor.person, login, actor.name, known),
        }

    async def add_passkey(self, actor: Actor, answer: Answer, name: str, site: Site) -> list[str]:
        """Keep a new passkey; gives new recovery codes if there were none."""
        now_ms = self._clock.now_ms()
        name = account_rules.check_name(name)
        challenge = self._showing.challenges.read(answer.challenge, actor.session, ADD, now_ms)
        verified = passkeys.verify_new(answer.credential, site, challenge)
        return await self._database.write(self._keep_passkey, actor, verified, challenge, name, site.host, now_ms)

    def _keep_passkey(
        self, tx: Transaction, actor: Actor, verified: VerifiedRegistration, challenge: Challenge, name: str,
        host: str, now_ms: int,
    ) -> list[str]:  # fmt: skip
        _require_allowed(tx.connection, actor)
        spend_challenge(tx, challenge, now_ms)
        passkey_id = bytes_to_base64url(verified.credential_id)
        known = tx.connection.scalar(select(passkey.c.id).where(passkey.c.id == passkey_id))
        if known is not None or len(model.passkeys_of(tx.connection, actor.person)) >= rules.MOST_PASSKEYS:
            raise Refusal("bad_request", REFUSED)
        tx.connection.execute(
            passkey.insert().values(
                id=passkey_id, person_id=actor.person,
                public_key=bytes_to_base64url(verified.credential_public_key), sign_count=verified.sign_count,
                host=host, name=name, created_ms=now_ms,
            )
        )  # fmt: skip
        return self._added(tx, actor, "passkey", now_ms)

    def _added(self, tx: Transaction, actor: Actor, way: str, now_ms: int) -> list[str]:
        """The session has shown it just now, so it is strong from here on."""
        _set_strong(tx, session.c.id == actor.session, strong=True)
        record(tx, actor.school, "second_step_added", now_ms, by=actor.person, in_school=actor.in_school,
               detail={"way": way})  # fmt: skip
        self._announce(tx, actor.person, "access_changed", {}, now_ms)
        return [] if model.codes_left(tx.connection, actor.person) else self._showing.codes.renew(tx, actor.person)

    async def show(self, actor: Actor, code: str) -> None:
        """A code from somebody who came in without one, such as by single sign-on: their session becomes strong."""
        now_ms, tried = self._clock.now_ms(), f"second:{actor.person}"
        await self._database.write(throttle.try_once, tried, now_ms)
        await self._database.write(self._show, actor, code, tried, now_ms)

    def _show(self, tx: Transaction, actor: Actor, code: str, tried: str, now_ms: int) -> None:
        way = self._showing.codes.spend(tx, actor.person, code, now_ms)
        if way is None:
            raise Refusal("bad_request", WRONG)
        throttle.succeed(tx, tried, now_ms)
        _set_strong(tx, session.c.id == actor.session, strong=True)
        if way == "recovery":
            detail = {"left": model.codes_left(tx.connection, actor.person)}
            record(tx, actor.school, "recovery_code_used", now_ms, by=actor.person, detail=detail)
        self._announce(tx, actor.person, "access_changed", {}, now_ms)

    async def remove_app(self, actor: Actor) -> None:
        await self._database.write(self._remove, actor, "totp", totp.c.person_id == actor.person, self._clock.now_ms())

    async def remove_passkey(self, actor: Actor, passkey_id: str) -> None:
        """Refusal `not_found` if it is not one of this person's."""
        own = (passkey.c.id == passkey_id) & (passkey.c.person_id == actor.person)
        await self._database.write(self._remove, actor, "passkey", own, self._clock.now_ms())

    def _remove(self, tx: Transaction, actor: Actor, way: str, own: ColumnElement[bool], now_ms: int) -> None:
        _require_strong(actor)
        gone = tx.connection.execute(delete(totp if way == "totp" else passkey).where(own))
        if gone.rowcount != 1:
            raise Refusal("not_found")
        if not model.ways(tx.connection, actor.person):
            _forget(tx, actor.person)
        record(tx, actor.school, "second_step_removed", now_ms, by=actor.person, in_school=actor.in_school,
               detail={"way": way})  # fmt: skip
        self._announce(tx, actor.person, "access_changed", {}, now_ms)

    async def renew_codes(self, actor: Actor) -> list[str]:
        """Ten new recovery codes; the old ones are good for nothing any more."""
        return await self._database.write(self._renew, actor, self._clock.now_ms())

    def _renew(self, tx: Transaction, actor: Actor, now_ms: int) -> list[str]:
        _require_strong(actor)
        if not model.ways(tx.connection, actor.person):
            raise Refusal("bad_request", "Add a second step first.")
        record(tx, actor.school, "recovery_codes_made", now_ms, by=actor.person, in_school=actor.in_school)
        return self._showing.codes.renew(tx, actor.person)


def reset(tx: Transaction, person_id: str, announce: Announce, now_ms: int, *, by: str | None) -> None:
    """For whoever lost everything: take all second steps away and end all sessions; the password is left."""
    school_id = tx.connection.scalars(select(person.c.school_id).where(person.c.id == person_id)).one()
    _forget(tx, person_id)
    which = sessions.open_of(tx.connection, person_id)
    sessions.end(tx, which, now_ms)
    record(tx, school_id, "second_step_reset", now_ms, by=by, subject=person_id)
    if which:
        announce(tx, person_id, "session_ended", {"sessions": sorted(which)}, now_ms)


def _forget(tx: Transaction, person_id: str) -> None:
    """Without a second step no session is strong, and codes stand in for nothing."""
    model.forget(tx, person_id)
    _set_strong(tx, session.c.person_id == person_id, strong=False)


def _set_strong(tx: Transaction, which: ColumnElement[bool], *, strong: bool) -> None:
    tx.connection.execute(update(session).where(which, session.c.ended_ms.is_(None)).values(strong=strong))


def _state(connection: Connection, actor: Actor) -> State:
    app_ms = connection.scalar(select(totp.c.created_ms).where(totp.c.person_id == actor.person))
    known = model.passkeys_of(connection, actor.person)
    return State(app_ms, known, model.codes_left(connection, actor.person), _base(connection, actor) != "learner")


def _passkey_owner(connection: Connection, actor: Actor) -> tuple[str, Sequence[AnyRow]]:
    login = connection.scalars(select(person.c.login).where(person.c.id == actor.person)).one()
    return login, model.passkeys_of(connection, actor.person)


def _base(connection: Connection, actor: Actor) -> str:
    """The built-in role that this person's is, or was copied from."""
    base: str | None = connection.scalar(select(role.c.base).where(role.c.id == actor.role))
    return base or actor.role


def _require_allowed(connection: Connection, actor: Actor) -> None:
    """Learners sign in by what their school chose for them; and who has a step shows it before adding another."""
    if _base(connection, actor) == "learner":
        raise Refusal("forbidden")
    if model.ways(connection, actor.person):
        _require_strong(actor)


def _require_strong(actor: Actor) -> None:
    if not actor.strong:
        raise Refusal("forbidden", "Show your second step first, then change it.")
