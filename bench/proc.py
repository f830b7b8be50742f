"""What a process used, read from the kernel, and where it may run."""

import os
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ALL_CORES = frozenset(os.sched_getaffinity(0))
SERVER_CORE = frozenset(sorted(ALL_CORES)[:1])
OTHER_CORES = ALL_CORES - SERVER_CORE or ALL_CORES  # with one core all share it
_CPU_CLOCK_OF_PROCESS = 2  # CPUCLOCK_SCHED in the kernel's clock ids: all threads, user and system


def cpu_seconds(pid: int) -> float:
    """User and system time of `pid` and its threads since it started.

    The sum of fields 14 and 15 of /proc/PID/stat, from the clock behind them, which counts nanoseconds instead of
    ticks of 10 ms. The id is built as clock_getcpuclockid(3) builds it.
    """
    return time.clock_gettime(~pid << 3 | _CPU_CLOCK_OF_PROCESS)


def resident_bytes(pid: int) -> int:
    """Resident memory of `pid`: the second field of /proc/PID/statm."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def raise_file_limit() -> int:
    """Allow as many open files as the machine permits; returns how many that is."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


@contextmanager
def started_on(cores: frozenset[int]) -> Iterator[None]:
    """Processes started in this block run on these cores only."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
