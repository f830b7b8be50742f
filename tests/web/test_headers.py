"""The headers that every answer carries, whatever became of the request."""

import re

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from tests.harness import Postgres, corridor
from tests.serving import PAGE, Served, serving
from web.headers import HEADERS, SafeHeaders

PATHS = (
    ("GET", "/"), ("GET", "/sign-in"), ("GET", "/rooms/rnowhere"), ("GET", "/nothing"), ("POST", "/sign-in"),
    ("GET", "/api/v1/me"), ("POST", "/api/v1/commands/post_message"), ("DELETE", "/api/v1/nothing"),
    ("PUT", "/api/v1/me"),
    ("GET", "/health/live"), ("GET", "/health/ready"), ("GET", "/metrics"), ("GET", "/static/nothing.css"),
    ("GET", "/api/v1/events"), ("GET", "/api/openapi.json"), ("GET", "/rooms/%00"),
)  # fmt: skip


def assert_safe(answer: httpx.Response) -> None:
    for name, value in HEADERS:
        assert answer.headers.get_list(name.decode()) == [value.decode()], (answer.url, answer.status_code, name)


@pytest.mark.parametrize(("method", "path"), PATHS)
@pytest.mark.parametrize("origin", [None, "https://evil.example"])
def test_every_answer_is_safe(served: Served, method: str, path: str, origin: str | None) -> None:
    headers = PAGE if origin is None else {**PAGE, "Origin": origin}
    with served.signed_in() as signed_in, served.nobody() as nobody:
        for client in (signed_in, nobody):
            assert_safe(client.request(method, path, headers=headers))


def test_an_answer_is_safe_even_when_the_database_is_gone(tmp_path_factory: pytest.TempPathFactory) -> None:
    with Postgres(durable=False) as postgres:
        url = postgres.create("corridor")
        corridor("migrate", data=tmp_path_factory.mktemp("data"), env={"CORRIDOR_DATABASE_URL": url})
        with serving({"CORRIDOR_DATABASE_URL": url}) as server:
            postgres.terminate()
            cookie = {"Cookie": "corridor_session=anything"}
            page = httpx.get(f"{server.url}/", headers={**PAGE, **cookie})
            answer = httpx.get(f"{server.url}/api/v1/me", headers=cookie)
    assert page.status_code == 503
    assert "The server cannot save at the moment." in page.text
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert_safe(page)
    assert_safe(answer)


def test_no_page_needs_what_the_policy_forbids(served: Served) -> None:
    with served.signed_in() as client:
        for path in ("/", f"/rooms/{served.staffroom()}", "/nothing"):
            page = client.get(path, headers=PAGE).text
            scripts = re.findall(r"<script(?![^>]*(?:src=|type=\"application/json\"))[^>]*>", page)
            assert scripts == [], "an inline script would not run"
            assert not re.search(r"\s(on\w+|style)=", page)
            assert not re.search(r"(src|href)=\"(https?:)?//", page)


def test_built_files_may_be_kept_for_good_and_pages_not_at_all(served: Served) -> None:
    with served.signed_in() as client:
        page = client.get("/", headers=PAGE)
        assert page.headers["cache-control"] == "no-store"
        script = re.search(r'src="(/static/[^"]+)"', page.text)
        assert script is not None
        assert "immutable" in client.get(script[1]).headers["cache-control"]
        assert client.get("/api/v1/me").headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("scheme", "strict"), [("https", True), ("http", False)])
async def test_a_browser_that_came_by_https_is_told_to_stay_there(scheme: str, strict: bool) -> None:
    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    transport = httpx.ASGITransport(SafeHeaders(application))
    async with httpx.AsyncClient(transport=transport, base_url=f"{scheme}://test") as client:
        assert ("strict-transport-security" in (await client.get("/")).headers) is strict
