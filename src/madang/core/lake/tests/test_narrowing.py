"""A page far inside a large table is read from the files that hold it, and a count reads no column too many."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.core.base.interface import Column, ColumnType, Table, Text
from madang.core.lake import engine
from madang.core.lake.engine.sql import narrow, prune
from madang.core.lake.records import AnyOf, DataFile, Filter, Op, Order, Query, Snapshot


@given(st.lists(st.integers(0, 9), max_size=8), st.integers(0, 60), st.integers(0, 30))
def test_a_page_is_looked_for_only_in_the_files_that_hold_it(sizes, offset, limit):
    files = tuple(DataFile(path=f"{n}", rows=size, size_bytes=1) for n, size in enumerate(sizes))
    table = Table(name="numbers", title=Text(ko="수", en="Numbers"), columns=())
    snapshot = Snapshot(table=table, version=1, files=files)
    found, asked = narrow(snapshot, Query(columns=(), offset=offset, limit=limit))
    rows = [(file.path, row) for file in snapshot.files for row in range(file.rows)]
    held = [(file.path, row) for file in found.files for row in range(file.rows)]
    assert held[asked.offset :][:limit] == rows[offset:][:limit]
    assert sum(file.rows > 0 for file in found.files) <= max(limit, 1)


def test_a_question_with_conditions_an_order_or_corrections_sees_every_file():
    table = Table(name="numbers", title=Text(ko="수", en="Numbers"), columns=())
    files = tuple(DataFile(path=f"{n}", rows=5, size_bytes=1) for n in range(3))
    snapshot = Snapshot(table=table, version=1, files=files)
    mended = Snapshot(
        table=table, version=1, files=(*files, DataFile(path="x", rows=1, size_bytes=1, corrects=True))
    )
    for one, query in (
        (snapshot, Query(columns=(), where=(Filter("a", Op.EQ, 1),), offset=7, limit=1)),
        (snapshot, Query(columns=(), order_by=(Order("a"),), offset=7, limit=1)),
        (snapshot, Query(columns=(), offset=7)),
        (mended, Query(columns=(), offset=7, limit=1)),
    ):
        assert narrow(one, query) == (one, query)


def test_alternatives_leave_out_the_days_that_none_of_them_admits():
    table = Table(name="readings", title=Text(ko="값", en="Readings"), columns=(), time="at")
    files = tuple(DataFile(path=f"{n}", rows=1, size_bytes=1, date=f"2026-03-0{n}") for n in range(1, 7))
    snapshot = Snapshot(table=table, version=1, files=files)
    since, until = Filter("at", Op.GE, date(2026, 3, 3)), Filter("at", Op.LE, date(2026, 3, 4))
    thing = Filter("a", Op.EQ, 1)

    def list_days(*where):
        return [file.path for file in prune(snapshot, where)]

    assert list_days(AnyOf(((thing, since, until),))) == ["3", "4"]
    assert list_days(AnyOf(((since,),)), AnyOf(((thing, until), (until,)))) == ["3", "4"]
    assert list_days(AnyOf(((since, until), (Filter("at", Op.EQ, date(2026, 3, 6)),)))) == [
        "3",
        "4",
        "5",
        "6",
    ]
    assert list_days(AnyOf(((since, until), (thing,)))) == list_days(AnyOf(())) == list("123456")


@pytest.mark.parametrize("names", [["a", "b"], ["a"], ["b"]])
def test_a_column_that_files_lack_is_empty_there(tmp_path, names):
    columns = tuple(Column(name=one, type=ColumnType.TEXT, title=Text(ko=one, en=one)) for one in ("a", "b"))
    files = []
    for number, held in enumerate([names, ["a"]]):
        path = tmp_path / f"{number}.parquet"
        pq.write_table(pa.table({name: [f"{name}{number}"] for name in held}), path)
        files.append(DataFile(path=str(path), rows=1, size_bytes=1))
    table = Table(name="letters", title=Text(ko="글자", en="Letters"), columns=columns)
    snapshot = Snapshot(table=table, version=1, files=tuple(files))
    rows = engine.read(snapshot, Query(columns=columns, order_by=(Order("a"),))).to_pylist()
    stored = [{name: f"{name}{number}" for name in held} for number, held in enumerate([names, ["a"]])]
    wanted = [{"a": one.get("a"), "b": one.get("b")} for one in stored]
    assert sorted(rows, key=str) == sorted(wanted, key=str)
    assert engine.count(snapshot, (Filter("b", Op.EQ, "b0"),)) == ("b" in names)
