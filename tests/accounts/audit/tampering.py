"""Changing the audit log as somebody does who owns the database."""

from typing import Any

from sqlalchemy import text

from accounts.audit.heads import Known
from accounts.audit.log import record
from accounts.audit.verifying import Verdict, verify
from storage.database import Transaction
from tests.world import World

GUARDS = (
    "audit_log_refuses_update",
    "audit_log_refuses_delete",
    "audit_log_refuses_replace",
    "audit_detail_refuses_update",
)


async def fill(world: World, rows: int = 6, school: str = "s1", kind: str = "role_made", **more: Any) -> None:
    def write(tx: Transaction) -> None:
        for number in range(rows):
            given = {"by": f"p{number}", "subject": "p9", "in_school": True, "detail": {"n": number}, **more}
            record(tx, school, kind, world.now_ms, **given)

    await world.database.write(write)


async def tamper(world: World, *statements: str) -> None:
    """Run these with all guards off."""

    def work(tx: Transaction) -> None:
        if tx.connection.dialect.name == "sqlite":
            tx.connection.execute(text("PRAGMA defer_foreign_keys=ON"))
            for name in GUARDS:
                tx.connection.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
        else:
            tx.connection.execute(text("SET LOCAL session_replication_role = replica"))
        for each in statements:
            tx.connection.execute(text(each))

    await world.database.write(work)


async def verdict(world: World, *known: Known, chain: str = "s1") -> Verdict:
    found = await world.database.read(verify, known)
    return next(each for each in found if each.name == chain)


async def faults(world: World, *known: Known) -> list[tuple[object, str]]:
    return [(each.seq, each.sentence) for each in (await verdict(world, *known)).faults]
