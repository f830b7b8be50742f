from typing import Any

import pytest

from bench.browser.tasks import figures

PAGE, WORKER = 7, 8
NAMES = [
    {"ph": "M", "name": "thread_name", "pid": 1, "tid": PAGE, "args": {"name": "CrRendererMain"}},
    {"ph": "M", "name": "thread_name", "pid": 1, "tid": WORKER, "args": {"name": "DedicatedWorker thread"}},
]


def task(
    took: float, worked: float, *, thread: int = PAGE, name: str = "ThreadControllerImpl::RunTask"
) -> dict[str, Any]:
    """As Chromium traces it: in microseconds, given in milliseconds."""
    times = {"dur": took * 1000, "tdur": worked * 1000}
    return {"ph": "X", "name": name, "pid": 1, "tid": thread, "args": {}, **times}


def test_tasks_over_fifty_milliseconds_are_long() -> None:
    found = figures([*NAMES, task(50, 50), task(50.1, 20), task(80, 60), task(1, 1)])
    assert found == {"tasks": 4, "longest": 80, "longest_cpu": 60, "long": 2, "long_cpu": 1}


def test_a_neighbour_makes_a_task_long_by_the_clock_only() -> None:
    found = figures([*NAMES, task(300, 2)])
    assert (found["long"], found["long_cpu"]) == (1, 0)


def test_only_tasks_of_pages_count() -> None:
    others = [task(900, 900, thread=WORKER), task(900, 900, name="Layout"), {"ph": "I", "name": "RunTask"}]
    assert figures([*NAMES, *others, task(3, 2)])["longest"] == 3


def test_a_task_whose_processor_time_is_unknown_counts_by_the_clock() -> None:
    found = task(70, 0)
    del found["tdur"]
    assert figures([*NAMES, found])["longest_cpu"] == 70


def test_no_trace_is_no_good_figure() -> None:
    with pytest.raises(RuntimeError, match="no tasks"):
        figures(NAMES)
