"""The one way out of the server: to the open internet, for a bounded answer, within a bounded time."""

import asyncio
import contextlib
import socket
import zlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, cast

import httpx

from web import addresses
from web.addresses import Network

MOST_CONNECTIONS: Final = 64
AGENT: Final = "Corridor"
PACKED: Final = frozenset({"gzip", "x-gzip"})
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
WITHOUT_BODY: Final = REDIRECTS | {204, 304}
NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})

Reason = Literal["address", "unreachable", "slow", "too_large", "redirect", "packed", "type"]
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


class OutsideFault(Exception):  # noqa: N818 - it is the other side's, and not always an error
    """What was asked for did not come as it should."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Terms:
    """On what terms something is fetched.

    seconds: for all of it, the name's look-up and redirects too. largest: bytes of the answer, unpacked.
    may_ask: judges every address on the way, the first too. types: media types of an answer that is good; none: any.
    packed: whether gzip is taken. any_port: else the usual ones only, but in networks that the installation names.
    cut: of an answer that is larger, the beginning is taken.
    """

    seconds: float
    largest: int
    may_ask: Callable[[str], bool] = lambda url: True
    redirects: int = 0
    types: frozenset[str] = frozenset()
    packed: bool = False
    any_port: bool = False
    cut: bool = False


@dataclass(frozen=True)
class Answer:
    """What came. `url`: where from, in the end."""

    url: str
    status: int
    headers: httpx.Headers
    body: bytes


@dataclass(frozen=True)
class _Question:
    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes = b""


async def by_name(host: str, port: int) -> Sequence[str]:
    """All addresses that a name leads to."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]


class Outside:
    """`private`: networks of its own that the installation lets people name."""

    def __init__(
        self, private: Sequence[Network] = (), resolve: Resolve = by_name, most: int = MOST_CONNECTIONS
    ) -> None:
        self._private = private
        self._resolve = resolve
        # The transport alone: a client would keep cookies, follow redirects and listen to the environment.
        self._transport = httpx.AsyncHTTPTransport(
            trust_env=False,
            # A connection kept for one name would be used for another name at the same address.
            limits=httpx.Limits(max_connections=most, max_keepalive_connections=0),
        )

    async def ask(
        self, method: str, url: str, terms: Terms, headers: Mapping[str, str] = NO_HEADERS, content: bytes = b""
    ) -> Answer:
        """The answer, whatever its status; OutsideFault if none came that keeps to the terms."""
        try:
            async with asyncio.timeout(terms.seconds):
                return await self._through(_Question(method, url, headers, content), terms)
        except (TimeoutError, httpx.TimeoutException):
            raise OutsideFault("slow") from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError):
            raise OutsideFault("unreachable") from None

    async def _through(self, question: _Question, terms: Terms) -> Answer:
        """From where the redirects lead in the end."""
        for _ in range(terms.redirects + 1):
            answer = await self._at_one_of(await self._addresses(question.url, terms), question, terms)
            further = answer.headers.get("location")
            if answer.status not in REDIRECTS or not further:
                return answer
            joined = httpx.URL(question.url).join(further).copy_with(fragment=None)
            question = _Question("GET", str(joined), question.headers)
        raise OutsideFault("redirect")

    async def _addresses(self, url: str, terms: Terms) -> list[str]:
        """Where the server may connect for this, of all that the name leads to."""
        parts = addresses.split(url)
        if parts is None or parts.hostname is None or not terms.may_ask(url):
            raise OutsideFault("address")
        port = addresses.port_of(parts)
        usual = terms.any_port or port == addresses.DEFAULT_PORTS[parts.scheme]
        private = self._private
        found = await self._resolve(parts.hostname, port)
        judge = addresses.may_be_asked if usual else addresses.is_named
        allowed = [each for each in found if judge(each, private)]
        if not allowed:
            raise OutsideFault("address")
        return allowed

    async def _at_one_of(self, allowed: Sequence[str], question: _Question, terms: Terms) -> Answer:
        """From the first that takes a connection."""
        for address in allowed:
            try:
                return await self._answer(self._request(address, question, terms), question.url, terms)
            except httpx.ConnectError:
                continue
        raise OutsideFault("unreachable")

    def _request(self, address: str, question: _Question, terms: Terms) -> httpx.Request:
        """To the very address that was judged: asked for a second time, a name might lead elsewhere."""
        asked = httpx.URL(question.url)
        every = {
            "Accept": "*/*", "Accept-Encoding": "gzip" if terms.packed else "identity", "User-Agent": AGENT,
            **question.headers, "Host": asked.netloc.decode(),
        }  # fmt: skip
        patience = httpx.Timeout(terms.seconds).as_dict()
        return httpx.Request(
            question.method, asked.copy_with(host=address), headers=every, content=question.content,
            extensions={"sni_hostname": asked.host, "timeout": patience},
        )  # fmt: skip

    async def _answer(self, request: httpx.Request, url: str, terms: Terms) -> Answer:
        answer = await self._transport.handle_async_request(request)
        try:
            if answer.status_code in WITHOUT_BODY:
                return Answer(url, answer.status_code, answer.headers, b"")  # what a redirect says besides is not read
            if answer.is_success:
                _check_type(answer, terms)
            return Answer(url, answer.status_code, answer.headers, await _bounded(answer, terms))
        finally:
            await answer.aclose()

    async def close(self) -> None:
        await self._transport.aclose()


def media_type(headers: httpx.Headers) -> str:
    """`text/html` of `Text/HTML; charset=utf-8`."""
    given: str = headers.get("content-type", "")
    return given.partition(";")[0].strip().lower()


def _check_type(answer: httpx.Response, terms: Terms) -> None:
    if terms.types and media_type(answer.headers) not in terms.types and answer.status_code == httpx.codes.OK:
        raise OutsideFault("type")


async def _bounded(answer: httpx.Response, terms: Terms) -> bytes:
    """The body, unpacked; read no further than it may be long."""
    announced = answer.headers.get("content-length", "")
    if not terms.cut and announced.isdigit() and int(announced[:20]) > terms.largest:
        raise OutsideFault("too_large")
    unpack = _unpacker(answer, terms)
    body = bytearray()
    # Closed at once where reading ends early, not when somebody happens to tidy up.
    async with contextlib.aclosing(cast(AsyncGenerator[bytes, None], answer.aiter_raw())) as parts:
        async for part in parts:
            body += unpack(part)
            if len(body) > terms.largest and terms.cut:
                return bytes(body[: terms.largest])
            if len(body) > terms.largest:
                raise OutsideFault("too_large")
    unpack.check_end()
    return bytes(body)


def _unpacker(answer: httpx.Response, terms: Terms) -> "_Plain | _Gzip":
    coding = answer.headers.get("content-encoding", "identity").strip().lower()
    if coding == "identity":
        return _Plain()
    if terms.packed and coding in PACKED:
        return _Gzip(terms.largest + 1)
    raise OutsideFault("packed")


class _Plain:
    def __call__(self, part: bytes) -> bytes:
        return part

    def check_end(self) -> None:
        """It ends where it ends."""


class _Gzip:
    """Never gives more than `most` bytes at once: a few could be packed that unpack without end."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._stream = zlib.decompressobj(wbits=31)

    def __call__(self, part: bytes) -> bytes:
        try:
            return self._stream.decompress(part, self._most)
        except zlib.error:
            raise OutsideFault("packed") from None

    def check_end(self) -> None:
        if not self._stream.eof:
            raise OutsideFault("packed")
