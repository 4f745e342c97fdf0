"""Names of datasets from the names of files: ASCII for addresses and SQL, the original as the title."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from pathlib import PurePath

from madang.core.base.interface import Text

MAX_LENGTH = 63
_ENDINGS = re.compile(
    r"\.(csv|tsv|txt|dat|xlsx|xlsm|xls|ods|json|jsonl|ndjson|geojson|topojson|parquet|zip|gz|gzip)$", re.I
)
# Revised Romanization of Korean, letter by letter (without the sound changes between syllables), so
# that a name always gives the same address.
_INITIALS = "g kk n d tt r m b pp s ss  j jj ch k t p h".split(" ")
_VOWELS = "a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i".split(" ")
_FINALS = " k k k n n n t l k m l l l p l m p p t t ng t t k t p t".split(" ")
_HANGUL, _LAST_HANGUL = 0xAC00, 0xD7A3


def take_stem(file_name: str) -> str:
    """Return a file's name without folders and the endings of data files, in composed letters (NFC)."""
    stem = unicodedata.normalize("NFC", PurePath(file_name.replace("\\", "/")).name)
    while _ENDINGS.search(stem):
        stem = _ENDINGS.sub("", stem)
    return stem


def name_sheet(file_name: str, sheet: str | None) -> str:
    """Return the name of a workbook's sheet as if it were a file of its own; the file's where there is none."""
    if sheet is None:
        return file_name
    own = sheet.replace("/", "_").replace("\\", "_")
    return f"{take_stem(file_name)}_{own}{PurePath(file_name).suffix}"


def derive_table_name(stem: str) -> str:
    """Return a table's name (a–z, 0–9, _; at most 63) for a stem; the same one every time."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", unicodedata.normalize("NFKC", stem))
    slug = re.sub(r"[^a-z0-9]+", "_", "".join(map(_romanize, spaced)).lower())
    slug = slug.strip("_")
    if not slug:
        return f"data_{_digest(stem)}"
    if not slug[0].isalpha():
        slug = f"data_{slug}"
    if len(slug) <= MAX_LENGTH:
        return slug
    return f"{slug[: MAX_LENGTH - 7].rstrip('_')}_{_digest(stem)}"


def distinguish(name: str, stem: str) -> str:
    """Return a second name for `stem`, where `name` belongs to another dataset."""
    return f"{name[: MAX_LENGTH - 7].rstrip('_')}_{_digest(stem)}"


def derive_title(stem: str) -> Text:
    """Return the title that a stem suggests; people may write better ones."""
    words = " ".join(re.sub(r"[_]+", " ", stem).split())[:200]
    return Text(ko=words or stem, en=words or stem)


def _romanize(character: str) -> str:
    code = ord(character)
    if not _HANGUL <= code <= _LAST_HANGUL:
        decomposed = unicodedata.normalize("NFKD", character)
        return decomposed if decomposed.isascii() else decomposed[0] if decomposed[0].isascii() else "_"
    index = code - _HANGUL
    return _INITIALS[index // 588] + _VOWELS[index % 588 // 28] + _FINALS[index % 28]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:6]
