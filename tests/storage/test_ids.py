"""Ids tell the kind, and nothing else."""

import re

from storage.ids import new_id


def test_an_id_is_a_letter_and_ten_characters_that_nobody_confuses() -> None:
    for kind in "sprdk":
        assert re.fullmatch(kind + "[0-9a-hjkmnp-tv-z]{10}", new_id(kind))


def test_ids_do_not_repeat_or_follow_each_other() -> None:
    made = [new_id("r") for _ in range(2000)]
    assert len(set(made)) == len(made)
    assert made != sorted(made)


def test_every_character_occurs_in_every_place() -> None:
    made = [new_id("r") for _ in range(2000)]
    assert {len({each[place] for each in made}) for place in range(1, 11)} == {32}
