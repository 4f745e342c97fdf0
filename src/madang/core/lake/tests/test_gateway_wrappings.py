"""Files inside files, and JSON and dates as other programs write them."""

import gzip
import io
import json
import zipfile
from datetime import UTC, date, datetime

import pytest

from madang.core.base.interface import BadInput
from madang.core.lake.gateway import containers
from madang.core.lake.tests.gateway_files import types

TABLE = "이름,값\n" + "".join(f"가{n},{n}\n" for n in range(20))


def pack(**members: str | bytes) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()


def test_a_file_packed_twice_is_unpacked_twice(take):
    once = gzip.compress(TABLE.encode())
    assert take(once, "file.csv")[0]["rows_read"] == 20
    assert take(gzip.compress(once), "file.csv")[0]["rows_read"] == 20
    with pytest.raises(BadInput, match="line 1: "):
        take(gzip.compress(gzip.compress(gzip.compress(once))), "file.csv")
    with pytest.raises(BadInput, match="gzip data ends early"):
        take(gzip.compress(once[:-20]), "file.csv")


def test_what_stands_beside_the_one_table_of_a_zip_is_left_there(take):
    others = {"__MACOSX/._표.csv": "x", ".DS_Store": "x", "읽어보기.txt": "설명", "그림.png": b"\x89PNG"}
    assert take(pack(**{"자료/표.csv": TABLE}, **others), "file.zip")[0]["rows_read"] == 20
    assert take(pack(**{"표.txt": TABLE}), "file.zip")[0]["rows_read"] == 20
    with pytest.raises(BadInput, match="holds 2 files"):
        take(pack(**{"1.csv": TABLE, "2.csv": TABLE}), "file.zip")
    with pytest.raises(BadInput, match="shapefile"):
        take(pack(**{"a.shp": b"", "a.dbf": b"", "a.shx": b""}), "file.zip")


@pytest.mark.parametrize("name", ["file.csv.gz", "file.zip", "file.xlsx"])
def test_what_unfolds_as_no_table_does_is_refused_before_it_fills_the_disk(take, monkeypatch, name):
    monkeypatch.setattr(containers, "_MAX_UNPACKED", 100_000)
    table = "이름,값\n" + "가,1\n" * 50_000
    content = table if name.endswith(".gz") else squeeze("표.csv", table)
    content = squeeze("[Content_Types].xml", table) if name.endswith(".xlsx") else content
    with pytest.raises(BadInput, match="unfolds to more than"):
        take(content, name)
    monkeypatch.setattr(containers, "_MAX_RATIO", 2000)
    if not name.endswith(".xlsx"):
        assert take(content, name)[0]["rows_read"] == 50_000


def squeeze(name: str, content: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return data.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xd0\xcf\x11\xe0" + bytes(508) + "HwpSummaryInformation".encode("utf-16-le"), "HWP files"),
        (b"\xd0\xcf\x11\xe0" + bytes(508) + "WordDocument".encode("utf-16-le"), "Word files"),
        (b"\xd0\xcf\x11\xe0" + bytes(508) + "EncryptedPackage".encode("utf-16-le"), "by a password"),
        (pack(**{"[Content_Types].xml": "", "word/document.xml": ""}), "Word files"),
        (pack(mimetype="application/hwp+zip", **{"Contents/content.hpf": ""}), "HWPX files"),
    ],
)
def test_office_files_that_are_no_workbook_are_called_by_their_name(take, content, said):
    with pytest.raises(BadInput, match=said):
        take(content, "file.xlsx")


def test_a_zip_with_a_password_says_so(take):
    content = bytearray(pack(**{"표.csv": TABLE}))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(BadInput, match="by a password"):
        take(bytes(content), "file.zip")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("file.json", '[{"가": 1}, {"가":'),
        ("file.xlsx", b"\xd0\xcf\x11\xe0" + bytes(600)),
        ("file.parquet", b"PAR1" + bytes(600)),
    ],
)
def test_what_is_damaged_is_told_in_korean_without_the_library_s_english(take, name, content):
    with pytest.raises(BadInput) as refused:
        take(content, name)
    assert refused.value.text.ko.endswith("손상되었습니다")


def test_what_is_no_number_in_json_is_missing(take):
    report, rows = take(
        json.dumps([{"이름": "가", "값": float("nan")}, {"이름": "나", "값": 2.5}]), "file.json"
    )
    assert types(report) == {"이름": "text", "값": "number"}
    assert [row["값"] for row in rows] == [None, 2.5]


def test_a_last_line_of_json_that_broke_off_is_rejected_alone(take):
    lines = [json.dumps({"이름": f"가{n}", "값": n}, ensure_ascii=False) for n in range(3)]
    report, rows = take("\n".join([*lines, '{"이름":"가3","']), "file.jsonl")
    assert (report["rejected"], len(rows)) == ({"damaged_json": 1}, 3)


def test_half_of_one_is_no_thousand(take):
    report, _ = take("이름;값\n" + "".join(f"가{n};0,5{n:02d}\n" for n in range(20)))
    assert types(report)["값"] == "text"


def test_days_first_with_points_are_dates(take):
    report, rows = take("이름,때\n" + "".join(f"가{n},{n:02d}.03.2023\n" for n in range(1, 13)))
    assert types(report)["때"] == "date"
    assert rows[10]["때"] == date(2023, 3, 11)


def test_hours_of_a_day_in_ten_digits_are_moments_under_a_name_that_says_so(take):
    hours = [f"20230103{hour:02d}" for hour in range(1, 25)]
    report, rows = take("측정소,측정일시\n" + "".join(f"종로,{hour}\n" for hour in hours))
    assert types(report)["측정일시"] == "datetime"
    assert rows[0]["측정일시"] == datetime(2023, 1, 2, 16, tzinfo=UTC)
    assert rows[-1]["측정일시"] == datetime(2023, 1, 3, 15, tzinfo=UTC)
    assert report["fixes"]["midnight_24"] == 1
    report, _ = take("이름,접수번호\n" + "".join(f"종로,{hour}\n" for hour in hours))
    assert types(report)["접수번호"] == "integer"


def test_a_title_over_all_columns_of_a_web_page_is_no_part_of_their_names(take):
    rows = "".join(f"<tr><td>{n}구</td><td>{n}</td><td>{n}.5</td></tr>" for n in range(9))
    remark = '<tr><td colspan="3">※ 2023년 말</td></tr>'
    head = '<tr><th colspan="3">인구 현황</th></tr><tr><th>구</th><th>인구</th><th>비율</th></tr>'
    report, found = take(f"<html><table>{head}{rows}{remark}</table></html>", "file.xls")
    assert (types(report), len(found)) == ({"구": "text", "인구": "integer", "비율": "number"}, 9)
    assert report["rejected"] == {"footnote": 1}
    assert report["fixes"] == {"html_table_read": 1, "title_lines_skipped": 1}
