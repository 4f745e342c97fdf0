"""CP949 for programs that read nothing else: letters it lacks are written by near ones, others by their number."""

from __future__ import annotations

import codecs
import unicodedata

NEAR = {
    "‐": "-",
    "‑": "-",
    "‒": "-",
    "–": "-",
    "—": "―",
    "−": "-",
    "•": "·",
    "・": "·",
    "₩": "￦",
    "〜": "～",
}
SIGNS = frozenset('",\r\n')
"""What separates values: no letter may become one of these."""


def encode_cp949(text: str) -> bytes:
    """Return a text in CP949: a dash it lacks as a hyphen, a letter without a near one as `&#128512;`."""
    return text.encode("cp949", "madang.near")


def _write_near(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    return "".join(map(_find_near, error.object[error.start : error.end])), error.end


def _find_near(letter: str) -> str:
    near = NEAR.get(letter) or unicodedata.normalize("NFKC", letter)
    try:
        near.encode("cp949")
    except UnicodeEncodeError:
        near = ""
    return f"&#{ord(letter)};" if not near or set(near) & SIGNS else near


codecs.register_error("madang.near", _write_near)
