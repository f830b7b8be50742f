"""The big screen: the room, and nothing that belongs to whoever is signed in."""

from tests.serving import PAGE, Served, post


def test_it_shows_the_room_and_nothing_of_the_person(served: Served) -> None:
    room = served.who("leila")["rooms"]["classroom"]
    with served.signed_in("leila") as leila, served.signed_in("dev") as dev:
        post(dev, room, "Can we measure the shadows again?")
        post(leila, served.staffroom(), "For colleagues only.")
        page = leila.get(f"/rooms/{room}/display", headers=PAGE).text
        own = leila.get("/api/v1/me").json()["own_room"]
    assert "Can we measure the shadows again?" in page
    for private in (own, "For colleagues only.", 'name="csrf"', "<form", "Leila", "unread", 'data-part="typing"'):
        assert private not in page.replace("Leila Haddad</b>", "")


def test_a_removed_message_is_gone_from_the_wall(served: Served) -> None:
    room = served.who("leila")["rooms"]["classroom"]
    with served.signed_in("leila") as leila, served.signed_in("dev") as dev:
        done = post(dev, room, "Something unkind.")
        remove = {"room": room, "key": "0b5f3c1e-7a52-4cf1-9a0e-6d6b50b0e002", "message": done["message"]}
        leila.post("/api/v1/commands/remove_message", json=remove).raise_for_status()
        assert "Something unkind." not in leila.get(f"/rooms/{room}/display", headers=PAGE).text


def test_whoever_is_not_of_the_room_has_no_big_screen_of_it(served: Served) -> None:
    room = served.who("leila")["rooms"]["classroom"]
    with served.signed_in("aisha") as other_class, served.signed_in("ella", "riverside") as other_school:
        for client in (other_class, other_school):
            answer = client.get(f"/rooms/{room}/display", headers=PAGE)
            assert answer.status_code == 404
            assert "shadows" not in answer.text
    with served.nobody() as nobody:
        assert nobody.get(f"/rooms/{room}/display", headers=PAGE).status_code == 303


def test_the_way_there_is_shown_to_staff_only(served: Served) -> None:
    room = served.who("leila")["rooms"]["classroom"]
    with served.signed_in("leila") as leila, served.signed_in("dev") as dev:
        assert f"/rooms/{room}/display" in leila.get(f"/rooms/{room}", headers=PAGE).text
        assert f"/rooms/{room}/display" not in dev.get(f"/rooms/{room}", headers=PAGE).text
