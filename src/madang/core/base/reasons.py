"""Why msgspec refuses a value, in both languages: its messages are English only."""

from __future__ import annotations

import re

from .text import Text

_FIELD = re.compile(r" - at `(?:key in )?\$\.?([^`]*)`$")
_NAMED = re.compile(r"(?:missing required|unknown) field `([^`]+)`")
_TYPES = {
    "int": "정수",
    "float": "수",
    "decimal": "수",
    "str": "글자",
    "bool": "참·거짓",
    "array": "목록",
    "object": "객체",
    "null": "빈 값",
    "datetime": "일시",
    "date": "날짜",
    "time": "시각",
    "duration": "기간",
}
_BOUNDS = {">=": "이상", "<=": "이하", ">": "초과", "<": "미만"}
_TYPE = re.compile(r"^Expected `([^`]+)`, got `([^`]+)`$")
_BOUND = re.compile(r"^Expected `[^`]+` (>=|<=|>|<) (\S+)$")
_LENGTH = re.compile(r"^Expected `[^`]+` of length (>=|<=) (\d+)$")
_CHOICE = re.compile(r"^Invalid (?:enum )?value (.+)$")
_FORM = re.compile(r"^Invalid (?:RFC3339|ISO8601) encoded (\w+)$")
# What a message begins with that says nothing more.
_PLAIN = {
    "Object missing required field": "꼭 있어야 하는 항목입니다",
    "Object contains unknown field": "모르는 항목입니다",
    "Expected `str` matching": "정해진 꼴이 아닙니다",
    "Integer value out of range": "수가 너무 큽니다",
    "JSON is malformed": "JSON이 아닙니다",
    "Input data was truncated": "JSON이 중간에 끊겼습니다",
    "the number is too large": "수가 너무 큽니다",
    "a NUL character": "NUL 문자가 있습니다",
}


def find_mismatch(error: Exception) -> tuple[str, str]:
    """Return the field that msgspec refuses, "" where it is the whole, and its reason."""
    message = str(error) or type(error).__name__
    place, named = _FIELD.search(message), _NAMED.search(message)
    path = [found.group(1) for found in (place, named) if found]
    return ".".join(part for part in path if part), _FIELD.sub("", message)


def say_mismatch(field: str, reason: str) -> Text:
    """Return the sentence that refuses the value of `field` for what msgspec says of it."""
    where_ko = f"‘{field}’ 값을" if field else "보낸 내용을"
    where_en = f"'{field}'" if field else "what was sent"
    return Text(
        ko=f"{where_ko} 받아들일 수 없습니다: {_say_reason(reason)}",
        en=f"{where_en} can't be taken: {reason}",
    )


def _say_reason(message: str) -> str:
    """Return in Korean what a message of msgspec says; one that isn't known only says that the form is wrong."""
    if found := _TYPE.match(message):
        wanted, got = (_name(part) for part in found.groups())
        return f"{wanted}이(가) 와야 할 자리에 {got}이(가) 왔습니다"
    if found := _BOUND.match(message):
        return f"{found[2]} {_BOUNDS[found[1]]}만 됩니다"
    if found := _LENGTH.match(message):
        return f"길이가 {found[2]} {_BOUNDS[found[1]]}인 것만 됩니다"
    if found := _CHOICE.match(message):
        return f"{found[1]}은(는) 고를 수 있는 값이 아닙니다"
    if found := _FORM.match(message):
        return f"{_name(found[1])} 형식(ISO 8601)이 아닙니다"
    return next((said for start, said in _PLAIN.items() if message.startswith(start)), "형식이 맞지 않습니다")


def _name(types: str) -> str:
    return " 또는 ".join(_TYPES.get(one, one) for one in types.split(" | "))
