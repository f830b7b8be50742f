"""What the main thread of a page did, task by task, from what Chromium traced. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

CATEGORIES: Final = ["toplevel"]
LONG_MS: Final = 50  # as the Long Tasks API has it
MAIN_THREAD: Final = "CrRendererMain"
TASK: Final = "RunTask"


def figures(events: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """The longest task by the clock and by the processor, and how many were long by the clock, in milliseconds.

    Raises RuntimeError where nothing was traced.
    """
    tasks = of_pages(list(events))
    if not tasks:
        raise RuntimeError("no tasks were traced")
    took = [each["dur"] / 1000 for each in tasks]
    worked = [each.get("tdur", each["dur"]) / 1000 for each in tasks]
    return {
        "tasks": len(tasks),
        "longest": max(took),
        "longest_cpu": max(worked),
        "long": sum(each > LONG_MS for each in took),
        "long_cpu": sum(each > LONG_MS for each in worked),
    }


def of_pages(events: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The tasks of the main threads of pages; a task within a task is a part of it."""
    names = {
        (each["pid"], each["tid"]): each["args"]["name"]
        for each in events
        if each["ph"] == "M" and each["name"] == "thread_name"
    }
    return [
        each
        for each in events
        if each["ph"] == "X" and each["name"].endswith(TASK) and names.get((each["pid"], each["tid"])) == MAIN_THREAD
    ]
