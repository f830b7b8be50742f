from typing import Any

import pytest

from bench.browser.lighthouse import complaints, figures

URL = "http://127.0.0.1:8000/"


def report(**more: Any) -> dict[str, Any]:
    return {
        "finalDisplayedUrl": URL,
        "categories": {
            "performance": {"score": 0.93},
            "accessibility": {"score": 0.96, "auditRefs": [{"id": "target-size"}, {"id": "label"}, {"id": "audio"}]},
        },
        "audits": {
            "interactive": {"score": 1, "numericValue": 2400.0},
            "target-size": {"score": 0},
            "label": {"score": 1},
            "audio": {"score": None},
        },
        **more,
    }


def test_points_are_of_a_hundred_and_times_in_seconds() -> None:
    assert figures(report(), URL) == {"performance": 93, "accessibility": 96, "interactive": 2.4}


@pytest.mark.parametrize(
    "more",
    [
        {"finalDisplayedUrl": f"{URL}sign-in?back=%2F"},
        {"runtimeError": {"code": "NO_FCP"}},
        {"audits": {"interactive": {"score": None}}},
        {"categories": {"performance": {"score": None}}},
    ],
)
def test_another_page_or_none_has_no_figures(more: dict[str, Any]) -> None:
    with pytest.raises(RuntimeError, match="Lighthouse"):
        figures(report(**more), URL)


def test_what_is_not_accessible_is_named() -> None:
    assert complaints(report()) == ["target-size"]
