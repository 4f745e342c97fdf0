"""What is sent to an action: a JSON object, or the fields of a form, as CKAN takes them."""

from __future__ import annotations

from typing import Any

import anyio.from_thread
from django.core.exceptions import TooManyFieldsSent
from django.http import QueryDict
from starlette.datastructures import ImmutableMultiDict
from starlette.exceptions import HTTPException
from starlette.requests import Request

from madang.core.base.interface import BadInput
from madang.core.pages.interface import parse_body

LONGEST = 4 << 20
MOST_FIELDS, LONGEST_FIELD = 100, 256 << 10
MULTIPART = "multipart/form-data"


def read_body(request: Request) -> dict[str, Any]:
    """Return the parameters of a POST; without a body those of the address. Raises BadInput for anything else.

    JSON is known by its brace, whatever the media type says: `curl -d '{…}'` calls it a form.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() == MULTIPART:
        return read_fields(anyio.from_thread.run(_read_parts, request))
    raw = anyio.from_thread.run(_receive, request).strip()
    if not raw:
        return read_fields(request.query_params.multi_items())
    kind = request.headers.get("content-type", "").lower()
    if raw[:1] == b"{" or "urlencoded" not in kind:
        return parse_body(raw, dict[str, Any])
    try:
        fields = QueryDict(raw.decode())
    except (ValueError, TooManyFieldsSent) as error:
        raise _refuse(str(error)) from error
    return read_fields([(name, value) for name, values in fields.lists() for value in values])


def read_fields(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return fields by their names; one that stands more than once is a list."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if "\0" in f"{name}{value}":
            raise _refuse("a NUL character can't be taken")
        found.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


async def _read_parts(request: Request) -> list[tuple[str, Any]]:
    try:
        async with request.form(max_files=0, max_fields=MOST_FIELDS, max_part_size=LONGEST_FIELD) as form:
            return ImmutableMultiDict(form).multi_items()
    except HTTPException as error:
        raise _refuse(str(error.detail)) from error


async def _receive(request: Request) -> bytes:
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > LONGEST:
            raise _refuse(f"at most {LONGEST >> 20} MB are taken")
    return bytes(raw)


def _refuse(reason: str) -> BadInput:
    return BadInput(
        "ckan.body", f"보낸 내용을 받아들일 수 없습니다: {reason}", f"what was sent can't be taken: {reason}"
    )
