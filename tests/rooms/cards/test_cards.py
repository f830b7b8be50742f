"""A person's card: what whom may know of whom."""

from typing import Any

import httpx
import pytest

from tests.serving import PAGE, Served

NOT_FOUND = 404


def card(client: httpx.Client, served: Served, name: str, school: str = "oakfield") -> dict[str, Any]:
    answer = client.get(f"/api/v1/people/{served.who(name, school)['person']}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_learner_sees_a_classmate_by_first_name_and_the_room_they_share(served: Served) -> None:
    with served.signed_in("chloe") as chloe:
        found = card(chloe, served, "dev")
    assert (found["name"], found["full_name"], found["year"], found["groups"], found["acts"]) == (
        "Dev", None, None, [], []
    )  # fmt: skip
    assert "same_class" in found["relations"]
    assert found["rooms"] != []


def test_a_teacher_sees_more_of_those_they_teach_and_what_there_is_to_do(served: Served) -> None:
    with served.signed_in("leila") as leila:
        found = card(leila, served, "dev")
    assert (found["full_name"], found["year"]) == ("Dev Patel", "5")
    assert [what for what, _ in found["acts"]] == ["access", "sign_in", "notes"]


def test_colleagues_know_each_other_without_a_room(served: Served) -> None:
    with served.signed_in("owen") as cover:
        assert card(cover, served, "amara")["role"] == "head"


@pytest.mark.parametrize(
    ("who", "whom", "school"),
    [
        ("dev", "sandra", "oakfield"),  # the office
        ("fatima", "ben", "oakfield"),  # another family's child
        ("amara", "ella", "riverside"),
        ("dev", "helen", "riverside"),
    ],
)
def test_whoever_one_shares_nothing_with_does_not_exist(served: Served, who: str, whom: str, school: str) -> None:
    with served.signed_in(who) as client:
        answers = [client.get(f"/api/v1/people/{each}") for each in (served.who(whom, school)["person"], "pnobody")]
    assert {(each.status_code, each.text) for each in answers} == {(NOT_FOUND, answers[0].text)}


def test_the_card_is_a_page_that_leads_back_to_the_room(served: Served) -> None:
    room = served.who("leila")["rooms"]["classroom"]
    with served.signed_in("leila") as leila:
        page = leila.get(f"/people/{served.who('dev')['person']}?room={room}", headers=PAGE).text
        assert "You teach this learner" in page
        assert f'href="/rooms/{room}"' in page
        assert "When they were here" in page
    with served.nobody() as nobody:
        answer = nobody.get(f"/people/{served.who('dev')['person']}", headers=PAGE)
        assert (answer.status_code, "Dev" in answer.text) == (303, False)
