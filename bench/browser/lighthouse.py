"""Lighthouse on a page, as a slow phone would load it: simulated "Slow 4G", a fourth of the processor, small screen."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from bench.servers import PEERS

WITHIN: Final = 240  # seconds for one page, on a busy machine
ARGUMENTS: Final = (
    "--quiet", "--output=json", "--only-categories=performance,accessibility", "--form-factor=mobile",
    "--throttling-method=simulate", "--throttling.cpuSlowdownMultiplier=4",
)  # fmt: skip


def audit(port: int, url: str, folder: Path) -> dict[str, Any]:
    """The whole report on one page, opened in the browser that listens on this port.

    Raises RuntimeError when there is none.
    """
    found = folder / "lighthouse.json"
    found.unlink(missing_ok=True)
    command = ["node", str(PEERS / "node_modules" / "lighthouse" / "cli" / "index.js"), url, *ARGUMENTS]
    command += [f"--port={port}", f"--output-path={found}"]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=WITHIN, check=False)
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"Lighthouse took more than {WITHIN} s for {url}") from None
    if not found.exists():
        raise RuntimeError(f"Lighthouse ended with {done.returncode}: {done.stderr[-1000:]}")
    report: dict[str, Any] = json.loads(found.read_text())
    return report


def figures(report: Mapping[str, Any], url: str) -> dict[str, float]:
    """Points of a hundred, and seconds until the page answers. Raises RuntimeError if another page was looked at."""
    if report.get("runtimeError") or report["finalDisplayedUrl"] != url:
        raise RuntimeError(f"Lighthouse saw {report['finalDisplayedUrl']} for {url}: {report.get('runtimeError')}")
    points = {name: category["score"] for name, category in report["categories"].items()}
    seconds = report["audits"]["interactive"].get("numericValue")
    if seconds is None or None in points.values():
        raise RuntimeError(f"Lighthouse has no figure for {url}")
    return {
        "performance": points["performance"] * 100,
        "accessibility": points["accessibility"] * 100,
        "interactive": seconds / 1000,
    }


def complaints(report: Mapping[str, Any]) -> list[str]:
    """What of the page is not accessible, by the names of the checks."""
    checks = [each["id"] for each in report["categories"]["accessibility"]["auditRefs"]]
    return [name for name in checks if report["audits"][name]["score"] == 0]
