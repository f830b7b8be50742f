"""The marks of tests in the browser: one event loop for all, on which the browser lives."""

import pytest

BROWSER = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
ON_SQLITE = pytest.mark.parametrize("template", ["sqlite"], indirect=True)
"""For tests of what pages do by themselves. Those of what goes between servers run on each kind of database."""
