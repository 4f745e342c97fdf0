"""What the bytes of a string array tell at a glance, so that patterns run only where they can match."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

# Which signs occur: blanks or letters beyond ASCII, X, letters of numbers and their plus, a comma, a point.
BLANK, HEX, LETTER, COMMA, POINT = 1, 2, 4, 8, 16
_SIGNS = np.zeros(256, np.uint8)
_SIGNS[:33] = BLANK
_SIGNS[128:] = BLANK
_SIGNS[list(b"xX")] = HEX
_SIGNS[list(b"nNeE+")] = LETTER
_SIGNS[ord(",")] = COMMA
_SIGNS[ord(".")] = POINT
_TABLE = _SIGNS.tobytes()


def find_signs(values: pa.StringArray) -> int:
    """Return which signs occur anywhere in the values, as a sum of the constants of this module."""
    data, offsets = _take_bytes(values)
    inside = data[offsets[0] : offsets[-1]]
    if not len(inside):
        return 0
    return int(np.bitwise_or.reduce(np.frombuffer(inside.tobytes().translate(_TABLE), np.uint8)))


def holds_any(values: pa.StringArray, letters: str) -> bool:
    """Return whether one of some `letters` occurs anywhere in the values."""
    data, offsets = _take_bytes(values)
    inside = data[offsets[0] : offsets[-1]].tobytes()
    return any(letter.encode() in inside for letter in letters)


def read_lengths(values: pa.StringArray) -> np.ndarray:
    """Return how many bytes each value has; a missing one none."""
    return np.diff(_take_bytes(values)[1])


def read_bytes(values: pa.StringArray, at: int) -> np.ndarray:
    """Return the byte at a place of each value, 0 where a value is shorter."""
    data, offsets = _take_bytes(values)
    places = np.minimum(offsets[:-1] + at, max(0, len(data) - 1))
    return np.where(np.diff(offsets) > at, data[places] if len(data) else 0, 0)


def _take_bytes(values: pa.StringArray) -> tuple[np.ndarray, np.ndarray]:
    _, offsets, data = values.buffers()
    if offsets is None or not len(values):
        return np.zeros(0, np.uint8), np.zeros(len(values) + 1, np.int32)
    places = np.frombuffer(offsets, np.int32)[values.offset : values.offset + len(values) + 1]
    return np.frombuffer(data, np.uint8) if data else np.zeros(0, np.uint8), places
