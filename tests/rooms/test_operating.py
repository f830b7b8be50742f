"""Health is red when the log cannot be written or the bus does not deliver; metrics tell figures and no names."""

import re
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from structlog.testing import capture_logs

from realtime.bus import Bus, MemoryBus
from realtime.bus.redis import RedisBus
from realtime.metrics import Metrics
from realtime.refusal import Refusal
from rooms import operating
from rooms.operating import Operating
from storage.clock import Clock
from storage.database import Database, Transaction, open_database
from storage.migrate import migrate
from tests.harness import Postgres, free_port
from tests.serving import Served, post
from tests.world import World

READY = {"ready": True, "log": True, "bus": True}


@pytest.fixture(autouse=True)
def look_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operating, "BELIEVED_S", -1.0)


@pytest.fixture
async def bus() -> AsyncIterator[Bus]:
    made = MemoryBus()
    await made.start(lambda hints: None, lambda passing: None, lambda: None)
    yield made
    await made.stop()


def run(tx: Transaction, sql: str) -> None:
    tx.connection.execute(text(sql))


async def ask(database: Database, bus: Bus, path: str = "/health/ready") -> httpx.Response:
    clock = Clock()
    application = Starlette(routes=Operating(database, clock, bus, Metrics(clock.now)).routes())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://test") as client:
        with capture_logs():
            return await client.get(path)


async def test_ready_is_green_while_the_log_can_be_written_and_the_bus_delivers(world: World, bus: Bus) -> None:
    answer = await ask(world.database, bus)
    assert (answer.status_code, answer.json()) == (200, READY)


async def test_ready_is_red_when_sqlite_cannot_be_written_and_green_again_after(
    fresh_sqlite_url: str, bus: Bus
) -> None:
    database = open_database(fresh_sqlite_url)
    for change, expected in (
        ("CREATE TRIGGER full BEFORE UPDATE ON installation BEGIN SELECT RAISE(ABORT, 'disk full'); END", (503, False)),
        ("DROP TRIGGER full", (200, True)),
    ):
        await ask(database, bus)  # the row is there, so that the next write is an update
        await database.write(run, change)
        answer = await ask(database, bus)
        assert (answer.status_code, answer.json()["log"]) == expected
    await database.close()


async def test_ready_is_red_when_postgresql_is_read_only_or_gone_and_green_again_after(bus: Bus) -> None:
    with Postgres(durable=False) as postgres:
        database = open_database(postgres.create("corridor"))
        await migrate(database)
        assert (await ask(database, bus)).json() == READY
        postgres.execute("ALTER SYSTEM SET default_transaction_read_only = on")
        postgres.restart()
        await ask(database, bus)  # finds that its connections are gone
        assert (await ask(database, bus)).json() == {"ready": False, "log": False, "bus": True}
        postgres.execute("ALTER SYSTEM RESET default_transaction_read_only")
        postgres.terminate()
        answer = await ask(database, bus)
        assert (answer.status_code, answer.json()) == (503, {"ready": False, "log": False, "bus": True})
        postgres.start()
        await ask(database, bus)
        assert (await ask(database, bus)).json() == READY
        await database.close()


async def test_ready_is_red_when_the_bus_does_not_deliver(world: World) -> None:
    deaf = RedisBus(f"redis://127.0.0.1:{free_port()}/0", uuid4().hex)
    answer = await ask(world.database, deaf)
    assert (answer.status_code, answer.json()) == (503, {"ready": False, "log": True, "bus": False})


async def test_many_who_ask_at_once_cost_one_write(world: World, bus: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operating, "BELIEVED_S", 60.0)
    clock, writes = Clock(), 0
    real = world.database.write

    async def counted(*given: object) -> object:
        nonlocal writes
        writes += 1
        return await real(*given)  # type: ignore[arg-type] # as it was called

    monkeypatch.setattr(world.database, "write", counted)
    desk = Operating(world.database, clock, bus, Metrics(clock.now))
    application = Starlette(routes=desk.routes())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://test") as client:
        for _ in range(20):
            assert (await client.get("/health/ready")).status_code == 200
    assert writes == 1


def test_alive_is_green_as_long_as_the_process_turns(served: Served) -> None:
    with served.nobody() as client:
        assert client.get("/health/live").json() == {"alive": True}
        assert client.get("/health/ready").json() == READY


def test_metrics_count_what_happens_and_name_nobody(served: Served) -> None:
    secret = f"secret{uuid4().hex}"
    with served.signed_in("amara") as client:
        before = figures(client.get("/metrics").text)
        post(client, served.staffroom(), secret)
        client.post("/api/v1/commands/post_message", json={"room": "rnowhere", "key": str(uuid4()), "text": secret})
        told = client.get("/metrics").text
    after = figures(told)
    for outcome in ("done", "not_found"):
        name = f'corridor_commands_total{{command="post_message",outcome="{outcome}"}}'
        assert after[name] - before.get(name, 0) == 1
    assert after["corridor_commit_seconds_count"] > before.get("corridor_commit_seconds_count", 0)
    for name in (
        "corridor_connections", "corridor_rooms_watched", "corridor_deliveries_total", "corridor_log_reads_total",
        "corridor_poll_finds_total", "corridor_outbox_passing_dropped_total", "corridor_outbox_set_back_total",
        "corridor_outbox_closed_total", "corridor_bus_delivering", "corridor_fanout_lag_seconds_count",
        "corridor_commit_commands_sum",
    ):  # fmt: skip
        assert name in after
    for private in (secret, "amara", "Amara", served.staffroom(), "127.0.0.1", "oakfield"):
        assert private not in told


def figures(told: str) -> dict[str, float]:
    lines = re.findall(r"^(corridor_\S+) (\S+)$", told, re.MULTILINE)
    return {name: float(value) for name, value in lines}


@pytest.mark.parametrize(
    ("host", "status"), [("127.0.0.1", 200), ("10.1.2.3", 200), ("8.8.8.8", 404), ("nonsense", 404)]
)
async def test_the_world_sees_no_metrics(world: World, bus: Bus, host: str, status: int) -> None:
    clock = Clock()
    desk = Operating(world.database, clock, bus, Metrics(clock.now))

    async def refused(_: Request, error: Exception) -> Response:
        assert isinstance(error, Refusal)
        return Response(status_code=error.http_status)

    application = Starlette(routes=desk.routes(), exception_handlers={Refusal: refused})
    transport = httpx.ASGITransport(application, client=(host, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        assert (await client.get("/metrics")).status_code == status
