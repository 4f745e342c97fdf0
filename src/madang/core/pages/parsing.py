"""Query strings and JSON bodies → declared records, with errors that name the field."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import msgspec
from msgspec import inspect
from starlette.datastructures import QueryParams

from madang.core.base.interface import BadInput, MadangError, find_mismatch, say_mismatch

NUL_IN_JSON = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
LISTS = (inspect.ListType, inspect.VarTupleType, inspect.SetType, inspect.FrozenSetType)
INTEGER_LIMIT = 2**63


class TooLarge(MadangError):
    """More was sent than is taken at once."""

    status = 413


class WrongMediaType(MadangError):
    """Something other than JSON was sent."""

    status = 415


def parse_query(parameters: QueryParams, record_type: Any) -> Any:
    """Return query parameters as `record_type`; blank ones count as absent, lists by repeating."""
    lists = _list_names(record_type)
    values: dict[str, Any] = {}
    for name in parameters:
        given = [value for value in parameters.getlist(name) if value]
        if any("\0" in value for value in given):
            raise _refuse(name, "a NUL character can't be taken")
        if given:
            values[name] = given if name in lists else given[-1]
    try:
        record = msgspec.convert(values, record_type, strict=False)
    except (msgspec.ValidationError, ValueError, OverflowError) as error:
        raise _refuse(*find_mismatch(error)) from error
    _check_integers(record)
    return record


def parse_body(raw: bytes, record_type: Any) -> Any:
    """Return a JSON body as `record_type`."""
    if NUL_IN_JSON.search(raw):
        raise _refuse("", "a NUL character can't be taken")
    try:
        return msgspec.json.decode(raw, type=record_type)
    except (msgspec.DecodeError, ValueError, RecursionError, OverflowError) as error:
        raise _refuse(*find_mismatch(error)) from error


def _refuse(field: str, reason: str) -> BadInput:
    said = say_mismatch(field, reason)
    return BadInput("input.wrong", said.ko, said.en, field=field, reason=reason)


def _check_integers(record: Any) -> None:
    for name in record.__struct_fields__:
        value = getattr(record, name)
        if isinstance(value, int) and abs(value) >= INTEGER_LIMIT:
            raise _refuse(name, "the number is too large")


@cache
def _list_names(record_type: Any) -> frozenset[str]:
    described: Any = inspect.type_info(record_type)
    return frozenset(field.encode_name for field in described.fields if _is_list(field.type))


def _is_list(kind: Any) -> bool:
    if isinstance(kind, inspect.Metadata):
        return _is_list(kind.type)
    if isinstance(kind, inspect.UnionType):
        return any(_is_list(part) for part in kind.types)
    return isinstance(kind, LISTS)
