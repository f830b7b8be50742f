"""The hash of a row holds every field of it, and the hash before."""

import hashlib
from dataclasses import fields, replace

import pytest

from accounts.audit.chain import Entry, hash_detail, link

ROW = Entry("s1", 2, 1_764_000_000_123, "signed_in", "p1", "p2", True, "aa")
OTHER = {
    "school_id": "s2", "seq": 3, "at_ms": 1_764_000_000_124, "kind": "signed_out", "by": None, "subject": None,
    "in_school": False, "detail_hash": "",
}  # fmt: skip


def test_the_hash_is_the_one_that_the_documentation_says() -> None:
    said = b'["corridor-audit-1","ff","s1",2,1764000000123,"signed_in","p1","p2",true,"aa"]'
    assert link("ff", ROW) == hashlib.sha256(said).hexdigest()


@pytest.mark.parametrize("field", [each.name for each in fields(Entry)])
def test_another_value_of_any_field_gives_another_hash(field: str) -> None:
    assert link("ff", replace(ROW, **{field: OTHER[field]})) != link("ff", ROW)  # type: ignore[arg-type] # by name


def test_another_hash_before_gives_another_hash() -> None:
    assert link("fe", ROW) != link("ff", ROW)


def test_nothing_can_move_from_one_field_to_its_neighbour() -> None:
    assert link("ff", replace(ROW, by="p1p", subject="2")) != link("ff", replace(ROW, by="p1", subject="p2"))


def test_no_person_is_not_a_person_without_a_name() -> None:
    assert link("ff", replace(ROW, by=None)) != link("ff", replace(ROW, by=""))


def test_a_detail_s_hash_holds_its_salt_and_its_body() -> None:
    assert len({hash_detail("s", "{}"), hash_detail("t", "{}"), hash_detail("s", '{"a":1}')}) == 3
