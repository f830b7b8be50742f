"""What sends pushes and mails is fetched only by a server that sends some."""

import subprocess
import sys

from tests.harness.program import ROOT

HEAVY = {"aiohttp", "requests", "pywebpush", "py_vapid", "aiosmtplib"}


def test_a_server_starts_without_what_sends_pushes_and_mails() -> None:
    program = f"import sys, app; print(sorted({HEAVY} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
