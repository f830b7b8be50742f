"""Schools that trust providers, and a browser that goes there and comes back."""

import asyncio
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from accounts import sessions
from accounts.audit.model import audit_detail, audit_log
from accounts.model import person as person_table
from accounts.model import session as session_table
from accounts.sessions import Actor
from accounts.settings import Provider as Kept
from accounts.signing_in import SignedIn, SigningIn, Visit
from accounts.sso import keeping
from accounts.sso.signing_on import Departure, Return, SigningOn
from realtime.refusal import Refusal
from tests.harness.provider import Provider, query_of
from tests.world import SECRET, School, World

SITE = "https://corridor.example"


class Entry:
    """What a test of a whole sign-in has in its hands."""

    oakfield: School
    amara: str
    zoe: str

    def __init__(self, world: World, provider: Provider, signing_on: SigningOn, signing_in: SigningIn) -> None:
        self.world, self.provider, self.signing_on, self.signing_in = world, provider, signing_on, signing_in

    async def school(self, slug: str, provider: Provider, **more: Any) -> School:
        """A school that trusts this provider for its claim `roster`."""
        made = await self.world.school(slug)
        await self.trust(made, provider, **more)
        return made

    async def trust(self, school: School, provider: Provider, **more: Any) -> None:
        kept = Kept(provider.issuer, provider.client_id, provider.secret, "The school's own", claim="roster")
        wanted = msgspec.structs.replace(kept, **more)
        await self.world.database.write(
            keeping.keep, school.id, wanted, keeping.sealer(SECRET), self.world.now_ms, None
        )
        provider.tell(redirects=[f"{SITE}/sign-in/sso/{slug}/return" for slug in ("oakfield", "riverside")])

    async def person(self, school: School, login: str, sourced_id: str, role: str, **more: Any) -> str:
        made = await self.world.person(school, login, role, seated=False)
        await self.world.set(person_table, {"sourced_id": sourced_id, **more}, id=made)
        return made

    async def leave(self, slug: str = "oakfield", back: str = "/") -> Departure:
        return await self.signing_on.leave(slug, f"{SITE}/sign-in/sso/{slug}/return", back)

    async def come_back(self, departure: Departure, who: str = "amara", provider: Provider | None = None) -> Return:
        """Press the button of `who` at the provider; what the browser brings back."""
        url = await asyncio.to_thread((provider or self.provider).visit, departure.url, who)
        return Return(query_of(url), departure.cookie)

    async def arrive(self, brought: Return, slug: str = "oakfield") -> Actor:
        """The session that the return is good for."""
        made, _ = await self.signing_on.arrive(slug, brought, Visit("a test"))
        return await self.actor(made)

    async def sign_on(self, who: str = "amara", slug: str = "oakfield", provider: Provider | None = None) -> Actor:
        """All the way."""
        return await self.arrive(await self.come_back(await self.leave(slug), who, provider), slug)

    async def refusal(self, who: str = "amara", slug: str = "oakfield", provider: Provider | None = None) -> Refusal:
        """All the way to a refusal; nobody has a session then."""
        brought = await self.come_back(await self.leave(slug), who, provider)
        return await self.turned_away(brought, slug)

    async def turned_away(self, brought: Return, slug: str = "oakfield") -> Refusal:
        before = await self.world.rows(session_table)
        with pytest.raises(Refusal) as caught:
            await self.arrive(brought, slug)
        assert await self.world.rows(session_table) == before
        return caught.value

    async def actor(self, made: SignedIn) -> Actor:
        found = (await self.world.database.read(sessions.find, [made.token], self.world.now_ms))[0]
        assert found is not None
        return found

    async def told(self, kind: str) -> list[tuple[str | None, Any]]:
        """Of the school's audit rows of this kind: whom they are about, and their details."""
        await self.signing_in.noticing.flush()
        rows = await self.world.database.read(
            lambda connection: connection.execute(
                select(audit_log.c.subject, audit_detail.c.body)
                .outerjoin(
                    audit_detail,
                    (audit_detail.c.school_id == audit_log.c.school_id) & (audit_detail.c.seq == audit_log.c.seq),
                )
                .where(audit_log.c.kind == kind, audit_log.c.school_id == self.oakfield.id)
                .order_by(audit_log.c.seq)
            ).all()
        )
        return [(row.subject, msgspec.json.decode(row.body) if row.body else None) for row in rows]
