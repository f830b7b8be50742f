"""The page where a school's provider is entered, tried and taken away."""

from typing import Any, Final

from msgspec import Struct
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from accounts.administration.desk import Desk
from accounts.asking import require
from accounts.frame import Form, signed_in_only
from accounts.people import find
from accounts.sessions import Actor
from accounts.settings import Provider
from accounts.sso import keeping
from accounts.sso.faults import WHY, ProviderFault
from accounts.sso.signing_on import SigningOn
from realtime.refusal import Refusal
from storage.database import Transaction

PATH: Final = "/administration/sso"


class State(Struct, frozen=True):
    """What the page shows. `people`: for how many the provider has vouched."""

    provider: Provider | None
    people: int


class ProviderPages:
    """Routes of a school's single sign-on."""

    def __init__(self, desk: Desk, signing_on: SigningOn, secret: bytes) -> None:
        self._desk = desk
        self._signing_on = signing_on
        self._seal = keeping.sealer(secret)

    def routes(self) -> list[Route]:
        return [
            Route(PATH, signed_in_only(self.show), methods=["GET"]),
            Route(PATH, self.save, methods=["POST"]),
            Route(f"{PATH}/test", self.test, methods=["POST"]),
            Route(f"{PATH}/remove", self.remove, methods=["POST"]),
            Route(f"{PATH}/forget", self.forget, methods=["POST"]),
        ]

    async def show(self, request: Request, refusal: Refusal | None = None, typed: Form | None = None) -> Response:
        state, links = await self._desk.read(request, _read)
        why = {str(reason): sentence for reason, sentence in WHY.items()}.get(request.query_params.get("fault", ""))
        context: dict[str, Any] = {
            "provider": state.provider,
            "people": state.people,
            "typed": typed or {},
            "origin": f"{request.url.scheme}://{request.url.netloc}",
            "fault": self._desk.pages.sentence(request, why) if why else None,
        }
        return self._desk.render(request, "administration_sso.html", context, links, refusal)

    async def save(self, request: Request) -> Response:
        typed: Form | None = None

        async def work(form: Form) -> str:
            nonlocal typed
            typed = form
            await self._desk.write(request, lambda tx, actor, now_ms: self._keep(tx, actor, _wanted(form), now_ms))
            return f"{PATH}?said=saved"

        async def again(request: Request, refusal: Refusal | None) -> Response:
            return await self.show(request, refusal, typed)

        return await self._desk.change(request, work, again)

    async def test(self, request: Request) -> Response:
        """Ask the provider now; what is wrong is told in the words of whoever can put it right."""

        async def work(_: Form) -> str:
            state, _links = await self._desk.read(request, _read)
            if state.provider is None:
                return PATH
            try:
                await self._signing_on.check(state.provider)
            except ProviderFault as fault:
                return f"{PATH}?fault={fault.reason}"
            return f"{PATH}?said=answers"

        return await self._desk.change(request, work, self.show)

    async def remove(self, request: Request) -> Response:
        async def work(_: Form) -> str:
            await self._desk.write(request, lambda tx, actor, now_ms: self._keep(tx, actor, None, now_ms))
            return f"{PATH}?said=removed"

        return await self._desk.change(request, work, self.show)

    async def forget(self, request: Request) -> Response:
        async def work(form: Form) -> str:
            gone = await self._desk.write(request, lambda tx, actor, now_ms: _forget(tx, actor, form, now_ms))
            return f"{PATH}?said={'forgotten' if gone else 'unknown'}"

        return await self._desk.change(request, work, self.show)

    def _keep(self, tx: Transaction, actor: Actor, wanted: Provider | None, now_ms: int) -> None:
        require(tx.connection, actor, "change_settings", now_ms)
        keeping.keep(tx, actor.school, wanted, self._seal, now_ms, actor.person)


def _read(connection: Connection, actor: Actor, now_ms: int) -> State:
    require(connection, actor, "change_settings", now_ms)
    return State(keeping.provider_of(connection, actor.school), keeping.remembered(connection, actor.school))


def _forget(tx: Transaction, actor: Actor, form: Form, now_ms: int) -> bool:
    require(tx.connection, actor, "change_settings", now_ms)
    try:
        person = find(tx, actor.school_slug, form.text("name"))
    except Refusal:
        return False
    return keeping.forget(tx, actor.school, person, now_ms, actor.person)


def _wanted(form: Form) -> Provider:
    return Provider(
        issuer=form.text("issuer"), client_id=form.text("client_id"), client_secret=form.text("client_secret"),
        name=form.text("name"), claim=form.text("claim"), trusts_mfa=form.text("trusts_mfa") == "true",
    )  # fmt: skip
