"""The OpenAPI document says what the server does, and changes only on purpose."""

import json
import os
from pathlib import Path

from daemon.http.openapi import document
from daemon.http.routes import ROUTES
from daemon.roles import Permission

GOLDEN = Path(__file__).parent / "golden" / "openapi.json"


def test_the_document_is_the_agreed_one() -> None:
    """After a wanted change: run this file with SHOPWARDEN_WRITE_GOLDEN=1, then read the diff."""
    text = json.dumps(json.loads(document(ROUTES)), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    if "SHOPWARDEN_WRITE_GOLDEN" in os.environ:
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(text)
    assert text == GOLDEN.read_text()


def test_every_route_is_described_with_its_permission() -> None:
    parsed = json.loads(document(ROUTES))
    described = {
        (method.upper(), path): operation
        for path, operations in parsed["paths"].items()
        for method, operation in operations.items()
    }
    assert set(described) == {(route.method, route.path) for route in ROUTES}
    for route in ROUTES:
        operation = described[route.method, route.path]
        assert Permission(operation["x-permission"]) is route.permission
        assert operation["summary"]
        in_path = {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "path"}
        assert in_path == {part.strip("{}") for part in route.path.split("/") if part.startswith("{")}
    assert len({operation["operationId"] for operation in described.values()}) == len(ROUTES)


def test_every_reference_resolves_and_every_schema_is_used() -> None:
    text = document(ROUTES).decode()
    parsed = json.loads(text)
    schemas = parsed["components"]["schemas"]
    used = {part.split('"')[0] for part in text.split('"$ref":"#/components/schemas/')[1:]}
    assert used <= set(schemas)
    assert set(schemas) <= used
