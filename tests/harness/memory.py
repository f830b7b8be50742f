"""How much memory a process holds."""

from pathlib import Path
from typing import Final

from tests.harness.program import Program

MORE_MEMORY: Final = 24 << 20  # bytes by which a server may grow for reasons of its own


def memory(program: Program) -> int:
    """Resident bytes."""
    status = Path(f"/proc/{program.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) * 1024
