"""How messages are written: JSON in base64url, read so strictly that there is one way to write each.

Source: RFC 7515 section 2 (base64url without padding), RFC 8259 and RFC 8725 section 2.4 (JSON). What
two programs could read differently is refused: repeated names, numbers that aren't finite, halves of characters, unused bits.
"""

from __future__ import annotations

import binascii
import json
import math
from typing import Any

from .refusals import Part, Reason, Refused

_TO_URL, _FROM_URL = bytes.maketrans(b"+/", b"-_"), bytes.maketrans(b"-_", b"+/")

MOST_LEVELS = 64
"""No certificate nests deeper; whatever does is there to exhaust the reader."""


def encode(data: bytes) -> str:
    """Return bytes as base64url without padding."""
    return binascii.b2a_base64(data, newline=False).rstrip(b"=").translate(_TO_URL).decode()


def decode(text: str, part: Part) -> bytes:
    """Return the bytes of base64url without padding; raise Refused (malformed) unless `text` is their one form."""
    try:
        letters = text.encode("ascii").translate(_FROM_URL) + b"=" * (-len(text) % 4)
        data = binascii.a2b_base64(letters)
    except ValueError as error:
        raise Refused(part, Reason.MALFORMED, f"not base64url: {error}") from None
    if encode(data) != text:
        raise Refused(part, Reason.MALFORMED, "base64url with padding, other letters or unused bits")
    return data


def write(value: Any) -> bytes:
    """Return a value as compact JSON in UTF-8; raise ValueError for numbers that aren't finite."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def read(data: bytes, part: Part) -> Any:
    """Return the value of JSON text; raise Refused (malformed) for what two programs could read differently."""
    try:
        value = _DECODER.decode(data.decode())
        if b"\\ud" in data.lower():
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise Refused(part, Reason.MALFORMED, "JSON nests too deep") from None
    except ValueError as error:
        raise Refused(part, Reason.MALFORMED, f"not JSON: {error}") from None
    if data.count(b"[") + data.count(b"{") > MOST_LEVELS:
        _check_depth(value, MOST_LEVELS, part)
    return value


def read_object(data: bytes, part: Part) -> dict[str, Any]:
    """Return the JSON object of `data`; raise Refused (malformed) for anything else."""
    value = read(data, part)
    if not isinstance(value, dict):
        raise Refused(part, Reason.MALFORMED, "not a JSON object")
    return value


def _check_depth(value: Any, levels: int, part: Part) -> None:
    if isinstance(value, (dict, list)):
        if not levels:
            raise Refused(part, Reason.MALFORMED, f"JSON nests deeper than {MOST_LEVELS}")
        for inner in value.values() if isinstance(value, dict) else value:
            _check_depth(inner, levels - 1, part)


def _read_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a name is repeated")
    return value


def _read_float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number isn't finite")
    return number


def _refuse_constant(text: str) -> None:
    raise ValueError(f"{text} isn't JSON")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_read_pairs, parse_float=_read_float, parse_constant=_refuse_constant
)
