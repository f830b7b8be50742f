"""What administrators do with windows: each change judged, audited, and live at once."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from accounts import rules as naming
from accounts.asking import require
from accounts.audit.log import record
from accounts.policy import store
from accounts.policy.store import AnnounceAll
from accounts.policy.windows import BUILT_IN, OneOff, Span, Window
from accounts.sessions import Actor
from accounts.windows import model
from realtime.refusal import Refusal
from storage.database import Transaction
from storage.ids import new_id

MOST_WINDOWS: Final = 20
MOST_SPANS: Final = 10
MOST_ONCE: Final = 50  # that hold or will
LONGEST_WHY: Final = 120
LONGEST_MS: Final = 370 * 24 * 3600 * 1000


class WindowChanges:
    """Changes of one administrator in one transaction. Refusal says what cannot be."""

    def __init__(self, tx: Transaction, actor: Actor, announce: AnnounceAll, now_ms: int) -> None:
        self._tx = tx
        self._actor = actor
        self._announce = announce
        self._now_ms = now_ms
        require(tx.connection, actor, "change_policy", now_ms)
        self._own = model.own_windows(tx.connection, actor.school)

    def make(self, name: str, spans: Sequence[Span]) -> str:
        """A window of the school's own; gives its id."""
        if len(self._own) >= MOST_WINDOWS:
            raise Refusal("too_large", "There are as many opening times as there can be. Remove one first.")
        window = checked(Window(new_id("w"), name, tuple(spans)), self._own)
        model.keep(self._tx, self._actor.school, window, self._actor.person, self._now_ms)
        self._done("window_made", window.id, {"after": _plain(window)})
        return window.id

    def change(self, window_id: str, name: str, spans: Sequence[Span]) -> None:
        before = self._known(window_id)
        window = checked(Window(window_id, name, tuple(spans)), self._own)
        model.keep(self._tx, self._actor.school, window, self._actor.person, self._now_ms)
        self._done("window_changed", window_id, {"before": _plain(before), "after": _plain(window)})

    def remove(self, window_id: str) -> None:
        """Rules that name it never hold from now on."""
        before = self._known(window_id)
        model.remove(self._tx, window_id)
        self._done("window_removed", window_id, {"before": _plain(before)})

    def hold_once(self, once: OneOff) -> str:
        """Open or close for once. Its id, and who made it when, are filled in here; gives the id."""
        if once.window not in (None, *BUILT_IN, *self._own):
            raise Refusal("not_found", "There are no such opening times.")
        wanted = msgspec.structs.replace(
            once, id=new_id("e"), by=self._actor.person, made_ms=self._now_ms, why=_checked_why(once.why)
        )
        if not max(wanted.from_ms, self._now_ms) < wanted.until_ms <= wanted.from_ms + LONGEST_MS:
            raise Refusal("bad_request", "The end has to come after the start and after now, within a year.")
        held = model.held_once(self._tx.connection, self._actor.school)
        if sum(each.over_ms > self._now_ms for each in held) >= MOST_ONCE:
            raise Refusal("too_large", "There are as many exceptions as there can be. End one first.")
        model.hold_once(self._tx, self._actor.school, wanted)
        detail = {"window": wanted.window, "from_ms": wanted.from_ms, "until_ms": wanted.until_ms}
        self._done("window_opened" if wanted.opens else "window_closed", wanted.id, detail)
        return wanted.id

    def end_once(self, once: str) -> None:
        """From now on it holds no more; what was over already stays as it was."""
        held = {each.id: each for each in model.held_once(self._tx.connection, self._actor.school)}
        if once not in held:
            raise Refusal("not_found")
        if held[once].over_ms > self._now_ms:
            model.end_once(self._tx, once, self._actor.person, self._now_ms)
            self._done("window_once_ended", once, {"window": held[once].window})

    def _known(self, window_id: str) -> Window:
        if window_id not in self._own:
            raise Refusal("not_found", "There are no such opening times.")
        return self._own[window_id]

    def _done(self, kind: str, of: str, detail: Mapping[str, Any]) -> None:
        school, actor = self._actor.school, self._actor
        store.changed(self._tx, school, self._announce, self._now_ms)
        record(
            self._tx, school, kind, self._now_ms, by=actor.person, in_school=bool(actor.in_school),
            detail={"of": of, **detail},
        )  # fmt: skip


def checked(window: Window, own: Mapping[str, Window]) -> Window:
    """A window that a school may have beside its others; Refusal `bad_request` says why not."""
    name = naming.check_name(window.name)
    if any(each.name.lower() == name.lower() and each.id != window.id for each in own.values()):
        raise Refusal("bad_request", "There are opening times of this name already.")
    if not 1 <= len(window.spans) <= MOST_SPANS:
        raise Refusal("bad_request", "Opening times say on which days, from when, and until when.")
    return msgspec.structs.replace(window, name=name)


def _checked_why(why: str) -> str:
    why = " ".join(why.split())
    if not 1 <= len(why) <= LONGEST_WHY or not why.isprintable():
        raise Refusal("bad_request", "Please say in a few words why.")
    return why


def _plain(window: Window) -> Any:
    return msgspec.to_builtins(window)
