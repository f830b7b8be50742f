"""A page that says forbidden is noticed once, whether it leaves the saying to the error page or does it itself."""

from typing import Any

import msgspec
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from accounts.audit.model import audit_detail
from accounts.audit.noticing import Noticing
from accounts.audit.watching import RefusalWatch
from accounts.sessions import Actor
from realtime.refusal import Refusal
from tests.world import World


def answering(status: int, noticing: Noticing | None = None) -> ASGIApp:
    """A page that answers so, after telling `noticing` of the refusal as the error page does."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if noticing is not None:
            noticing.page_refused(Request(scope), Refusal("forbidden"))
        await Response(status_code=status)(scope, receive, send)

    return app


async def ask(world: World, app: ASGIApp, noticing: Noticing, actor: Actor | None, path: str) -> list[Any]:
    """What the log says was refused after this page was asked for."""
    route = Route(path, lambda request: Response())
    scope: Scope = {
        "type": "http", "method": "POST", "path": path, "headers": [], "state": {"actor": actor}, "route": route,
    }  # fmt: skip
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    await RefusalWatch(app, noticing)(scope, receive, send)
    await noticing.close()
    assert sent[0]["type"] == "http.response.start", "the answer is passed on"
    return [msgspec.json.decode(row.body) for row in await world.rows(audit_detail)]


async def made(world: World) -> tuple[Noticing, Actor]:
    return Noticing(world.database, world.clock), await world.session(await world.person(await world.school(), "tom"))


@pytest.mark.parametrize("told", [True, False])
async def test_a_page_that_says_forbidden_is_noticed_once_by_its_path_without_ids(world: World, told: bool) -> None:
    noticing, tom = await made(world)
    app = answering(403, noticing if told else None)
    found = await ask(world, app, noticing, tom, "/administration/people/{person}")
    assert found == [{"what": "POST /administration/people/{person}", "times": 1}]


@pytest.mark.parametrize(
    ("status", "path"),
    [(200, "/x"), (404, "/x"), (303, "/x"), (403, "/forms/{name}"), (403, "/api/v1/commands/{name}")],
)
async def test_other_answers_and_the_doors_of_commands_are_not_noticed_here(
    world: World, status: int, path: str
) -> None:
    noticing, tom = await made(world)
    assert await ask(world, answering(status), noticing, tom, path) == []


async def test_whoever_is_not_signed_in_is_not_noticed(world: World) -> None:
    noticing, _ = await made(world)
    assert await ask(world, answering(403), noticing, None, "/x") == []
