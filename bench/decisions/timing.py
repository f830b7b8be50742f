"""Several ways to do the same, taken in turns."""

import statistics
import time
from collections.abc import Awaitable, Callable, Mapping

Way = Callable[[], Awaitable[None]]
Taken = list[tuple[float, float]]  # microseconds by the clock, and of this process's CPU


async def compare(ways: Mapping[str, Way], *, rounds: int, each: int, unit: str) -> None:
    """Print for one of `each` things that a call of a way does: the CPU of this process, and the clock. Medians."""
    taken: dict[str, Taken] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            started, cpu = time.perf_counter(), time.process_time()
            await way()
            used = time.process_time() - cpu
            taken[name].append(((time.perf_counter() - started) / each * 1e6, used / each * 1e6))
    for name, times in taken.items():
        clock, cpu = (statistics.median(column) for column in zip(*times, strict=True))
        print(f"{name:<42}{cpu:>8.1f} µs of CPU a {unit}, {clock:.1f} by the clock")
