"""The OpenAPI 3.1 document, made from the route table and the wire types; it cannot say what the code does not do."""

import re
from collections.abc import Sequence
from functools import lru_cache

import msgspec

from ..api.requests import Nothing
from ..api.transport import LANGUAGE_HEADER, VERSION_HEADER
from ..api.wire import API_VERSION, ApiError
from .call import ApiRoute

Json = msgspec.Raw | str | int | bool | dict[str, "Json"] | list["Json"]
_PATH_PART = re.compile(r"\{(\w+)\}")


def document(routes: Sequence[ApiRoute]) -> bytes:
    """The document as JSON."""
    return _document(tuple(routes))


@lru_cache(maxsize=2)
def _document(routes: tuple[ApiRoute, ...]) -> bytes:
    kinds: list[type[msgspec.Struct]] = [ApiError]
    for route in routes:
        kinds += [kind for kind in (route.query, route.body, route.answer) if kind is not Nothing]
    unique = list(dict.fromkeys(kinds))
    schemas, components = msgspec.json.schema_components(unique, ref_template="#/components/schemas/{name}")
    schema_of = dict(zip(unique, schemas, strict=True))
    queries = {route.query for route in routes if route.query is not Nothing}
    paths: dict[str, dict[str, object]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schema_of, components)
    used_as_query_only = {
        schema_of[kind]["$ref"].rsplit("/", 1)[1]
        for kind in queries
        if not any(kind in {route.body, route.answer} for route in routes)
    }
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {
                "title": "shopwarden local API",
                "version": str(API_VERSION),
                "description": (
                    "HTTP and JSON over a Unix socket. The kernel tells who calls (SO_PEERCRED); the caller's role "
                    "decides what is permitted. Content is masked unless an operation says otherwise. "
                    f"`{LANGUAGE_HEADER}: en|zh` picks the language of texts; every answer carries `{VERSION_HEADER}`."
                ),
            },
            "paths": paths,
            "components": {
                "schemas": {name: schema for name, schema in components.items() if name not in used_as_query_only}
            },
        }
    )


def _operation(
    route: ApiRoute, schema_of: dict[type[msgspec.Struct], dict[str, str]], components: dict[str, dict[str, object]]
) -> dict[str, object]:
    parameters: list[dict[str, object]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _PATH_PART.findall(route.path)
    ]
    if route.query is not Nothing:
        component = components[schema_of[route.query]["$ref"].rsplit("/", 1)[1]]
        properties = component["properties"]
        assert isinstance(properties, dict)
        parameters += [
            {"name": name, "in": "query", "required": False, "schema": schema}
            for name, schema in properties.items()
            if name not in {"text", "event_ids"}  # these go by POST: addresses end up in logs
        ]
    answer_schema: dict[str, object] = {"type": "object"} if route.answer is Nothing else {**schema_of[route.answer]}
    if route.content_type == "application/octet-stream":
        answer_schema = {}  # OpenAPI 3.1 describes bytes by their content type alone
    operation: dict[str, object] = {
        "operationId": _operation_id(route),
        "summary": route.summary,
        "x-permission": route.permission.value,
        "parameters": parameters,
        "responses": {
            str(route.status): {
                "description": "done",
                "content": {route.content_type: {"schema": answer_schema}},
            },
            "default": {
                "description": "refused or failed",
                "content": {"application/json": {"schema": schema_of[ApiError]}},
            },
        },
    }
    if route.body is not Nothing:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schema_of[route.body]}},
        }
    return operation


def _operation_id(route: ApiRoute) -> str:
    words = _PATH_PART.sub(r"by_\1", route.path.removeprefix("/v1/")).replace(".", "_").replace("/", "_")
    return f"{route.method.lower()}_{words}"
