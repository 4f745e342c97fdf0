"""Hundreds of broken files: each is refused in a sentence or read with counts that add up, never a crash."""

import io
import json
import random

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from madang.core.base.interface import BadInput
from madang.core.lake.tests.gateway_files import read, write

ROWS = [(f"강남구 {i}번지", i * 7, 127.0 + i / 1000, 37.5, f"2023-01-{i % 28 + 1:02d}") for i in range(40)]
NAMES = ["주소", "수량", "경도", "위도", "날짜"]


def _text(delimiter: str = ",", quote: str = "") -> str:
    lines = [NAMES, *ROWS]
    return "\n".join(delimiter.join(f"{quote}{cell}{quote}" for cell in line) for line in lines) + "\n"


def _book() -> bytes:
    book, data = openpyxl.Workbook(), io.BytesIO()
    for row in [NAMES, *ROWS]:
        book.active.append(row)
    book.save(data)
    return data.getvalue()


def _parquet() -> bytes:
    data = io.BytesIO()
    pq.write_table(
        pa.table({name: list(column) for name, column in zip(NAMES, zip(*ROWS, strict=True), strict=True)}),
        data,
    )
    return data.getvalue()


def _features() -> bytes:
    features = [
        {
            "type": "Feature",
            "properties": {"a": row[0]},
            "geometry": {"type": "Point", "coordinates": [row[2], row[3]]},
        }
        for row in ROWS
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


SOUND = {
    "a.csv": _text().encode(),
    "b.csv": _text(quote='"').encode("cp949"),
    "c.tsv": _text("\t").encode("utf-16"),
    "d.csv.gz": _text(";").encode("utf-8-sig"),
    "e.xlsx": _book(),
    "f.parquet": _parquet(),
    "g.json": json.dumps([dict(zip(NAMES, row, strict=True)) for row in ROWS]).encode(),
    "h.geojson": _features(),
    "i.xls": f"<table><tr><td>{_text('</td><td>').strip().replace(chr(10), '</td></tr><tr><td>')}</td></tr></table>".encode(),
}


def _truncate(data: bytes, dice: random.Random) -> bytes:
    return data[: dice.randrange(len(data))]


def _flip(data: bytes, dice: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(dice.choice([1, 3, 30])):
        changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
    return bytes(changed)


def _insert(data: bytes, dice: random.Random) -> bytes:
    for _ in range(dice.choice([1, 2, 10])):
        at = dice.randrange(len(data))
        piece = dice.choice(
            [b'"', b"\x00", b",", b"\t", b"\n", b"\r", b"\xff", b'",', b"\r\n\r\n", b"{", b"[", b"<td>"]
        )
        data = data[:at] + piece + data[at:]
    return data


def _cut(data: bytes, dice: random.Random) -> bytes:
    at = dice.randrange(len(data))
    return data[:at] + data[at + dice.randrange(1, 200) :]


def _double(data: bytes, dice: random.Random) -> bytes:
    return data + data[dice.randrange(len(data)) :]


@pytest.mark.parametrize("name", SOUND)
@pytest.mark.parametrize("break_it", [_truncate, _flip, _insert, _cut, _double])
def test_no_broken_file_is_a_crash(tmp_path, name, break_it):
    dice = random.Random(f"{name}{break_it.__name__}")
    for _ in range(10):
        path = write(tmp_path, break_it(SOUND[name], dice), name)
        if dice.random() < 0.2:  # the packed bytes themselves are hurt
            path.write_bytes(break_it(path.read_bytes() or b"x", dice))
        try:
            read(path)
        except BadInput as refusal:
            assert refusal.text.ko
            assert refusal.text.en
            assert "Traceback" not in refusal.text.en


@pytest.mark.parametrize("name", SOUND)
def test_the_unbroken_files_are_read_whole(tmp_path, name):
    report, rows, _ = read(write(tmp_path, SOUND[name], name))
    assert len(rows) == len(ROWS)
    assert report["rejected"] == {}
