"""A real OpenID provider in a process of its own, which people visit by its page and which misbehaves when told to."""

import signal
import sys
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from tests.harness.program import Program, free_port


class Provider(Program):
    """`tests.harness.openid_program` on loopback."""

    client_id = "corridor"
    secret = "s3cret/+ &="  # what a form and an Authorization header must both carry unharmed

    def __init__(self) -> None:
        self.port = free_port()
        super().__init__(
            [sys.executable, "-m", "tests.harness.openid_program", str(self.port)],
            ready=r"The provider is ready",
            env={"PYTHONUNBUFFERED": "1", "AUTHLIB_INSECURE_TRANSPORT": "1"},
            stop_signal=signal.SIGKILL,  # it keeps nothing, and may be in the middle of being slow
        )
        self._client = httpx.Client(timeout=10, verify=False)  # one: making it ready for TLS, unused, takes its time

    def close(self) -> None:
        self._client.close()
        super().close()

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def tell(self, **wishes: Any) -> None:
        """`people`: claims by name. `redirects`, `methods`. `wrong`: claims. `ways`: see the program. `new_key`."""
        self._client.post(f"{self.issuer}/control", json=wishes).raise_for_status()

    def behave(self) -> None:
        """Everything right again."""
        self.tell(wrong={}, ways=[], methods=["client_secret_basic", "client_secret_post"])

    @property
    def asked(self) -> Mapping[str, int]:
        """How often each of its paths was asked for so far."""
        found: dict[str, int] = self._client.get(f"{self.issuer}/control").json()["asked"]
        return found

    def visit(self, url: str, who: str) -> str:
        """Open the sign-in page that `url` leads to and press the button of `who`; where the browser is sent then."""
        page = self._client.get(url)
        assert page.status_code == 200, page.text
        assert not who or f'value="{who}"' in page.text
        answer = self._client.post(url, data={"who": who})
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]


def query_of(url: str) -> dict[str, str]:
    """`https://school/return?code=1&state=2` → `{"code": "1", "state": "2"}`."""
    return dict(parse_qsl(urlsplit(url).query))
