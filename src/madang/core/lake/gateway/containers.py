"""What a file is by its first bytes, and its bytes without the wrapping."""

from __future__ import annotations

import gzip
import re
import shutil
import zipfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from madang.core.places.interface import is_shapefile

from .refusals import refuse

CHUNK = 1 << 22
_GZIP = b"\x1f\x8b"
_OLE = b"\xd0\xcf\x11\xe0"
_MAX_WRAPPINGS = 3
# Tables pack to a twentieth, the most regular to a hundredth; what unfolds further is made to fill the disk.
_MAX_UNPACKED, _MAX_RATIO = 1 << 30, 200
_TABLE_NAME = re.compile(
    r"\.(csv|tsv|txt|dat|xlsx?|xlsm|ods|json|xml|jsonl|ndjson|geojson|parquet|gpkg|kml)(\.gz)?$",
    re.IGNORECASE,
)
_JSON = re.compile(rb"""\{\s*["}]|\[\s*[\[{"\]\d-]""")
# People write remarks into JSON by hand, though it knows none.
_REMARKS = re.compile(rb"\A(?:\s*(?://[^\n]*\n|/\*[\s\S]*?\*/))+\s*")
# The call of a script around JSON (JSONP).
PADDED = re.compile(rb"\A\s*[A-Za-z_$][\w.$]*\s*\(\s*([\[{][\s\S]*?[\]}])\s*\)\s*;?\s*\Z")
_CALL = re.compile(rb"\A[A-Za-z_$][\w.$]*\s*\(\s*")
# What public APIs answer with begins so, with or without the declaration.
# A declaration, a usual root, or any element that another one stands right inside.
_XML = re.compile(rb"<(\?xml|(response|result|root|rss|data|items|rows|row)[\s>]|[a-z][\w.-]*>\s*<[a-z])")
_BINARY = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"RDX", "R data"),
    (b"RDA", "R data"),
    (b"SQLite format 3", "SQLite"),
    (b"\x7fELF", "program"),
    (b"7z\xbc\xaf", "7z"),
    (b"Rar!", "RAR"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\x00\x00\x27\x0a", "shapefile"),
    (b"HWP Document File", "HWP"),
)
# Where a SQLite file says what it is, and how GeoPackages do (OGC 12-128r19, 1.1.1.1.1; GP10 and GP11 before 1.2).
_APPLICATION, _GEOPACKAGES = slice(68, 72), (b"GPKG", b"GP10", b"GP11")
# Office files that are no workbook, by a part that only they have.
_OLE_PARTS = (
    ("HwpSummaryInformation", "HWP"),
    ("WordDocument", "Word"),
    ("PowerPoint Document", "PowerPoint"),
)
_ZIP_PARTS = {
    "word/document.xml": "Word",
    "ppt/presentation.xml": "PowerPoint",
    "Contents/content.hpf": "HWPX",
}


@contextmanager
def open_bytes(path: Path) -> Generator[IO[bytes]]:
    """Open `path` for reading, unpacked if it is gzip, even where it was packed twice."""
    with ExitStack() as open_files:
        stream: IO[bytes] = open_files.enter_context(path.open("rb"))
        for _ in range(_MAX_WRAPPINGS):
            is_packed = stream.read(2) == _GZIP
            stream.seek(0)
            if not is_packed:
                break
            stream = open_files.enter_context(gzip.open(stream, "rb"))  # type: ignore[assignment]
        yield stream


def read_chunks(path: Path) -> Iterator[bytes]:
    """Yield the unpacked bytes of `path` in blocks; a truncated gzip is refused."""
    unpacked = 0
    try:
        with open_bytes(path) as stream:
            while chunk := stream.read(CHUNK):
                unpacked += len(chunk)
                refuse_bomb(path, unpacked)
                yield chunk
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise refuse(
            "gzip",
            "압축이 중간에 끊겼거나 손상되었습니다. 파일을 다시 받아 주세요.",
            f"the gzip data ends early or is damaged ({error}); fetch the file again",
            line=_count_sound_lines(path) + 1,
        ) from error


def refuse_bomb(path: Path, unpacked: int) -> None:
    """Refuse a file that unfolds to so many bytes as no table does."""
    if unpacked > max(_MAX_UNPACKED, _MAX_RATIO * path.stat().st_size):
        raise refuse(
            "bomb",
            f"풀면 {unpacked >> 20:,} MB가 넘는 압축 파일이라 읽지 않습니다. 내용을 확인하고 나누어 올려 주세요.",
            f"the packed file unfolds to more than {unpacked >> 20:,} MB and isn't read; look at what it holds, "
            "or send it in parts",
        )


def read_all(path: Path) -> bytes:
    """Return all unpacked bytes of `path`."""
    return b"".join(read_chunks(path))


def _count_sound_lines(path: Path) -> int:
    """Return how many lines can be unpacked before the damage."""
    count = 0
    with suppress(EOFError, zlib.error, gzip.BadGzipFile), open_bytes(path) as stream:
        while chunk := stream.read1(1 << 16):
            count += chunk.count(b"\n")
    return count


@contextmanager
def unpack_zip(path: Path) -> Generator[Path]:
    """Give the one table in a zip as a temporary file; none or several are refused."""
    try:
        with open_bytes(path) as stream, zipfile.ZipFile(stream) as archive, TemporaryDirectory() as folder:
            members = _find_tables(archive)
            if len(members) != 1:
                raise refuse(
                    "zip",
                    f"ZIP에 파일이 {len(members)}개 있습니다. 표 하나씩 올려 주세요.",
                    f"the zip holds {len(members)} files; send one table at a time",
                )
            if members[0].flag_bits & 1:
                raise refuse("password", "암호가 걸린 ZIP입니다", "the zip is protected by a password")
            # No member gives more bytes than its entry says.
            refuse_bomb(path, members[0].file_size)
            inner = Path(folder) / "file"
            with archive.open(members[0]) as source, inner.open("wb") as target:
                shutil.copyfileobj(source, target)
            yield inner
    except (zipfile.BadZipFile, EOFError, zlib.error, RuntimeError, NotImplementedError) as error:
        raise refuse("zip", "ZIP을 풀 수 없습니다", f"the zip can't be unpacked ({error})") from error


def _find_tables(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Return the files that are tables by their names, all files where none is; without what systems add."""
    files = [
        item
        for item in archive.infolist()
        if not item.is_dir()
        and "__MACOSX" not in item.filename
        and not Path(item.filename).name.startswith(".")
    ]
    tables = [item for item in files if _TABLE_NAME.search(item.filename)]
    # A text or XML beside a table explains it.
    tables = [item for item in tables if not item.filename.lower().endswith((".txt", ".xml"))] or tables
    return tables or files


def sniff(path: Path) -> str:
    """Return "workbook", "parquet", "shapefile" (zipped), "layer", "zip", "html", "xml", "json" or "text"; other kinds are refused."""
    head = next(read_chunks(path), b"")
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise refuse("empty", "빈 파일입니다", "the file is empty", line=1)
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(_OLE):
        return _sniff_ole(head)
    if head.startswith(b"PK\x03\x04"):
        return _sniff_zip(path)
    if head.startswith(b"SQLite format 3") and head[_APPLICATION] in _GEOPACKAGES:
        return "layer"
    for magic, name in _BINARY:
        if head.startswith(magic):
            raise _refuse_kind(name)
    return _sniff_text(head)


def _sniff_ole(head: bytes) -> str:
    def has(part: str) -> bool:
        return part.encode("utf-16-le") in head

    if has("EncryptedPackage"):
        raise refuse("password", "암호가 걸린 파일입니다", "the workbook is protected by a password")
    # A workbook may hold documents.
    kind = next((kind for part, kind in _OLE_PARTS if has(part)), None)
    if kind and not has("Workbook"):
        raise _refuse_kind(kind)
    return "workbook"


def _sniff_zip(path: Path) -> str:
    try:
        with open_bytes(path) as stream, zipfile.ZipFile(stream) as archive:
            items = archive.infolist()
    except (zipfile.BadZipFile, EOFError, zlib.error, OSError, NotImplementedError, ValueError) as error:
        raise refuse(
            "zip",
            "엑셀 또는 ZIP 파일이 손상되었습니다",
            f"the workbook or zip file is damaged ({error})",
        ) from error
    names = {item.filename for item in items}
    if not names & {"[Content_Types].xml", "mimetype"}:
        return "shapefile" if any(map(is_shapefile, names)) else "zip"
    for part in names & set(_ZIP_PARTS):
        raise _refuse_kind(_ZIP_PARTS[part])
    refuse_bomb(path, sum(item.file_size for item in items))
    return "workbook"


def _sniff_text(head: bytes) -> str:
    start = head.lstrip(b"\xef\xbb\xbf\xff\xfe\x1e \t\r\n")[:2048]
    wide = start.replace(b"\x00", b"")
    if _JSON.match(wide) or _JSON.match(_REMARKS.sub(b"", wide)) or _JSON.match(_CALL.sub(b"", wide)):
        return "json"
    lowered = wide.lower()
    if lowered.startswith(b"<?xml") and b"office:spreadsheet" in lowered:
        return "xml"
    if wide.startswith(b"<") and (
        b"<table" in head.lower() or lowered.startswith((b"<html", b"<!doctype html"))
    ):
        return "html"
    if b"<kml" in lowered and lowered.startswith((b"<?xml", b"<kml")):
        return "layer"
    return "xml" if _XML.match(lowered) else "text"


def _refuse_kind(name: str) -> Exception:
    return refuse(
        "kind",
        f"{name} 파일은 표로 읽을 수 없습니다. CSV, XLSX, JSON, GeoJSON 또는 Parquet로 올려 주세요. "
        "Shapefile은 ZIP으로 묶어 올려 주세요.",
        f"{name} files can't be read as tables; send CSV, XLSX, JSON, GeoJSON or Parquet, a shapefile in a zip",
    )
