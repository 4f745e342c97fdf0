"""Korean words and what they are in English, as people write them down."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from hashlib import sha256

import msgspec

from .errors import BadInput

HEADINGS = {"ko", "korean", "한국어"}


class Translation(msgspec.Struct, frozen=True, kw_only=True):
    """Korean words, and what they are in English by whom since when; None where nobody wrote it."""

    ko: str
    en: str | None = None
    entered_by: str | None = None
    entered_at: datetime | None = None

    @property
    def key(self) -> str:
        """What names the words in an address."""
        return sha256(self.ko.encode()).hexdigest()[:16]


def read_translations(raw: bytes) -> list[tuple[str, str]]:
    """Return (Korean, English) of each row of a CSV (UTF-8 or CP949) whose second column is filled in.

    Raises BadInput where there is none.
    """
    text = ""
    for encoding in ("utf-8-sig", "cp949"):
        try:
            text = raw.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    rows = [row for row in csv.reader(io.StringIO(text.replace("\0", ""))) if len(row) > 1]
    if rows and rows[0][0].strip().casefold() in HEADINGS:
        rows = rows[1:]
    pairs = [(ko, en) for ko, en, *_ in rows if ko.strip() and en.strip()]
    if not pairs:
        raise BadInput(
            "translations.none",
            "첫 칸에 한국어, 둘째 칸에 영어가 적힌 줄이 없습니다",
            "no row has Korean in its first column and English in its second",
            field="file",
        )
    return pairs
