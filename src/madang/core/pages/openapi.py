"""Declared routes → OpenAPI 3.1."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.metadata import version
from typing import Any

import msgspec

from .records import ErrorRecord, Route

REFERENCE = "#/components/schemas/{name}"
PATH_PARAMETER = re.compile(r"\{(\w+)(?::(\w+))?\}")
PATH_TYPES: dict[str | None, dict[str, Any]] = {
    "int": {"type": "integer", "minimum": 0},
    "float": {"type": "number", "minimum": 0},
    "uuid": {"type": "string", "format": "uuid"},
}
OWN_TOKEN = "own_token"
ERRORS = {
    "401": "Nobody is signed in, or the token is missing",
    "403": "The permission is missing",
    "404": "There is no such record",
    "422": "What was sent can't be taken; `details.field` names the field",
    "default": "Refused",
}


def build_openapi(routes: Iterable[Route], *, language: str = "en", title: str = "Madang") -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of `routes`, with summaries in `language`."""
    listed = [route for route in routes if route.method != "HEAD"]
    described = [kind for route in listed for kind in (route.body, route.returns) if kind is not None]
    schemas, components = msgspec.json.schema_components(
        [ErrorRecord, *described], ref_template=REFERENCE, schema_hook=_describe_object
    )
    found = iter(schemas[1:])
    paths: dict[str, dict[str, Any]] = {}
    for route in listed:
        body = next(found) if route.body is not None else None
        returns = next(found) if route.returns is not None else None
        operation = _describe(route, body, returns, language)
        paths.setdefault(PATH_PARAMETER.sub(r"{\1}", route.path), {})[route.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version("madang")},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "sessionid"},
                "token": {"type": "http", "scheme": "bearer"},
                OWN_TOKEN: {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token that the address's own protocol gives",
                },
            },
        },
        "tags": [{"name": tag} for tag in sorted({tag for route in listed for tag in route.tags})],
    }


def _describe_object(kind: Any) -> dict[str, Any]:
    """Let `object` stand for any JSON, as `Any` does; other types must be describable."""
    if kind is object:
        return {"description": "any JSON"}
    raise NotImplementedError


def _describe(route: Route, body: Any, returns: Any, language: str) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": _name_operation(route),
        "summary": route.summary.say(language),
        "tags": list(route.tags),
        "parameters": [*_list_path_parameters(route.path), *_list_query_parameters(route.query)],
        "responses": {**_describe_success(returns), **_describe_errors(route)},
        "security": _list_security(route),
        "x-permission": route.permission,
    }
    content = _describe_body(route, body)
    if content:
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _list_security(route: Route) -> list[dict[str, list[str]]]:
    if route.own_tokens:
        return [{OWN_TOKEN: []}]
    if route.cross_origin:
        return [{}]
    return [*([{}] if route.permission == "public" else []), {"session": []}, {"token": []}]


def _describe_body(route: Route, body: Any) -> dict[str, Any]:
    if route.upload:
        return {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    return {"application/json": {"schema": body}} if body is not None else {}


def _describe_success(returns: Any) -> dict[str, Any]:
    if returns is None:
        return {"2XX": {"description": "Done"}}
    return {"200": {"description": "Done", "content": {"application/json": {"schema": returns}}}}


def _describe_errors(route: Route) -> dict[str, Any]:
    wanted = {"default"}
    if route.permission != "public":
        wanted |= {"401", "403"}
    if route.own_tokens:
        wanted.add("401")
    if "{" in route.path:
        wanted.add("404")
    if route.query is not None or route.body is not None:
        wanted.add("422")
    schema = {"$ref": REFERENCE.format(name="ErrorRecord")}
    kinds = ("application/json", *(["application/problem+json"] if route.problems else []))
    return {
        status: {"description": text, "content": {kind: {"schema": schema} for kind in kinds}}
        for status, text in ERRORS.items()
        if status in wanted
    }


def _list_path_parameters(path: str) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": PATH_TYPES.get(kind, {"type": "string", "minLength": 1}),
        }
        for name, kind in PATH_PARAMETER.findall(path)
    ]


def _list_query_parameters(query: Any) -> list[dict[str, Any]]:
    if query is None:
        return []
    components = msgspec.json.schema(query, schema_hook=_describe_object)
    record = components["$defs"][components["$ref"].rsplit("/", 1)[1]]
    required = set(record.get("required", ()))
    return [
        {
            "name": name,
            "in": "query",
            "required": name in required,
            "schema": _inline(schema, components["$defs"]),
            **({"description": schema["description"]} if "description" in schema else {}),
        }
        for name, schema in record["properties"].items()
    ]


def _inline(schema: Any, definitions: dict[str, Any]) -> Any:
    """Put what `schema` refers to in its place: a parameter carries its enumeration itself."""
    if isinstance(schema, dict):
        if "$ref" in schema:
            return _inline(definitions[schema["$ref"].rsplit("/", 1)[1]], definitions)
        return {key: _inline(value, definitions) for key, value in schema.items()}
    if isinstance(schema, list):
        return [_inline(value, definitions) for value in schema]
    return schema


def _name_operation(route: Route) -> str:
    words = [
        *route.tags[:1],
        route.method.lower(),
        *re.findall(r"\w+", PATH_PARAMETER.sub(r"by_\1", route.path)),
    ]
    return "_".join(words)
