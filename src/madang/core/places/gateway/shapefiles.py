"""Shapefiles in a zip, unpacked, their tables made readable."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO

import msgspec

_PARTS = {".shp", ".shx", ".dbf", ".prj"}
_UTF8_NAMES = 0x800
# dBASE III: the size of its head and of each field's description, of a field's name, and kinds written in letters.
_FIELD, _NAME, _TEXT_KINDS = 32, 11, {b"C", b"N", b"F", b"D", b"L", b"M"}


class DamagedShapefile(Exception):
    """What was sent can't be unpacked, "zip", or the table of a shapefile in it is missing or damaged, "table"."""

    def __init__(self, part: str, said: str) -> None:
        self.part, self.said = part, said
        super().__init__(said)


class Shapefile(msgspec.Struct, frozen=True, kw_only=True):
    """One unpacked, and what the texts of its table are written in."""

    source: Path
    encoding: str


def is_shapefile(name: str) -> bool:
    """Return whether a file in a zip is the main one of a shapefile; macOS adds others of its name."""
    return name.lower().endswith(".shp") and "__MACOSX" not in name


def unpack_shapefiles(
    stream: IO[bytes], folder: Path, check_size: Callable[[int], None]
) -> dict[str, Shapefile]:
    """Return the shapefiles in a zip by their names, unpacked into `folder`.

    `check_size` is told how many bytes they will have, and may refuse. Raises DamagedShapefile.
    """
    layers: dict[str, Shapefile] = {}
    try:
        with zipfile.ZipFile(stream) as archive:
            parts = [one for one in archive.infolist() if Path(one.filename).suffix.lower() in _PARTS]
            check_size(sum(one.file_size for one in parts))
            main = [one for one in parts if is_shapefile(one.filename)]
            for number, first in enumerate(main):
                target = folder / str(number)
                for one in parts:
                    if _stem(one) == _stem(first):
                        target.with_suffix(Path(one.filename).suffix.lower()).write_bytes(archive.read(one))
                name = _free_name(_read_name(first), layers)
                encoding = _mend_table(target.with_suffix(".dbf"))
                layers[name] = Shapefile(source=target.with_suffix(".shp"), encoding=encoding)
    except (zipfile.BadZipFile, EOFError, zlib.error, RuntimeError, NotImplementedError) as error:
        raise DamagedShapefile("zip", str(error)) from error
    return layers


def _stem(part: zipfile.ZipInfo) -> str:
    return str(Path(part.filename).with_suffix("")).lower()


def _read_name(part: zipfile.ZipInfo) -> str:
    """Return the name of a packed file without its folder and ending; Korean Windows writes names in CP949."""
    name = part.filename
    if not part.flag_bits & _UTF8_NAMES:
        name = name.encode("cp437", "replace").decode("cp949", "replace")
    return Path(name).stem


def _free_name(name: str, taken: dict[str, Shapefile]) -> str:
    return name if name not in taken else _free_name(name + "_", taken)


def _mend_table(table: Path) -> str:
    """Return what a .dbf is written in, whatever a .cpg beside it says, and take away what no letter can be.

    Korean offices use CP949. A name has 10 bytes and a value its width: programs cut both within a letter.
    """
    content = table.read_bytes() if table.is_file() else b""
    count, start, size = struct.unpack_from("<IHH", content.ljust(_FIELD, b"\0"), 4)
    # Without its values a shape would be read as one of which nothing is known.
    if start <= _FIELD or start + count * size > len(content) + 1:
        raise DamagedShapefile("table", "the shapefile's table (.dbf) is missing or damaged")
    fields = [at for at in range(_FIELD, start - 1, _FIELD) if content[at : at + 1] not in {b"\r", b""}]
    values = content[start:]
    damaged = {code: values.decode(code, "replace").count("\ufffd") for code in ("utf-8", "cp949")}
    encoding = min(damaged, key=damaged.__getitem__)
    mended = bytearray(content)
    for at in fields:
        mended[at : at + _NAME] = _blank_damage(content[at : at + _NAME], encoding, "\0")
    # Numbers in other kinds of fields are no letters.
    if all(content[at + _NAME : at + _NAME + 1] in _TEXT_KINDS for at in fields):
        mended[start:] = _blank_damage(values, encoding, " ")
    table.write_bytes(mended)
    return encoding


def _blank_damage(content: bytes, encoding: str, blank: str) -> bytes:
    return re.sub("[\udc80-\udcff]", blank, content.decode(encoding, "surrogateescape")).encode(encoding)
