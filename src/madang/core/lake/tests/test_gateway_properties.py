"""What must hold for any input: no crash on any bytes, and a written table reads back as it was."""

import csv
import io
from datetime import UTC, date, datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from madang.core.base.interface import BadInput
from madang.core.lake.tests.gateway_files import read, types, write

WORDS = st.text(
    st.characters(codec="cp949", exclude_categories=["Cc", "Cf", "Cs", "Zs", "Zl", "Zp"]), max_size=8
).map(lambda text: f"가{text}")


def _is_plain(text: str) -> bool:
    """Whether no line of a value that spans lines could pass for a row of its own."""
    return "\n" not in text or not set(text) & set(",;\t|")


# Values that stay text: they begin with a Korean syllable, and may hold anything a quoted value may.
VALUES = (
    st.text(st.characters(codec="cp949", exclude_categories=["Cc"]) | st.sampled_from("\n\t"), max_size=12)
    .filter(_is_plain)
    .map(lambda text: f"값{text}")
)


def read_bytes(data: bytes, name: str = "file.csv") -> tuple[dict, list[dict]]:
    with TemporaryDirectory() as folder:
        report, rows, _ = read(write(Path(folder), data, name))
        return report, rows


@settings(max_examples=120, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["x.csv", "x.csv.gz", "x.xlsx", "x.json"]))
@example(b'{"a":', "x.json")
@example(b'"', "x.csv")
@example(b'a,b\n"', "x.csv")
@example(b"PK\x03\x04", "x.xlsx")
@example(b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "x.xls")
@example(b"[[1,2],[3]]", "x.json")
@example(b"<table><td>1", "x.xls")
def test_any_bytes_are_read_or_refused(data, name):
    try:
        read_bytes(data, name)
    except BadInput as refusal:
        assert refusal.text.ko


@settings(max_examples=120, deadline=None)
@given(st.text(st.sampled_from('가a1,;\t|"\n\r- .#\x00'), max_size=120))
@example(";1\r1;;")
def test_any_text_of_awkward_signs_is_read_or_refused(text):
    try:
        read_bytes(text.encode())
    except BadInput as refusal:
        assert refusal.text.en


@settings(max_examples=60, deadline=None)
@given(
    st.data(),
    st.sampled_from([",", "\t", ";", "|"]),
    st.sampled_from(["utf-8", "utf-8-sig", "cp949", "utf-16"]),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_a_written_table_reads_back(data, delimiter, encoding, newline, all_quoted):
    names = data.draw(st.lists(WORDS, min_size=2, max_size=5, unique=True))
    rows = data.draw(st.lists(st.tuples(*[VALUES] * len(names)), min_size=1, max_size=20))
    quoting = csv.QUOTE_ALL if all_quoted else csv.QUOTE_MINIMAL
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator=newline)
    writer.writerows([names, *rows])
    try:
        report, found = read_bytes(text.getvalue().encode(encoding))
    except BadInput as refusal:
        # Syllables that nobody writes may be another country's text: refused, never read wrong.
        assert (refusal.code, encoding) == ("import.encoding", "cp949")
        return
    assert [tuple(row.values()) for row in found] == [tuple(row) for row in rows]
    assert list(types(report)) == names
    assert report["rejected"] == {}
    readable = encoding if any(ord(char) > 127 for char in text.getvalue()) else "utf-8"
    assert report["encoding"] == readable


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(-(10**17), 10**17),
            st.floats(allow_nan=False, allow_infinity=False, width=32).map(float),
            st.dates(date(1000, 1, 1)),
            st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001
            st.booleans(),
            st.times(),
        ),
        min_size=6,
        max_size=30,
    )
)
def test_typed_values_read_back_exactly(rows):
    names = ["정수", "실수", "날짜", "일시", "여부", "시각"]
    lines = [",".join(names)]
    lines += [f"{a},{b!r},{c},{d:%Y-%m-%d %H:%M:%S.%f},{e},{f:%H:%M:%S.%f}" for a, b, c, d, e, f in rows]
    report, found = read_bytes("\n".join(lines).encode())
    kinds = types(report)
    assert (kinds["날짜"], kinds["일시"], kinds["여부"], kinds["시각"]) == (
        "date",
        "datetime",
        "boolean",
        "time",
    )
    seoul = ZoneInfo("Asia/Seoul")
    for row, (whole, number, day, moment, truth, clock) in zip(found, rows, strict=True):
        assert float(row["정수"]) == float(whole)
        assert float(row["실수"]) == number
        assert row["날짜"] == day
        assert row["일시"].replace(microsecond=moment.microsecond) == moment.replace(tzinfo=seoul).astimezone(
            UTC
        )
        assert row["여부"] is truth
        assert time.fromisoformat(row["시각"]) == clock


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=8), st.integers(0, 40), st.data())
def test_a_stray_quote_never_swallows_the_rows_below(values, position, data):
    rows = [f"{index},이름{index},{sum(values) + index},서울" for index in range(41)]
    cell = data.draw(st.sampled_from([1, 3]))
    fields = rows[position].split(",")
    fields[cell] = '"' + fields[cell]
    rows[position] = ",".join(fields)
    report, found = read_bytes(("번호,이름,값,시\n" + "\n".join(rows) + "\n").encode())
    assert report["rows_read"] == 41
    kept = {row["번호"] for row in found}
    assert kept | {position} == set(range(41))


@pytest.mark.parametrize("name", ["x.csv", "x.json", "x.xlsx", "x.parquet"])
def test_an_empty_file_is_refused(name):
    with pytest.raises(BadInput):
        read_bytes(b"", name)
