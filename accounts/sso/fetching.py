"""Asking a provider: over a connection that goes where it may, for a short answer, within five seconds."""

import asyncio
import base64
import socket
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

import httpx
import msgspec

from accounts.sso.faults import ProviderFault
from accounts.sso.rules import Network, is_address, may_be_asked

SECONDS: Final = 5.0
LARGEST_ANSWER: Final = 256 * 1024  # bytes
MOST_CONNECTIONS: Final = 64
DEFAULT_PORTS: Final = {"https": 443, "http": 80}

# An answer that is packed could grow without end while it is unpacked.
HEADERS: Final = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "Corridor"}


class Fetcher:
    """The way out. `private`: networks of its own that the installation lets schools' providers live in."""

    def __init__(self, private: Sequence[Network] = (), seconds: float = SECONDS) -> None:
        self._private = private
        self._seconds = seconds
        self._client = httpx.AsyncClient(
            timeout=seconds,
            follow_redirects=False,  # another address would have to be judged anew
            trust_env=False,
            # A connection kept for one name would be used for another name at the same address.
            limits=httpx.Limits(max_connections=MOST_CONNECTIONS, max_keepalive_connections=0),
        )

    async def get(self, url: str) -> bytes:
        """The answer's body; ProviderFault if there is none that is good."""
        status, body = await self._ask("GET", url, {}, b"")
        if status != httpx.codes.OK:
            raise ProviderFault("status")
        return body

    async def post(self, url: str, fields: Mapping[str, str], headers: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """Send a form; the status and the object that came back."""
        form = httpx.QueryParams(dict(fields))
        typed = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        status, body = await self._ask("POST", url, typed, str(form).encode())
        return status, decoded(body)

    async def _ask(self, method: str, url: str, headers: Mapping[str, str], content: bytes) -> tuple[int, bytes]:
        try:
            async with asyncio.timeout(self._seconds):
                return await self._at_one_of(await self._addresses(url), method, url, headers, content)
        except (TimeoutError, httpx.TimeoutException):
            raise ProviderFault("slow") from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError):
            raise ProviderFault("unreachable") from None

    async def _addresses(self, url: str) -> list[str]:
        """Where the server may connect for this, of all that the name leads to."""
        if not is_address(url):
            raise ProviderFault("address")
        asked = httpx.URL(url)
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(asked.host, asked.port or DEFAULT_PORTS[asked.scheme], type=socket.SOCK_STREAM)
        allowed = [each for each in (str(one[4][0]) for one in found) if may_be_asked(each, self._private)]
        if not allowed:
            raise ProviderFault("address")
        return allowed

    async def _at_one_of(
        self, addresses: Sequence[str], method: str, url: str, headers: Mapping[str, str], content: bytes
    ) -> tuple[int, bytes]:
        """From the first that takes a connection."""
        for address in addresses:
            try:
                return await self._answer(self._request(address, method, url, headers, content))
            except httpx.ConnectError:
                continue
        raise ProviderFault("unreachable")

    def _request(
        self, address: str, method: str, url: str, headers: Mapping[str, str], content: bytes
    ) -> httpx.Request:
        """To the very address that was judged: asked for a second time, a name might lead elsewhere."""
        asked = httpx.URL(url)
        every = {**HEADERS, "Host": asked.netloc.decode(), **headers}
        return self._client.build_request(
            method, asked.copy_with(host=address), headers=every, content=content,
            extensions={"sni_hostname": asked.host},
        )  # fmt: skip

    async def _answer(self, request: httpx.Request) -> tuple[int, bytes]:
        answer = await self._client.send(request, stream=True)
        try:
            if answer.is_redirect:
                raise ProviderFault("redirect")
            if answer.headers.get("content-encoding", "identity") != "identity":
                raise ProviderFault("not_json")
            return answer.status_code, await _bounded(answer)
        finally:
            await answer.aclose()

    async def close(self) -> None:
        await self._client.aclose()


async def _bounded(answer: httpx.Response) -> bytes:
    body = bytearray()
    async for part in answer.aiter_raw():
        body += part
        if len(body) > LARGEST_ANSWER:
            raise ProviderFault("too_large")
    return bytes(body)


def decoded(body: bytes) -> dict[str, Any]:
    """A JSON object; ProviderFault if it is none."""
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError):
        raise ProviderFault("not_json") from None


def basic(name: str, secret: str) -> str:
    """An Authorization header; RFC 6749 §2.3.1 has both parts encoded as in a form first."""
    both = f"{quote(name, safe='')}:{quote(secret, safe='')}"
    return "Basic " + base64.b64encode(both.encode()).decode()
