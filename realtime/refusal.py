"""The one error type: a code for machines, a sentence for people, one table to HTTP."""

from collections.abc import Mapping
from typing import Any

HTTP_STATUS: Mapping[str, int] = {
    "bad_request": 400,
    "unauthenticated": 401,
    "forbidden": 403,
    "second_step": 403,
    "muted": 403,
    "window_closed": 403,
    "room_closed": 403,
    "not_found": 404,
    "key_conflict": 409,
    "too_large": 413,
    "rate_limited": 429,
    "paused": 503,
    "unavailable": 503,
}

TEMPORARY = frozenset({"rate_limited", "unavailable", "paused"})

SENTENCES: Mapping[str, str] = {
    "bad_request": "This could not be understood.",
    "unauthenticated": "Please sign in first.",
    "forbidden": "You may not do this here.",
    "second_step": "This needs a second step when you sign in. Add one to your account first.",
    "muted": "You cannot write here at the moment.",
    "window_closed": "Writing here is closed at this time.",
    "room_closed": "This room is closed. You can still read it.",
    "not_found": "There is nothing here.",
    "key_conflict": "This was sent before with other words.",
    "too_large": "This is too long.",
    "rate_limited": "That was a lot at once. Wait a moment, then try again.",
    "paused": "A grown-up has paused messages for now. You can still read, and you can always ask for help.",
    "unavailable": "The server cannot save at the moment. Try again soon.",
}


class Refusal(Exception):  # noqa: N818 - the protocol's word for it
    """Something is not done. `code` is one of HTTP_STATUS; `more` travels beside it (`retry_ms`, `opens_at`)."""

    def __init__(self, code: str, message: str | None = None, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.message = message or SENTENCES[code]
        self.more = more

    def fields(self) -> dict[str, Any]:
        """What every door answers: `{"code","message","temporary",…}`."""
        temporary = self.code in TEMPORARY
        return {"code": self.code, "message": self.message, "temporary": temporary, **self.more}

    @property
    def http_status(self) -> int:
        return HTTP_STATUS[self.code]
