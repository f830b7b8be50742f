"""A school with an office, a class and a family, where nobody needs a second step."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Table

from accounts import settings
from accounts.audit.model import audit_log
from accounts.model import group_member, school_group
from accounts.sessions import Actor
from accounts.settings import SchoolSettings
from rooms.welcoming import HOOKS
from storage.database import Transaction
from tests.world import School, World

T = TypeVar("T")
ROLES = {
    "amara": "head", "priya": "ict_coordinator", "sandra": "office", "tom": "teacher", "owen": "cover_teacher",
    "aisha": "learner", "ben": "learner", "fatima": "guardian",
}  # fmt: skip


@dataclass(frozen=True)
class Office:
    """`ids` by sign-in name; `willow` is a class of the roster with Tom, Aisha and Ben."""

    world: World
    school: School
    ids: dict[str, str]
    willow: str

    async def actor(self, login: str) -> Actor:
        return await self.world.session(self.ids[login])

    async def write(self, work: Callable[[Transaction], T]) -> T:
        return await self.world.database.write(work)

    async def row(self, table: Table, **where: object) -> Any:
        rows = await self.world.rows(table, **where)
        assert len(rows) == 1, rows
        return rows[0]

    async def audited(self, kind: str) -> list[Any]:
        return await self.world.rows(audit_log, school_id=self.school.id, kind=kind)

    async def told(self, login: str) -> list[str]:
        """The kinds of events in somebody's own room."""
        return [event.kind for event in await self.world.events("u" + self.ids[login][1:])]


async def open_office(world: World) -> Office:
    school = await world.school()
    ids = {login: await world.person(school, login, role, seated=role != "learner") for login, role in ROLES.items()}

    def make(tx: Transaction) -> None:
        settings.write(tx, school.id, SchoolSettings(second_step=()))
        _make_class(tx, school.id, ids)

    await world.database.write(make)
    return Office(world, school, ids, "gwillow")


def _make_class(tx: Transaction, school_id: str, ids: dict[str, str]) -> None:
    tx.connection.execute(
        school_group.insert().values(
            id="gwillow", school_id=school_id, sourced_id="C5W", kind="class", name="5 Willow", created_ms=0
        )
    )
    parts = {"tom": "teacher", "aisha": "learner", "ben": "learner"}
    rows = [
        {"group_id": "gwillow", "person_id": ids[login], "part": part, "origin": "roster"}
        for login, part in parts.items()
    ]
    tx.connection.execute(group_member.insert(), rows)


__all__ = ["HOOKS", "Office", "open_office"]
