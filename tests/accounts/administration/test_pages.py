"""The pages of administration, by a browser without script: forms, refusals, and what one may not see."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from tests.serving import PAGE, Served, hidden, post

PEOPLE = "/administration/people"
EVERY_PAGE = (
    "/administration",
    PEOPLE,
    "/administration/groups",
    "/administration/leavers",
    "/administration/settings",
)
SETTINGS = {
    "networks": "", "day_starts": "08:45", "day_ends": "15:30", "passwords_from_year": "3", "leaver_days": "365",
    "access_log_days": "90", "largest_change": "30",
}  # fmt: skip


class Desk:
    """Somebody signed in who fills in forms."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self.csrf = hidden(client.get("/", headers=PAGE).text, "csrf")

    def get(self, path: str, status: int = 200) -> str:
        answer = self.client.get(path, headers=PAGE)
        assert answer.status_code == status, answer.text
        return answer.text

    def send(self, path: str, **fields: str) -> httpx.Response:
        return self.client.post(path, data={"csrf": self.csrf, **fields}, headers=PAGE)

    def done(self, path: str, **fields: str) -> str:
        """Carried out; gives where it led to."""
        answer = self.send(path, **fields)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"].split("?")[0]

    def add(self, login: str, role: str = "learner", name: str = "Nova") -> str:
        """A new person; gives the id."""
        return self.done(PEOPLE, login=login, name=name, full_name="", role=role, year="").rsplit("/", 1)[1]


@contextmanager
def desk(served: Served, name: str = "amara", school: str = "oakfield") -> Iterator[Desk]:
    with served.signed_in(name, school) as client:
        yield Desk(client)


def test_every_page_opens_for_a_head_and_leads_to_the_others(served: Served) -> None:
    with desk(served) as head:
        for path in EVERY_PAGE:
            page = head.get(path)
            assert all(f'href="{other}"' in page for other in EVERY_PAGE)


def test_the_menu_leads_there_whom_it_concerns(served: Served) -> None:
    led = {}
    for name in ("amara", "sandra", "tom", "aisha", "fatima", "harjit"):
        with desk(served, name) as each:
            led[name] = 'href="/administration"' in each.get("/")
    assert led == {"amara": True, "sandra": True, "tom": True, "aisha": False, "fatima": False, "harjit": False}


@pytest.mark.parametrize("name", ["tom", "aisha", "fatima", "harjit"])
def test_who_may_not_gets_none_of_it(served: Served, name: str) -> None:
    someone = served.who("ben")["person"]
    with desk(served, name) as each:
        for path in (*EVERY_PAGE[1:], f"{PEOPLE}/{someone}", f"{PEOPLE}/{someone}/data"):
            each.get(path, 403)
        for path in (PEOPLE, f"{PEOPLE}/{someone}/close", f"{PEOPLE}/{someone}/data/export"):
            assert each.send(path, login="x", name="x", role="head").status_code == 403


def test_a_guest_is_asked_to_sign_in(served: Served) -> None:
    with served.nobody() as client:
        for path in (*EVERY_PAGE, "/account/data"):
            assert client.get(path, headers=PAGE).headers["location"] == f"/sign-in?back={path}"
        assert client.post(PEOPLE, headers=PAGE).status_code == 401


def test_a_form_that_we_did_not_make_changes_nothing(served: Served) -> None:
    with desk(served) as head:
        answer = head.client.post(PEOPLE, data={"csrf": "made up", "login": "forged", "name": "F"}, headers=PAGE)
        assert answer.status_code == 403
        assert "forged" not in head.get(f"{PEOPLE}?text=forged").split("</form>")[2]


def test_people_of_another_school_do_not_exist(served: Served) -> None:
    theirs = served.who("ella", "riverside")["person"]
    with desk(served) as head:
        for path in (f"{PEOPLE}/{theirs}", f"{PEOPLE}/{theirs}/data"):
            head.get(path, 404)
        for act in ("change", "close", "open", "sign-out", "link", "unlink", "data/export", "data/erase"):
            assert head.send(f"{PEOPLE}/{theirs}/{act}", login="ella", role="learner").status_code in (403, 404)
        assert head.send(f"/administration/leavers/{theirs}/leave", day="2030-01-01").status_code == 404


def test_people_are_found_by_name_without_accents_by_role_and_by_state(served: Served) -> None:
    with desk(served) as head:
        zoe = head.add("zoe", name="Zoë Łukasz")
        for text in ("zoe", "ZOË", "łukasz zo"):
            assert f"{PEOPLE}/{zoe}" in head.get(f"{PEOPLE}?text={text}"), text
        assert f"{PEOPLE}/{zoe}" not in head.get(f"{PEOPLE}?text=zoe&role=teacher")
        head.done(f"{PEOPLE}/{zoe}/close")
        assert f"{PEOPLE}/{zoe}" in head.get(f"{PEOPLE}?text=zoe&state=disabled")
        assert f"{PEOPLE}/{zoe}" not in head.get(f"{PEOPLE}?text=zoe&state=active")
        head.get(f"{PEOPLE}?page=99999&text=%00&state=nonsense&group=x")


def test_what_people_are_called_is_shown_as_text(served: Served) -> None:
    with desk(served) as head:
        made = head.add("scripted", name="<script>alert(1)</script>")
        for path in (f"{PEOPLE}/{made}", f"{PEOPLE}?text=script", f"{PEOPLE}/{made}/data"):
            assert "<script>alert(1)" not in head.get(path)


def test_a_refused_form_says_why_on_its_own_page(served: Served) -> None:
    with desk(served) as head:
        answer = head.send(PEOPLE, login="tom", name="Tom", role="teacher")
        assert answer.status_code == 400
        assert "has this sign-in name already" in answer.text
        assert "<h1>" in answer.text


def test_a_closed_account_is_signed_out_at_once_and_opens_again(served: Served) -> None:
    with desk(served) as head, served.signed_in("megan") as megan:
        them = served.who("megan")["person"]
        head.done(f"{PEOPLE}/{them}/close")
        assert megan.get("/api/v1/me").status_code == 401
        head.done(f"{PEOPLE}/{them}/open")
        with served.signed_in("megan") as again:
            assert again.get("/api/v1/me").status_code == 200


def test_the_office_changes_no_head_and_makes_none(served: Served) -> None:
    amara = served.who("amara")["person"]
    with desk(served, "sandra") as office:
        assert "You can see this person but not change them" in office.get(f"{PEOPLE}/{amara}")
        assert office.send(f"{PEOPLE}/{amara}/close").status_code == 403
        assert office.send(PEOPLE, login="boss", name="Boss", role="head").status_code == 403
        office.get("/administration/settings", 403)
        assert office.send("/administration/settings", **SETTINGS).status_code == 403


def test_settings_are_saved_checked_and_shown_again(served: Served) -> None:
    with desk(served, "priya") as lead:
        lead.done("/administration/settings", **{**SETTINGS, "networks": "203.0.113.9/24", "leaver_days": "100"})
        page = lead.get("/administration/settings")
        assert "203.0.113.0/24" in page
        assert 'value="100"' in page
        refused = lead.send("/administration/settings", **{**SETTINGS, "networks": "everywhere"})
        assert refused.status_code == 400
        assert "A network looks like" in refused.text
        assert lead.send("/administration/settings", **{**SETTINGS, "day_starts": "25:99"}).status_code == 400
        lead.done("/administration/settings", **SETTINGS)


def test_what_may_come_from_outside_is_settled_and_stays_where_a_form_is_silent(served: Served) -> None:
    with desk(served, "priya") as lead:
        outside = {"card_hosts": "https://www.gov.uk/\nbbc.co.uk", "video_sites": "vimeo"}
        lead.done("/administration/settings", **{**SETTINGS, **outside})
        lead.done("/administration/settings", **SETTINGS)
        page = lead.get("/administration/settings")
        assert "gov.uk\nbbc.co.uk</textarea>" in page
        assert 'value="vimeo" checked' in page
        assert 'value="youtube" checked' not in page
        assert lead.send("/administration/settings", **{**SETTINGS, "card_hosts": "127.0.0.1"}).status_code == 400


def test_how_large_files_may_be_is_settled_within_bounds(served: Served) -> None:
    with desk(served, "priya") as lead:
        sizes = {"largest_file": "35", "files_per_person": "500"}
        lead.done("/administration/settings", **{**SETTINGS, **sizes})
        lead.done("/administration/settings", **SETTINGS)
        page = lead.get("/administration/settings")
        assert 'max="200" value="35"' in page
        assert 'max="1000000" value="500"' in page
        wrong = {**SETTINGS, **sizes, "largest_file": "201"}
        assert lead.send("/administration/settings", **wrong).status_code == 400


def test_to_how_many_one_may_write_at_once_is_settled_within_bounds(served: Served) -> None:
    with desk(served, "priya") as lead:
        groups = {"stickies_learner_group": "3", "stickies_adult_group": "5"}
        lead.done("/administration/settings", **{**SETTINGS, **groups})
        lead.done("/administration/settings", **SETTINGS)
        page = lead.get("/administration/settings")
        assert 'max="8" value="3"' in page
        assert 'max="8" value="5"' in page
        for wrong in ("0", "9", "many"):
            said = {**SETTINGS, **groups, "stickies_learner_group": wrong}
            assert lead.send("/administration/settings", **said).status_code == 400


def test_a_club_is_made_and_filled_by_page(served: Served) -> None:
    with desk(served, "sandra") as office:
        club = office.done("/administration/groups", kind="club", name="Newt club", year="")
        office.done(f"{club}/add", login="chloe", part="learner")
        assert "Take out" in office.get(club)
        office.done(f"{club}/remove", person=served.who("chloe")["person"], part="learner")
        assert "Take out" not in office.get(club)
        office.done(f"{club}/archive")
        assert "Bring this group back" in office.get(club)


def test_a_last_day_an_extension_and_taking_both_back_by_page(served: Served) -> None:
    with desk(served, "sandra") as office:
        them = office.add("leaver")
        office.done(f"/administration/leavers/{them}/leave", day="2026-01-31", back="person")
        office.done(f"/administration/leavers/{them}/extend", until="2028-01-31", reason="Waits for the exam board")
        page = office.get("/administration/leavers?days=30") + office.get(f"{PEOPLE}/{them}")
        assert "Waits for the exam board" in page
        assert "Sandra Bell" in page
        office.done(f"/administration/leavers/{them}/undo")
        office.done(f"/administration/leavers/{them}/stay")
        assert (
            office.send(f"/administration/leavers/{them}/extend", until="2028-01-31", reason="Why").status_code == 400
        )


def test_nobody_decides_about_their_own_leaving(served: Served) -> None:
    me = served.who("amara")["person"]
    with desk(served) as head:
        for act, fields in (("leave", {"day": "2026-01-31"}), ("stay", {}), ("undo", {})):
            answer = head.send(f"/administration/leavers/{me}/{act}", **fields)
            assert answer.status_code == 403
            assert "your own leaving" in answer.text
        assert "Set the last day" not in head.get(f"{PEOPLE}/{me}")


def test_everybody_takes_their_own_data_away_and_the_record_keeps_it(served: Served) -> None:
    with desk(served, "leila") as mine:
        post(mine.client, served.staffroom(), "My own words about newts")
        answer = mine.send("/account/data")
        assert answer.headers["content-type"] == "application/zip"
        assert "attachment" in answer.headers["content-disposition"]
        with zipfile.ZipFile(io.BytesIO(answer.content)) as opened:
            told = json.loads(opened.read("everything.json"))
            page = opened.read("index.html").decode()
        assert "My own words about newts" in page
        assert "Leila Haddad" in page
        assert "Amara" not in page
        assert told["account"][0]["login"] == "leila"
        again = zipfile.ZipFile(io.BytesIO(mine.send("/account/data").content))
        assert "exported" in again.read("parts/record.json").decode()


def test_a_learner_takes_their_own_data_away_and_nobody_elses(served: Served) -> None:
    with desk(served, "aisha") as mine:
        assert mine.send("/account/data").status_code == 200
        assert mine.send(f"{PEOPLE}/{served.who('ben')['person']}/data/export").status_code == 403


def test_an_erasure_takes_closing_a_typed_name_and_no_hold(served: Served) -> None:
    with desk(served) as head:
        them = head.add("gone", name="Gonzalo Quill")
        data = f"{PEOPLE}/{them}/data"
        assert "Close it first" in head.get(data)
        assert head.send(f"{data}/erase", login="gone").status_code == 400
        head.done(f"{PEOPLE}/{them}/close")
        head.done(f"{data}/hold", reason="Case 7")
        assert head.send(f"{data}/erase", login="gone").status_code == 400
        head.done(f"{data}/lift")
        assert head.send(f"{data}/erase", login="gon").status_code == 400
        assert "Gonzalo" in head.get(data)
        assert head.done(f"{data}/erase", login="gone") == data
        assert "Gonzalo" not in head.get(data) + head.get(f"{PEOPLE}/{them}") + head.get(PEOPLE)
        assert head.send(f"{PEOPLE}/{them}/open").status_code == 400


def test_a_list_of_many_has_pages(served: Served) -> None:
    with desk(served, "colette", "riverside") as head:
        for n in range(40):
            head.add(f"new{n}", name=f"New {n:02}")
        page = head.get(f"{PEOPLE}?page=2")
        assert re.search(r"Page 2 of 2", page)
        assert 'rel="prev"' in page
        assert 'rel="next"' not in page


def test_somebody_new_is_given_a_link_to_choose_a_password_by(served: Served) -> None:
    with desk(served, "sandra") as office:
        them = office.add("newteacher", role="teacher")
        assert f'action="{PEOPLE}/{them}/invitation"' in office.get(f"{PEOPLE}/{them}")
        assert "/invitation" in office.send(f"{PEOPLE}/{them}/invitation").text


def test_the_safeguarding_lead_holds_by_page_and_hands_out_nothing(served: Served) -> None:
    them = served.who("ben")["person"]
    with desk(served, "ruth") as lead:
        data = f"{PEOPLE}/{them}/data"
        assert f'href="{data}"' in lead.get(f"/people/{them}/access")
        page = lead.get(data)
        assert "Hold the data" in page
        assert "Make the archive" not in page
        assert "Erase everything" not in page
        lead.done(f"{data}/hold", reason="Case 11")
        lead.done(f"{data}/lift")
        assert lead.send(f"{data}/export").status_code == 403
