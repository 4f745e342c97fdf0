"""An OpenAPI document → what the reference page draws, so that it needs no script to be read."""

from __future__ import annotations

from typing import Any

import msgspec


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """One input of an operation."""

    name: str
    place: str
    kind: str
    required: bool
    default: str


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One method of one address."""

    id: str
    method: str
    path: str
    summary: str
    permission: str
    parameters: list[Parameter]
    body_example: str
    returns: str


def list_operations(document: dict[str, Any]) -> dict[str, list[Operation]]:
    """Return operations by their first tag."""
    schemas = document["components"]["schemas"]
    groups: dict[str, list[Operation]] = {}
    for path, methods in sorted(document["paths"].items()):
        for method, described in methods.items():
            tag = next(iter(described["tags"]), path.split("/")[1])
            groups.setdefault(tag, []).append(_read_operation(path, method, described, schemas))
    return groups


def _read_operation(path: str, method: str, described: dict[str, Any], schemas: dict[str, Any]) -> Operation:
    body = described.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    success = described["responses"].get("200", {}).get("content", {}).get("application/json", {})
    return Operation(
        id=described["operationId"],
        method=method.upper(),
        path=path,
        summary=described["summary"],
        permission=described["x-permission"],
        parameters=[_read_parameter(parameter) for parameter in described["parameters"]],
        body_example=_write_example(body, schemas) if body else "",
        returns=name_type(success.get("schema", {})),
    )


def _read_parameter(parameter: dict[str, Any]) -> Parameter:
    default = parameter["schema"].get("default", "")
    return Parameter(
        name=parameter["name"],
        place=parameter["in"],
        kind=name_type(parameter["schema"]),
        required=parameter["required"],
        default="" if default in (None, [], "") else str(default),
    )


def name_type(schema: dict[str, Any]) -> str:
    """Return a schema's type in a few words, such as "integer 1–100" or "Sensor[]"."""
    if "$ref" in schema:
        return schema["$ref"].rsplit("/", 1)[1]
    if "anyOf" in schema:
        return " | ".join(name_type(part) for part in schema["anyOf"] if part.get("type") != "null")
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    if schema.get("type") == "array":
        return f"{name_type(schema.get('items', {}))}[]"
    low, high = schema.get("minimum"), schema.get("maximum")
    bounds = f" {low}–{high}" if low is not None and high is not None else ""
    return f"{schema.get('format') or schema.get('type', '')}{bounds}"


def _write_example(schema: dict[str, Any], schemas: dict[str, Any]) -> str:
    return msgspec.json.format(msgspec.json.encode(_make_example(schema, schemas, 0))).decode()


def _make_example(schema: dict[str, Any], schemas: dict[str, Any], depth: int) -> Any:
    if "$ref" in schema and depth < 4:
        return _make_example(schemas[schema["$ref"].rsplit("/", 1)[1]], schemas, depth + 1)
    if "default" in schema:
        return schema["default"]
    if "anyOf" in schema:
        return _make_example(schema["anyOf"][0], schemas, depth)
    if "properties" in schema:
        return {name: _make_example(part, schemas, depth) for name, part in schema["properties"].items()}
    if "enum" in schema:
        return schema["enum"][0]
    plain = {"integer": 1, "number": 1.0, "boolean": True, "array": [], "object": {}}
    return plain.get(schema.get("type", ""), schema.get("format", "text"))
