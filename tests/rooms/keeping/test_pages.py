"""Rooms are made and looked after on pages that need no script."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from accounts.features import FEATURES
from tests.serving import PAGE, Served, hidden, serving


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving() as running:
        yield running


def page(client: httpx.Client, path: str, status: int = 200) -> str:
    answer = client.get(path, headers=PAGE)
    assert answer.status_code == status, answer.text[:500]
    return answer.text


def send(client: httpx.Client, path: str, status: int = 303, /, **fields: Any) -> httpx.Response:
    """A form of that page, with the hidden fields that it has."""
    shown = page(client, fields.pop("on", path))
    more = {name: hidden(shown, name) for name in ("csrf", "key")}
    answer = client.post(path, data={**more, **fields}, headers=PAGE)
    assert answer.status_code == status, answer.text[:500]
    return answer


def values(shown: str, name: str) -> dict[str, str]:
    """What stands beside the boxes of this name, and their values."""
    found = re.findall(rf'name="{name}" value="([^"]+)"[^>]*><span dir="auto">([^<]+)</span>', shown)
    return {word: value for value, word in found}


def made(client: httpx.Client, kind: str, **fields: Any) -> str:
    answer = send(client, "/rooms/new", on=f"/rooms/new?kind={kind}", kind=kind, **fields)
    found = re.fullmatch(r"/rooms/(r[0-9a-z]+)/members\?said=made", answer.headers["location"])
    assert found is not None, answer.headers["location"]
    return found[1]


def test_a_teacher_makes_a_classroom_in_two_pages(served: Served) -> None:
    with served.signed_in("tom") as tom:
        kinds = re.findall(r'href="/rooms/new\?kind=(\w+)"', page(tom, "/rooms/new"))
        assert kinds == ["classroom", "subject", "specialist", "club", "family"]
        groups = values(page(tom, "/rooms/new?kind=classroom"), "groups")
        assert set(groups) == {"4A"}
        room = made(tom, "classroom", groups=groups["4A"])
        shown = page(tom, f"/rooms/{room}")
        assert f"/rooms/{room}/settings" in shown
        assert '<h1 dir="auto">4A</h1>' in shown
        assert all(name in page(tom, f"/rooms/{room}/members") for name in ("Aisha", "Ben", "Megan Rees", "Tom Hughes"))


def test_whoever_may_make_none_is_not_led_there_and_finds_nothing_there(served: Served) -> None:
    for name, leads in (("tom", True), ("aisha", False), ("fatima", False)):
        with served.signed_in(name) as client:
            assert ("/rooms/new" in page(client, "/")) is leads
            page(client, "/rooms/new", 200 if leads else 403)


def test_the_settings_are_for_those_who_look_after_the_room(served: Served) -> None:
    with served.signed_in("tom") as tom:
        room = made(tom, "club", name="Settled")
        for fields in (
            {"act": "rename", "name": "Chess & <b>"}, {"act": "change", "icon": "trophy", "accent": "moss"},
            {"act": "change", "who_writes": "staff", "past": "from_joining"},
            {"act": "change", "welcome": "Hello <i>you"},
            {"act": "change", "kind": "specialist"},
        ):  # fmt: skip
            send(tom, f"/rooms/{room}/settings", **fields)
        shown = page(tom, f"/rooms/{room}")
        assert "Chess &amp; &lt;b&gt;" in shown
        assert "Hello &lt;i&gt;you" in shown
        assert 'data-accent="moss"' in shown
        answer = send(tom, f"/rooms/{room}/settings", 400, act="rename", name="x" * 81)
        assert "A name has 1 to 80 characters." in answer.text
        send(tom, f"/rooms/{room}/settings", 400, act="anything")
        send(tom, f"/rooms/{room}/settings", act="archive")
        assert room in page(tom, "/rooms/archived")
        assert f'data-room="{room}"' not in page(tom, "/")
        send(tom, f"/rooms/{room}/settings", act="reopen")
        assert f'data-room="{room}"' in page(tom, "/")
    with served.signed_in("leila") as leila:
        page(leila, f"/rooms/{room}/settings", 404)
    with served.signed_in("megan") as megan:
        page(megan, f"/rooms/{megan_classroom(served)}/settings", 403)


def megan_classroom(served: Served) -> str:
    room: str = served.who("megan")["rooms"]["classroom"]
    return room


def test_people_are_found_brought_in_changed_taken_out_and_brought_back(served: Served) -> None:
    owen = served.who("owen")["person"]
    with served.signed_in("tom") as tom:
        path = f"/rooms/{made(tom, 'club', name='Members')}/members"
        assert "Owen Clarke" in page(tom, f"{path}?find=owen")
        assert "Chloe" not in page(tom, f"{path}?find=chloe")
        send(tom, path, act="add", person=owen, may_write="yes", first="2027-01-04", last="2027-01-05")
        assert "Monday 4 January 2027" in page(tom, path)
        send(tom, path, act="add", person=owen, may_administer="yes")
        assert "looks after the room" in page(tom, path)
        gone = send(tom, path, act="remove", person=owen)
        shown = page(tom, gone.headers["location"])
        assert "This person is out of the room." in shown
        assert f'name="person" value="{owen}"' in shown
        groups = re.findall(r'<option value="(g\w+)">', page(tom, path))
        send(tom, path, act="follow", group=groups[0], parts="learners", may_write="yes")
        assert "Aisha" in page(tom, path)
        send(tom, path, act="unfollow", group=groups[0])
        assert "Aisha" not in page(tom, path)
        send(tom, path, 400, act="leave")  # nobody else looks after it


def test_others_see_a_plain_list(served: Served) -> None:
    with served.signed_in("aisha") as aisha:
        path = f"/rooms/{served.who('aisha')['rooms']['classroom']}"
        shown = page(aisha, f"{path}/members").partition('<script type="application/json"')[0]
        assert "Tom Hughes" in shown
        hidden_from_others = (f"{path}/settings", 'name="act"', "with a group", "looks after the room")
        assert not [word for word in hidden_from_others if word in shown]


def test_a_sub_group_is_a_tab_for_those_whom_it_is_for(served: Served) -> None:
    with served.signed_in("tom") as tom:
        room = str(served.who("tom")["rooms"]["classroom"])
        people = values(page(tom, f"/rooms/{room}/settings"), "people")
        send(tom, f"/rooms/{room}/settings", act="divide", name="Slow readers", people=people["Aisha"])
        part = re.search(r'name="part" value="(r\w+)"', page(tom, f"/rooms/{room}/settings"))
        assert part is not None
        assert "Slow readers" in page(tom, f"/rooms/{room}")
        page(tom, f"/rooms/{part[1]}/settings", 404)
        both = {"people": [people["Aisha"], people["Ben"]], "act": "regroup", "name": "Slow readers", "part": part[1]}
        send(tom, f"/rooms/{room}/settings", **both)
    with served.signed_in("aisha") as aisha:  # nor can she find out that Ben is in it, too
        for path in (f"/api/v1/people/{people['Ben']}", f"/people/{people['Ben']}?room={part[1]}"):
            assert part[1] not in aisha.get(path, headers=PAGE).text
    with served.signed_in("tom") as tom:
        send(tom, f"/rooms/{room}/settings", act="regroup", name="Slow readers", part=part[1], people=people["Aisha"])
    with served.signed_in("aisha") as aisha:
        for path in (f"/rooms/{room}", f"/rooms/{part[1]}"):
            shown = page(aisha, path)
            assert "For you" in shown
            assert "Slow readers" not in shown
        assert part[1] not in page(aisha, "/")
        mine = {each["id"]: each for each in aisha.get("/api/v1/me").json()["rooms"]}
        assert (mine[part[1]]["name"], mine[part[1]]["part_of"]) == ("Class 4A", room)
    with served.signed_in("ben") as ben:
        for path in ("/", f"/rooms/{room}", "/api/v1/me", f"/api/v1/rooms/{room}/members"):
            assert not any(word in ben.get(path, headers=PAGE).text for word in ("For you<", "Slow readers", part[1]))
        page(ben, f"/rooms/{part[1]}", 404)
        assert ben.get(f"/api/v1/rooms/{part[1]}/messages").status_code == 404
        news = ben.get("/api/v1/events", params={"rooms": f"{part[1]}:0"}).json()
        assert news["reset"] == [{"room": part[1], "head": 0, "reason": "access"}]


def test_a_copy_for_next_year_suggests_name_and_groups(served: Served) -> None:
    with served.signed_in("amara") as amara:
        groups = values(page(amara, "/rooms/new?kind=classroom"), "groups")
        room = made(amara, "classroom", name="4A's room", groups=groups["4A"])
        shown = page(amara, f"/rooms/{room}/settings")
        assert 'value="5A&#39;s room"' in shown
        assert re.search(rf'name="groups" value="{groups["5A"]}" checked', shown)
        answer = send(amara, f"/rooms/{room}/settings", act="copy", name="5A's room", groups=groups["5A"])
        copy = answer.headers["location"].split("/")[2]
        assert "Chloe" in page(amara, f"/rooms/{copy}/members")


def test_the_school_s_words_and_switches_are_used_and_audited(served: Served) -> None:
    with served.signed_in("amara", "oakfield") as amara:
        send_plain(amara, "/administration/words", classroom="Home base", club="")
        assert "Home base" in page(amara, "/rooms/new")
        groups = re.findall(r'name="files_groups" value="(g\w+)"', page(amara, "/administration/features"))
        everybody = dict.fromkeys(FEATURES, "everybody")
        send_plain(amara, "/administration/features", **{**everybody, "files": "groups", "files_groups": groups[0]})
        send_plain(amara, "/administration/features", 400, **{**everybody, "files": "groups"})
        send_plain(amara, "/administration/features", 404, **{**everybody, "files": "groups", "files_groups": "gnone"})
        send_plain(amara, "/administration/words", 400, classroom="x" * 41)
    with served.signed_in("tom") as tom:
        page(tom, "/administration/words", 403)
        page(tom, "/administration/features", 403)


def send_plain(client: httpx.Client, path: str, status: int = 303, **fields: str) -> None:
    csrf = hidden(page(client, path), "csrf")
    answer = client.post(path, data={"csrf": csrf, **fields}, headers=PAGE)
    assert answer.status_code == status, answer.text[:500]
