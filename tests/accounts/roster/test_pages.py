"""The roster in the browser: hand in, look, confirm, done; and what is refused on the way."""

import re
from collections.abc import Iterator

import httpx
import pytest

from tests.accounts.roster.schools import zipped
from tests.serving import PAGE, Served, hidden, serving

PATH = "/administration/roster"
STAFF = "id,role,given name,family name,year,class\n" + "".join(
    f"P{place:03},{role},{given},{family},,\n"
    for place, (role, given, family) in enumerate(
        [("head", "Amara", "Okafor"), ("deputy", "Daniel", "Price"), ("ict_coordinator", "Priya", "Nair"),
         ("dsl", "Ruth", "Adeyemi"), ("teacher", "Tom", "Hughes"), ("teacher", "Leila", "Haddad"),
         ("ta", "Megan", "Rees"), ("cover_teacher", "Owen", "Clarke"), ("office", "Sandra", "Bell"),
         ("governor", "Harjit", "Gill"), ("learner", "Aisha", "Rahman"), ("learner", "Ben", "Cooper"),
         ("learner", "Chloe", "Evans"), ("learner", "Dev", "Patel"), ("guardian", "Fatima", "Rahman")], 1,
    )
)  # fmt: skip
NEWCOMER = "N1,learner,Zara,Quick,5,5A\n"


@pytest.fixture
def fresh() -> Iterator[Served]:
    """A server for this test alone: rosters change who is there."""
    with serving() as running:
        yield running


def hand_in(client: httpx.Client, content: str | bytes, name: str = "people.csv", csrf: str = "") -> httpx.Response:
    csrf = csrf or hidden(client.get(PATH, headers=PAGE).text, "csrf")
    given = content.encode() if isinstance(content, str) else content
    return client.post(PATH, data={"csrf": csrf}, files={"file": (name, given, "text/csv")}, headers=PAGE)


def send(client: httpx.Client, run: str, act: str, **fields: str) -> httpx.Response:
    csrf = hidden(client.get(run, headers=PAGE).text, "csrf")
    return client.post(f"{run}/{act}", data={"csrf": csrf, **fields}, headers=PAGE)


def settled(client: httpx.Client, run: str) -> str:
    """The run's state once it is neither read nor written any more."""
    for _ in range(2000):
        state: str = client.get(f"{run}/state").json()["state"]
        if state not in ("reading", "writing"):
            return state
    raise AssertionError("it never ended")


def changes(page: str) -> list[str]:
    return re.findall(r'<li dir="auto">([^<]*)</li>', page)


def test_a_roster_is_handed_in_looked_at_and_carried_in(fresh: Served) -> None:
    with fresh.signed_in("amara") as client:
        run = hand_in(client, STAFF + NEWCOMER).headers["location"]
        page = client.get(run, headers=PAGE).text
        assert "1 learner is new." in changes(page)
        assert client.get("/administration/people?q=zara", headers=PAGE).text.count("Quick") == 0
        assert send(client, run, "apply").status_code == 303
        assert settled(client, run) == "applied"
        assert "The roster is carried in" in client.get(run, headers=PAGE).text
        assert send(client, run, "apply").status_code in (404, 409)
        again = hand_in(client, STAFF + NEWCOMER).headers["location"]
        assert "Nothing changes" in client.get(again, headers=PAGE).text


def test_half_a_file_is_doubted_and_takes_the_exact_figure(fresh: Served) -> None:
    head = "\n".join(STAFF.splitlines()[:4]) + "\n"
    with fresh.signed_in("amara") as client, fresh.signed_in("aisha") as learner:
        run = hand_in(client, head).headers["location"]
        page = client.get(run, headers=PAGE).text
        assert "This looks wrong" in page
        figure = re.search(r"write (\d+)", page)
        assert figure is not None
        send(client, run, "apply", confirm=str(int(figure[1]) + 1))
        assert settled(client, run) == "refused"
        assert "would change a great deal" in client.get(run, headers=PAGE).text
        send(client, run, "apply", confirm=figure[1])
        assert settled(client, run) == "applied"
        assert learner.get("/api/v1/me").status_code == 200, "a leaver reads on"


def test_a_person_made_by_hand_is_linked_on_request(served: Served) -> None:
    with served.signed_in("colette", "riverside") as client:
        csrf = hidden(client.get("/administration/people", headers=PAGE).text, "csrf")
        made = client.post(
            "/administration/people",
            data={"csrf": csrf, "name": "Ann Other", "full_name": "Ann Other", "login": "ann", "role": "teacher"},
            headers=PAGE,
        )
        assert made.status_code == 303, made.text
        roster = "id,role,given name,family name,sign-in name\nS1,head,Colette,Martin,\nA1,teacher,Ann,Other,ann\n"
        run = hand_in(client, roster).headers["location"]
        page = client.get(run, headers=PAGE).text
        offered = re.search(r'name="link" value="(A1=p[0-9a-z]+)"', page)
        assert offered is not None
        assert send(client, run, "link", link=offered[1]).status_code == 303
        assert "made by hand" in "".join(changes(client.get(run, headers=PAGE).text))


@pytest.mark.parametrize("name", ["tom", "aisha", "fatima", "harjit"])
def test_nobody_else_finds_a_way_to_it(served: Served, name: str) -> None:
    with served.signed_in(name) as client:
        for path in (PATH, f"{PATH}/example.csv", f"{PATH}/o123", f"{PATH}/o123/state"):
            assert client.get(path, headers=PAGE).status_code in (403, 404), path
        assert hand_in(client, STAFF, csrf="made up").status_code in (403, 404)


def test_a_form_that_is_not_ours_a_huge_file_and_none_at_all_are_refused(served: Served) -> None:
    with served.signed_in("amara") as client:
        assert hand_in(client, STAFF, csrf="made up").status_code == 403
        large = hand_in(client, b"x" * (21 * 1024 * 1024))
        assert (large.status_code, "20 MB" in large.text) == (413, True)
        csrf = hidden(client.get(PATH, headers=PAGE).text, "csrf")
        for nothing in (
            client.post(PATH, data={"csrf": csrf}, headers=PAGE),
            client.post(PATH, content=b"--x", headers={**PAGE, "Content-Type": "multipart/form-data"}),
            hand_in(client, b""), hand_in(client, "name\nAmara\n"), hand_in(client, zipped({"a.txt": "x"}), "x.zip"),
            hand_in(client, 'id,role,given name\n1,"head,Amara\n'),
        ):  # fmt: skip
            assert nothing.status_code == 400, nothing.text


def test_what_is_wrong_with_a_file_is_told_with_its_place(served: Served) -> None:
    with served.signed_in("amara") as client:
        broken = hand_in(client, 'id,role,given name\n1,head,Amara\n2,"teacher,Tom\n')
        assert "a quotation mark is not closed" in broken.text
        assert "people.csv, line 3" in broken.text
        run = hand_in(client, STAFF + "X1,wizard,<b>Odd</b>,One,,\n").headers["location"]
        page = client.get(run, headers=PAGE).text
        assert "“wizard” is no role" in page
        assert "<b>Odd" not in page


def test_another_school_s_run_is_not_there(served: Served) -> None:
    with served.signed_in("amara") as client, served.signed_in("colette", "riverside") as other:
        run = hand_in(client, STAFF).headers["location"]
        for path in (run, f"{run}/state"):
            assert other.get(path, headers=PAGE).status_code == 404
        csrf = hidden(other.get(PATH, headers=PAGE).text, "csrf")
        for act in ("apply", "link"):
            assert other.post(f"{run}/{act}", data={"csrf": csrf}, headers=PAGE).status_code == 404
        assert client.get(f"{run}/state").json() == {"state": "previewed"}


def test_the_example_can_be_handed_in_as_it_is(served: Served) -> None:
    with served.signed_in("amara") as client:
        example = client.get(f"{PATH}/example.csv")
        assert "attachment" in example.headers["content-disposition"]
        run = hand_in(client, example.content).headers["location"]
        page = client.get(run, headers=PAGE).text
        assert "rows to look at" not in page
        assert "row to look at" not in page


def test_an_office_gives_nobody_a_role_above_its_own(served: Served) -> None:
    with served.signed_in("sandra") as client:
        run = hand_in(client, STAFF.replace("P009,office", "P009,head")).headers["location"]
        send(client, run, "apply")
        assert settled(client, run) == "refused"
        assert "makes somebody a leader or safeguarding lead" in client.get(run, headers=PAGE).text
        assert client.get("/api/v1/me").json()["person"]["role"] == "office"
