"""The long poll: at once when there is something, as soon as there is something, and an end when access ends."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from realtime.refusal import Refusal
from rooms.polling import positions
from tests.serving import PASSWORD, Served, serving

QUICK = {"CORRIDOR_LONG_POLL": "1"}


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving() as running:
        yield running


class Person:
    """Somebody who polls and writes."""

    def __init__(self, served: Served, client: httpx.AsyncClient) -> None:
        self.client = client
        self.room = served.staffroom()

    async def head(self) -> int:
        me = (await self.client.get("/api/v1/me")).json()
        seq: int = next(each["head"] for each in me["rooms"] if each["id"] == self.room)
        return seq

    async def poll(self, after: int, room: str | None = None) -> dict[str, Any]:
        answer = await self.client.get("/api/v1/events", params={"rooms": f"{room or self.room}:{after}"})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def command(self, name: str, **fields: Any) -> dict[str, Any]:
        answer = await self.client.post(f"/api/v1/commands/{name}", json={"room": self.room, **fields})
        assert answer.status_code == 200, answer.text
        done: dict[str, Any] = answer.json()
        return done

    async def post(self, text: str = "Good morning") -> int:
        seq: int = (await self.command("post_message", key=str(uuid4()), text=text))["seq"]
        return seq


async def person(served: Served, name: str) -> Person:
    return Person(served, await served.signed_in_async(name))


@pytest.fixture
async def amara(served: Served) -> AsyncIterator[Person]:
    made = await person(served, "amara")
    yield made
    await made.client.aclose()


@pytest.fixture
async def tom(served: Served) -> AsyncIterator[Person]:
    made = await person(served, "tom")
    yield made
    await made.client.aclose()


async def watched(served: Served, room_count: int) -> None:
    """Return once so many rooms are followed at the server: whoever polls is waiting."""
    async with httpx.AsyncClient(base_url=served.url) as client, asyncio.timeout(20):
        while f"corridor_connections {room_count}.0" not in (await client.get("/metrics")).text:
            pass


async def test_what_was_missed_comes_at_once(amara: Person, tom: Person) -> None:
    head = await amara.head()
    seqs = [await tom.post(f"Number {number}") for number in range(3)]
    news = await amara.poll(head)
    assert [(each["seq"], each["kind"], each["type"]) for each in news["events"]] == [
        (seq, "message_posted", "event") for seq in seqs
    ]
    assert news["heads"] == {amara.room: seqs[-1]}
    assert news["reset"] == []
    assert news["events"][0]["body"]["text"] == "Number 0"


async def test_it_waits_until_there_is_something_and_wakes_then(served: Served, amara: Person, tom: Person) -> None:
    head = await amara.head()
    waiting = asyncio.create_task(amara.poll(head))
    await watched(served, 1)
    assert not waiting.done()
    seq = await tom.post()
    news = await waiting
    assert [each["seq"] for each in news["events"]] == [seq]


async def test_after_a_quiet_while_the_answer_is_empty_and_says_where_things_stand() -> None:
    with serving(QUICK) as quick:
        alone = await person(quick, "amara")
        head = await alone.head()
        assert await alone.poll(head) == {
            "epoch": (await alone.client.get("/api/v1/me")).json()["epoch"], "events": [], "heads": {alone.room: head},
            "reset": [], "windows": [],
        }  # fmt: skip
        await alone.client.aclose()


async def test_access_that_is_lost_while_waiting_ends_the_wait_with_a_reset(served: Served, amara: Person) -> None:
    who = served.who("owen")["person"]
    owen = await person(served, "owen")
    waiting = asyncio.create_task(owen.poll(await owen.head()))
    await watched(served, 1)
    await amara.command("remove_member", key=str(uuid4()), person=who)
    news = await waiting
    assert news["events"] == []
    assert [(each["room"], each["reason"]) for each in news["reset"]] == [(amara.room, "access")]
    await owen.client.aclose()


async def test_a_session_that_ends_while_waiting_is_told(served: Served) -> None:
    sandra = await person(served, "sandra")
    waiting = asyncio.create_task(
        sandra.client.get("/api/v1/events", params={"rooms": f"{sandra.room}:{await sandra.head()}"})
    )
    await watched(served, 1)
    async with httpx.AsyncClient(base_url=served.url, timeout=30) as other:
        who = {"school": "oakfield", "name": "sandra", "password": PASSWORD}
        assert (await other.post("/api/v1/sessions", json=who)).status_code == 201
        assert (await other.delete("/api/v1/sessions?everywhere=true")).status_code == 204
    answer = await waiting
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    await sandra.client.aclose()


async def test_a_server_that_stops_answers_whoever_waits() -> None:
    with serving() as stopping:
        waiter = await person(stopping, "amara")
        waiting = asyncio.create_task(waiter.poll(await waiter.head()))
        await watched(stopping, 1)
        ended = asyncio.to_thread(stopping.terminate)
        news, status = await asyncio.gather(waiting, ended)
        assert news["events"] == []
        assert status == 0
        await waiter.client.aclose()


async def test_the_own_room_can_be_polled_too(served: Served, amara: Person) -> None:
    me = (await amara.client.get("/api/v1/me")).json()
    seq = await amara.post()
    await amara.command("read", seq=seq)
    news = await amara.poll(me["own_head"], me["own_room"])
    assert [(each["kind"], each["body"]) for each in news["events"]] == [
        ("room_read", {"room": amara.room, "seq": seq})
    ]


async def test_what_cannot_be_read_on_is_to_be_fetched_afresh(served: Served, amara: Person) -> None:
    head = await amara.head()
    cases = [
        (amara.room, head + 1000, "epoch"),
        (served.staffroom("riverside"), 0, "access"),
        ("rnowhere", 5, "access"),
    ]
    for room, after, reason in cases:
        news = await amara.poll(after, room)
        assert [each["reason"] for each in news["reset"]] == [reason]
        assert news["events"] == []
    if head <= 300:
        for _ in range(301 - head):
            await amara.post()
    news = await amara.poll(0)
    assert [each["reason"] for each in news["reset"]] == ["too_far"]


@pytest.mark.parametrize(
    "text",
    ["", ",", "r1", "r1:", "r1:x", "r1:-1", ":5", "r1:1:2", "r-1:5", "r1:١", "r1:99999999999999999", "rö:1", "r1 :1"],
)
def test_positions_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(Refusal, match="bad_request"):
        positions(text)


def test_positions_are_read_and_bounded() -> None:
    assert positions("r12:481,u7:97") == {"r12": 481, "u7": 97}
    assert positions("r1:9999999999999999") == {"r1": 2**53 - 1}
    with pytest.raises(Refusal, match="bad_request"):
        positions(",".join(f"r{number}:1" for number in range(201)))


async def test_a_bad_question_is_a_bad_request_and_a_stranger_s_is_refused(served: Served, amara: Person) -> None:
    answer = await amara.client.get("/api/v1/events")
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    async with httpx.AsyncClient(base_url=served.url) as nobody:
        assert (await nobody.get("/api/v1/events?rooms=r1:1")).status_code == 401
