"""The description of the HTTP interface, made from the structs that it reads and writes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

REFS: Final = "#/components/schemas/{name}"


@dataclass(frozen=True)
class Parameter:
    """One parameter of a path or a query, as OpenAPI describes it."""

    name: str
    schema: Mapping[str, Any]
    description: str
    place: str = "query"
    required: bool = False


@dataclass(frozen=True)
class Operation:
    """One method on one path. `answer` None: no content. `drop`: fields of `body` that this door does not take."""

    method: str
    path: str
    summary: str
    answer: type | None
    status: int = 200
    body: type | None = None
    drop: frozenset[str] = frozenset()
    parameters: Sequence[Parameter] = ()
    open: bool = False
    refusals: Sequence[int] = field(default=(400, 401, 403, 404, 413, 429, 503))


def document(operations: Iterable[Operation], error: type, version: str) -> dict[str, Any]:
    """An OpenAPI 3.1 document of these operations, each of which may also answer with `error`."""
    operations = list(operations)
    types = {kind for each in operations for kind in (each.answer, each.body) if kind is not None} | {error}
    ordered = sorted(types, key=lambda kind: kind.__name__)
    _, components = msgspec.json.schema_components(ordered, ref_template=REFS)
    for each in operations:
        if each.body is not None:
            _drop(components[each.body.__name__], each.drop)
    paths: dict[str, dict[str, Any]] = {}
    for each in operations:
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(each, error)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Corridor",
            "version": version,
            "description": "What a person can do in a school's rooms, by HTTP. See docs/protocol.md for the rest.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": "corridor_session"}},
        },
    }


def _drop(schema: dict[str, Any], names: frozenset[str]) -> None:
    """Take fields out of a schema, which is shared by all who refer to it."""
    for name in names:
        schema["properties"].pop(name, None)
    schema["required"] = [name for name in schema.get("required", ()) if name not in names]


def _operation(each: Operation, error: type) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": f"{each.method.lower()}_{each.path.strip('/').translate(_WORDS)}",
        "summary": each.summary,
        "security": [] if each.open else [{"session": []}],
        "parameters": [_parameter(one) for one in each.parameters],
        "responses": {
            str(each.status): _response("Done.", each.answer),
            **{str(status): _response("Refused.", error) for status in each.refusals},
        },
    }
    if each.body is not None:
        described["requestBody"] = {"required": True, "content": _content(each.body)}
    return described


_WORDS: Final = str.maketrans({"/": "_", "{": None, "}": None, ".": "_"})


def _parameter(one: Parameter) -> dict[str, Any]:
    required = one.required or one.place == "path"
    return {
        "name": one.name, "in": one.place, "required": required, "schema": dict(one.schema),
        "description": one.description,
    }  # fmt: skip


def _response(description: str, kind: type | None) -> dict[str, Any]:
    return {"description": description} if kind is None else {"description": description, "content": _content(kind)}


def _content(kind: type) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": REFS.format(name=kind.__name__)}}}
