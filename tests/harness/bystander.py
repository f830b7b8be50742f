"""Whatever is done to the server: somebody else goes on as if nothing were, and the tables are as they were."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.harness.api import new_key
from tests.harness.installation import Installation
from tests.harness.live import OpenTab

UNTOUCHED = ("event", "message", "evidence", "member", "room")


@asynccontextmanager
async def unharmed(here: Installation, tabs: OpenTab) -> AsyncIterator[None]:
    """What happens inside changes no table and is noticed by nobody on any server."""
    room, before = here.staffroom, figures(here)
    bystanders = [await tabs(server, here.person("sandra"), {room: here.head(room)}) for server in here.servers]
    yield
    assert figures(here) == before
    for tab in bystanders:
        await tab.sync()
        assert tab.connected
        assert tab.events(room) == []
    said = await bystanders[0].ask("post_message", room=room, key=new_key(), text="all is well")
    for tab in bystanders:
        await tab.reach(room, said["seq"])
        await tab.close()


def figures(here: Installation) -> dict[str, Any]:
    rows = {table: here.query(f"SELECT count(*) AS rows FROM {table}")[0]["rows"] for table in UNTOUCHED}
    heads = here.query("SELECT id, last_seq FROM room ORDER BY id")
    return {**rows, "heads": heads}
