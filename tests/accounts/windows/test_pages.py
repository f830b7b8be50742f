"""The pages of opening times, without script."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest

from tests.serving import PAGE, Served, hidden

PATH = "/administration/windows"
POLICY = "/administration/policy"
CLASSMATES = "learners_write_to_their_class"
LONDON = ZoneInfo("Europe/London")
EVENINGS = {
    "window": "new", "name": "Evenings", "on-0": "school_days", "starts_by-0": "day_ends", "ends-0": "20:00",
    "on-1": "other_days", "starts-1": "09:00", "ends-1": "20:00", "days-1": "5",
}  # fmt: skip
IN_WORDS = (
    "Evenings · School days from the end of school (15:30) to 20:00. Other days that are Saturday from 09:00 to 20:00."
)


class Office:
    """Somebody signed in who fills in forms."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self.csrf = hidden(client.get("/account", headers=PAGE).text, "csrf")

    def page(self, path: str = PATH, status: int = 200) -> str:
        answer = self.client.get(path, headers=PAGE)
        assert answer.status_code == status, answer.text
        return answer.text

    def send(self, path: str, status: int = 303, /, **fields: str) -> str:
        answer = self.client.post(path, data={"csrf": self.csrf, **fields}, headers=PAGE)
        assert answer.status_code == status, answer.text
        return answer.text

    def window(self, name: str) -> str:
        """The id of a window of this name."""
        found = re.search(rf'<li id="(w[0-9a-z]+)">\s*<span class="entry-name"><b dir="auto">{name}</b>', self.page())
        assert found is not None
        return found[1]


@contextmanager
def office(served: Served, name: str = "amara", school: str = "oakfield") -> Iterator[Office]:
    with served.signed_in(name, school) as client:
        yield Office(client)


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).replace(" ,", ",")


def test_opening_times_are_looked_at_in_words_before_they_hold(served: Served) -> None:
    with office(served) as head:
        shown = head.send(f"{PATH}/preview", 200, **EVENINGS)
        assert IN_WORDS in words(shown)
        assert "Evenings" not in head.page(), "a look changes nothing"
        again = head.send(f"{PATH}/preview", 200, **EVENINGS, again="yes")
        assert 'value="Evenings"' in again
        assert '<option value="day_ends" selected>' in again
        assert "Part 3" in again
        head.send(f"{PATH}/new/keep", **EVENINGS)
        assert words(IN_WORDS.partition(" · ")[2]) in words(head.page())
        window = head.window("Evenings")
        changed = {**EVENINGS, "window": window, "name": "Late", "on-1": ""}
        shown = head.send(f"{PATH}/preview", 200, **changed)
        assert f"Until now {IN_WORDS}" in words(shown)
        assert "From now on Late · School days from the end of school (15:30) to 20:00." in words(shown)
        head.send(f"{PATH}/{window}/keep", **changed)
        assert "Other days that are Saturday" not in words(head.page())
        head.send(f"{PATH}/{window}/remove")
        head.page(f"{PATH}/{window}", 404)


def test_a_line_names_them_and_says_so_when_they_are_gone(served: Served) -> None:
    with office(served) as head:
        head.send(f"{PATH}/new/keep", **{**EVENINGS, "name": "After tea"})
        window = head.window("After tea")
        rule = {"place": "thread", "who": "learner", "verbs": "write", "to": "learner", "relation": "same_class"}
        assert "during “After tea”" in words(head.page(f"{POLICY}/{CLASSMATES}"))
        head.send(f"{POLICY}/{CLASSMATES}/keep", **rule, window=window)
        sentence = "Learners may write to learners of their own class during “After tea”."
        assert sentence in words(head.page(POLICY))
        assert sentence in words(head.page())
        assert sentence in words(head.page(f"{PATH}/week"))
        assert f"these lines never hold, until you give them other times: {sentence}" in words(
            head.page(f"{PATH}/{window}/remove")
        )
        head.send(f"{PATH}/{window}/remove")
        gone = "Learners may write to learners of their own class never, as the opening times are gone."
        assert gone in words(head.page(POLICY))
        assert "Never: these opening times are gone." in words(head.page(f"{PATH}/week"))
        head.send(f"{POLICY}/{CLASSMATES}/restore")
        assert "never, as" not in words(head.page(POLICY))


def here(hours: float) -> str:
    """A field of a form so many hours from now, on the school's clock."""
    return (datetime.now(UTC).astimezone(LONDON) + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M")


def test_a_snow_day_is_one_form_and_is_ended_early(served: Served) -> None:
    with office(served) as head:
        assert hidden(head.page(), "csrf")
        until = re.search(r'name="until" type="datetime-local" value="([-0-9T:]+)"', head.page())
        assert until is not None, "the end is filled in"
        head.send(f"{PATH}/once", opens="yes", window="", until=here(30), why="Snow day")
        page = head.page()
        assert re.search(r"Open until \w+ \d+ \w+, \d\d:\d\d · All that open and close Snow day · Amara", words(page))
        assert "for once: Snow day" in words(head.page(f"{PATH}/week"))
        end = re.search(rf'action="({PATH}/once/e[0-9a-z]+/end)"', page)
        assert end is not None
        head.send(end[1])
        assert "Open until" not in words(head.page())
        assert "ended early" in words(head.page())
        with closing(sqlite3.connect(served.data / "corridor.db")) as database:
            kinds = [
                row[0]
                for row in database.execute("SELECT kind FROM audit_log WHERE kind LIKE 'window_o%' ORDER BY seq")
            ]
        assert kinds[-2:] == ["window_opened", "window_once_ended"]
        assert "Opened for once" in words(head.page("/administration/audit"))


def test_an_exam_week_is_closed_ahead_and_called_off(served: Served) -> None:
    with office(served, "daniel") as deputy:
        deputy.send(
            f"{PATH}/once", opens="no", window="out_of_school", until=here(60), why="Exams",
            **{"from": here(50)},
        )  # fmt: skip
        page = deputy.page()
        assert re.search(r"Closed from [^·]+ to [^·]+ · Outside school time Exams · Daniel", words(page))
        end = re.search(rf'action="({PATH}/once/e[0-9a-z]+/end)".*?Call it off', page, re.DOTALL)
        assert end is not None
        deputy.send(end[1])
        assert "Call it off" not in deputy.page()


def test_what_cannot_be_is_said_on_the_form(served: Served) -> None:
    with office(served) as head:
        for fields, sentence in (
            ({"until": here(-1), "why": "Snow"}, "after the start and after now"),
            ({"until": here(1), "why": ""}, "in a few words why"),
            ({"until": "", "why": "Snow"}, "until when"),
            ({"until": "soon", "why": "Snow"}, "a day and a time"),
        ):
            assert sentence in words(head.send(f"{PATH}/once", 400, opens="yes", **fields))
        for changed, sentence in (
            ({"name": ""}, "A name has 1 to 80 characters"), ({"on-0": "", "on-1": ""}, "on which days"),
            ({"ends-0": "25:00"}, "on which days"),
        ):  # fmt: skip
            page = head.send(f"{PATH}/preview", 400, **{**EVENINGS, **changed})
            assert sentence in words(page)
            assert "Add opening times" in words(page)
        unsafe = {"place": "thread", "who": "learner", "verbs": "write", "to": "teacher", "relation": "own_teacher"}
        page = head.send(f"{POLICY}/preview", 403, **unsafe, window="out_of_school")
        assert "Learners can always write to their own teachers" in words(page)


def test_the_week_says_what_applies_to_whom_day_by_day(served: Served) -> None:
    with office(served, "victor", "hillcrest") as head:
        page = words(head.page(f"{PATH}/week?day=2026-11-26")).replace(" · today", "").replace(" today", "")
        assert "The week of Monday 23 November 2026" in page
        assert "Learners may write to learners of their own class outside school time." in page
        assert "Monday 23 November 00:00 to 08:45, 15:30 to midnight Tuesday 24 November" in page
        assert "Saturday 28 November all day" in page
        assert "Learners writing to their own teachers, and the answers." in page
        assert "week?day=2026-11-30" in head.page(f"{PATH}/week?day=2026-11-26")
        for odd in ("0001-01-01", "9999-12-31", "tomorrow", ""):
            assert "The week of Monday" in words(head.page(f"{PATH}/week?day={odd}"))


@pytest.mark.parametrize("name", ["tom", "aisha", "fatima", "harjit", "sandra", "ruth"])
def test_others_see_nothing_and_change_nothing(served: Served, name: str) -> None:
    with office(served) as head:
        before = words(head.page())
    with office(served, name) as other:
        for path in (PATH, f"{PATH}/week", f"{PATH}/new"):
            other.page(path, 403)
        for path in ("preview", "new/keep", "once", "once/e0123456789/end", "w0123456789/remove"):
            other.send(f"{PATH}/{path}", 403, **EVENINGS, opens="yes", until=here(5), why="Fun")
    with office(served) as head:
        assert words(head.page()) == before


def test_another_school_s_are_not_there_and_a_form_from_elsewhere_does_nothing(served: Served) -> None:
    with office(served) as head, office(served, "victor", "hillcrest") as other:
        head.send(f"{PATH}/new/keep", **{**EVENINGS, "name": "Ours alone"})
        window = head.window("Ours alone")
        assert "Ours alone" not in other.page()
        for path in (f"{PATH}/{window}", f"{PATH}/{window}/remove"):
            other.page(path, 404)
        other.send(f"{PATH}/{window}/keep", 404, **EVENINGS)
        other.send(f"{PATH}/{window}/remove", 404)
        other.send(f"{PATH}/once", 404, opens="yes", window=window, until=here(5), why="Fun")
        answer = head.client.post(f"{PATH}/{window}/remove", data={"csrf": "forged"}, headers=PAGE)
        assert answer.status_code == 403
        assert head.window("Ours alone") == window
        head.send(f"{PATH}/{window}/remove")
