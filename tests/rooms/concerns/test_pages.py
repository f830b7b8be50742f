"""The pages of help and of the inbox, as a browser without script has them."""

import re
from uuid import uuid4

import httpx
import pytest

from tests.serving import PAGE, Served, hidden, post


def own_room(client: httpx.Client) -> str:
    me: str = client.get("/api/v1/me").json()["person"]["id"]
    return "u" + me[1:]


def classroom(client: httpx.Client) -> str:
    rooms = client.get("/api/v1/me").json()["rooms"]
    return next(str(each["id"]) for each in rooms if each["kind"] == "classroom" and each["may_write"])


def submit(client: httpx.Client, path: str, **said: str) -> httpx.Response:
    page = client.get(path, headers=PAGE)
    assert page.status_code == 200, page.text
    given = {"csrf": hidden(page.text, "csrf"), "key": hidden(page.text, "key"), **said}
    return client.post(path, data=given, headers=PAGE)


def open_ones(client: httpx.Client) -> list[str]:
    page = client.get("/safeguarding", headers=PAGE)
    assert page.status_code == 200, page.text
    return re.findall(r'href="/safeguarding/(c[0-9a-z]+)"', page.text)


def test_help_without_script_arrives_and_says_so(served: Served) -> None:
    with served.signed_in("aisha") as aisha, served.signed_in("ruth") as ruth:
        assert 'href="/help"' in aisha.get("/", headers=PAGE).text
        answer = submit(aisha, "/help", text="", without="I need help.")
        assert answer.headers["location"] == "/help?said=sent"
        page = aisha.get("/help?said=sent", headers=PAGE).text
        assert "It has arrived." in page
        assert "0800 1111" in page
        assert open_ones(ruth)
        assert "What you have told us" not in aisha.get("/help?plain=true", headers=PAGE).text


def test_a_worry_without_words_is_asked_for_again(served: Served) -> None:
    with served.signed_in("ben") as ben:
        answer = submit(ben, "/worry", text=" ")
        assert answer.status_code == 400
        assert "There is nothing written here yet." in answer.text


def test_a_report_in_two_taps_reaches_the_inbox_with_what_was_frozen(served: Served) -> None:
    with served.signed_in("ben") as ben, served.signed_in("aisha") as aisha, served.signed_in("ruth") as ruth:
        here = classroom(aisha)
        message = post(ben, here, "Nobody likes you")["message"]
        before = ben.get("/api/v1/me").json()
        path = f"/rooms/{here}/messages/{message}/report"
        assert path in aisha.get(f"/rooms/{here}", headers=PAGE).text
        assert path not in ben.get(f"/rooms/{here}", headers=PAGE).text
        assert submit(aisha, path, words="It hurts").headers["location"] == "/help?said=sent"
        gone = {"room": here, "key": str(uuid4()), "message": message}
        assert ben.post("/api/v1/commands/remove_message", json=gone).status_code == 200
        found = ruth.get(f"/safeguarding/{open_ones(ruth)[0]}", headers=PAGE).text
        assert "Nobody likes you" in found
        assert "It hurts" in found
        after = ben.get("/api/v1/me").json()
        for told in (before, after):
            del told["now"]
            for room in told["rooms"]:
                room.pop("head") if room["id"] == here else None
        assert after == before


def test_the_team_answers_and_the_child_reads_it(served: Served) -> None:
    with served.signed_in("chloe") as chloe, served.signed_in("ruth") as ruth:
        said = {"room": own_room(chloe), "key": str(uuid4()), "text": "Please come"}
        concern = chloe.post("/api/v1/commands/ask_help", json=said).json()["concern"]
        answer = submit(ruth, f"/safeguarding/{concern}", state="done", outcome="We are with you.")
        assert answer.status_code == 303
        page = chloe.get("/help", headers=PAGE).text
        assert "We are with you." in page
        assert "Somebody has looked at it." in page
        mine = chloe.get("/api/v1/concerns").json()
        assert (mine["concerns"][0]["state"], mine["open"]) == ("done", None)
        assert ruth.get("/api/v1/concerns").json()["open"] is not None


def test_the_team_reads_what_was_asked_of_another_and_that_adult_has_the_page(served: Served) -> None:
    with served.signed_in("aisha") as aisha, served.signed_in("ruth") as ruth, served.signed_in("tom") as tom:
        adults = aisha.get("/api/v1/help").json()["adults"]
        to = next(each["id"] for each in adults if each["name"].startswith("Tom"))
        said = {"room": own_room(aisha), "key": str(uuid4()), "to": to, "text": "Can you come outside"}
        done = aisha.post("/api/v1/commands/ask_help", json=said).json()
        path = f"/safeguarding/{done['concern']}"
        assert "Can you come outside" in ruth.get(path, headers=PAGE).text
        assert ruth.get(f"/rooms/{done['help']}", headers=PAGE).status_code == 404
        assert f"/rooms/{done['help']}#latest" in tom.get(path, headers=PAGE).text
        assert path in tom.get(f"/rooms/{done['help']}", headers=PAGE).text
        assert path not in aisha.get(f"/rooms/{done['help']}", headers=PAGE).text
        assert set(open_ones(tom)) == {done["concern"]}
        assert tom.get("/api/v1/concerns").json()["open"] is None


@pytest.mark.parametrize("who", ["leila", "aisha", "harjit", "priya", "sandra", "fatima"])
def test_to_everybody_else_there_is_no_inbox(served: Served, who: str) -> None:
    with served.signed_in("dev") as dev, served.signed_in(who) as other:
        said = {"room": own_room(dev), "key": str(uuid4()), "text": "A worry"}
        concern = dev.post("/api/v1/commands/tell_worry", json=said).json()["concern"]
        for path in ("/safeguarding", f"/safeguarding/{concern}", f"/safeguarding/{concern}/files/f1"):
            assert other.get(path, headers=PAGE).status_code == 404
        assert 'href="/safeguarding"' not in other.get("/", headers=PAGE).text
        assert other.get("/api/v1/concerns").json()["open"] is None


def test_the_record_names_nobody_whom_a_concern_is_about(served: Served) -> None:
    with served.signed_in("dev") as dev, served.signed_in("ruth") as ruth, served.signed_in("priya") as priya:
        said = {"room": own_room(dev), "key": str(uuid4()), "text": "A worry about somebody"}
        concern = dev.post("/api/v1/commands/tell_worry", json=said).json()["concern"]
        assert ruth.get(f"/safeguarding/{concern}", headers=PAGE).status_code == 200
        record = priya.get("/administration/audit?kind=concern_opened", headers=PAGE)
        assert record.status_code == 200
        assert "Opened a concern" in record.text
        assert "A worry" not in record.text


def test_another_school_knows_of_nothing(served: Served) -> None:
    other = next(each for each in served.sign_ins if each["school"] != "oakfield" and each["role"] == "dsl")
    with served.signed_in("dev") as dev, served.signed_in(other["name"], other["school"]) as lead:
        said = {"room": own_room(dev), "key": str(uuid4()), "text": "A worry"}
        concern = dev.post("/api/v1/commands/tell_worry", json=said).json()["concern"]
        assert lead.get(f"/safeguarding/{concern}", headers=PAGE).status_code == 404
        assert open_ones(lead) == []
        move = {"room": own_room(lead), "key": str(uuid4()), "concern": concern, "state": "done"}
        assert lead.post("/api/v1/commands/move_concern", json=move).status_code == 404


def test_the_big_screen_has_no_way_to_help(served: Served) -> None:
    with served.signed_in("leila") as leila:
        page = leila.get(f"/rooms/{classroom(leila)}/display", headers=PAGE)
        assert page.status_code == 200
        assert "corridor-help" not in page.text
