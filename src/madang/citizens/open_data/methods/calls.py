"""Reading a call's address, and writing its answer."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

import msgspec

from madang.citizens.open_data.records.calls import (
    MESSAGES,
    MOST_ROWS,
    SAMPLE_KEY,
    SAMPLE_ROWS,
    Answer,
    Call,
)

from .elements import clean_text, name_elements

FORMS = ("json", "xml", "xmlf", "xls")
REQUIRED_PARTS = 5
PERIOD = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[_ T]([0-9]{2})(?::00){0,2})?")


def read_call(path: bytes) -> Call:
    """Return the call that a still encoded path `/KEY/TYPE/SERVICE/START/END/…` makes; missing parts are "".

    A slash too many in front is overlooked; before a type it is a missing key. A blank argument (%20) stands for one that is left out; empty parts and blank arguments at the end don't count.
    """
    parts = [_decode(part) for part in path.removeprefix(b"/").split(b"/")]
    while parts[:1] == [""] and parts[1:2] and parts[1].lower() not in FORMS:
        parts.pop(0)  # a host written with a slash at its end
    while parts and parts[-1] == "":
        parts.pop()
    parts += [""] * (REQUIRED_PARTS - len(parts))
    key, form, service, start, end, *rest = parts
    arguments = [argument.strip() for argument in rest]
    while arguments and arguments[-1] == "":
        arguments.pop()
    return Call(
        key=key,
        form=form.lower(),
        service=service,
        start=start,
        end=end,
        arguments=tuple(arguments),
    )


def _decode(part: bytes) -> str:
    whole = re.sub(rb"%([0-9A-Fa-f]{2})", lambda match: bytes([int(match[1], 16)]), part)
    return whole.decode("utf-8", "replace")


def check_call(call: Call) -> str:
    """Return the code of what is missing from a call, or "" where it can be looked up."""
    if not call.key or not call.form:
        return "ERROR-300"
    if call.form not in FORMS:
        return "ERROR-301"
    return "" if call.service else "ERROR-300"


def read_range(call: Call) -> tuple[int, int] | str:
    """Return (rows to skip, rows to take), or the code of what is wrong with the range."""
    if not call.start or not call.end:
        return "ERROR-331" if not call.start else "ERROR-332"
    if not (_is_whole(call.start) and _is_whole(call.end)):
        return "ERROR-333"
    start, end = int(call.start), int(call.end)
    code = _judge(start, end)
    if code:
        return code
    start = max(start, 1)
    taken = end - start + 1
    if call.key == SAMPLE_KEY and taken > SAMPLE_ROWS:
        return "ERROR-335"
    return "ERROR-336" if taken > MOST_ROWS else (start - 1, taken)


def _judge(start: int, end: int) -> str:
    if start < 0:
        return "ERROR-331"
    if end < 1:
        return "ERROR-332"
    return "ERROR-334" if start > end else ""


def _is_whole(text: str) -> bool:
    digits = text[1:] if text[:1] == "-" else text
    return digits.isascii() and digits.isdigit() and len(digits) <= 15  # noqa: PLR2004 - beyond: no row


def read_period(text: str, city: tzinfo) -> tuple[datetime, datetime] | None:
    """Return the day or hour of the city that an argument names (2026-03-01, 2026-03-01_05, 2026-03-01_05:00:00).

    The end is excluded; None where it names neither.
    """
    match = PERIOD.fullmatch(text)
    if match is None:
        return None
    try:
        start = datetime.fromisoformat(f"{match[1]}T{match[2] or '00'}:00:00").replace(tzinfo=city)
        return start, start + timedelta(hours=1 if match[2] else 24)
    except (ValueError, OverflowError):
        return None


def write_value(value: Any, city: tzinfo, pattern: str = "") -> str:
    """Return a value as the Open API writes it: text, moments in the city's time, nothing as ""."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Y" if value else "N"
    if isinstance(value, datetime):
        return value.astimezone(city).strftime(pattern or "%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.strftime(pattern or "%Y-%m-%d")
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:  # noqa: PLR2004 - exact
        return f"{value:.1f}"
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def write_json(answer: Answer) -> bytes:
    """Return the answer as JSON; without rows a bare RESULT."""
    result = {"CODE": answer.code, "MESSAGE": MESSAGES[answer.code]}
    if answer.code != "INFO-000":
        return msgspec.json.encode({"RESULT": result})
    body = {"list_total_count": answer.total, "RESULT": result, "row": answer.rows}
    return msgspec.json.encode({answer.envelope: body})


def write_xml(answer: Answer) -> bytes:
    """Return the answer as XML; without rows a bare RESULT. Characters XML can't hold become spaces."""
    result = ET.Element("RESULT")
    ET.SubElement(result, "CODE").text = answer.code
    ET.SubElement(result, "MESSAGE").text = MESSAGES[answer.code]
    if answer.code != "INFO-000":
        return ET.tostring(result, "utf-8", xml_declaration=True)
    root = ET.Element(answer.envelope)
    ET.SubElement(root, "list_total_count").text = str(answer.total)
    root.append(result)
    elements = name_elements(next(iter(answer.rows), ()))
    for row in answer.rows:
        element = ET.SubElement(root, "row")
        for name, value in row.items():
            ET.SubElement(element, elements[name]).text = clean_text(value)
    return ET.tostring(root, "utf-8", xml_declaration=True)
