"""The way of a sign-in: out to the school's provider, and back with a code (OpenID Connect Core §3.1)."""

from collections.abc import Mapping
from typing import Any, Final

import structlog
from msgspec import Struct

from accounts.audit.noticing import SignInFailed
from accounts.settings import Provider
from accounts.signing_in import SignedIn, SigningIn, Visit
from accounts.sso import keeping, starting
from accounts.sso.faults import DENIED, NOT_HERE, STALE, UNKNOWN, ProviderFault
from accounts.sso.keeping import Entrance
from accounts.sso.matching import Vouched, match
from accounts.sso.providers import Metadata, Providers
from accounts.sso.rules import challenge, roster_id, same, shows_second_factor, with_query
from accounts.sso.starting import Start
from accounts.sso.tokens import Expected, UnknownKey, verified
from realtime.refusal import Refusal
from storage.clock import Clock
from storage.database import Database
from storage.sealing import Sealer

log = structlog.get_logger()

# On a device that many share, the last one's session at the provider must not let the next one in unasked.
PROMPT: Final = "select_account"


class Departure(Struct, frozen=True):
    """Where to send the browser, and what it carries."""

    url: str
    cookie: str


class Return(Struct, frozen=True):
    """What the browser brought back: the query of the return's address, and the cookie."""

    query: Mapping[str, str]
    cookie: str | None


class SigningOn:
    """Sends people to their school's provider and takes them back."""

    def __init__(
        self, database: Database, clock: Clock, signing_in: SigningIn, providers: Providers, secret: bytes
    ) -> None:
        self._database = database
        self._clock = clock
        self._signing_in = signing_in
        self._providers = providers
        self._secrets = keeping.sealer(secret)
        self._starts = Sealer(secret, starting.PURPOSE)

    async def entrance(self, slug: str) -> Entrance:
        """The school and its provider; Refusal `not_found` alike for an unknown school and for one without."""
        found = await self._database.read(keeping.entrance, slug)
        if found is None:
            raise Refusal("not_found", NOT_HERE)
        return found

    async def leave(self, slug: str, redirect: str, back: str) -> Departure:
        """Begin a sign-in; `redirect` is where the provider sends the browser back to."""
        entrance = await self.entrance(slug)
        about = await self._asked(entrance.provider.issuer, slug, "")
        provider = entrance.provider
        start = starting.begun(
            entrance.school, provider.issuer, provider.client_id, redirect, back, self._clock.now_ms()
        )
        return Departure(_authorization(about, provider, start), starting.cookie_of(start, self._starts))

    async def arrive(self, slug: str, brought: Return, visit: Visit) -> tuple[SignedIn, str]:
        """A session, and the path to go on to; a Refusal says in plain words what is wrong, and to whom it is told."""
        start = starting.read(brought.cookie, self._starts, self._clock.now_ms())
        entrance = await self.entrance(slug)
        await self._check_return(start, entrance, brought.query)
        try:
            claims = await self._vouched(entrance.provider, start, brought.query)
        except ProviderFault as fault:
            raise self._failed(fault, slug, visit.address) from None
        return await self._let_in(entrance, claims, visit), start.back

    async def check(self, provider: Provider) -> None:
        """Ask the provider what an administrator can know beforehand; ProviderFault says what is wrong."""
        self._providers.forget(provider.issuer)
        await self._providers.keys(provider.issuer)

    async def _asked(self, issuer: str, slug: str, address: str) -> Metadata:
        try:
            return await self._providers.about(issuer)
        except ProviderFault as fault:
            raise self._failed(fault, slug, address) from None

    async def _check_return(self, start: Start, entrance: Entrance, query: Mapping[str, str]) -> None:
        """It must be the return of this very sign-in, to this school, for the first time."""
        provider = entrance.provider
        mine = (start.school, start.issuer, start.client_id) == (entrance.school, provider.issuer, provider.client_id)
        if not mine or not same(start.state, query.get("state", "")):
            raise Refusal("bad_request", STALE)
        if not await self._database.write(starting.use, start.state, self._clock.now_ms()):
            raise Refusal("bad_request", STALE)
        if "error" in query:
            log.info("sign_on_denied", school=entrance.slug)
            raise Refusal("unauthenticated", DENIED)

    async def _vouched(self, provider: Provider, start: Start, query: Mapping[str, str]) -> Mapping[str, Any]:
        """The verified claims of the ID token that the code is good for."""
        about = await self._providers.about(provider.issuer)
        named = query.get("iss")  # RFC 9207
        if named is None and not about.authorization_response_iss_parameter_supported:
            named = provider.issuer
        if named != provider.issuer or not query.get("code"):
            raise ProviderFault("issuer")
        fields = {"code": query["code"], "redirect_uri": start.redirect, "code_verifier": start.verifier}
        secret = self._opened(provider)
        token = await self._providers.redeem(provider.issuer, provider.client_id, secret, fields)
        return await self._verified(token, start)

    def _opened(self, provider: Provider) -> str:
        try:
            return self._secrets.open(provider.client_secret)
        except ValueError:  # the installation has another secret now: the administrator has to enter this one anew
            raise ProviderFault("refused") from None

    async def _verified(self, token: str, start: Start) -> Mapping[str, Any]:
        expected = Expected(start.issuer, start.client_id, start.nonce, self._clock.now_ms() // 1000)
        try:
            return verified(token, await self._providers.keys(start.issuer), expected)
        except UnknownKey:  # the provider may have changed its keys since
            keys = await self._providers.keys(start.issuer, again=True)
        try:
            return verified(token, keys, expected)
        except UnknownKey:
            raise ProviderFault("token") from None

    async def _let_in(self, entrance: Entrance, claims: Mapping[str, Any], visit: Visit) -> SignedIn:
        provider = entrance.provider
        vouched = Vouched(provider.issuer, claims["sub"], roster_id(claims, provider.claim))
        now_ms = self._clock.now_ms()
        found = await self._database.write(match, entrance.school, vouched, now_ms, visit.address)
        if found.person is None or found.why is not None:
            log.info("sign_on_unmatched", school=entrance.slug, why=found.why)
            raise Refusal("unauthenticated", UNKNOWN)
        strong = provider.trusts_mfa and shows_second_factor(claims)
        return await self._signing_in.begin(found.person, "sso", visit, strong=strong)

    def _failed(self, fault: ProviderFault, slug: str, address: str) -> Refusal:
        log.warning("sign_on_failed", school=slug[:60], reason=fault.reason)
        if fault.reason in ("token", "nonce", "issuer"):  # somebody may have tried to get in
            self._signing_in.noticing.notice(SignInFailed(slug, "", "sso", address))
        return fault.refusal


def _authorization(about: Metadata, provider: Provider, start: Start) -> str:
    return with_query(
        about.authorization_endpoint,
        {
            "response_type": "code",
            "client_id": provider.client_id,
            "redirect_uri": start.redirect,
            "scope": provider.scopes,
            "state": start.state,
            "nonce": start.nonce,
            "code_challenge": challenge(start.verifier),
            "code_challenge_method": "S256",
            "prompt": PROMPT,
        },
    )
