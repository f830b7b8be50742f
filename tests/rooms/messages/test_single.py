"""Pages about one message: its place, how it read before, where it may go."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.serving import PAGE, Served


def act(client: httpx.Client, name: str, room: str, **fields: Any) -> str:
    """Carry a command out; gives the id of its message."""
    answer = client.post(f"/api/v1/commands/{name}", json={"room": room, "key": str(uuid4()), **fields})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["message"])


def test_a_link_leads_to_the_message_and_to_its_thread(served: Served) -> None:
    here = served.staffroom()
    with served.signed_in() as client:
        root = act(client, "post_message", here, text="A link to this")
        reply = act(client, "post_message", here, text="And to this", thread=root)
        for of, page in ((root, f"/rooms/{here}"), (reply, f"/rooms/{here}/threads/{root}")):
            place = client.get(f"/rooms/{here}/messages/{of}", headers=PAGE)
            assert place.status_code == 303
            assert place.headers["location"] == f"{page}#{of}"
            assert f'id="{of}"' in client.get(page, headers=PAGE).text
        assert f'id="{reply}"' not in client.get(f"/rooms/{here}", headers=PAGE).text


def test_earlier_versions_are_a_page_and_an_answer(served: Served) -> None:
    here = served.staffroom()
    with served.signed_in() as client:
        of = act(client, "post_message", here, text="Before <b>")
        act(client, "edit_message", here, message=of, text="**After**")
        found = client.get(f"/api/v1/rooms/{here}/messages/{of}/versions").json()["versions"]
        assert [each["text"] for each in found] == ["Before <b>", "**After**"]
        page = client.get(f"/rooms/{here}/messages/{of}/versions", headers=PAGE).text
        assert "Before &lt;b&gt;" in page
        assert "<strong>After</strong>" in page


@pytest.mark.parametrize("way", ["", "/versions", "/forward"])
@pytest.mark.parametrize("of", ["m999999-{here}", "m1-r0nosuchroom", "nonsense"])
def test_what_is_not_there_is_not_found(served: Served, way: str, of: str) -> None:
    here = served.staffroom()
    with served.signed_in() as client:
        url = f"/rooms/{here}/messages/{of.format(here=here)}{way}"
        assert client.get(url, headers=PAGE).status_code == 404


@pytest.mark.parametrize(("day", "status"), [("2001-01-01", 200), ("2400-01-01", 200), ("x", 400), ("0001-01-01", 200)])
def test_one_can_read_from_a_day_on(served: Served, day: str, status: int) -> None:
    with served.signed_in() as client:
        page = client.get(f"/rooms/{served.staffroom()}?on={day}", headers=PAGE)
        assert page.status_code == status


def test_from_a_day_on_which_nobody_has_written_yet_one_reads_the_newest(served: Served) -> None:
    here = served.staffroom()
    with served.signed_in() as client:
        of = act(client, "post_message", here, text="The newest of all")
        assert f'id="{of}"' in client.get(f"/rooms/{here}?on=2400-01-01", headers=PAGE).text
