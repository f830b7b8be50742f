"""What a browser complains about while a test runs: no page of ours gives it a reason."""

import re
from collections.abc import Iterable

from playwright.async_api import BrowserContext, ConsoleMessage, Dialog, Request, WebError

# The last is the service worker's script, which is asked for after each page.
LOST_CONNECTION = r"net::ERR_|WebSocket connection to|WebSocket is closed|error occurred when fetching the script"


# Of a page whose session has just ended: its line is refused before the page is left.
ENDED = r"WebSocket connection to .* failed: HTTP Authentication failed"


class Complaints:
    """Errors in the console (breaches of the content policy are such), uncaught errors, dialogs, other sites' files."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self._found: list[str] = []
        self._forgiven: list[str] = [ENDED]
        self._url = url
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("dialog", self._dialog)
        context.on("request", self._request)

    def forgive(self, *patterns: str) -> None:
        """What the test provokes: a server that is killed leaves failed requests in the console."""
        self._forgiven += patterns

    @property
    def left(self) -> list[str]:
        return [found for found in self._found if not matches(found, self._forgiven)]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._found.append(f"console: {message.text} ({message.location.get('url')})")

    def _error(self, error: WebError) -> None:
        self._found.append(f"uncaught: {error.error}")

    async def _dialog(self, dialog: Dialog) -> None:
        self._found.append(f"dialog: {dialog.message}")
        await dialog.dismiss()

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self._url, "data:", "blob:")):
            self._found.append(f"another site: {request.url}")


def matches(found: str, patterns: Iterable[str]) -> bool:
    return any(re.search(pattern, found) for pattern in patterns)
