"""What is measured. Each scenario knows its targets and how to measure one round of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bench.scenarios import browser, connections, durable, fan_out, growth, pages, rights, search, sign_in, windows
from bench.targets import Target
from bench.work import Work


@dataclass(frozen=True)
class Scenario:
    """One of the things that --only can name."""

    targets: Sequence[Target]
    measure: Callable[[Work], None]


SCENARIOS: Mapping[str, Scenario] = {
    "fan-out": Scenario(fan_out.TARGETS, fan_out.measure),
    "many-rooms": Scenario(fan_out.ROOMS_TARGETS, fan_out.measure_rooms),
    "durable": Scenario(durable.TARGETS, durable.measure),
    "connections": Scenario(connections.TARGETS, connections.measure),
    "growth": Scenario(growth.TARGETS, growth.measure),
    "sign-in": Scenario(sign_in.TARGETS, sign_in.measure),
    "rights": Scenario(rights.TARGETS, rights.measure),
    "windows": Scenario(windows.TARGETS, windows.measure),
    "pages": Scenario(pages.TARGETS, pages.measure),
    "search": Scenario(search.TARGETS, search.measure),
    "browser": Scenario(browser.TARGETS, browser.measure),
}
