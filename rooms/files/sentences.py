"""Why a file is not taken, in words for whoever sent it."""

from collections.abc import Mapping
from typing import Final

from realtime.refusal import Refusal

TOO_LONG: Final = "A voice note is at most a minute long."

REASONS: Final[Mapping[str, str]] = {
    "empty": "This file is empty.",
    "program": "This is a program, or could be run as one. Programs cannot be sent here.",
    "page": "Web pages and SVG drawings cannot be sent here. Save it as a PDF or as a picture.",
    "archive": "Archives cannot be sent here. Take the files out, and send each of them.",
    "other_picture": "Pictures of this kind cannot be shown here. Save it as JPEG or PNG, then send that.",
    "macros": "This document has macros, which are small programs. Save it without them, then send that.",
    "locked": "This document is locked with a password, so that nobody can check it. Take the password off first.",
    "bomb": "This file unpacks to far more than it seems. It was not kept.",
    "pixels": "This picture has too many pixels. Make it smaller, then send that.",
    "damaged": "This file cannot be read. It may be damaged: save it anew, then send that.",
    "unknown": "Files of this kind cannot be sent here. Pictures, documents, sounds and short videos can.",
    "long": TOO_LONG,
    "no_voice": "This is no voice note. Record it anew, or attach it as a file.",
    "slow": "This file took too long to check. It was not kept.",
}


def refusal(reason: str) -> Refusal:
    sentence = REASONS.get(reason, REASONS["damaged"])
    return Refusal("bad_request", sentence, reason=reason)
