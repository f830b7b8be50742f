"""Asking a provider: over the server's one way out, for a short answer, within five seconds."""

import base64
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

import httpx
import msgspec

from accounts.sso.faults import ProviderFault, Reason
from accounts.sso.rules import is_address
from web import outside
from web.outside import Answer, Outside, OutsideFault, Terms

SECONDS: Final = 5.0
LARGEST_ANSWER: Final = 256 * 1024  # bytes
HEADERS: Final = {"Accept": "application/json"}

# What an OutsideFault is called here, where it has another name.
_NAMES: Final[Mapping[outside.Reason, Reason]] = {
    "address": "address", "unreachable": "unreachable", "slow": "slow", "too_large": "too_large",
    "redirect": "redirect", "packed": "not_json", "type": "not_json",
}  # fmt: skip


class Fetcher:
    """Asks providers. None of them may lead it to another address, and none may pack what it says."""

    def __init__(self, way_out: Outside, seconds: float = SECONDS) -> None:
        self._outside = way_out
        self._terms = Terms(seconds, LARGEST_ANSWER, may_ask=is_address, any_port=True)

    async def get(self, url: str) -> bytes:
        """The answer's body; ProviderFault if there is none that is good."""
        answer = await self._ask("GET", url, HEADERS, b"")
        if answer.status != httpx.codes.OK:
            raise ProviderFault("status")
        return answer.body

    async def post(self, url: str, fields: Mapping[str, str], headers: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """Send a form; the status and the object that came back."""
        form = httpx.QueryParams(dict(fields))
        typed = {**HEADERS, "Content-Type": "application/x-www-form-urlencoded", **headers}
        answer = await self._ask("POST", url, typed, str(form).encode())
        return answer.status, decoded(answer.body)

    async def _ask(self, method: str, url: str, headers: Mapping[str, str], content: bytes) -> Answer:
        try:
            return await self._outside.ask(method, url, self._terms, headers, content)
        except OutsideFault as fault:
            raise ProviderFault(_NAMES[fault.reason]) from None


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
