"""A clock that is moved by hand, and what a school settles for once."""

from datetime import datetime

from accounts.policy import store
from accounts.policy.windows import OneOff
from accounts.windows import model as windows
from storage.clock import Clock
from storage.database import Transaction
from storage.ids import new_id
from tests.world import School, World

BEFORE = "2026-11-23T15:29:59+00:00"  # a Monday in term, a second before school is out
OPENS = "2026-11-23T15:30:00+00:00"
LATER = "2026-11-23T17:00:00+00:00"


class SetClock(Clock):
    """Stands still until it is set."""

    def __init__(self, at: str) -> None:
        super().__init__()
        self.set(at)

    def set(self, at: str) -> None:
        self.ms = ms(at)

    def now_ms(self) -> int:
        return self.ms


def ms(at: str) -> int:
    return int(datetime.fromisoformat(at).timestamp() * 1000)


def stand_still(world: World, at: str = BEFORE) -> SetClock:
    """Give a world this clock, before anybody comes."""
    clock = SetClock(at)
    world.clock = clock
    return clock


async def for_once(world: World, school: School, *, opens: bool, since: str, until: str) -> None:
    """A snow day, or an exam: all windows are open or closed in this time."""

    def hold(tx: Transaction) -> None:
        once = OneOff(new_id("e"), None, opens, ms(since), ms(until), "Snow", "p0", world.now_ms)
        windows.hold_once(tx, school.id, once)
        store.changed(tx, school.id, lambda *_: None, world.now_ms)

    await world.database.write(hold)
