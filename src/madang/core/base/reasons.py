"""Why msgspec refuses a value, in both languages: its messages are English only."""

from __future__ import annotations

import re

from .text import Text

_FIELD = re.compile(r" - at `(?:key in )?\$\.?([^`]*)`$")
_NAMED = re.compile(r"(?:missing required|unknown) field `([^`]+)`")
_TYPES = {
    "int": Text(ko="정수", en="a whole number"),
    "float": Text(ko="수", en="a number"),
    "decimal": Text(ko="수", en="a number"),
    "str": Text(ko="글자", en="text"),
    "bool": Text(ko="참·거짓", en="true or false"),
    "array": Text(ko="목록", en="a list"),
    "object": Text(ko="객체", en="an object"),
    "null": Text(ko="빈 값", en="nothing"),
    "datetime": Text(ko="일시", en="a date and time"),
    "date": Text(ko="날짜", en="a date"),
    "time": Text(ko="시각", en="a time"),
    "duration": Text(ko="기간", en="a duration"),
}
_BOUNDS = {
    ">=": Text(ko="이상", en="at least"),
    "<=": Text(ko="이하", en="at most"),
    ">": Text(ko="초과", en="more than"),
    "<": Text(ko="미만", en="less than"),
}
_TYPE = re.compile(r"^Expected `([^`]+)`, got `([^`]+)`$")
_BOUND = re.compile(r"^Expected `[^`]+` (>=|<=|>|<) (\S+)$")
_LENGTH = re.compile(r"^Expected `[^`]+` of length (>=|<=) (\d+)$")
_CHOICE = re.compile(r"^Invalid (?:enum )?value (.+)$")
_FORM = re.compile(r"^Invalid (?:RFC3339|ISO8601) encoded (\w+)$")
# What a message begins with that says nothing more.
_PLAIN = {
    "Object missing required field": Text(ko="꼭 있어야 하는 항목입니다", en="it must be there"),
    "Object contains unknown field": Text(ko="모르는 항목입니다", en="there is no such field"),
    "Expected `str` matching": Text(
        ko="정해진 꼴이 아닙니다", en="it doesn't have the form that it must have"
    ),
    "Integer value out of range": Text(ko="수가 너무 큽니다", en="the number is too large"),
    "JSON is malformed": Text(ko="JSON이 아닙니다", en="it isn't JSON"),
    "Input data was truncated": Text(ko="JSON이 중간에 끊겼습니다", en="the JSON breaks off"),
    "the number is too large": Text(ko="수가 너무 큽니다", en="the number is too large"),
    "a NUL character": Text(ko="NUL 문자가 있습니다", en="it holds a NUL character"),
}


def find_mismatch(error: Exception) -> tuple[str, str]:
    """Return the field that msgspec refuses, "" where it is the whole, and its reason."""
    message = str(error) or type(error).__name__
    place, named = _FIELD.search(message), _NAMED.search(message)
    path = [found.group(1) for found in (place, named) if found]
    return ".".join(part for part in path if part), _FIELD.sub("", message)


def say_mismatch(field: str, reason: str) -> Text:
    """Return the sentence that refuses the value of `field` for what msgspec says of it."""
    said = _say_reason(reason)
    where_ko = f"‘{field}’ 값을" if field else "보낸 내용을"
    where_en = f"'{field}'" if field else "what was sent"
    return Text(ko=f"{where_ko} 받아들일 수 없습니다: {said.ko}", en=f"{where_en} can't be taken: {said.en}")


def _say_reason(message: str) -> Text:
    """Return what a message of msgspec says; one that isn't known only says that the form is wrong."""
    if found := _TYPE.match(message):
        wanted, got = (_name(part) for part in found.groups())
        return Text(
            ko=f"{wanted.ko}이(가) 와야 할 자리에 {got.ko}이(가) 왔습니다",
            en=f"{wanted.en} is wanted, {got.en} came",
        )
    if found := _BOUND.match(message):
        bound = _BOUNDS[found[1]]
        return Text(ko=f"{found[2]} {bound.ko}만 됩니다", en=f"it must be {bound.en} {found[2]}")
    if found := _LENGTH.match(message):
        bound = _BOUNDS[found[1]]
        return Text(
            ko=f"길이가 {found[2]} {bound.ko}인 것만 됩니다", en=f"its length must be {bound.en} {found[2]}"
        )
    if found := _CHOICE.match(message):
        return Text(
            ko=f"{found[1]}은(는) 고를 수 있는 값이 아닙니다", en=f"{found[1]} isn't one of the choices"
        )
    if found := _FORM.match(message):
        name = _name(found[1])
        return Text(ko=f"{name.ko} 형식(ISO 8601)이 아닙니다", en=f"it isn't {name.en} (ISO 8601)")
    known = (said for start, said in _PLAIN.items() if message.startswith(start))
    return next(known, Text(ko="형식이 맞지 않습니다", en=message))


def _name(types: str) -> Text:
    names = [_TYPES.get(one, Text(ko=one, en=one)) for one in types.split(" | ")]
    return Text(ko=" 또는 ".join(one.ko for one in names), en=" or ".join(one.en for one in names))
