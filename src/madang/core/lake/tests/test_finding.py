"""What the codes of a table's files say is what the files say, whichever of them have codes."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from madang.core.base.interface import HOUSE, ColumnType, Table, Text, declare_column
from madang.core.lake import engine, finding
from madang.core.lake.asking import read_rows
from madang.core.lake.interface import (
    AnyOf,
    Computed,
    Filter,
    Op,
    append_rows,
    authorize,
    drop_table,
    publish_dataset,
    register_dataset,
    replace_rows,
)
from madang.core.lake.maintenance import encode_all
from madang.core.lake.records import PLACE_COLUMN, Query
from madang.core.lake.storage import codes
from madang.core.lake.tables_on_disk import read_snapshot

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 12, 1, 3, tzinfo=UTC)
ROWS = 3_000
TABLE = Table(
    name="trees",
    title=Text(ko="가로수", en="Trees"),
    columns=(
        declare_column("_ID", "번호", "Number", ColumnType.INTEGER),
        declare_column("kind", "수종", "Kind"),
        declare_column("height", "높이", "Height", ColumnType.NUMBER),
        declare_column("count", "그루", "Count", ColumnType.INTEGER),
        declare_column("is_old", "노거수", "Old", ColumnType.BOOLEAN),
        declare_column("planted_on", "심은 날", "Planted", ColumnType.DATE),
        declare_column("seen_at", "본 때", "Seen", ColumnType.TIME),
        declare_column("opens", "여는 때", "Opens", ColumnType.CLOCK),
    ),
)
KINDS = ["은행나무", "Ginkgo", "ginkgo", "벚나무", "", None, "느티나무 '큰'"]


@pytest.fixture(autouse=True)
def small_files(monkeypatch):
    """Give every file codes, and let columns of more than 500 values have none."""
    monkeypatch.setattr(finding, "LEAST_ROWS", 1)
    monkeypatch.setattr(codes, "MOST_VALUES", 500)
    finding._find_coded.cache_clear()


def draw_rows(chance: random.Random, first: int, count: int) -> pa.Table:
    """Return rows as awkward as a city's: missing values, the same word in two cases, far years."""
    rows = [
        {
            "_ID": first + n,
            "kind": chance.choice(KINDS),
            "height": chance.choice([None, -0.5, 0.0, round(chance.gauss(10, 3), 1)]),
            "count": chance.choice([None, 0, 2**62, chance.randrange(300)]),
            "is_old": chance.choice([None, True, False]),
            "planted_on": chance.choice(
                [None, date(1, 1, 1), date(2020, 1, 1) + timedelta(chance.randrange(90))]
            ),
            "seen_at": NOW - timedelta(hours=chance.randrange(200)),
            "opens": chance.choice(["09:00:00", "10:30:00", None]),
        }
        for n in range(count)
    ]
    return pa.Table.from_pylist(rows)


def draw_filter(chance: random.Random) -> Filter:
    """Return a condition as a reader asks it."""
    values = {
        "kind": lambda: chance.choice([*filter(None, KINDS), "나무", "GINK", "없음"]),
        "height": lambda: round(chance.gauss(10, 4), 1),
        "count": lambda: chance.choice([0, 17, 150, 2**62]),
        "planted_on": lambda: date(2020, 1, 1) + timedelta(chance.randrange(100)),
        "seen_at": lambda: NOW - timedelta(hours=chance.randrange(220)),
        "opens": lambda: chance.choice(["09:00:00", "10:00:00"]),
    }
    if chance.random() < 0.05:
        return chance.choice(
            [
                Filter("height", chance.choice(["<", ">="]), Computed("count")),
                Filter("height", chance.choice(["<", ">="]), 1.0, (("sub", Computed("count")),)),
            ]
        )
    column = chance.choice([*values, "is_old"])
    if column == "is_old":
        return Filter(column, chance.choice([Op.EQ, Op.NE]), chance.choice([True, False]))
    op = chance.choice([op for op in Op if column == "kind" or op not in {Op.CONTAINS, Op.STARTS_WITH}])
    if op is Op.IN:
        return Filter(column, op, [values[column]() for _ in range(chance.randrange(4))])
    if op is Op.BETWEEN:
        return Filter(column, op, sorted(values[column]() for _ in range(2)))
    return Filter(column, op, None if op in {Op.IS_NULL, Op.NOT_NULL} else values[column]())


def draw_where(chance: random.Random) -> list[Filter | AnyOf]:
    """Return conditions, some of them alternatives."""
    where: list[Filter | AnyOf] = [draw_filter(chance) for _ in range(chance.randrange(1, 4))]
    if chance.random() < 0.3:
        branches = tuple(
            tuple(draw_filter(chance) for _ in range(chance.randrange(3))) for _ in range(chance.randrange(3))
        )
        where.append(AnyOf(branches))
    return where


def check(chance: random.Random, table: Table, rounds: int) -> int:
    """Ask at random and compare with the engine alone; return how often a page came from codes."""
    reader, snapshot, from_codes = authorize(HOUSE, table.name), read_snapshot(table), 0
    for _ in range(rounds):
        where = reader._conditions(draw_where(chance))
        places = engine.read(snapshot, Query(columns=(PLACE_COLUMN,), where=where)).column(0).to_pylist()
        assert reader.count(where) == len(places)
        offset, limit = chance.randrange(len(places) + 2), chance.choice([1, 7, 1000])
        page = finding.find_page(snapshot, where, offset, limit)
        if page is not None:
            from_codes += 1
            assert page == sorted(places)[offset : offset + limit]
    return from_codes


def publish_trees(chance: random.Random) -> Table:
    """Return a public table with a column named as places are not, in two files."""
    columns = (declare_column("number", "번호", "Number", ColumnType.INTEGER), *TABLE.columns[1:])
    table = Table(name="trees", title=TABLE.title, columns=columns)
    register_dataset(actor=HOUSE, now=NOW, table=table)
    replace_rows(
        table, [draw_rows(chance, 0, ROWS).rename_columns([c.name for c in columns])], actor=HOUSE, now=NOW
    )
    rows = draw_rows(chance, ROWS, 500).rename_columns([c.name for c in columns])
    append_rows(table, [rows], actor=HOUSE, now=NOW)
    publish_dataset(actor=HOUSE, now=NOW, name="trees")
    return table


def test_counts_and_pages_from_codes_are_those_of_the_files():
    chance = random.Random(20261201)
    table = publish_trees(chance)
    assert check(chance, table, 20) == 0
    encode_all()
    assert check(chance, table, 300) > 100
    rows = draw_rows(chance, 9_000, 400).rename_columns([c.name for c in table.columns])
    append_rows(table, [rows], actor=HOUSE, now=NOW)
    assert check(chance, table, 100) > 30  # one file without codes beside two that have them
    replace_rows(table, [rows], actor=HOUSE, now=NOW)
    assert check(chance, table, 20) == 0


def test_a_page_of_a_filter_is_read_by_the_places_that_codes_tell():
    chance = random.Random(7)
    publish_trees(chance)
    where, reader = [Filter("kind", "=", "벚나무")], authorize(HOUSE, "trees")
    plain = read_rows(reader, where=where, offset=30, limit=20)
    encode_all()
    assert reader.find_page(where, 30, 20) is not None
    assert read_rows(authorize(HOUSE, "trees"), where=where, offset=30, limit=20) == plain


def test_a_column_named_like_a_place_is_itself():
    register_dataset(actor=HOUSE, now=NOW, table=TABLE)
    replace_rows(TABLE, [draw_rows(random.Random(3), 0, 400)], actor=HOUSE, now=NOW)
    encode_all()
    where = [Filter("_ID", "<", "100")]
    assert authorize(HOUSE, "trees").count(where) == 100


def test_columns_of_many_values_and_files_of_few_rows_have_no_codes():
    table = publish_trees(random.Random(5))
    encode_all()
    files = [finding._locate(file) for file in read_snapshot(table).files]
    read = codes.read_codes(str(max(files, key=lambda path: path.stat().st_size)))
    assert {"kind", "is_old", "opens"} <= set(read)
    assert "number" not in read
    kind = read["kind"]
    assert [kind.values[code].as_py() for code in kind.codes] == pq.read_table(
        max(read_snapshot(table).files, key=lambda file: file.rows).path
    ).column("kind").to_pylist()


def test_codes_are_never_larger_than_their_file_and_go_with_it():
    table = publish_trees(random.Random(6))
    encode_all()
    files = read_snapshot(table).files
    for file in files:
        held = codes.read_codes(str(finding._locate(file)))
        assert sum(one.codes.nbytes for one in held.values()) <= file.size_bytes
        Path(file.path).unlink()
    finding.sweep_codes()
    assert not any(finding._locate(file).exists() for file in files)


def test_the_codes_of_a_dropped_table_are_gone_with_it():
    table = publish_trees(random.Random(8))
    encode_all()
    paths = [finding._locate(file) for file in read_snapshot(table).files]
    assert all(path.is_file() for path in paths)
    drop_table("trees", actor=HOUSE, now=NOW)
    assert not any(path.exists() for path in paths)
