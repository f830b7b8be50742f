"""The demonstration's groups and relations: as a roster would have brought them."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.accounts.roster.test_pages import STAFF
from tests.harness import corridor
from tests.serving import demo_data


def ask(sql: str) -> list[tuple[Any, ...]]:
    folder, _ = demo_data()
    with closing(sqlite3.connect(folder / "corridor.db")) as database:
        return list(database.execute(sql))


@pytest.mark.parametrize(
    ("slug", "kinds"), [("oakfield", {"class", "club"}), ("hillcrest", {"tutor", "teaching", "house"})]
)
def test_every_learner_is_in_a_group_that_somebody_teaches(slug: str, kinds: set[str]) -> None:
    rows = ask(f"""
        SELECT g.kind, sum(m.part = 'learner'), sum(m.part IN ('teacher', 'head')) FROM school_group g
        JOIN group_member m ON m.group_id = g.id JOIN school s ON s.id = g.school_id
        WHERE s.slug = '{slug}' GROUP BY g.id
    """)
    assert {row[0] for row in rows} == kinds
    assert all(learners and teachers for _, learners, teachers in rows)


def test_each_school_has_a_guardian_of_a_learner_line_managers_and_terms() -> None:
    assert ask("""SELECT a.role, l.role, count(*) FROM guardian g JOIN person a ON a.id = g.guardian_id
                  JOIN person l ON l.id = g.learner_id""") == [("guardian", "learner", 3)]
    assert ask("SELECT count(DISTINCT school_id) FROM term WHERE kind = 'term'") == [(3,)]
    assert ask("SELECT count(*) FROM person WHERE manager_id IS NOT NULL") == [(24,)]
    assert ask("SELECT count(*) FROM person WHERE sourced_id IS NULL OR full_name = ''") == [(0,)]


def test_a_roster_with_its_ids_finds_everybody_again(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text(STAFF)
    said = corridor("import", "oakfield", str(tmp_path / "people.csv"), "--dry-run", data=demo_data()[0])
    assert "leave" not in said
    assert "new" not in said
