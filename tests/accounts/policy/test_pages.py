"""The pages of the policy and of roles, without script."""

import re

import httpx
import pytest

from tests.serving import PAGE, Served, hidden

POLICY = "/administration/policy"
ROLES = "/administration/roles"
CLASSMATES = "learners_write_to_their_class"


def get(client: httpx.Client, path: str) -> str:
    answer = client.get(path, headers=PAGE)
    assert answer.status_code == 200, answer.text
    return answer.text


def send(client: httpx.Client, path: str, page: str, **fields: object) -> httpx.Response:
    return client.post(path, data={"csrf": hidden(page, "csrf"), **fields}, headers=PAGE)


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_every_rule_is_said_in_plain_words(served: Served) -> None:
    with served.signed_in("amara") as head:
        said = words(get(head, POLICY))
    assert "Learners may write to their own teachers at any time." in said
    assert "Learners in years 3, 4, 5 and 6 may write to learners of their own class outside school time." in said
    assert "The safeguarding team may look into stickies of everybody at any time." in said


def test_a_change_is_shown_in_words_before_it_is_made_and_can_be_undone(served: Served) -> None:
    with served.signed_in("amara") as head:
        page = get(head, f"{POLICY}/{CLASSMATES}")
        wanted = {"place": "thread", "who": "learner", "verbs": ["start", "write"], "to": "learner",
                  "relation": "same_class", "years": "5", "window": "out_of_school"}  # fmt: skip
        shown = send(head, f"{POLICY}/preview", page, name=CLASSMATES, **wanted)
        assert shown.status_code == 200
        said = words(shown.text)
        assert "Until now Learners in years 3, 4, 5 and 6 may write" in said
        assert "From now on Year 5 learners may write to learners of their own class outside school time." in said
        assert "This line is about 2 people." in said
        assert "2 people may not any more" in said
        assert "Year 5 learners may" not in words(get(head, POLICY)), "a look changes nothing"
        kept = send(head, f"{POLICY}/{CLASSMATES}/keep", shown.text, **wanted)
        assert (kept.status_code, kept.headers["location"]) == (303, f"{POLICY}?said=saved#{CLASSMATES}")
        assert "Year 5 learners may write" in words(get(head, POLICY))
        undone = send(head, f"{POLICY}/{CLASSMATES}/restore", get(head, POLICY))
        assert undone.status_code == 303
        assert "Learners in years 3, 4, 5 and 6 may write" in words(get(head, POLICY))


def test_a_line_of_one_s_own_is_added_switched_off_and_removed(served: Served) -> None:
    with served.signed_in("daniel", "oakfield") as deputy:
        page = get(deputy, f"{POLICY}/new?place=classroom")
        done = send(deputy, f"{POLICY}/new/keep", page, place="classroom", who="governor", verbs="read")
        assert done.status_code == 303
        page = get(deputy, POLICY)
        assert "Classrooms: Governors may read." in words(page)
        name = re.findall(r'id="(our_[a-z0-9]+)"', page)[0]
        assert send(deputy, f"{POLICY}/{name}/off", page).status_code == 303
        assert "Switch on : Classrooms: Governors may read." in words(get(deputy, POLICY))
        assert send(deputy, f"{POLICY}/{name}/restore", page).status_code == 303
        assert "Classrooms: Governors may read." not in words(get(deputy, POLICY))


def test_what_cannot_be_is_said_on_the_form(served: Served) -> None:
    with served.signed_in("amara") as head:
        page = get(head, f"{POLICY}/new")
        unsafe = send(head, f"{POLICY}/preview", page, place="thread", who="guardian", verbs="write", to="learner")
        assert unsafe.status_code == 403
        assert "it would not be safe for children" in words(unsafe.text)
        empty = send(head, f"{POLICY}/preview", page, place="thread")
        assert empty.status_code == 400
        nowhere = send(head, f"{POLICY}/preview", page, place="moon", who="teacher", verbs="read")
        assert nowhere.status_code == 400
        wrong = send(head, f"{POLICY}/preview", page, place="staffroom", who="teacher", verbs="erase_person")
        assert wrong.status_code == 400


def test_a_locked_line_has_no_form_and_cannot_be_posted(served: Served) -> None:
    with served.signed_in("amara") as head:
        locked = f"{POLICY}/safeguarding_looks_into_threads"
        assert head.get(locked, headers=PAGE).status_code == 404
        assert send(head, f"{locked}/off", get(head, POLICY)).status_code == 403


@pytest.mark.parametrize("name", ["tom", "aisha", "fatima", "harjit", "sandra"])
def test_others_see_neither_page_and_change_nothing(served: Served, name: str) -> None:
    with served.signed_in("amara") as head:
        before = get(head, POLICY)
    with served.signed_in(name) as client:
        for path in (POLICY, ROLES, f"{POLICY}/{CLASSMATES}"):
            assert client.get(path, headers=PAGE).status_code == 403
        csrf = hidden(get(client, "/account"), "csrf")
        for path in (f"{POLICY}/{CLASSMATES}/off", f"{POLICY}/new/keep", ROLES):
            answer = client.post(path, data={"csrf": csrf, "name": "Boss", "base": "head"}, headers=PAGE)
            assert answer.status_code == 403, path
    with served.signed_in("amara") as head:
        assert words(get(head, POLICY)) == words(before)


def test_a_role_is_copied_narrowed_renamed_and_removed(served: Served) -> None:
    with served.signed_in("amara") as head:
        made = send(head, ROLES, get(head, ROLES), name="Reading mentor", base="ta")
        assert made.status_code == 303
        path = made.headers["location"].partition("?")[0]
        page = get(head, path)
        assert "A copy of Teaching assistant" in words(page)
        rule = "teachers_help_their_learners_sign_in"
        assert send(head, f"{path}/off", page, rule=rule).status_code == 303
        assert "not for this role" in words(get(head, path))
        assert send(head, f"{path}/rename", page, name="Reader").status_code == 303
        assert "Reader" in words(get(head, ROLES))
        assert send(head, ROLES, page, name="reader", base="ta").status_code == 400
        assert send(head, f"{path}/remove", page).status_code == 303
        assert head.get(path, headers=PAGE).status_code == 404


def test_another_school_s_role_does_not_exist(served: Served) -> None:
    with served.signed_in("colette", "riverside") as theirs:
        made = send(theirs, ROLES, get(theirs, ROLES), name="Mentor", base="teacher")
        path = made.headers["location"].partition("?")[0]
    with served.signed_in("amara") as head:
        assert head.get(path, headers=PAGE).status_code == 404
        assert send(head, f"{path}/remove", get(head, ROLES)).status_code == 404


def test_a_form_that_stood_on_no_page_of_ours_is_refused(served: Served) -> None:
    with served.signed_in("amara") as head:
        answer = head.post(f"{POLICY}/{CLASSMATES}/off", data={"csrf": "forged"}, headers=PAGE)
        assert answer.status_code == 403
        assert "Switch off : Learners in years 3, 4, 5 and 6" in words(get(head, POLICY))
