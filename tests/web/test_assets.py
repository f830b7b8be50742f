"""The built front end: names with hashes, and a sentence when it is not built."""

from pathlib import Path

import pytest

from web.assets import FOLDER, Assets


def test_a_name_leads_to_the_built_file() -> None:
    url = Assets().url("main.js")
    assert url.startswith("/static/")
    assert (FOLDER / url.removeprefix("/static/")).exists()


def test_an_unbuilt_front_end_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="not built yet: run `make"):
        Assets(tmp_path)
