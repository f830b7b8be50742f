"""What every peer sends for a message: the same fields, and so the same bytes, as our event."""

from datetime import UTC, datetime

ROOM = "r0000000000"


def event(room: str, seq: int, text: str) -> dict[str, object]:
    """A message as an event of `room`'s log."""
    return {
        "type": "event",
        "room": room,
        "seq": seq,
        "kind": "message_posted",
        "by": "p0000000000",
        "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "body": {"message": f"m{seq}-{room}", "text": text},
    }
