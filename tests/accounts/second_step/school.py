"""A school with a head and a second step, without a server."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pyotp
import pytest

from accounts.model import session
from accounts.passwords import HASHER
from accounts.second_step.enrolment import Enrolment
from accounts.second_step.passkeys import Site
from accounts.second_step.rules import STEP_S
from accounts.second_step.showing import Answer, Showing
from accounts.second_step.tickets import SecondStepNeeded
from accounts.sessions import Actor
from accounts.signing_in import SigningIn, Visit
from realtime.refusal import Refusal
from rooms.announcing import to_own_room
from storage.clock import Clock
from tests.accounts.second_step.authenticator import Authenticator
from tests.world import SECRET, School, World

PASSWORD = "correct horse"
HASHED = HASHER.hash(PASSWORD)
SITE = Site("corridor.example", ("https://corridor.example",))
ELSEWHERE = Site("evil.example", ("https://evil.example",))


class Still(Clock):
    """A clock that goes on only when it is told to."""

    def __init__(self, at_ms: int) -> None:
        super().__init__()
        self.at_ms = at_ms

    def now_ms(self) -> int:
        return self.at_ms

    def forward(self, seconds: int = STEP_S) -> None:
        self.at_ms += seconds * 1000


@dataclass
class Office:
    """Amara, her school, and what signs people in."""

    world: World
    school: School
    amara: str
    clock: Still
    signing_in: SigningIn
    showing: Showing
    enrolment: Enrolment

    async def session(self, person: str | None = None) -> Actor:
        return await self.world.session(person or self.amara)

    async def again(self, actor: Actor) -> Actor:
        """The same session, as the next request finds it."""
        return replace(actor, strong=(await self.world.rows(session, id=actor.session))[0].strong)

    def app(self, key: str) -> Callable[[], str]:
        """What an app shows now."""
        return lambda: pyotp.TOTP(key).at(self.clock.now_ms() // 1000)

    async def add_app(self, actor: Actor) -> tuple[Callable[[], str], list[str]]:
        """An app that is set up, and the recovery codes; the app's first code is of a step that is past."""
        offer = self.enrolment.offer(actor)
        shows = self.app(offer.key)
        codes = await self.enrolment.add_app(actor, offer.sealed, shows())
        self.clock.forward()
        return shows, codes

    async def add_passkey(self, actor: Actor, key: Authenticator, site: Site = SITE) -> list[str]:
        asked = await self.enrolment.passkey_options(actor, site)
        answer = Answer(asked["challenge"], key.create(asked["options"]))
        return await self.enrolment.add_passkey(actor, answer, "My key", site)

    def device(self, cookie: str | None = None) -> str:
        """The id of a device, by default of one that has no cookie and is always another."""
        return self.signing_in.devices.read(cookie)[0]

    def visit(self) -> Visit:
        """From a device with a cookie, on which nobody has signed in."""
        return Visit("a test", self.signing_in.devices.write(self.device(), []))

    async def ticket(self, visit: Visit, name: str = "amara") -> str:
        with pytest.raises(SecondStepNeeded) as needed:
            await self.signing_in.sign_in("oakfield", name, PASSWORD, visit)
        return needed.value.ticket

    async def refusal(self, work: Any) -> Refusal:
        with pytest.raises(Refusal) as caught:
            await work
        return caught.value


async def open_office(world: World) -> Office:
    school = await world.school()
    amara = await world.person(school, "amara", "head", password=HASHED)
    clock = Still(world.now_ms)
    world.clock = clock
    signing_in = SigningIn(world.database, clock, SECRET, to_own_room)
    showing = Showing(world.database, clock, SECRET, signing_in)
    enrolment = Enrolment(world.database, clock, SECRET, showing, to_own_room)
    return Office(world, school, amara, clock, signing_in, showing, enrolment)
