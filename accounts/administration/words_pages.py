"""The pages on which a school gives things its own names, and switches features on for some groups first."""

from typing import Any, Final

from msgspec import structs
from sqlalchemy import Connection, select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from accounts import settings
from accounts.administration.desk import Desk
from accounts.asking import require
from accounts.audit.log import record
from accounts.features import FEATURES
from accounts.frame import Form, signed_in_only
from accounts.model import school_group
from accounts.rights import ROOM_KINDS
from accounts.sessions import Actor
from accounts.settings import SchoolSettings, Switch
from accounts.words import LABELS, TOOLS, labels_of
from realtime.refusal import Refusal
from storage.database import Transaction

WORDS: Final = "/administration/words"
SWITCHES: Final = "/administration/features"


class WordsPages:
    """Routes of a school's words and switches."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        return [
            Route(WORDS, signed_in_only(self.show_words), methods=["GET"]),
            Route(WORDS, self.save_words, methods=["POST"]),
            Route(SWITCHES, signed_in_only(self.show_switches), methods=["GET"]),
            Route(SWITCHES, self.save_switches, methods=["POST"]),
        ]

    async def show_words(self, request: Request, refusal: Refusal | None = None) -> Response:
        now, links = await self._desk.read(request, _read)
        context = {"labels": now.labels, "kinds": ROOM_KINDS, "tools": TOOLS}
        return self._desk.render(request, "administration_names.html", context, links, refusal)

    async def show_switches(self, request: Request, refusal: Refusal | None = None) -> Response:
        (now, groups), links = await self._desk.read(request, _read_with_groups)
        context = {"switches": now.features, "features": FEATURES, "groups": groups}
        return self._desk.render(request, "administration_features.html", context, links, refusal)

    async def save_words(self, request: Request) -> Response:
        async def work(form: Form) -> str:
            await self._desk.write(request, lambda tx, actor, now_ms: _save_words(tx, actor, form, now_ms))
            return f"{WORDS}?said=saved"

        return await self._desk.change(request, work, self.show_words)

    async def save_switches(self, request: Request) -> Response:
        async def work(form: Form) -> str:
            await self._desk.write(request, lambda tx, actor, now_ms: _save_switches(tx, actor, form, now_ms))
            return f"{SWITCHES}?said=saved"

        return await self._desk.change(request, work, self.show_switches)


def _read(connection: Connection, actor: Actor, now_ms: int) -> SchoolSettings:
    require(connection, actor, "change_settings", now_ms)
    return settings.read(connection, actor.school)


def _read_with_groups(connection: Connection, actor: Actor, now_ms: int) -> tuple[SchoolSettings, list[Any]]:
    return _read(connection, actor, now_ms), _groups(connection, actor)


def _groups(connection: Connection, actor: Actor) -> list[Any]:
    of = (school_group.c.school_id == actor.school) & school_group.c.archived_ms.is_(None)
    chosen = select(school_group.c.id, school_group.c.kind, school_group.c.name).where(of)
    return list(connection.execute(chosen.order_by(school_group.c.kind, school_group.c.name)).all())


def _save_words(tx: Transaction, actor: Actor, form: Form, now_ms: int) -> None:
    labels = labels_of({key: form.text(key) for key in LABELS})
    _save(tx, actor, {"labels": labels}, now_ms)


def _save_switches(tx: Transaction, actor: Actor, form: Form, now_ms: int) -> None:
    known = {row.id for row in _groups(tx.connection, actor)}
    _save(tx, actor, {"features": {name: _switch(form, name, known) for name in FEATURES}}, now_ms)


def _switch(form: Form, name: str, known: set[str]) -> Switch:
    groups = tuple(dict.fromkeys(form.all(f"{name}_groups")))
    match form.text(name):
        case "everybody":
            return Switch()
        case "nobody":
            return Switch("nobody")
        case "groups" if groups:
            if not known.issuperset(groups):
                raise Refusal("not_found", "There is no such group at this school.")
            return Switch("groups", groups)
        case "groups":
            raise Refusal("bad_request", "Choose the groups that begin with it.")
        case _:
            raise Refusal("bad_request")


def _save(tx: Transaction, actor: Actor, changed: dict[str, Any], now_ms: int) -> None:
    require(tx.connection, actor, "change_settings", now_ms)
    before = settings.read(tx.connection, actor.school)
    after = structs.replace(before, **changed)
    if after != before:
        settings.write(tx, actor.school, after)
        record(
            tx, actor.school, "settings_changed", now_ms,
            by=actor.person, in_school=actor.in_school, detail={"fields": sorted(changed)},
        )  # fmt: skip
