"""A child at the door: with a card, or with pictures."""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from accounts import settings, throttle
from accounts.audit.networks import in_school
from accounts.audit.noticing import SignInFailed
from accounts.children import cards, pictures
from accounts.children.codes import Codes
from accounts.children.rules import LENGTH
from accounts.passwords import AT_ONCE
from accounts.signing_in import SignedIn, SigningIn, Visit
from realtime.refusal import Refusal
from storage.clock import Clock
from storage.database import Database, Transaction
from storage.rows import AnyRow

LONGEST_TOKEN: Final = 100
SPARE_ON_A_TABLET: Final = 5
SPARE_OF_A_CLASS: Final = 35  # a class's first lesson on new tablets: thirty children, and some mistakes
NO_CARD: Final = "This is not a card that we know. Try again, or ask your teacher."
NO_CLASS: Final = "This is not the code of a class. Ask your teacher for the code."

Notice = Callable[[SignInFailed], None]
Subject = tuple[str, int]  # whose wrong tries are counted together, and how many of them are free beyond the usual


@dataclass(frozen=True, slots=True)
class Child:
    """Who is at the door, and what it takes to check their pictures."""

    person: str
    name: str
    login: str
    slug: str
    school: str
    own_picture: str | None
    pictures_hash: str | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A card that somebody holds up. `asks_pictures`: at this place the card alone does not do."""

    card: str
    child: Child
    asks_pictures: bool


class Entering:
    """Judges cards and pictures, and begins sessions of learners; of nobody else."""

    def __init__(
        self, database: Database, clock: Clock, secret: bytes, signing_in: SigningIn, notice: Notice = lambda _: None
    ) -> None:
        self._database = database
        self._clock = clock
        self._secret = secret
        self._signing_in = signing_in
        self._notice = notice
        self._door = asyncio.Semaphore(AT_ONCE + 1)  # as for passwords: those who talk must not queue behind a storm
        self.codes = Codes(secret)

    async def show(self, token: str, visit: Visit) -> Shown:
        """Whose card has this on it; Refusal `unauthenticated` if it is none of ours, or no longer good."""
        found = await self._database.read(cards.by_token, token[:LONGEST_TOKEN], self._clock.now_ms())
        return self._judged(found, visit)

    async def shown_again(self, card_id: str, visit: Visit) -> Shown:
        """The same, of a card that was shown before."""
        return self._judged(await self._database.read(cards.by_id, card_id, self._clock.now_ms()), visit)

    def _judged(self, found: cards.Found | None, visit: Visit) -> Shown:
        if found is None or not found.good:
            slug, login = (found.slug, found.login) if found else ("", "")
            self._notice(SignInFailed(slug, login, "card", visit.address))
            raise Refusal("unauthenticated", cards.NO_GOOD if found else NO_CARD)
        outside = not in_school(settings.decoded(found.settings).networks, visit.address)
        asks = outside and found.pictures_hash is not None  # a card can be photographed; pictures cannot
        return Shown(found.id, _child(found), asks)

    async def with_card(self, shown: Shown, picked: Sequence[str], visit: Visit) -> SignedIn:
        """A new session for the child with this card, `picked` where it asks for pictures.

        Refusal `unauthenticated`, `rate_limited`, or `forbidden` when only the teacher can help.
        """
        if shown.asks_pictures:
            async with self._door:
                return await self._with_both(shown, picked, visit)

        def first(tx: Transaction, now_ms: int) -> None:
            cards.use(tx, shown.card, now_ms)

        # No mark for the device, which keeps a few only: a card alone needs no tries.
        return await self._signing_in.begin(shown.child.person, "card", visit, first=first)

    async def _with_both(self, shown: Shown, picked: Sequence[str], visit: Visit) -> SignedIn:
        child, mark = shown.child, _mark("child", shown.child.person)
        tried = self._subjects(visit, mark)
        await self._check(child, picked, tried, visit)

        def first(tx: Transaction, now_ms: int) -> None:
            cards.use(tx, shown.card, now_ms)
            _right(tx, child, tried, now_ms)

        return await self._signing_in.begin(child.person, "card", visit, account=mark, first=first)

    async def class_of(self, code: str, device: str) -> AnyRow:
        """The class of this code, as (id, name, school); Refusal `unauthenticated` or `rate_limited`."""
        tried = f"device:{device}:{_mark('code', 'any')}"
        await self._database.write(throttle.try_once, tried, self._clock.now_ms())
        found = await self.classes([code])
        if not found:
            raise Refusal("unauthenticated", NO_CLASS)
        await self._database.write(throttle.succeed, tried, self._clock.now_ms())
        return found[0]

    async def classes(self, codes: Sequence[str]) -> list[AnyRow]:
        """The classes whose codes a device has."""
        return await self._database.read(self.codes.classes, codes) if codes else []

    async def children(self, group_id: str) -> list[AnyRow]:
        """Who of a class can sign in with pictures: for devices that have its code."""
        return await self._database.read(pictures.children, group_id, self._clock.now_ms())

    async def child(self, codes: Sequence[str], group_id: str, person_id: str) -> Child:
        """A child of a class whose code the device has; Refusal `not_found`."""
        found = await self._database.read(
            pictures.child, self._hashes(codes), group_id, person_id, self._clock.now_ms()
        )
        if found is None:
            raise Refusal("not_found")
        return _child(found)

    async def with_pictures(
        self, codes: Sequence[str], group_id: str, person_id: str, picked: Sequence[str], visit: Visit
    ) -> SignedIn:
        """A new session for the child of this class with these pictures; refused as `with_card`, or `not_found`."""
        async with self._door:
            return await self._with_pictures(codes, group_id, person_id, picked, visit)

    async def _with_pictures(
        self, codes: Sequence[str], group_id: str, person_id: str, picked: Sequence[str], visit: Visit
    ) -> SignedIn:
        child = await self.child(codes, group_id, person_id)
        of_class = _mark("class", group_id)
        tried = self._subjects(visit, of_class, _mark("child", person_id))
        await self._check(child, picked, tried, visit)

        def first(tx: Transaction, now_ms: int) -> None:
            _right(tx, child, tried, now_ms)
            if pictures.child(tx.connection, self._hashes(codes), group_id, person_id, now_ms) is None:
                raise Refusal("unauthenticated", pictures.WRONG)

        return await self._signing_in.begin(person_id, "picture", visit, account=of_class, first=first)

    async def _check(self, child: Child, picked: Sequence[str], tried: Sequence[Subject], visit: Visit) -> None:
        """Refusal if these are not the pictures; every try is counted before it is judged."""
        if len(picked) == LENGTH:
            await self._database.write(_count, child.person, tried, self._clock.now_ms())
            shown = pictures.keyed(self._secret, child.person, picked)
            if await self._signing_in.passwords.verify(child.pictures_hash, shown):
                return
            self._notice(SignInFailed(child.slug, child.login, "picture", visit.address))
        raise Refusal("unauthenticated", pictures.WRONG)

    def _hashes(self, codes: Sequence[str]) -> list[str]:
        return [self.codes.hash(code) for code in codes]

    def _subjects(self, visit: Visit, *marks: str) -> tuple[Subject, ...]:
        """Whose wrong tries are counted together, for each of these marks; the first is shared, if there are two.

        A device on which one of the class has signed in before counts for itself: strangers cannot lock it out.
        """
        device, known = self._signing_in.devices.read(visit.device)
        trusted = any(mark in known for mark in marks)
        shared = 0 if len(marks) == 1 else SPARE_ON_A_TABLET if trusted else SPARE_OF_A_CLASS
        names = [f"device:{device}:{mark}" if trusted else f"account:{mark}" for mark in marks]
        return tuple((name, 0 if place else shared) for place, name in enumerate(names))


def _child(found: AnyRow | cards.Found) -> Child:
    return Child(
        found.person_id, found.name, found.login, found.slug, found.school, found.own_picture, found.pictures_hash
    )


def _mark(kind: str, of: str) -> str:
    return hashlib.sha256(f"{kind}/{of}".encode()).hexdigest()


def _count(tx: Transaction, person_id: str, tried: Sequence[Subject], now_ms: int) -> None:
    for name, spare in tried:
        throttle.try_once(tx, name, now_ms, spare=spare)
    pictures.count_try(tx, person_id)


def _right(tx: Transaction, child: Child, tried: Sequence[Subject], now_ms: int) -> None:
    """Forget the wrong tries, in the order in which they are counted: else two could wait for each other."""
    for name, _ in tried:
        throttle.succeed(tx, name, now_ms)
    pictures.use(tx, child.person, child.pictures_hash or "", now_ms)
