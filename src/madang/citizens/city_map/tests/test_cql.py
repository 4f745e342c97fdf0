"""CQL2: text and JSON read the same, lake and judge agree with a plain reading, nonsense is refused with a reason."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.citizens.city_map.methods.cql.checking import check, turn_shapes
from madang.citizens.city_map.methods.cql.judging import judge
from madang.citizens.city_map.methods.cql.objects import read_json
from madang.citizens.city_map.methods.cql.text import read_text
from madang.citizens.city_map.methods.cql.tree import SPATIAL, And, Compare, Literal, Not, Property, Wrong
from madang.citizens.city_map.queries.filtering import push
from madang.citizens.city_map.records import Collection
from madang.core.base.interface import Column, ColumnType, TableKind, Text
from madang.core.lake.interface import AnyOf

TYPES = {
    "이름": ColumnType.TEXT,
    "count": ColumnType.INTEGER,
    "area": ColumnType.NUMBER,
    "open": ColumnType.BOOLEAN,
    "since": ColumnType.DATE,
    "seen": ColumnType.TIME,
    "lon": ColumnType.NUMBER,
    "lat": ColumnType.NUMBER,
}
COLUMNS = tuple(Column(name=name, type=kind, title=Text(ko=name, en=name)) for name, kind in TYPES.items())
ONE = Collection(
    id="x", title=Text(ko="x", en="x"), description=Text(ko="x", en="x"), columns=COLUMNS, key=(), lon="lon",
    lat="lat", time=None, licence="", kind=TableKind.DATASET, rows=0, version=0, updated_at=datetime.now(UTC),
)  # fmt: skip
SCHEMA = pa.schema(
    [("이름", pa.string()), ("count", pa.int64()), ("area", pa.float64()), ("open", pa.bool_()), ("since", pa.date32()),
     ("seen", pa.timestamp("us", "UTC")), ("lon", pa.float64()), ("lat", pa.float64())]
)  # fmt: skip
VALUES = {
    "이름": st.sampled_from(["쉼터", "도서관", "O'Neil", "a_b", "A_B", "100%", "", "\\"]),
    "count": st.integers(-3, 3),
    "area": st.sampled_from([-1.5, 0.0, 0.5, 2.0, 1e9]),
    "open": st.booleans(),
    "since": st.sampled_from([date(2020, 1, 1), date(2024, 2, 29)]),
    "seen": st.sampled_from([datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 6, 1, 12, 30, tzinfo=UTC)]),
    "lon": st.sampled_from([126.9, 127.0, 127.1]),
    "lat": st.sampled_from([37.5, 37.6]),
}
ROWS = st.lists(st.fixed_dictionaries({n: st.none() | s for n, s in VALUES.items()}), max_size=8)


# What follows writes a random condition three times, in text, in JSON and as a plain Python judgement, so
# that what the service reads and answers is compared with something that shares none of its code.
def write(value):
    if isinstance(value, bool):
        return str(value).upper(), value
    if isinstance(value, datetime):
        said = value.strftime("%Y-%m-%dT%H:%M:%SZ")
        return f"TIMESTAMP('{said}')", {"timestamp": said}
    if isinstance(value, date):
        return f"DATE('{value}')", {"date": value.isoformat()}
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'", value
    return repr(value), value


def compare(op, a, b):
    if a is None:
        return None
    return {"=": a == b, "<>": a != b}[op] if op in {"=", "<>"} else eval(f"a {op} b")  # noqa: S307


@st.composite
def leaves(draw):
    name = draw(st.sampled_from([n for n in TYPES if n not in {"lon", "lat"}]))
    kind = draw(st.sampled_from(["compare", "null", "in", "between", "box", "polygon"]))
    said = {"property": name}
    if kind == "null":
        return f'"{name}" IS NULL', {"op": "isNull", "args": [said]}, lambda row: row[name] is None
    if kind in {"box", "polygon"}:
        west, east = sorted(
            [draw(st.sampled_from([126.8, 126.9, 127.05])), draw(st.sampled_from([126.95, 127.2]))]
        )
        box = [west, 37.4, east, 37.55]
        place = {"property": "geometry"}

        def inside(row):
            if row["lon"] is None or row["lat"] is None:
                return None
            return west <= row["lon"] <= east and 37.4 <= row["lat"] <= 37.55

        if kind == "box":
            text = f"S_INTERSECTS(geometry, BBOX({', '.join(map(str, box))}))"
            return text, {"op": "s_intersects", "args": [place, {"bbox": box}]}, inside
        shape = shapely.box(*box)
        text = f"s_intersects(geometry, {shape.wkt})"
        return text, {"op": "s_intersects", "args": [place, json.loads(shapely.to_geojson(shape))]}, inside
    if kind == "in":
        values = draw(st.lists(VALUES[name], min_size=1, max_size=3))
        texts, objects = zip(*map(write, values), strict=True)
        held = lambda row: None if row[name] is None else row[name] in values  # noqa: E731
        return f'"{name}" IN ({", ".join(texts)})', {"op": "in", "args": [said, list(objects)]}, held
    if kind == "between" and name in {"count", "area"}:
        low, high = draw(VALUES[name]), draw(VALUES[name])
        held = lambda row: None if row[name] is None else low <= row[name] <= high  # noqa: E731
        return f"{name} BETWEEN {low} AND {high}", {"op": "between", "args": [said, low, high]}, held
    op = draw(st.sampled_from(["=", "<>", "<", "<=", ">", ">="]))
    value = draw(VALUES[name])
    text, value_said = write(value)
    return (
        f'"{name}" {op} {text}',
        {"op": op, "args": [said, value_said]},
        lambda row: compare(op, row[name], value),
    )


def both(parts, op):
    def held(row):
        found = [one[2](row) for one in parts]
        end = op == "or"
        return end if end in found else None if None in found else not end

    text = f" {op.upper()} ".join(f"({one[0]})" for one in parts)
    return text, {"op": op, "args": [one[1] for one in parts]}, held


def turned(one):
    def held(row):
        found = one[2](row)
        return None if found is None else not found

    return f"NOT ({one[0]})", {"op": "not", "args": [one[1]]}, held


CONDITIONS = st.recursive(
    leaves(),
    lambda inner: st.one_of(
        inner.map(turned),
        st.tuples(st.lists(inner, min_size=2, max_size=3), st.sampled_from(["and", "or"])).map(
            lambda a: both(*a)
        ),
    ),
    max_leaves=6,
)


def meets(condition, row):
    """Judge the lake's conditions in plain Python."""
    if isinstance(condition, AnyOf):
        return any(all(meets(one, row) for one in branch) for branch in condition.branches)
    value, op = row[condition.column], str(condition.op)
    if op in {"is_null", "not_null"}:
        return (value is None) == (op == "is_null")
    if value is None:
        return False
    if op == "between":
        return condition.value[0] <= value <= condition.value[1]
    return compare({"!=": "<>"}.get(op, op), value, condition.value)


@settings(max_examples=120, deadline=None)
@given(CONDITIONS, ROWS)
def test_text_json_judge_and_lake_agree_with_a_plain_reading(condition, rows):
    text, document, held = condition
    tree, same = read_text(text), read_json(json.dumps(document))
    check(tree, COLUMNS)
    table = pa.Table.from_pylist(rows, schema=SCHEMA)
    expected = [held(row) for row in rows]
    assert judge(tree, table, "lon", "lat").to_pylist() == expected
    assert judge(same, table, "lon", "lat").to_pylist() == expected
    pushed = push(tree, ONE)
    if pushed is not None:
        assert [all(meets(one, row) for one in pushed) for row in rows] == [one is True for one in expected]
    elif "POLYGON" not in text:
        assert text.count(" ") > 20, f"only large conditions are too much for the lake: {text}"


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(
    ["이름", "count", "=", "<>", "AND", "OR", "NOT", "(", ")", ",", "1", "'a'", "IN", "LIKE", "BETWEEN", "IS", "NULL",
     "S_INTERSECTS", "geometry", "BBOX", "POLYGON", "DATE", "TIMESTAMP", "CASEI", "1e999", "((0 0,1 1,1 0,0 0))"]
), max_size=12).map(" ".join)))  # fmt: skip
def test_nonsense_is_refused_and_nothing_else_happens(text):
    for read in (read_text, read_json):
        try:
            check(read(text), COLUMNS)
        except Wrong as error:
            assert error.name == "filter"


@settings(max_examples=100, deadline=None)
@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.fixed_dictionaries({
        "op": inner | st.sampled_from(["and", "or", "not", "=", "like", "in", "between", "isNull", "s_intersects", "casei"]),
        "args": st.lists(inner | st.just({"property": "count"}) | st.just({"property": "geometry"}), max_size=3),
    }), max_leaves=12,
))  # fmt: skip
def test_any_json_is_read_or_refused(document):
    try:
        check(read_json(json.dumps(document)), COLUMNS)
    except Wrong as error:
        assert error.name == "filter"


@pytest.mark.parametrize(
    "wrong",
    ["", "count", "count =", "count = 'a'", "이름 = 1", "nothing = 1", "count = 1 AND", "(count = 1", "count = 1)",
     "이름 BETWEEN 'a' AND 'b'", "count LIKE 'a'", "since = '2020-01-01'", "since = DATE('2020-02-30')",
     "seen > TIMESTAMP('2026-01-01T00:00:00')", "count + 1 = 2", "lower(이름) = 'a'", "1 = count", "count = area",
     "S_NEAR(geometry, POINT(1 1))", "S_TOUCHES(이름, POINT(1 1))", "S_INTERSECTS(이름, POINT(1 1))", "S_INTERSECTS(geometry, POINT(1))",
     "S_INTERSECTS(geometry, POINT EMPTY)", "S_INTERSECTS(geometry, POLYGON((0 0, 1 1)))", "count = 1e999",
     "S_INTERSECTS(geometry, BBOX(1,2,3))", "S_INTERSECTS(geometry, BBOX(2,2,1,1))", "T_AFTER(seen, DATE('2020-01-01'))",
     "NOT NOT count = 1", "이름 = 'a\0'", "(" * 40 + "count = 1" + ")" * 40, " OR ".join(["count = 1"] * 400), "'" * 9000],
)  # fmt: skip
def test_what_is_not_served_is_refused_with_a_reason(wrong):
    with pytest.raises(Wrong, match="filter: ."):
        check(read_text(wrong), COLUMNS)


@pytest.mark.parametrize("op", [["and"], {"x": 1}, None, 1])
def test_an_operator_is_a_word(op):
    with pytest.raises(Wrong):
        read_json(json.dumps({"op": op, "args": [True]}))


def test_patterns_and_case():
    names = ["쉼터", "a_b", "aXb", "A_B", "100%", None]
    rows = pa.Table.from_pylist([{"이름": name} for name in names], schema=SCHEMA)

    def find(text):
        tree = read_text(text)
        check(tree, COLUMNS)
        return [n for n, held in zip(names, judge(tree, rows, "lon", "lat").to_pylist(), strict=True) if held]

    assert find("이름 LIKE '쉼%'") == ["쉼터"]
    assert find("이름 LIKE 'a_b'") == ["a_b", "aXb"]
    assert find(r"이름 LIKE 'a\_b'") == ["a_b"]
    assert find(r"이름 LIKE '%\%'") == ["100%"]
    assert find("CASEI(이름) = CASEI('a_B')") == ["a_b", "A_B"]
    assert find("이름 NOT LIKE 'a%'") == ["쉼터", "A_B", "100%"]
    assert find("CASEI(이름) LIKE CASEI('A%')") == ["a_b", "aXb", "A_B"]


def test_whole_numbers_beyond_what_a_float_tells_apart_are_told_apart():
    rows = pa.Table.from_pylist([{"count": 2**53 + 1}, {"count": 2**53}], schema=SCHEMA)
    held = judge(read_text(f"count = {2**53 + 1}"), rows, "lon", "lat").to_pylist()
    assert held == [True, False]
    assert judge(read_text("count > 0.5"), rows, "lon", "lat").to_pylist() == [True, True]


def test_shapes_are_turned_wherever_they_stand():
    tree = read_text("NOT S_INTERSECTS(geometry, POINT(1 2)) AND count = 1")
    turned_tree = turn_shapes(tree, lambda shape: shapely.transform(shape, lambda xy: xy[:, ::-1]))
    assert turned_tree.parts[0].inner.geometry.equals(shapely.Point(2, 1))
    assert turned_tree.parts[1] == And((Compare("=", Property("count"), Literal(1)),)).parts[0]
    assert isinstance(turned_tree.parts[0], Not)


@pytest.mark.parametrize("op", sorted(SPATIAL))
def test_lines_and_areas_are_compared_as_they_lie(op):
    shapes = np.array([shapely.box(0, 0, 2, 2), shapely.box(2, 0, 4, 2), shapely.box(1, 1, 3, 3),
                       shapely.box(0.5, 0.5, 1, 1), shapely.LineString([(1, 1), (5, 5)]), shapely.Point(1, 1), shapely.Point(9, 9), None])  # fmt: skip
    rows = pa.Table.from_pylist([{"count": n} for n in range(len(shapes))], schema=SCHEMA)
    box = shapely.box(0, 0, 2, 2)
    plain = getattr(shapely, op.removeprefix("s_"))
    expected = [None if one is None else bool(plain(one, box)) for one in shapes]
    for tree in (
        read_text(f"{op.upper()}(geometry, POLYGON((0 0, 2 0, 2 2, 0 2, 0 0)))"),
        read_json(json.dumps({"op": op, "args": [{"property": "geometry"}, {"bbox": [0, 0, 2, 2]}]})),
    ):
        assert judge(tree, rows, "lon", "lat", shapes).to_pylist() == expected
    assert {True, False} <= set(expected)


def test_points_are_compared_in_every_way_too():
    rows = pa.Table.from_pylist(
        [{"lon": 1.0, "lat": 1.0}, {"lon": 2.0, "lat": 1.0}, {"lon": None, "lat": 1.0}], schema=SCHEMA
    )
    box = "BBOX(0,0,2,2)"
    assert judge(read_text(f"S_WITHIN(geometry, {box})"), rows, "lon", "lat").to_pylist() == [
        True,
        False,
        None,
    ]
    assert judge(read_text(f"S_TOUCHES(geometry, {box})"), rows, "lon", "lat").to_pylist() == [
        False,
        True,
        None,
    ]
    assert judge(read_text(f"S_DISJOINT(geometry, {box})"), rows, "lon", "lat").to_pylist() == [
        False,
        False,
        None,
    ]
