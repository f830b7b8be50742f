"""Drafts and messages for later by HTTP and by form."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from tests.serving import PAGE, Served, hidden


def tomorrow() -> str:
    later = datetime.now(UTC) + timedelta(days=1)
    return later.astimezone(ZoneInfo("Europe/London")).strftime("%Y-%m-%dT%H:%M")


def test_a_draft_comes_back_on_another_device_and_nobody_else_gets_it(served: Served) -> None:
    room = served.staffroom()
    with served.signed_in("tom") as here, served.signed_in("tom") as there, served.signed_in("amara") as amara:
        kept = here.post("/api/v1/commands/keep_draft", json={"room": room, "text": "Dear all"}).json()
        found = there.get(f"/api/v1/rooms/{room}/draft").json()["draft"]
        assert found == {"text": "Dear all", "reply_to": "", "version": kept["version"]}
        assert "Dear all" in there.get(f"/rooms/{room}", headers=PAGE).text
        assert amara.get(f"/api/v1/rooms/{room}/draft").json() == {"draft": None}
        assert "Dear all" not in amara.get(f"/rooms/{room}", headers=PAGE).text
        older = {"room": room, "text": "Dear nobody", "base": 1}
        refused = there.post("/api/v1/commands/keep_draft", json=older)
        assert (refused.status_code, refused.json()["version"]) == (409, kept["version"])
        there.post("/api/v1/commands/drop_draft", json={"room": room})
        assert here.get(f"/api/v1/rooms/{room}/draft").json() == {"draft": None}
        with served.signed_in("colette", "riverside") as stranger:
            assert stranger.get(f"/api/v1/rooms/{room}/draft").status_code == 404


def test_a_message_is_scheduled_changed_and_called_off_without_script(served: Served) -> None:
    room = served.staffroom()
    with served.signed_in("tom") as tom:
        tom.post("/api/v1/commands/keep_draft", json={"room": room, "text": "From my draft"})
        page = tom.get(f"/rooms/{room}/later", headers=PAGE).text
        assert "From my draft" in page
        fields = {"csrf": hidden(page, "csrf"), "key": hidden(page, "key"), "text": "From my draft", "at": tomorrow()}
        answer = tom.post(f"/rooms/{room}/later", data={**fields, "reply_to": ""}, headers=PAGE)
        assert (answer.status_code, answer.headers["location"]) == (303, "/scheduled?said=waiting")
        assert tom.get(f"/api/v1/rooms/{room}/draft").json() == {"draft": None}
        (waiting,) = tom.get("/api/v1/scheduled").json()["scheduled"]
        assert (waiting["text"], waiting["at"], waiting["refused"]) == ("From my draft", fields["at"], False)
        assert "1 waiting to be sent" in tom.get(f"/rooms/{room}", headers=PAGE).text
        change = {"csrf": fields["csrf"], "key": str(uuid4()), "scheduled": waiting["id"], "text": "Better words"}
        assert tom.post("/scheduled/change", data={**change, "at": fields["at"]}, headers=PAGE).status_code == 303
        assert "Better words" in tom.get("/scheduled", headers=PAGE).text
        bad = tom.post(
            "/scheduled/change", data={**change, "key": str(uuid4()), "at": "2020-01-01T07:30"}, headers=PAGE
        )
        assert bad.status_code == 400
        assert "at least a minute away" in bad.text
        with served.signed_in("amara") as amara:
            assert amara.get("/api/v1/scheduled").json() == {"scheduled": []}
        off = {"csrf": fields["csrf"], "key": str(uuid4()), "scheduled": waiting["id"]}
        assert tom.post("/scheduled/cancel", data=off, headers=PAGE).status_code == 303
        assert "Nothing is waiting" in tom.get("/scheduled", headers=PAGE).text


def test_the_form_for_later_keeps_what_was_written_when_it_is_refused(served: Served) -> None:
    room = served.staffroom()
    with served.signed_in("tom") as tom, served.signed_in("aisha") as aisha:
        page = tom.get(f"/rooms/{room}/later", headers=PAGE).text
        fields = {"csrf": hidden(page, "csrf"), "key": str(uuid4()), "text": "Do not lose me", "at": "soon"}
        answer = tom.post(f"/rooms/{room}/later", data=fields, headers=PAGE)
        assert answer.status_code == 400
        assert "Please choose a day and a time." in answer.text
        assert "Do not lose me" in answer.text
        assert aisha.get(f"/rooms/{room}/later", headers=PAGE).status_code == 404
