"""The description of the HTTP interface is valid, whole, and what the server really does."""

import copy
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from jsonschema import Draft202012Validator  # type: ignore[import-untyped] # it has no types
from schemathesis import Config, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.routing import Route

from app import running
from config import Settings
from features import HANDLERS
from tests.serving import Served, serving

METHODS = {"get", "put", "post", "delete", "patch"}


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    # A short wait, for whoever asks for news at random would otherwise wait long for none.
    with serving({"CORRIDOR_LONG_POLL": "0.05"}) as running_server:
        yield running_server


@pytest.fixture(scope="module")
def document(served: Served) -> dict[str, Any]:
    found: dict[str, Any] = httpx.get(f"{served.url}/api/openapi.json").json()
    return found


def test_it_is_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1.")
    schemathesis.openapi.from_dict(document).validate()
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_reference_leads_somewhere_and_every_schema_is_used(document: dict[str, Any]) -> None:
    named = set(re.findall(r"'\$ref': '#/components/schemas/(\w+)'", str(document)))
    assert named == set(document["components"]["schemas"])


def test_operations_have_names_of_their_own_and_say_what_they_do(document: dict[str, Any]) -> None:
    operations = [one for path in document["paths"].values() for method, one in path.items() if method in METHODS]
    assert len({one["operationId"] for one in operations}) == len(operations)
    assert all(one["summary"] for one in operations)


async def test_every_route_of_the_api_is_described_and_no_other(document: dict[str, Any], served: Served) -> None:
    described = {
        (path, method.upper()) for path, one in document["paths"].items() for method in one if method in METHODS
    }
    async with running(Settings.from_environment({}, served.data)) as made:
        routes = [route for route in starlette_of(made.asgi).routes if isinstance(route, Route)]
    there = {
        (route.path, method) for route in routes if route.path.startswith("/api/") for method in route.methods or ()
    }
    there = {(path, method) for path, method in there if method != "HEAD"}
    commands = {(path, method) for path, method in described if path.startswith("/api/v1/commands/")}
    assert len(commands) == len(HANDLERS) + 1  # typing has no handler of that kind
    assert described - commands == there - {("/api/v1/commands/{name}", "POST")}


def starlette_of(asgi: Any) -> Any:
    """The application inside its wrappers."""
    while not hasattr(asgi, "routes"):
        asgi = asgi._app
    return asgi


# A body that says too much is refused for its size before anybody looks into it.
REFUSED = [*range(400, 407), 409, 413, 415, 422, 428, 429, 503]
CONFIG = Config.from_dict({"checks": {"negative_data_rejection": {"expected-statuses": REFUSED}}})
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
    negative_data_rejection,
]  # fmt: skip


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["fitting", "unfitting"])
def test_no_request_breaks_the_server_or_the_description(
    served: Served, document: dict[str, Any], mode: GenerationMode
) -> None:
    tried = 0
    for found in schemathesis.openapi.from_dict(signed_in(document), config=CONFIG).get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        if operation.method.upper() == "DELETE" or (mode is GenerationMode.NEGATIVE and takes_anything(operation)):
            continue  # signing out would end the session in which all others are tried
        attempt(served, operation, mode)
        tried += 1
    assert tried >= 9


def signed_in(document: dict[str, Any]) -> dict[str, Any]:
    """The description without its cookie, which every request here carries: else it would be left out on purpose."""
    open_to_all = copy.deepcopy(document)
    del open_to_all["components"]["securitySchemes"]
    for path in open_to_all["paths"].values():
        for operation in path.values():
            operation.pop("security", None)
    return open_to_all


def takes_anything(operation: Any) -> bool:
    """Whether nothing that is sent can be unfit: a room's id in a path is any text."""
    raw = operation.definition.raw
    return all(each["in"] == "path" for each in raw.get("parameters", ())) and "requestBody" not in raw


def attempt(served: Served, operation: Any, mode: GenerationMode) -> None:
    """Send some ten requests of a kind, each signed in, and look at the answers."""
    cookies = served.cookies_of("daniel")

    @settings(
        max_examples=10, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Any) -> None:
        answer = case.call(base_url=served.url, cookies=cookies)
        case.validate_response(answer, checks=CHECKS)

    send()
