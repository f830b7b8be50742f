"""September: 630 learners go up a year, 90 leave and 90 arrive, while people write."""

import re
import threading
from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from accounts.model import guardian, person
from accounts.rights import STAFF_ROLES
from tests.accounts.roster.conftest import Office
from tests.accounts.roster.schools import Entry, primary, reading, table
from tests.accounts.roster.test_pages import STAFF, hand_in, send, settled
from tests.accounts.roster.test_plan import told
from tests.serving import PAGE, Served, serving

SEPTEMBER = [
    "90 learners leave.",
    "90 guardians leave.",
    "Year 1: 90 learners move from RA, RB, RC to 1A, 1B, 1C.",
    "Year 2: 90 learners move from 1A, 1B, 1C to 2A, 2B, 2C.",
    "Year 3: 90 learners move from 2A, 2B, 2C to 3A, 3B, 3C.",
    "Year 4: 90 learners move from 3A, 3B, 3C to 4A, 4B, 4C.",
    "Year 5: 90 learners move from 4A, 4B, 4C to 5A, 5B, 5C.",
    "Year 6: 90 learners move from 5A, 5B, 5C to 6A, 6B, 6C.",
    "90 learners are new.",
    "90 guardians are new.",
    "540 learners are in another year.",
    "630 places in groups are given.",
    "630 places in groups are taken back.",
    "90 links from guardians to learners are made.",
    "90 links from guardians to learners end.",
]


# Those of primary() in the order of STAFF's.
COLUMNS = ("id", "role", "given name", "family name", "year", "class")


@pytest.fixture
def fresh() -> Iterator[Served]:
    with serving() as running:
        yield running


async def test_a_year_rolls_over_and_everybody_stays_who_they_are(office: Office) -> None:
    this_year, next_year = reading(table(primary())), reading(table(primary(1)))
    await office.apply(this_year)
    before = {row.sourced_id: row for row in await office.world.rows(person)}
    assert sum(row.role in STAFF_ROLES for row in before.values()) == 92
    assert told((await office.plan(next_year)).difference) == SEPTEMBER
    await office.apply(next_year)
    after = {row.sourced_id: row for row in await office.world.rows(person)}
    assert {sid: after[sid].id for sid in before} == {sid: row.id for sid, row in before.items()}
    staff = [sid for sid, row in before.items() if row.role in STAFF_ROLES]
    assert [after[sid] for sid in staff] == [before[sid] for sid in staff]
    learners = [row for row in after.values() if row.role == "learner"]
    assert len([row for row in learners if row.left_ms is not None]) == 90
    assert len([row for row in learners if row.left_ms is None]) == 630
    assert len(await office.world.rows(guardian)) == 630
    assert (await office.plan(next_year)).difference.empty


def test_people_write_while_the_year_rolls_over_and_nothing_is_lost(fresh: Served) -> None:
    this_year, next_year = (STAFF.encode() + rows_of(primary(nth)) for nth in (0, 1))
    with fresh.signed_in("amara") as client:
        carry_in(client, this_year)
        sent: list[str] = []
        done = threading.Event()
        writer = threading.Thread(target=write_until, args=(fresh, done, sent))
        writer.start()
        try:
            page = carry_in(client, next_year)
        finally:
            done.set()
            writer.join()
        assert "Year 5: 90 learners move from 4A, 4B, 4C to 5A, 5B, 5C." in page
        assert len(sent) >= 5
        log = client.get(f"/api/v1/rooms/{fresh.staffroom()}/messages?limit=50").json()["messages"]
        texts = [each["text"] for each in log if each["text"].startswith("Hello")]
        assert texts == sent[-len(texts) :]


def rows_of(school: list[Entry]) -> bytes:
    """Without the line of columns, and without what STAFF has no column for."""
    rows = [{name: entry.get(name, "") for name in COLUMNS} for entry in school]
    return table(rows, COLUMNS).partition(b"\n")[2]


def carry_in(client: httpx.Client, content: bytes) -> str:
    """Hand in, confirm, wait; gives the page of what was to change."""
    run = hand_in(client, content).headers["location"]
    page = client.get(run, headers=PAGE).text
    figure = re.search(r"write (\d+)", page)
    send(client, run, "apply", confirm=figure[1] if figure else "")
    assert settled(client, run) == "applied"
    return page


def write_until(server: Served, done: threading.Event, sent: list[str]) -> None:
    """Post one message after the other; each must be taken."""
    with server.signed_in("tom") as client:
        while len(sent) < 5 or not done.is_set():
            fields = {"room": server.staffroom(), "key": str(uuid4()), "text": f"Hello {len(sent)}"}
            answer = client.post("/api/v1/commands/post_message", json=fields)
            assert answer.status_code == 200, answer.text
            sent.append(fields["text"])
