"""A class with its teacher and three children, on a clock that stands still, and the doors they use."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from accounts import sessions
from accounts.audit.model import audit_detail, audit_log
from accounts.audit.noticing import SignInFailed
from accounts.children.class_desk import ClassDesk, Told
from accounts.children.entering import Entering
from accounts.children.rules import SECRET as PICTURES
from accounts.model import group_member, person, school_group, session
from accounts.model import school as schools
from accounts.sessions import Actor
from accounts.signing_in import SignedIn, SigningIn, Visit
from realtime.refusal import Refusal
from rooms.announcing import to_own_room
from rooms.enrolling import NewPerson, enrol, found_school
from storage.clock import Clock
from storage.database import Transaction
from storage.ids import new_id
from tests.world import SECRET, School, World

AT_SCHOOL = "10.1.2.3"
AT_HOME = "203.0.113.7"
PUPILS = ("ada", "bilal", "cerys")
NETWORKS = '{"networks":["10.0.0.0/8"]}'


class Still(Clock):
    """Goes on only when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self._now_ms = super().now_ms()

    def now_ms(self) -> int:
        return self._now_ms

    def forward(self, seconds: float) -> None:
        self._now_ms += int(seconds * 1000)


@dataclass
class Classroom:
    """Class 1B of Oakfield: Ada, Bilal and Cerys, with Tom who teaches them. School is where the address says so."""

    world: World
    clock: Clock
    school: School
    group: str
    tom: Actor
    children: dict[str, str]
    signing_in: SigningIn
    entering: Entering
    desk: ClassDesk
    noticed: list[SignInFailed]
    devices: dict[str, str] = field(default_factory=dict)

    def forward(self, seconds: float) -> None:
        assert isinstance(self.clock, Still)
        self.clock.forward(seconds)

    def visit(self, device: str = "a tablet", address: str = AT_HOME) -> Visit:
        """On a device by its name, which keeps its cookie, as browsers do."""
        return Visit(device, self.devices.setdefault(device, self.signing_in.devices.write(new_id("d"), [])), address)

    async def card_of(self, name: str) -> str:
        """A new card for this child: what is printed on it."""
        made = await self.desk.make_cards(self.tom, self.group, self.children[name], new_id("f"))
        return made[0].token

    async def pictures_of(self, name: str) -> tuple[str, ...]:
        return (await self.told(name)).secret

    async def told(self, name: str) -> Told:
        return (await self.desk.reset_pictures(self.tom, self.group, self.children[name], new_id("f")))[0]

    async def code(self) -> str:
        """The class's code; a new one each time."""
        await self.desk.renew_code(self.tom, self.group)
        found = await self.world.database.read(self.desk.codes.of, self.group)
        assert found is not None
        return found

    async def with_card(self, token: str, picked: Sequence[str] = (), *, visit: Visit | None = None) -> SignedIn:
        visit = visit or self.visit()
        shown = await self.entering.show(token, visit)
        return await self.entering.with_card(shown, picked, visit)

    async def with_pictures(
        self, name: str, picked: Sequence[str], code: str, device: str = "a tablet", group: str | None = None
    ) -> SignedIn:
        """Come in; the device keeps the cookie that it is given."""
        visit, child = self.visit(device), self.children[name]
        made = await self.entering.with_pictures([code], group or self.group, child, picked, visit)
        self.devices[device] = made.device
        return made

    async def who(self, made: SignedIn) -> str | None:
        found = (await self.world.database.read(sessions.find, [made.token], self.clock.now_ms()))[0]
        return found.person if found else None

    async def methods(self, name: str) -> list[tuple[str, bool]]:
        """How each session of this child was begun, and whether it is over."""
        rows = await self.world.rows(session, person_id=self.children[name])
        return sorted((row.method, row.ended_ms is not None) for row in rows)

    async def record(self, *kinds: str) -> list[tuple[str, str | None, str | None]]:
        """Rows of the log of these kinds: (kind, by, subject)."""
        rows = await self.world.rows(audit_log, school_id=self.school.id)
        return [(row.kind, row.by, row.subject) for row in rows if row.kind in kinds]

    async def everything_recorded(self) -> str:
        return " ".join(row.body or "" for row in await self.world.rows(audit_detail, school_id=self.school.id))

    async def actor(self, login: str, role: str, *, part: str | None = None, school: School | None = None) -> Actor:
        """Somebody else with a session; in the class if they have a part there."""
        who = await self.world.person(school or self.school, login, role, seated=False)
        if part:
            await put(self.world, self.group, who, part)
        return await self.world.session(who)


async def made_in(world: World, slug: str = "oakfield", secret: bytes = SECRET, *, still: bool = True) -> Classroom:
    """`secret`: of the server that runs on the same database, if there is one; its clock goes on."""
    clock = Still() if still else Clock()
    world.clock = clock
    school, group, (tom, *pupils), token = await world.database.write(_found, slug, clock.now_ms())
    children = dict(zip(PUPILS, pupils, strict=True))
    signing_in = SigningIn(world.database, clock, secret, to_own_room)
    noticed: list[SignInFailed] = []
    entering = Entering(world.database, clock, secret, signing_in, noticed.append)
    desk = ClassDesk(world.database, clock, secret, signing_in, to_own_room)
    actor = (await world.database.read(sessions.find, [token], clock.now_ms()))[0]
    assert actor is not None
    assert actor.person == tom
    return Classroom(world, clock, school, group, actor, children, signing_in, entering, desk, noticed)


def _found(tx: Transaction, slug: str, now_ms: int) -> tuple[School, str, list[str], str]:
    """All in one transaction, of which each takes its time: the school, the class, Tom and the children, his token."""
    school_id, staffroom = found_school(tx, slug, slug.title(), "primary", "Europe/London", now_ms)
    school = School(school_id, slug, staffroom)
    of, group = schools.c.id == school.id, new_id("g")
    tx.connection.execute(schools.update().where(of).values(settings=NETWORKS))
    tx.connection.execute(
        school_group.insert().values(id=group, school_id=school.id, kind="class", name="Class 1B", created_ms=now_ms)
    )
    parts = {"tom": "teacher", **dict.fromkeys(PUPILS, "learner")}
    people = [enrol(tx, school.id, NewPerson(name, name.title(), part, None), now_ms) for name, part in parts.items()]
    seats = [
        {"group_id": group, "person_id": who, "part": part, "origin": "name"}
        for who, part in zip(people, parts.values(), strict=True)
    ]
    tx.connection.execute(group_member.insert(), seats)
    tx.connection.execute(person.update().where(person.c.id.in_(people[1:])).values(year="1"))
    return school, group, people, sessions.start(tx, people[0], "a test", now_ms)


async def made_group(world: World, school: School, name: str, kind: str = "class") -> str:
    group = new_id("g")
    await world.execute(
        school_group.insert().values(id=group, school_id=school.id, kind=kind, name=name, created_ms=world.now_ms)
    )
    return group


async def put(world: World, group: str, who: str, part: str) -> None:
    await world.execute(group_member.insert().values(group_id=group, person_id=who, part=part, origin="name"))


def others(pictures: Sequence[str]) -> tuple[str, ...]:
    """Three pictures that are not these."""
    return tuple(PICTURES[(PICTURES.index(each) + 1) % len(PICTURES)] for each in pictures)


async def code_of(refused: Any) -> str:
    """With what code this is refused."""
    with pytest.raises(Refusal) as caught:
        await refused
    return caught.value.code


async def outcomes(*tries: Any) -> list[Any]:
    """What came of these, at the same moment: results, and the codes of refusals."""
    found = await asyncio.gather(*tries, return_exceptions=True)
    return [each.code if isinstance(each, Refusal) else each for each in found]
