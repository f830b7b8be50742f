"""`corridor import`: what it prints, what it refuses, and that a dry run is dry."""

import shutil
from pathlib import Path

import pytest

from tests.accounts.roster.test_pages import STAFF
from tests.harness import corridor
from tests.serving import demo_data


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration, without a server."""
    return Path(shutil.copytree(demo_data()[0], tmp_path_factory.mktemp("import") / "data"))


@pytest.fixture
def people(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(STAFF + "N1,learner,Zara,Quick,5,5A\nN2,wizard,Odd,One,,\n")
    return path


def test_a_dry_run_says_what_would_change_and_changes_nothing(data: Path, people: Path) -> None:
    first = corridor("import", "oakfield", str(people), "--dry-run", data=data)
    assert "1 learner is new." in first
    assert "! people.csv, line 18: “wizard” is no role. The row was left out." in first
    assert "It is done" not in first
    assert corridor("import", "oakfield", str(people), "--dry-run", data=data) == first


def test_it_is_carried_in_once_and_then_there_is_nothing_to_do(data: Path, people: Path) -> None:
    assert "It is done." in corridor("import", "oakfield", str(people), data=data)
    assert "Nothing changes." in corridor("import", "oakfield", str(people.parent), data=data)


def test_an_implausible_file_names_the_figure_that_confirms_it(data: Path, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("\n".join(STAFF.splitlines()[:3]))
    with pytest.raises(RuntimeError, match=r"--confirm \d+"):
        corridor("import", "oakfield", str(tmp_path / "people.csv"), data=data)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("atlantis", "people.csv"), "no school 'atlantis'"), (("oakfield", "people.csv", "--link", "x"), "ID=NAME"),
        (("oakfield", "people.csv", "--link", "N1=nobody"), "'nobody'"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_in_a_sentence(
    data: Path, people: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    given = [str(people.parent / each) if each.endswith(".csv") else each for each in arguments]
    with pytest.raises(RuntimeError, match=sentence) as caught:
        corridor("import", *given, data=data)
    assert "Traceback" not in str(caught.value)
