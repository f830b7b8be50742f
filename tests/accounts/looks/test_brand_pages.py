"""What browsers fetch for themselves."""

import pytest

from accounts.looks.brand_pages import stylesheet
from tests.serving import Served


def test_a_colour_is_a_stylesheet_that_may_be_kept_for_good(served: Served) -> None:
    with served.nobody() as client:
        answer = client.get("/brand/ff0000.css")
        assert answer.headers["content-type"].startswith("text/css")
        assert "immutable" in answer.headers["cache-control"]
        assert "--hue:#" in answer.text


@pytest.mark.parametrize("path", ["red.css", "ff00.css", "FF0000.css", "ff0000%7D.css", "nothing.png", "%00.png"])
def test_there_is_nothing_else(served: Served, path: str) -> None:
    with served.nobody() as client:
        assert client.get(f"/brand/{path}").status_code == 404


def test_who_asks_for_more_contrast_gets_it() -> None:
    made = stylesheet("808000")
    assert len({part.split(";")[0] for part in made.split("--hue:")[1:]}) == 2
    assert "prefers-contrast" in made


def test_the_service_worker_is_asked_for_anew_and_answers_for_all_pages(served: Served) -> None:
    with served.nobody() as client:
        answer = client.get("/service-worker.js")
        assert answer.headers["cache-control"] == "no-cache"
        assert answer.headers["content-type"].startswith("text/javascript")
        assert "/static/main-" in answer.text, "it knows the build that it belongs to"


def test_the_offline_page_is_nobodys(served: Served) -> None:
    with served.nobody() as nobody:
        answer = nobody.get("/offline", headers={"Accept": "text/html"})
    assert "You are offline" in answer.text
    assert "csrf" not in answer.text
