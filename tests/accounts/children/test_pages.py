"""The children's doors over HTTP: each step a form, nothing by opening a link, names only to who has the code."""

import httpx

from accounts.children.class_desk import EVERYBODY
from accounts.children.entering import NO_CARD, NO_CLASS
from accounts.children.pictures import WRONG
from storage.ids import new_id
from tests.accounts.children.classroom import Classroom, others
from tests.serving import COOKIE, PAGE, Served, hidden

STEP, CLASSES = "corridor_card", "corridor_classes"


def send(client: httpx.Client, path: str, *, on: str | None = None, **fields: str) -> httpx.Response:
    """Open the page `on` which the form stands, and send it."""
    csrf = hidden(client.get(on or path, headers=PAGE).text, "csrf")
    return client.post(path, data={"csrf": csrf, **fields}, headers=PAGE)


def tap(client: httpx.Client, path: str, *names: str) -> httpx.Response:
    """Tap one picture after the other, each time sending what the page then holds, and go."""
    page = client.get(path, headers=PAGE)
    for name in names:
        fields = {"csrf": hidden(page.text, "csrf"), "picked": hidden_picks(page.text), "add": name}
        page = client.post(path, data=fields, headers=PAGE)
        assert page.status_code == 200, page.text
    fields = {"csrf": hidden(page.text, "csrf"), "picked": hidden_picks(page.text), "go": "1"}
    return client.post(path, data=fields, headers=PAGE)


def hidden_picks(page: str) -> str:
    return hidden(page.replace(' data-part="picked">', ">"), "picked")


async def test_a_card_is_shown_and_its_child_says_yes(served: Served, served_classroom: Classroom) -> None:
    token = await served_classroom.card_of("ada")
    with served.nobody() as client:
        shown = send(client, "/card", card=f"{served.url}/card#{token}")
        assert (shown.status_code, shown.headers["location"]) == (303, "/card/you")
        page = client.get("/card/you", headers=PAGE)
        assert "Ada" in page.text
        assert COOKIE not in client.cookies, "opening a page signs nobody in"
        answer = send(client, "/card/you", yes="1")
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert STEP not in client.cookies
        assert client.get("/api/v1/me").json()["person"]["id"] == served_classroom.children["ada"]


async def test_a_link_alone_opens_nothing_and_its_secret_reaches_no_address(
    served: Served, served_classroom: Classroom
) -> None:
    token = await served_classroom.card_of("ada")
    with served.nobody() as client:
        page = client.get(f"/card#{token}", headers=PAGE)
        assert page.status_code == 200
        assert token not in str(page.url.raw_path)
        for path in ("/card/you", "/card/pictures"):
            assert client.get(path, headers=PAGE).headers["location"] == "/card"
        assert STEP not in client.cookies
        assert COOKIE not in client.cookies


async def test_whoever_says_no_is_asked_for_a_card_again(served: Served, served_classroom: Classroom) -> None:
    with served.nobody() as client:
        send(client, "/card", card=await served_classroom.card_of("ada"))
        assert send(client, "/card/you", no="1").headers["location"] == "/card"
        assert client.get("/card/you", headers=PAGE).headers["location"] == "/card"


async def test_the_shown_card_is_of_no_use_on_another_device(served: Served, served_classroom: Classroom) -> None:
    with served.nobody() as client, served.nobody() as thief:
        send(client, "/card", card=await served_classroom.card_of("ada"))
        thief.get("/card", headers=PAGE)
        thief.cookies.set(STEP, client.cookies[STEP])
        assert thief.get("/card/you", headers=PAGE).headers["location"] == "/card"
        thief.cookies.set(STEP, "s1.forged")
        assert thief.get("/card/you", headers=PAGE).headers["location"] == "/card"


async def test_forms_from_elsewhere_and_forged_cards_are_refused(served: Served, served_classroom: Classroom) -> None:
    token = await served_classroom.card_of("ada")
    with served.nobody() as client, served.nobody() as other:
        foreign = hidden(other.get("/card", headers=PAGE).text, "csrf")
        client.get("/card")
        for csrf in ("", "made up", foreign):
            assert client.post("/card", data={"csrf": csrf, "card": token}, headers=PAGE).status_code == 403
        for forged in (
            "nonsense",
            token[:-1] + ("0" if token[-1] != "0" else "1"),
            token.swapcase(),
            "\0",
            "x" * 90_000,
        ):
            answer = send(client, "/card", card=forged)
            assert answer.status_code == 401
            assert NO_CARD in answer.text
        assert COOKIE not in client.cookies


async def test_outside_of_school_the_pictures_are_asked_too(served: Served, served_classroom: Classroom) -> None:
    token, secret = await served_classroom.card_of("ada"), await served_classroom.pictures_of("ada")
    with served.nobody() as client:
        send(client, "/card", card=token)
        assert send(client, "/card/you", yes="1").headers["location"] == "/card/pictures"
        assert COOKIE not in client.cookies
        wrong = tap(client, "/card/pictures", *others(secret))
        assert wrong.status_code == 401
        assert WRONG in wrong.text
        assert tap(client, "/card/pictures", *secret).headers["location"] == "/"
        assert COOKIE in client.cookies


async def test_a_class_is_shown_to_devices_with_its_code_only(served: Served, served_classroom: Classroom) -> None:
    told = {each.name: each for each in await served_classroom.desk.reset_pictures(
        served_classroom.tom, served_classroom.group, EVERYBODY, new_id("f")
    )}  # fmt: skip
    code = await served_classroom.code()
    ada = f"/sign-in/class/{served_classroom.group}/{served_classroom.children['ada']}"
    with served.nobody() as tablet, served.nobody() as stranger:
        wrong = send(stranger, "/sign-in/class", code="k4m2-p9xq-7t3w")
        assert (wrong.status_code, NO_CLASS in wrong.text) == (401, True)
        assert stranger.get(ada, headers=PAGE).headers["location"] == "/sign-in/class"
        assert "Ada" not in stranger.get(f"/sign-in/class?of={served_classroom.group}", headers=PAGE).text
        assert send(stranger, ada, on="/sign-in/class", picked="cat cat cat", go="1").status_code == 404

        shown = send(tablet, "/sign-in/class", code=f"{served.url}/sign-in/class#{code}")
        page = tablet.get(shown.headers["location"], headers=PAGE).text
        assert [name for name in ("Ada", "Bilal", "Cerys") if name in page] == ["Ada", "Bilal", "Cerys"]
        assert "Tom" not in page
        assert tap(tablet, ada, *others(told["Ada"].secret)).status_code == 401
        assert tap(tablet, ada, *told["Ada"].secret).headers["location"] == "/"
        assert tablet.get("/api/v1/me").json()["person"]["id"] == served_classroom.children["ada"]

        await served_classroom.code()
        assert "Ada" not in tablet.get("/sign-in/class", headers=PAGE).text, "the code is another one now"


async def test_a_device_forgets_its_classes_when_told_to(served: Served, served_classroom: Classroom) -> None:
    await served_classroom.pictures_of("ada")
    with served.nobody() as tablet:
        send(tablet, "/sign-in/class", code=await served_classroom.code())
        assert "Ada" in tablet.get("/sign-in/class", headers=PAGE).text
        send(tablet, "/sign-in/class/forget", on="/sign-in/class")
        assert CLASSES not in tablet.cookies


async def test_the_next_child_at_a_tablet_ends_the_session_of_the_one_before(
    served: Served, served_classroom: Classroom
) -> None:
    with served.nobody() as tablet, served.nobody() as kept:
        for name in ("ada", "bilal"):
            send(tablet, "/card", card=await served_classroom.card_of(name))
            send(tablet, "/card/you", yes="1")
            if name == "ada":
                kept.cookies.set(COOKIE, tablet.cookies[COOKIE])
                assert kept.get("/api/v1/me").status_code == 200
        assert tablet.get("/api/v1/me").json()["person"]["id"] == served_classroom.children["bilal"]
        assert kept.get("/api/v1/me").status_code == 401
