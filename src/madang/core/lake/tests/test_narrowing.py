"""A page far inside a large table is read from the files that hold it, and a count reads no column too many."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.core.base.interface import Column, ColumnType, Table, Text
from madang.core.lake import engine
from madang.core.lake.engine.sql import narrow
from madang.core.lake.records import DataFile, Filter, Op, Order, Query, Snapshot


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
