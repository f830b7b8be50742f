"""Lets each proxy that is on this machine read the configuration that we deploy for it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.harness.proxy import SETUPS, available, verify


def main() -> None:
    """Print each proxy's verdict, and end with 1 if one complains. One that is not here is named, not hidden."""
    complaints = {kind: verify(kind) for kind in available()}
    for kind in SETUPS:
        print(f"  {kind}: {'not on this machine' if kind not in complaints else complaints[kind] or 'valid'}")
    sys.exit(any(complaints.values()))


if __name__ == "__main__":
    main()
