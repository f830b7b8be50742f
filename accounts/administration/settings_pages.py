"""The page of a school's settings, in plain words."""

from typing import Any, Final

from msgspec import structs
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from accounts import settings
from accounts.administration import settings_form as fields
from accounts.administration.desk import Desk
from accounts.asking import require
from accounts.audit.log import record
from accounts.frame import Form, signed_in_only
from accounts.rights import STAFF_ROLES
from accounts.sessions import Actor
from accounts.settings import SchoolSettings
from realtime.refusal import Refusal
from storage.database import Transaction

PATH: Final = "/administration/settings"


class SettingsPages:
    """Routes of a school's settings."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        return [
            Route(PATH, signed_in_only(self.show), methods=["GET"]),
            Route(PATH, self.save, methods=["POST"]),
        ]

    async def show(self, request: Request, refusal: Refusal | None = None) -> Response:
        now, links = await self._desk.read(request, _read)
        context = {"settings": now, "staff_roles": sorted(STAFF_ROLES), "video_sites": fields.VIDEO_SITES}
        return self._desk.render(request, "administration_settings.html", context, links, refusal)

    async def save(self, request: Request) -> Response:
        async def work(form: Form) -> str:
            await self._desk.write(request, lambda tx, actor, now_ms: save(tx, actor, form, now_ms))
            return f"{PATH}?said=saved"

        return await self._desk.change(request, work, self.show)


def _read(connection: Connection, actor: Actor, now_ms: int) -> SchoolSettings:
    require(connection, actor, "change_settings", now_ms)
    return settings.read(connection, actor.school)


def save(tx: Transaction, actor: Actor, form: Form, now_ms: int) -> None:
    """Keep what a form says and audit which fields changed; Refusal `bad_request` says what cannot be."""
    require(tx.connection, actor, "change_settings", now_ms)
    before = settings.read(tx.connection, actor.school)
    after = structs.replace(before, **_wanted(form))
    changed = fields.changed_fields(before, after)
    if changed:
        settings.write(tx, actor.school, after)
        record(
            tx, actor.school, "settings_changed", now_ms,
            by=actor.person, in_school=actor.in_school, detail={"fields": changed},
        )  # fmt: skip


def _outside(form: Form) -> dict[str, Any]:
    """What may come from outside; nothing from a form that does not speak of it."""
    if "card_hosts" not in form:
        return {}
    sites = fields.video_sites_of(form.all("video_sites"))
    return {"card_hosts": fields.hosts_of(form.text("card_hosts")), "video_sites": sites}


def _helpline(form: Form) -> dict[str, Any]:
    """Whom children can call; nothing from a form that does not speak of it."""
    return {"helpline": fields.helpline_of(form.text("helpline"))} if "helpline" in form else {}


def _files(form: Form) -> dict[str, Any]:
    """How large files may be; nothing from a form that does not speak of it."""
    if "largest_file" not in form:
        return {}
    return {
        "largest_file": fields.number_of(form.text("largest_file"), fields.LARGEST_FILE),
        "files_per_person": fields.number_of(form.text("files_per_person"), fields.FILES_PER_PERSON),
    }


def _stickies(form: Form) -> dict[str, Any]:
    """To how many people at once one may write; nothing from a form that does not speak of it."""
    if "stickies_learner_group" not in form:
        return {}
    return {
        name: fields.number_of(form.text(name), fields.STICKY_GROUP)
        for name in ("stickies_learner_group", "stickies_adult_group")
    }


def _told(form: Form) -> dict[str, Any]:
    """Whether learners are told outside of the pages; nothing from a form that does not speak of it."""
    if "mail_from_year" not in form:
        return {}
    return {
        "push_for_learners": form.text("push_for_learners") == "true",
        "mail_from_year": fields.number_of(form.text("mail_from_year"), fields.MAIL_FROM),
    }


def _wanted(form: Form) -> dict[str, Any]:
    starts, ends = fields.day_times_of(form.text("day_starts"), form.text("day_ends"))
    return {
        "networks": fields.networks_of(form.text("networks")),
        "day_starts": starts,
        "day_ends": ends,
        "second_step": fields.roles_of(form.all("second_step")),
        "passwords_from_year": fields.number_of(form.text("passwords_from_year"), fields.PASSWORDS_FROM),
        "leaver_days": fields.number_of(form.text("leaver_days"), fields.LEAVER_DAYS),
        "access_log_days": fields.number_of(form.text("access_log_days"), fields.ACCESS_LOG_DAYS),
        "largest_change": fields.number_of(form.text("largest_change"), fields.LARGEST_CHANGE),
        **_stickies(form),
        **_helpline(form),
        **_files(form),
        **_told(form),
        **_outside(form),
    }
