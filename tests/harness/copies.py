"""What a client knows of its rooms, kept by the client's rule of the live protocol. No I/O."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Frame = dict[str, Any]
Verdict = Literal["applied", "known", "gap"]


@dataclass(frozen=True)
class Message:
    """A message as a reader sees it. Once removed only its author is left."""

    by: str
    text: str = ""
    reply_to: str | None = None
    removed: bool = False


@dataclass
class Copy:
    """One room: how far it was read, and what it adds up to. `applied` are the seqs that came as events, in order."""

    last: int = 0
    messages: dict[str, Message] = field(default_factory=dict)
    applied: list[int] = field(default_factory=list)

    def receive(self, event: Frame) -> Verdict:
        """`seq = last + 1`: apply. Not above `last`: drop. More: there is a gap, and nothing is done."""
        if event["seq"] <= self.last:
            return "known"
        if event["seq"] > self.last + 1:
            return "gap"
        self.last = event["seq"]
        self.applied.append(self.last)
        self._apply(event["kind"], event["by"], event["body"])
        return "applied"

    def replace(self, seq: int, messages: Iterable[Frame]) -> None:
        """Begin anew from the room's page, whose `seq` was read before its rows."""
        self.last = seq
        self.messages = {each["id"]: _from_page(each) for each in messages}

    def _apply(self, kind: str, by: str, body: Mapping[str, Any]) -> None:
        known = self.messages.get(body.get("message", ""))
        match kind:
            case "message_posted":
                self.messages[body["message"]] = _posted(by, body)
            case "message_edited" if known and not known.removed and not body.get("removed"):
                self.messages[body["message"]] = Message(known.by, body["text"], known.reply_to)
            case "message_removed" if known:
                self.messages[body["message"]] = Message(known.by, removed=True)


def _posted(by: str, body: Mapping[str, Any]) -> Message:
    if body.get("removed"):
        return Message(by, removed=True)
    return Message(by, body["text"], body.get("reply_to"))


def _from_page(given: Frame) -> Message:
    if given["removed"]:
        return Message(given["by"], removed=True)
    return Message(given["by"], given["text"], given.get("reply_to"))
