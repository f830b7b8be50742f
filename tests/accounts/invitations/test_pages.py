"""Invitations: printed once, used once, and not a way to become somebody else."""

import re

import httpx

from tests.serving import PAGE, Served, hidden

LINK = re.compile(r'<p class="paper-link" dir="ltr">(http[^<]+)</p>')
NEW = "a better password"


def invite(client: httpx.Client, person: str) -> httpx.Response:
    csrf = hidden(client.get("/", headers=PAGE).text, "csrf")
    return client.post(f"/administration/people/{person}/invitation", data={"csrf": csrf}, headers=PAGE)


def link_of(answer: httpx.Response) -> str:
    found = LINK.search(answer.text)
    assert found is not None, answer.text
    return found[1]


def choose(client: httpx.Client, link: str, new: str = NEW, again: str = NEW, csrf: str = "") -> httpx.Response:
    csrf = csrf or hidden(client.get(link, headers=PAGE).text, "csrf")
    return client.post(link, data={"csrf": csrf, "new": new, "again": again}, headers=PAGE)


def sign_in(client: httpx.Client, school: str, name: str, password: str) -> int:
    return client.post("/api/v1/sessions", json={"school": school, "name": name, "password": password}).status_code


def test_a_link_sets_a_password_once_and_ends_older_sessions(served: Served) -> None:
    owen = served.who("owen")["person"]
    with served.signed_in("amara") as client, served.signed_in("owen") as before, served.nobody() as guest:
        link = link_of(invite(client, owen))
        assert client.get("/").text.count(link) == 0
        assert choose(guest, link, again="another one").status_code == 400
        assert choose(guest, link, "short", "short").status_code == 400
        assert choose(guest, link, csrf="made up").status_code == 403
        answer = choose(guest, link)
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?school=oakfield")
        assert before.get("/api/v1/me").status_code == 401
        assert sign_in(guest, "oakfield", "owen", NEW) == 201
        assert guest.get(link, headers=PAGE).status_code == 404
        assert guest.post(link, data={"csrf": "x", "new": NEW, "again": NEW}, headers=PAGE).status_code in (403, 404)


def test_a_new_link_ends_the_one_before(served: Served) -> None:
    with served.signed_in("amara") as client, served.nobody() as guest:
        first, second = (link_of(invite(client, served.who("megan")["person"])) for _ in range(2))
        assert guest.get(first, headers=PAGE).status_code == 404
        assert guest.get(second, headers=PAGE).status_code == 200
        assert second.partition("token=")[2] not in served.log


def test_nobody_gets_into_a_leader_s_account_who_is_none(served: Served) -> None:
    with served.signed_in("sandra") as office:
        for name in ("amara", "daniel", "priya", "ruth"):
            assert invite(office, served.who(name)["person"]).status_code == 403, name
        assert invite(office, served.who("harjit")["person"]).status_code == 200


def test_teachers_invite_learners_of_their_own_only_and_others_nobody(served: Served) -> None:
    with served.signed_in("tom") as tom, served.signed_in("aisha") as aisha:
        assert invite(tom, served.who("ben")["person"]).status_code == 200
        assert invite(tom, served.who("dev")["person"]).status_code == 403
        assert invite(tom, served.who("leila")["person"]).status_code == 403
        assert invite(aisha, served.who("ben")["person"]).status_code == 403


def test_people_of_other_schools_do_not_exist(served: Served) -> None:
    with served.signed_in("amara") as client:
        assert invite(client, served.who("helen", "riverside")["person"]).status_code == 404
        assert invite(client, "p0000000000").status_code == 404


def test_learners_who_are_too_young_for_passwords_get_no_link(served: Served) -> None:
    with served.signed_in("amara") as client:
        csrf = hidden(client.get("/administration/people", headers=PAGE).text, "csrf")
        made = client.post(
            "/administration/people",
            data={
                "csrf": csrf,
                "name": "Pip",
                "full_name": "Pip Small",
                "login": "pip",
                "role": "learner",
                "year": "1",
            },
            headers=PAGE,
        )
        assert made.status_code == 303
        pip = made.headers["location"].partition("?")[0].rpartition("/")[2]
        answer = invite(client, pip)
        assert (answer.status_code, "card or pictures" in answer.text) == (400, True)


def test_everybody_of_a_role_who_has_no_password_is_invited_at_once(served: Served) -> None:
    with served.signed_in("colette", "riverside") as client:
        csrf = hidden(client.get("/administration/people", headers=PAGE).text, "csrf")
        for name in ("Una", "Vic"):
            fields = {"csrf": csrf, "name": name, "full_name": f"{name} New", "login": name, "role": "teacher"}
            assert client.post("/administration/people", data=fields, headers=PAGE).status_code == 303
        assert "2 people" in client.get("/administration/invitations", headers=PAGE).text
        sheet = client.post("/administration/invitations", data={"csrf": csrf, "role": "teacher"}, headers=PAGE)
        assert len(LINK.findall(sheet.text)) == 2
        assert "Una New" in sheet.text
