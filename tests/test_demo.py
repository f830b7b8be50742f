"""The demonstration: schools of both phases, everybody in them, and a staffroom that is not bare."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from accounts.rights import STAFF_ROLES
from demo import PASSWORD, ROLES, TALK
from tests.harness import corridor
from tests.serving import Served, demo_data, serving

WANTED = Counter(
    ["head", "deputy", "ict_coordinator", "dsl", "teacher", "teacher", "ta", "cover_teacher", "office", "governor",
     "learner", "learner", "learner", "learner", "guardian"]
)  # fmt: skip


def test_every_school_has_everybody() -> None:
    _, sign_ins = demo_data()
    assert Counter(ROLES) == WANTED
    for school in ("oakfield", "riverside", "hillcrest"):
        assert Counter(each["role"] for each in sign_ins if each["school"] == school) == WANTED
    assert len({(each["school"], each["name"]) for each in sign_ins}) == len(sign_ins) == 45


def test_staff_are_in_their_own_school_s_staffroom_and_nobody_else_is() -> None:
    _, sign_ins = demo_data()
    for each in sign_ins:
        assert ("staffroom" in each["rooms"]) == (each["role"] in STAFF_ROLES)
    rooms = {each["school"]: each["rooms"]["staffroom"] for each in sign_ins if "staffroom" in each["rooms"]}
    assert len(set(rooms.values())) == 3


def test_learners_and_their_teachers_share_a_classroom() -> None:
    _, sign_ins = demo_data()
    oakfield = {each["name"]: each["rooms"].get("classroom") for each in sign_ins if each["school"] == "oakfield"}
    assert oakfield["aisha"] == oakfield["ben"] == oakfield["tom"] is not None
    assert oakfield["chloe"] == oakfield["dev"] == oakfield["leila"] is not None
    assert oakfield["aisha"] != oakfield["chloe"]
    assert oakfield["fatima"] is oakfield["owen"] is None


def test_asked_again_it_says_the_same_and_makes_nothing_new(tmp_path: Path) -> None:
    first = corridor("demo", "--json", data=tmp_path)
    assert corridor("demo", "--json", data=tmp_path) == first
    assert set(json.loads(first)[0]) == {"school", "name", "password", "role", "person", "rooms"}
    table = corridor("demo", data=tmp_path).splitlines()
    assert len(table) == 46
    assert PASSWORD in table[1]


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving() as running:
        yield running


def test_everybody_can_sign_in(served: Served) -> None:
    for each in served.sign_ins[::7]:
        with served.signed_in(each["name"], each["school"]) as client:
            me = client.get("/api/v1/me").json()
            assert me["person"]["id"] == each["person"]
            assert {room["kind"]: room["id"] for room in me["rooms"]} == each["rooms"]


def test_the_staffroom_has_been_talking(served: Served) -> None:
    for school, name in (("oakfield", "amara"), ("riverside", "colette"), ("hillcrest", "victor")):
        with served.signed_in(name, school) as client:
            page = client.get(f"/api/v1/rooms/{served.staffroom(school)}/messages").json()
            assert page["seq"] == len(page["messages"]) == len(TALK)
            times = [message["at"] for message in page["messages"]]
            assert times == sorted(times)
            assert any("reply_to" in message for message in page["messages"])
