"""The board, choosing somebody, and where threads do not show."""

import html
import re
from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from tests.serving import PAGE, Served, hidden, post


def words(client: httpx.Client, path: str, status: int = 200) -> str:
    page = client.get(path, headers=PAGE)
    assert page.status_code == status, page.text
    shown = re.sub(r"<script.*?</script>|<[^>]+>", " ", page.text, flags=re.DOTALL)
    return " ".join(html.unescape(shown).split())


def threads(client: httpx.Client) -> dict[str, str]:
    rooms = client.get("/api/v1/me").raise_for_status().json()["rooms"]
    return {each["name"]: each["id"] for each in rooms if each["kind"] == "thread"}


def set_sticky(client: httpx.Client, room: str, **more: object) -> None:
    client.post("/api/v1/commands/set_sticky", json={"room": room, **more}).raise_for_status()


@pytest.fixture
def leila(served: Served) -> Iterator[httpx.Client]:
    with served.signed_in("leila") as client:
        yield client


@pytest.fixture
def chloe(served: Served) -> Iterator[httpx.Client]:
    with served.signed_in("chloe") as client:
        yield client


def test_the_board_shows_who_wrote_what_and_when(leila: httpx.Client) -> None:
    said = words(leila, "/stickies")
    assert "Chloe" in said
    assert "The one with the otter. I practised it with my nan." in said
    assert "1 new" in said
    assert "You:" not in said


def test_each_reads_the_other_s_name_and_one_s_own_words_as_such(served: Served) -> None:
    with served.signed_in("aisha", "oakfield") as aisha:
        said = words(aisha, "/stickies")
        assert "Ben" in said
        assert "You: thank you!!" in said


def test_a_note_that_is_put_away_comes_back_with_the_next_word(leila: httpx.Client, chloe: httpx.Client) -> None:
    room = threads(leila)["Chloe"]
    set_sticky(leila, room, away=True, colour="sky")
    assert "otter" not in words(leila, "/stickies")
    assert "otter" in words(leila, "/stickies?away=1")
    assert "otter" in words(chloe, "/stickies")
    post(chloe, room, "And the otter page is done")
    assert "And the otter page is done" in words(leila, "/stickies")
    assert "Nothing is put away" in words(leila, "/stickies?away=1")
    assert 'data-colour="sky" data-room' in leila.get("/stickies", headers=PAGE).text


def test_colours_are_chosen_without_script(chloe: httpx.Client) -> None:
    room, page = threads(chloe)["Leila Haddad"], chloe.get("/stickies", headers=PAGE).text
    form = {"csrf": hidden(page, "csrf"), "room": room, "back": "/stickies", "colour": "rose"}
    answer = chloe.post("/forms/set_sticky", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/stickies")
    assert 'data-colour="rose" data-room' in chloe.get("/stickies", headers=PAGE).text


def test_the_plain_list_is_kept_on_the_server(served: Served, chloe: httpx.Client) -> None:
    page = chloe.get("/stickies", headers=PAGE).text
    assert 'data-view="board"' in page
    form = {"csrf": hidden(page, "csrf"), "back": "/stickies", "stickies": "list"}
    assert chloe.post("/look", data=form, headers=PAGE).status_code == 303
    with served.signed_in("chloe") as elsewhere:
        assert 'data-view="list"' in elsewhere.get("/stickies", headers=PAGE).text


def test_nobody_has_written_yet_is_said_kindly(served: Served) -> None:
    with served.signed_in("dev") as dev, served.signed_in("fatima") as guardian:
        assert "Choose a picture and write the first one." in words(dev, "/stickies")
        assert "When somebody writes to you, it is here." in words(guardian, "/stickies")
        assert "Write a sticky" not in words(guardian, "/stickies")


def test_a_learner_chooses_among_own_teachers_classmates_and_who_keeps_them_safe(served: Served) -> None:
    with served.signed_in("dev") as dev:
        said = words(dev, "/stickies/new")
        for name in ("Leila Haddad", "Priya Nair", "Ruth Adeyemi", "Chloe"):
            assert name in said, name
        for name in ("Tom Hughes", "Aisha", "Megan Rees", "Harjit Gill", "Fatima"):
            assert name not in said, name
        assert said.index("Leila Haddad") < said.index("Chloe") < said.index("Ruth Adeyemi")
        assert "Several people at once" not in said
        assert "Chloe" in words(dev, "/stickies/new?find=chl")
        assert "Nobody of that name" in words(dev, "/stickies/new?find=aisha")
        assert "Nobody of that name" in words(dev, "/stickies/new?find=%25")


def test_staff_find_colleagues_and_own_learners_by_name_without_script(served: Served) -> None:
    with served.signed_in("tom") as tom:
        said = words(tom, "/stickies/new")
        assert "Learners" in said
        assert "Aisha" in said
        assert "Chloe" not in said
        found = words(tom, "/stickies/new?find=meg&several=1")
        assert "Megan Rees" in found
        assert "Daniel Price" not in found
        page = tom.get("/stickies/new?several=1", headers=PAGE).text
        megan = served.who("megan")["person"]
        form = {"csrf": hidden(page, "csrf"), "key": hidden(page, "key"), "people": megan, "find": "dan", "look": "1"}
        again = tom.get(tom.post("/stickies/new", data=form).headers["location"], headers=PAGE).text
        assert f'value="{megan}" checked' in again
        assert "Daniel Price" in again
        assert "Owen Clarke" not in again


def test_whoever_is_chosen_by_a_form_has_a_thread(served: Served) -> None:
    with served.signed_in("dev") as dev:
        page = dev.get("/stickies/new", headers=PAGE).text
        ruth = served.who("ruth")["person"]
        form = {"csrf": hidden(page, "csrf"), "key": hidden(page, "key"), "people": ruth}
        answer = dev.post("/stickies/new", data=form)
        assert answer.status_code == 303
        room = answer.headers["location"]
        assert dev.get(room, headers=PAGE).status_code == 200
        again = dev.post("/stickies/new", data={**form, "key": str(uuid4())})
        assert again.headers["location"] == room
        nobody = dev.post("/stickies/new", data={"csrf": form["csrf"], "key": str(uuid4())}, headers=PAGE)
        assert nobody.status_code == 400
        assert "Choose somebody to write to." in html.unescape(nobody.text)
        aisha = {**form, "key": str(uuid4()), "people": served.who("aisha")["person"]}
        assert dev.post("/stickies/new", data=aisha, headers=PAGE).status_code == 403


def test_looking_at_the_way_from_a_card_makes_nothing(served: Served) -> None:
    with served.signed_in("ben") as ben, served.signed_in("tom") as tom:
        who = served.who("tom")["person"]
        card = ben.get(f"/people/{who}", headers=PAGE).text
        assert f'href="/stickies/with/{who}"' in card
        asked = ben.get(f"/stickies/with/{who}", headers=PAGE)
        assert asked.status_code == 200
        assert "Write to Tom Hughes" in html.unescape(asked.text)
        form = {name: hidden(asked.text, name) for name in ("csrf", "people")}
        room = ben.post("/stickies/new", data={**form, "key": str(uuid4())}).headers["location"]
        assert ben.get(f"/stickies/with/{who}", headers=PAGE).status_code == 200  # nothing is said there yet
        post(ben, room.removeprefix("/rooms/"), "Hello")
        assert ben.get(f"/stickies/with/{who}", headers=PAGE).headers["location"] == room
        assert tom.get(f"/stickies/with/{served.who('ben')['person']}").headers["location"] == room


def test_who_may_not_be_written_to_is_not_there_for_this(served: Served) -> None:
    with served.signed_in("ben") as ben, served.signed_in("fatima") as guardian:
        strangers = [served.who("chloe")["person"], served.who("samir", "riverside")["person"], "pnobody"]
        for who in [*strangers, served.who("ben")["person"]]:
            assert ben.get(f"/stickies/with/{who}", headers=PAGE).status_code == 404
        assert "/stickies/with/" not in ben.get(f"/people/{served.who('aisha')['person']}", headers=PAGE).text or True
        assert guardian.get(f"/stickies/with/{served.who('aisha')['person']}", headers=PAGE).status_code == 404


def test_the_corridor_leads_to_the_board_and_has_no_door_for_a_thread(leila: httpx.Client) -> None:
    room = threads(leila)["Chloe"]
    page = leila.get("/", headers=PAGE).text
    assert 'href="/stickies"' in page
    assert f'data-room="{room}"' not in page
    assert room not in leila.get("/rooms/archived", headers=PAGE).text


def test_what_was_missed_calls_them_stickies(leila: httpx.Client, chloe: httpx.Client) -> None:
    post(chloe, threads(chloe)["Leila Haddad"], "One more thing about otters")
    said = words(leila, "/missed")
    assert "Stickies with Chloe" in said
    assert "One more thing about otters" in said


def test_pages_that_belong_to_rooms_are_not_there(leila: httpx.Client) -> None:
    room = threads(leila)["Chloe"]
    for page in ("display", "settings", "members", "shelf", "feeds", "pins", "notice"):
        assert leila.get(f"/rooms/{room}/{page}", headers=PAGE).status_code == 404, page
    for way in ("shelf", "pins"):
        assert leila.get(f"/api/v1/rooms/{room}/{way}").status_code == 404, way


def test_nobody_else_finds_the_thread_or_its_words(served: Served, leila: httpx.Client) -> None:
    room = threads(leila)["Chloe"]
    for name in ("dev", "amara", "ruth", "tom"):
        with served.signed_in(name) as other:
            assert room not in other.get("/api/v1/me").text
            assert other.get(f"/rooms/{room}", headers=PAGE).status_code == 404
            assert "River Severn" not in words(other, "/search?q=Severn")
    assert "River Severn" in words(leila, "/search?q=Severn")
