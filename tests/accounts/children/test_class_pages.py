"""The teacher's pages: all of it by forms, secrets shown once, nothing for those who have no business there."""

import re

import httpx
import pytest

from accounts.children.class_desk import MADE_ALREADY
from tests.accounts.children.classroom import Classroom
from tests.serving import COOKIE, PAGE, Served, hidden


def client_of(served: Served, token: str) -> httpx.Client:
    return served.nobody(cookies={COOKIE: token}, headers=PAGE)


async def signed_in(served: Served, classroom: Classroom, person: str) -> httpx.Client:
    made = await classroom.signing_in.begin(person, "password", classroom.visit())
    return client_of(served, made.token)


async def test_a_class_gets_its_cards_on_a_page_to_print(served: Served, served_classroom: Classroom) -> None:
    base = f"/classes/{served_classroom.group}"
    with await signed_in(served, served_classroom, served_classroom.tom.person) as tom:
        assert f'href="{base}/sign-in"' in tom.get("/classes").text
        page = tom.get(f"{base}/sign-in").text
        form = {"csrf": hidden(page, "csrf"), "key": hidden(page, "key"), "who": "missing"}
        sheet = tom.post(f"{base}/cards", data=form)
        assert (sheet.status_code, sheet.headers["cache-control"]) == (200, "no-store")
        assert sheet.text.count('class="class-card"') == sheet.text.count('class="qr"') == 3
        assert [name for name in ("Ada", "Bilal", "Cerys") if name in sheet.text] == ["Ada", "Bilal", "Cerys"]
        again = tom.post(f"{base}/cards", data=form)
        assert (again.status_code, MADE_ALREADY in again.text) == (409, True)
        assert 'class="qr"' not in again.text
        assert 'class="qr"' not in tom.get(f"{base}/sign-in").text, "they are shown once"


async def test_a_lost_card_is_one_tap_and_so_is_undoing_it(served: Served, served_classroom: Classroom) -> None:
    token, ada = await served_classroom.card_of("ada"), served_classroom.children["ada"]
    base = f"/classes/{served_classroom.group}"
    with await signed_in(served, served_classroom, served_classroom.tom.person) as tom:
        csrf = hidden(tom.get(f"{base}/sign-in").text, "csrf")
        gone = tom.post(f"{base}/cards/revoke", data={"csrf": csrf, "who": ada})
        assert gone.status_code == 303
        assert "The card of Ada no longer works." in tom.get(gone.headers["location"]).text
        assert tom.post(f"{base}/cards/restore", data={"csrf": csrf, "who": ada}).status_code == 303
        assert (await served_classroom.entering.show(token, served_classroom.visit())).child.person == ada


async def test_pictures_are_told_once_and_the_code_hangs_on_a_poster(
    served: Served, served_classroom: Classroom
) -> None:
    base, ada = f"/classes/{served_classroom.group}", served_classroom.children["ada"]
    with await signed_in(served, served_classroom, served_classroom.tom.person) as tom:
        page = tom.get(f"{base}/sign-in").text
        form = {"csrf": hidden(page, "csrf"), "key": hidden(page, "key"), "who": ada}
        told = tom.post(f"{base}/pictures", data=form)
        assert (told.status_code, told.text.count('class="told-child"')) == (200, 1)
        assert tom.post(f"{base}/pictures", data=form).status_code == 409
        assert tom.get(f"{base}/poster").status_code == 303, "no code yet"
        assert tom.post(f"{base}/code", data=form).status_code == 303
        poster = tom.get(f"{base}/poster").text
        code = re.search(r'class="class-code" dir="ltr">([^<]+)<', poster)
        assert code is not None
        assert (await served_classroom.entering.class_of(code[1], "d1")).id == served_classroom.group


async def test_a_child_gets_another_own_picture_unless_it_is_taken(served: Served, served_classroom: Classroom) -> None:
    taken, ada = (await served_classroom.told("bilal")).own_picture, served_classroom.children["ada"]
    path = f"/classes/{served_classroom.group}/own-picture/{ada}"
    with await signed_in(served, served_classroom, served_classroom.tom.person) as tom:
        page = tom.get(path).text
        assert re.search(rf'value="{taken}" disabled', page)
        csrf = hidden(page, "csrf")
        assert tom.post(path, data={"csrf": csrf, "picture": taken}).status_code == 400
        free = "dog" if taken != "dog" else "car"
        assert tom.post(path, data={"csrf": csrf, "picture": free}).status_code == 303
        assert f'#{free}"' in tom.get(f"/classes/{served_classroom.group}/sign-in").text


async def test_forms_that_are_not_ours_do_nothing(served: Served, served_classroom: Classroom) -> None:
    base, ada = f"/classes/{served_classroom.group}", served_classroom.children["ada"]
    await served_classroom.card_of("ada")
    with await signed_in(served, served_classroom, served_classroom.tom.person) as tom:
        for path in ("cards", "cards/revoke", "cards/restore", "pictures", "pictures/unlock", "code"):
            assert tom.post(f"{base}/{path}", data={"who": ada}).status_code == 403, path
        assert (await served_classroom.methods("ada")) == []


async def test_strange_fields_are_refused_and_break_nothing(served: Served, served_classroom: Classroom) -> None:
    base = f"/classes/{served_classroom.group}"
    with await signed_in(served, served_classroom, served_classroom.tom.person) as tom:
        csrf = hidden(tom.get(f"{base}/sign-in").text, "csrf")
        for who in ("", "\0", "x" * 50_000, "' OR 1=1", "\ud7ff", served_classroom.tom.person):
            for path in ("cards", "cards/revoke", "cards/restore", "pictures", "pictures/unlock"):
                answer = tom.post(f"{base}/{path}", data={"csrf": csrf, "who": who, "key": who})
                assert answer.status_code == 404, (path, who[:20])


@pytest.mark.parametrize("path", ["/classes", "/classes/{group}/sign-in", "/classes/{group}/poster"])
async def test_nobody_else_sees_the_class(served: Served, served_classroom: Classroom, path: str) -> None:
    path = path.format(group=served_classroom.group)
    with served.nobody(headers=PAGE) as nobody:
        assert nobody.get(path).headers["location"] == f"/sign-in?back={path}"
    rita = await served_classroom.actor("rita", "teacher")
    people = [(served_classroom.children["ada"], {403, 404}), (rita.person, {403, 404})]
    for person, statuses in people:
        with await signed_in(served, served_classroom, person) as client:
            page = client.get(path)
            assert page.status_code in statuses or (path == "/classes" and "Class 1B" not in page.text)
            assert "Bilal" not in page.text
    with served.signed_in("colette", "riverside") as other:
        page = other.get(path, headers=PAGE)
        assert page.status_code == (200 if path == "/classes" else 404)
        assert "Class 1B" not in page.text
