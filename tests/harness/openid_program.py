"""An OpenID provider as a program: `python -m tests.harness.openid_program PORT`. Authlib's grants judge and answer.

Whoever may reach it may tell it, at /control, whom it knows, which clients it has, and how it is to misbehave.
"""

# ruff: noqa: ARG002 - Authlib and Starlette say what these methods take

import asyncio
import base64
import hmac
import json
import socket
import sys
import time
from typing import Any
from urllib.parse import parse_qsl

import uvicorn
from authlib.common.security import generate_token  # type: ignore[import-untyped]
from authlib.oauth2.rfc6749 import (  # type: ignore[import-untyped] # Authlib comes without types
    AuthorizationCodeMixin,
    AuthorizationServer,
    ClientMixin,
    OAuth2Request,
)
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant  # type: ignore[import-untyped]
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload  # type: ignore[import-untyped]
from authlib.oauth2.rfc6750 import BearerTokenGenerator  # type: ignore[import-untyped]
from authlib.oauth2.rfc7636 import CodeChallenge  # type: ignore[import-untyped]
from authlib.oidc.core.grants import OpenIDCode  # type: ignore[import-untyped]
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

METHODS = ["client_secret_basic", "client_secret_post"]
PAGE = """<!doctype html><html lang="en"><title>A provider</title><h1>Who are you?</h1><form method="post">{people}
<button name="who" value="">Nobody</button></form></html>"""


class State:
    """What the tests told it, and what it keeps between requests."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.people: dict[str, dict[str, Any]] = {}  # claims by name
        self.redirects: list[str] = []
        self.secret = "s3cret/+ &="
        self.wrong: dict[str, Any] = {}  # claims that are told instead of the right ones
        self.ways: set[str] = set()  # other ways of misbehaving, by name
        self.methods = list(METHODS)
        self.asked: dict[str, int] = {}  # how often which path was asked for
        self.codes: dict[str, Code] = {}
        self.new_key()

    def new_key(self) -> None:
        self.key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)

    def told(self, wishes: dict[str, Any]) -> None:
        if wishes.pop("new_key", False):
            self.new_key()
        for name, value in wishes.items():
            setattr(self, name, set(value) if name == "ways" else value)


class Client(ClientMixin):  # type: ignore[misc]
    """The one client: every school's is called the same."""

    client_id = "corridor"
    id_token_signed_response_alg = None

    def __init__(self, state: State) -> None:
        self.state = state

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        return None

    def get_allowed_scope(self, scope: str | None) -> str:
        return " ".join(each for each in (scope or "").split() if each in ("openid", "profile"))

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.state.redirects

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == self.state.secret

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in self.state.methods

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


class Code(AuthorizationCodeMixin):  # type: ignore[misc]
    """A code that was given out."""

    def __init__(self, code: str, request: OAuth2Request) -> None:
        self.code, self.asked, self.scope, self.user = code, dict(request.payload.data), request.scope, request.user
        self.code_challenge = self.asked.get("code_challenge")
        self.code_challenge_method = self.asked.get("code_challenge_method")

    def get_redirect_uri(self) -> str | None:
        return self.asked.get("redirect_uri")

    def get_scope(self) -> str:
        return str(self.scope)

    def get_nonce(self) -> str | None:
        return self.asked.get("nonce")

    def get_auth_time(self) -> int:
        return int(time.time())

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


class Grant(AuthorizationCodeGrant):  # type: ignore[misc]
    """The code flow; PKCE is checked by Authlib's extension."""

    TOKEN_ENDPOINT_AUTH_METHODS = METHODS

    def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
        self.server.state.codes[code] = Code(code, request)

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        found: Code | None = self.server.state.codes.get(code)
        return found

    def delete_authorization_code(self, authorization_code: Code) -> None:
        del self.server.state.codes[authorization_code.code]

    def authenticate_user(self, authorization_code: Code) -> str:
        return str(authorization_code.user)


class IdToken(OpenIDCode):  # type: ignore[misc]
    """The ID token, right or wrong."""

    def __init__(self, state: State) -> None:
        super().__init__(require_nonce=True)
        self.state = state

    def exists_nonce(self, nonce: str, request: OAuth2Request) -> bool:
        return any(code.get_nonce() == nonce for code in self.state.codes.values())

    def get_client_algorithm(self, client: Client) -> str:
        return "none" if "none" in self.state.ways else "RS256"

    def encode_id_token(self, token: dict[str, Any], request: OAuth2Request) -> str:
        made: str = super().encode_id_token(token, request)
        return by_public_key(made, self.state.key) if "hs256" in self.state.ways else made

    def resolve_client_private_key(self, client: Client) -> RSAKey:
        if "forged" in self.state.ways:
            return RSAKey.generate_key(2048, {"kid": str(self.state.key.kid)})
        return self.state.key

    def get_encode_header(self, client: Client) -> dict[str, Any]:
        return {"alg": self.get_client_algorithm(client), "kid": self.state.wrong.get("kid", self.state.key.kid)}

    def get_client_claims(self, client: Client) -> dict[str, Any]:
        now = int(time.time())
        return {"iss": self.state.issuer, "aud": [client.client_id], "iat": now, "exp": now + 300}

    def generate_user_info(self, user: str, scope: str) -> dict[str, Any]:
        """The person's claims; what is to be wrong comes last, and wins."""
        now = int(time.time())
        wrong = {name: value for name, value in self.state.wrong.items() if name != "kid"}
        for name in ("iat", "exp"):
            if wrong.get(name) is not None:
                wrong[name] += now
        return {**self.state.people[user], **wrong}


class Server(AuthorizationServer):  # type: ignore[misc]
    """Authlib's server over Starlette's requests."""

    def __init__(self, state: State) -> None:
        super().__init__(scopes_supported=["openid", "profile"])
        self.state = state
        self.register_token_generator("default", BearerTokenGenerator(lambda **_: generate_token(42)))
        self.register_grant(Grant, [CodeChallenge(required=True), IdToken(state)])

    def query_client(self, client_id: str) -> Client | None:
        return Client(self.state) if client_id == Client.client_id else None

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        return

    def create_oauth2_request(self, request: "Asked") -> "Asked":
        return request

    def handle_response(self, status: int, body: Any, headers: list[tuple[str, str]]) -> Response:
        content = json.dumps(body) if isinstance(body, dict) else body
        return Response(content, status, dict(headers))

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        return


class Asked(OAuth2Request):  # type: ignore[misc]
    """A request whose body has been read."""

    def __init__(self, request: Request, form: dict[str, str]) -> None:
        super().__init__(request.method, str(request.url), headers=request.headers)
        self.query, self.fields = dict(request.query_params), form
        self.payload = BasicOAuth2Payload({**self.query, **form})

    @property
    def args(self) -> dict[str, str]:
        return self.query

    @property
    def form(self) -> dict[str, str]:
        return self.fields


class Program:
    """The endpoints."""

    def __init__(self, issuer: str) -> None:
        self.state = State(issuer)
        self.server = Server(self.state)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self.counted(self.discovery)),
                Route("/keys", self.counted(self.keys)),
                Route("/authorize", self.authorize, methods=["GET", "POST"]),
                Route("/token", self.counted(self.token), methods=["POST"]),
                Route("/control", self.control, methods=["GET", "POST"]),
            ]
        )

    def counted(self, endpoint: Any) -> Any:
        async def asked(request: Request) -> Response:
            path = request.url.path.rsplit("/", 1)[1]
            self.state.asked[path] = self.state.asked.get(path, 0) + 1
            misbehaved = await self.misbehaved(path)
            return misbehaved or await endpoint(request)

        return asked

    async def misbehaved(self, path: str) -> Response | None:
        """`slow:token`, `huge:keys`, `moved:keys`, `packed:token`, `garbage:token`, `gone:keys`, `list:token`."""
        for way in self.state.ways:
            how, _, where = way.partition(":")
            if where != path:
                continue
            if how == "slow":
                await asyncio.Event().wait()  # for ever
            return {
                "huge": Response(b" " * 400_000, media_type="application/json"),
                "moved": RedirectResponse("http://127.0.0.1:1/", 302),
                "packed": Response(b"\x1f\x8b", headers={"Content-Encoding": "gzip"}),
                "garbage": Response("<html>", media_type="text/html"),
                "gone": Response("nothing", 404),
                "list": JSONResponse([]),
            }.get(how)
        return None

    async def discovery(self, request: Request) -> Response:
        issuer = self.state.issuer
        found = {
            "issuer": issuer, "authorization_endpoint": f"{issuer}/authorize", "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/keys", "response_types_supported": ["code"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": self.state.methods,
        }  # fmt: skip
        return JSONResponse({**found, **self.state.wrong.get("discovery", {})})

    async def keys(self, request: Request) -> Response:
        return JSONResponse({"keys": [self.state.key.as_dict(private=False)]})

    async def authorize(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        asked = Asked(request, form)
        grant = self.server.get_consent_grant(asked, None)
        if request.method == "GET":
            buttons = "".join(f'<button name="who" value="{name}">{name}</button>' for name in self.state.people)
            return HTMLResponse(PAGE.format(people=buttons))
        user = form.get("who") or None
        answer: Response = self.server.create_authorization_response(asked, grant_user=user, grant=grant)
        return answer

    async def token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        answer: Response = self.server.create_token_response(Asked(request, form))
        if answer.status_code == 200:
            self.state.asked["given"] = self.state.asked.get("given", 0) + 1
        return answer

    async def control(self, request: Request) -> Response:
        if request.method == "POST":
            self.state.told(await request.json())
        return JSONResponse({"asked": self.state.asked})


def by_public_key(token: str, key: RSAKey) -> str:
    """The token signed anew by HS256, with what everybody may know as the secret. By hand: joserfc refuses to."""
    header = json.dumps({"alg": "HS256", "kid": key.kid}).encode()
    signed = f"{_base64(header)}.{token.split('.')[1]}"
    return f"{signed}.{_base64(hmac.digest(key.as_pem(private=False), signed.encode(), 'sha256'))}"


def _base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def main() -> None:
    port = int(sys.argv[1])
    listener = socket.create_server(("127.0.0.1", port))
    sys.stdout.write("The provider is ready\n")  # whoever connects now is served in a moment
    sys.stdout.flush()
    app = Program(f"http://127.0.0.1:{port}").app()
    uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off")).run(sockets=[listener])


if __name__ == "__main__":
    main()
