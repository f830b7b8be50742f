"""What a form says about the calendar, checked, kept and audited."""

from datetime import date, timedelta
from typing import Final

from msgspec import structs

from accounts import settings
from accounts.asking import require
from accounts.audit.log import record
from accounts.calendar import model
from accounts.calendar.rules import KINDS, Days, known_place
from accounts.frame import Form
from accounts.sessions import Actor
from realtime.refusal import Refusal
from storage.database import Transaction

LONGEST_NAME: Final = 60
LONGEST: Final = timedelta(days=370)


def add(tx: Transaction, actor: Actor, form: Form, now_ms: int) -> None:
    require(tx.connection, actor, "change_settings", now_ms)
    made = model.add(tx, actor.school, _days(form, ""))
    _record(tx, actor, now_ms, {"entry": made, "change": "added"})


def change(tx: Transaction, actor: Actor, entry: str, form: Form, now_ms: int) -> None:
    require(tx.connection, actor, "change_settings", now_ms)
    model.change(tx, actor.school, _days(form, entry))
    _record(tx, actor, now_ms, {"entry": entry, "change": "changed"})


def remove(tx: Transaction, actor: Actor, entry: str, now_ms: int) -> None:
    require(tx.connection, actor, "change_settings", now_ms)
    model.remove(tx, actor.school, entry)
    _record(tx, actor, now_ms, {"entry": entry, "change": "removed"})


def set_hours(tx: Transaction, actor: Actor, form: Form, now_ms: int) -> None:
    """The hours of a day, and whose bank holidays are kept."""
    require(tx.connection, actor, "change_settings", now_ms)
    country, _, subdivision = form.text("place").partition("-")
    if not known_place(country, subdivision):
        raise Refusal("bad_request", "The bank holidays of this place are not known.")
    starts, ends = form.text("day_starts")[:5], form.text("day_ends")[:5]
    if not starts < ends:
        raise Refusal("bad_request", "A school day ends after it starts.")
    wanted = structs.replace(
        settings.read(tx.connection, actor.school), day_starts=starts, day_ends=ends, country=country,
        subdivision=subdivision,
    )  # fmt: skip
    settings.write(tx, actor.school, wanted)
    _record(tx, actor, now_ms, {"change": "hours"})


def _days(form: Form, entry: str) -> Days:
    """Refusal `bad_request` says what does not fit."""
    kind, name = form.text("kind"), " ".join(form.text("name").split())
    try:
        starts_on = date.fromisoformat(form.text("starts_on"))
        ends_on = date.fromisoformat(form.text("ends_on") or form.text("starts_on"))
    except ValueError:
        raise Refusal("bad_request", "Please give a first and a last day.") from None
    if kind not in KINDS or not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise Refusal("bad_request", "An entry of the calendar has a kind and a name of at most 60 letters.")
    if ends_on < starts_on or ends_on - starts_on > LONGEST:
        raise Refusal("bad_request", "The last day comes after the first, and within a year.")
    return Days(entry, kind, name, starts_on, ends_on)


def _record(tx: Transaction, actor: Actor, now_ms: int, detail: dict[str, str]) -> None:
    record(tx, actor.school, "term_changed", now_ms, by=actor.person, in_school=actor.in_school, detail=detail)
