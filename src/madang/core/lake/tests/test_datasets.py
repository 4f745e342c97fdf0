"""A data officer puts a file's rows into the lake, publishes them, corrects them and takes a step back."""

import errno
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pytest

from madang.core.base.interface import (
    ANONYMOUS,
    HOUSE,
    Actor,
    BadInput,
    Column,
    ColumnType,
    Conflict,
    Gone,
    NotAllowed,
    NotFound,
    Table,
    Text,
)
from madang.core.lake import asking
from madang.core.lake.asking import list_records, read_conditions, read_rows
from madang.core.lake.interface import (
    AnyOf,
    ColumnChange,
    DatasetChange,
    DatasetState,
    Filter,
    Group,
    Measure,
    Op,
    Reader,
    append_rows,
    authorize,
    describe_dataset,
    drop_table,
    get_dataset,
    list_datasets,
    list_tables,
    list_versions,
    measure_quality,
    publish_dataset,
    register_dataset,
    replace_rows,
    restore_version,
    withdraw_dataset,
)
from madang.core.lake.records import PLACE
from madang.core.people.models import AuditRow

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
OFFICER = Actor(
    id="u1",
    name="김자료",
    agency_code="11140",
    grants=frozenset({("lake.import", "11140"), ("lake.publish", "11140"), ("lake.read_personal", "11140")}),
)


def column(name, kind=ColumnType.TEXT, **more):
    return Column(name=name, type=kind, title=Text(ko=name, en=name), **more)


CAFES = Table(
    name="cafes",
    title=Text(ko="카페", en="Cafes"),
    owner_agency="11140",
    key=("id",),
    columns=(
        column("id"),
        column("seats", ColumnType.INTEGER),
        column("rating", ColumnType.NUMBER),
        column("opened_on", ColumnType.DATE),
        column("seen_at", ColumnType.TIME),
        column("owner_name", personal="성명"),
    ),
)


def rows(count=3, start=0):
    numbers = range(start, start + count)
    return pa.table(
        {
            "id": [f"C-{n}" for n in numbers],
            "seats": [n * 10 for n in numbers],
            "rating": [n / 2 for n in numbers],
            "opened_on": [date(2026, 1, 1 + n % 28) for n in numbers],
            "seen_at": pa.array([NOW] * count, pa.timestamp("us", "UTC")),
            "owner_name": ["홍길동"] * count,
        }
    )


@pytest.fixture
def cafes(lake):
    register_dataset(actor=OFFICER, now=NOW, table=CAFES, category="생활", keywords=("커피",))
    replace_rows(CAFES, [rows()], actor=OFFICER, now=NOW, source_name="cafes.csv", report={"rows_read": 3})
    return lake


def test_a_draft_is_for_those_who_work_on_it(cafes):
    assert authorize(OFFICER, "cafes").count() == 3
    for stranger in (ANONYMOUS, Actor(id="u2", name="", grants=frozenset({("lake.import", "11680")}))):
        with pytest.raises(NotFound):
            authorize(stranger, "cafes")
        with pytest.raises(NotFound):
            get_dataset(actor=stranger, name="cafes")
        with pytest.raises(NotAllowed):
            replace_rows(CAFES, [rows()], actor=stranger, now=NOW)


def test_who_may_read_is_one_question_to_the_catalogue(cafes, django_assert_num_queries):
    publish_dataset(actor=OFFICER, now=NOW, name="cafes")
    with django_assert_num_queries(1):
        authorize(ANONYMOUS, "cafes")


def test_a_row_can_be_asked_by_its_place(lake):
    table = Table(name="kinds", title=Text(ko="종류", en="Kinds"), columns=(column("a"),))
    register_dataset(actor=HOUSE, now=NOW, table=table)
    parts = [pa.table({"a": [f"{part}{n}" for n in range(3)]}) for part in "xyz"]
    replace_rows(table, [parts[0]], actor=HOUSE, now=NOW)
    for part in parts[1:]:
        append_rows(table, [part], actor=HOUSE, now=NOW)
    reader = authorize(HOUSE, "kinds")
    assert len(reader.snapshot.files) == 3
    stored = reader.read().column("a").to_pylist()
    assert reader.read([PLACE, "a"]).to_pylist() == [{PLACE: n + 1, "a": a} for n, a in enumerate(stored)]
    assert reader.read([PLACE], offset=4, limit=2).to_pylist() == [{PLACE: 5}, {PLACE: 6}]
    assert reader.read(["a"], [Filter(PLACE, Op.GT, 7)]).column("a").to_pylist() == stored[7:]
    assert reader.count([Filter(PLACE, Op.LE, "2")]) == 2
    assert reader.read([PLACE], order_by=[f"-{PLACE}"], limit=1).to_pylist() == [{PLACE: 9}]
    assert reader.read().column_names == ["a"]
    highest = reader.aggregate([Measure(function="max", column=PLACE)], ["a"], [Filter("a", Op.EQ, "x1")])
    assert highest.to_pylist() == [{"a": "x1", "_id_max": stored.index("x1") + 1}]


@pytest.mark.parametrize("name", ["_id", "_ID", "file_row_number"])
def test_a_column_of_that_name_is_the_tables_own(lake, name):
    table = Table(
        name="own", title=Text(ko="제것", en="Own"), columns=(column(name, ColumnType.INTEGER), column("b"))
    )
    register_dataset(actor=HOUSE, now=NOW, table=table)
    replace_rows(table, [pa.table({name: [7, 5, 5], "b": ["x", "y", "z"]})], actor=HOUSE, now=NOW)
    reader = authorize(HOUSE, "own")
    assert not reader.has_places
    rows, total = read_rows(reader, where=[Filter(name, Op.EQ, 5)], sort=["-b"], limit=1)
    assert (rows.to_pylist(), total) == ([{name: 5, "b": "z"}], 2)


def test_filtered_pages_are_whole_and_the_next_far_one_reads_nothing_again(lake, monkeypatch):
    monkeypatch.setattr(asking, "_FAR", 20)
    table = Table(
        name="many", title=Text(ko="여럿", en="Many"), columns=(column("a", ColumnType.INTEGER), column("b"))
    )
    register_dataset(actor=HOUSE, now=NOW, table=table)
    parts = [pa.table({"a": [n % 7 for n in range(size)], "b": [f"{at}-{n}" for n in range(size)]})
             for at, size in enumerate((50, 3, 1, 200, 30))]  # fmt: skip
    replace_rows(table, parts[:1], actor=HOUSE, now=NOW)
    for part in parts[1:]:
        append_rows(table, [part], actor=HOUSE, now=NOW)
    reader, readings = authorize(HOUSE, "many"), []
    monkeypatch.setattr(
        reader, "read", lambda *given, **more: readings.append(given) or Reader.read(reader, *given, **more)
    )
    for where in (
        [Filter("a", Op.EQ, 3)],
        [Filter("a", Op.GT, 1), Filter("b", Op.CONTAINS, "3-")],
        [Filter("a", Op.EQ, 9)],
    ):
        readings.clear()
        whole = Reader.read(reader, None, where).to_pylist()
        offsets = range(0, len(whole) + 10, 10)
        for offset in offsets:
            rows, total = read_rows(reader, where=where, offset=offset, limit=10, select=["b", PLACE])
            assert [row["b"] for row in rows.to_pylist()] == [row["b"] for row in whole[offset : offset + 10]]
            assert (total, rows.column_names) == (len(whole), ["b", PLACE])
        assert len(readings) == len(offsets[:2]) + bool(offsets[2:])
    monkeypatch.setattr(asking, "_MOST_PLACES", 5)
    few = [Filter("a", Op.EQ, 4)]
    assert read_rows(reader, where=few, offset=23, limit=2)[0].equals(
        Reader.read(reader, None, few, (), 23, 2)
    )


def test_published_rows_are_for_all_and_withdrawn_ones_for_none(cafes):
    publish_dataset(actor=OFFICER, now=NOW, name="cafes")
    assert authorize(ANONYMOUS, "cafes").count() == 3
    assert [d.table.name for d in list_datasets(actor=ANONYMOUS, search="커피")[0]] == ["cafes"]
    withdraw_dataset(actor=OFFICER, now=NOW, name="cafes", reason="개인정보 포함")
    for ask in (
        lambda actor: authorize(actor, "cafes"),
        lambda actor: get_dataset(actor=actor, name="cafes"),
    ):
        with pytest.raises(Gone) as refused:
            ask(ANONYMOUS)
        assert "개인정보" not in refused.value.text.ko
    assert get_dataset(actor=OFFICER, name="cafes").withdrawn_reason == "개인정보 포함"


def test_a_correction_replaces_everything_and_can_be_undone(cafes):
    wider = Table(
        **{
            **{f: getattr(CAFES, f) for f in CAFES.__struct_fields__},
            "columns": (column("id"), column("tel")),
        }
    )
    second = replace_rows(wider, [pa.table({"id": ["C-9"], "tel": ["02-1"]})], actor=OFFICER, now=NOW)
    assert authorize(OFFICER, "cafes").read().to_pylist() == [{"id": "C-9", "tel": "02-1"}]
    first = list_versions(actor=OFFICER, name="cafes")[-1]
    assert (first.rows, first.source_name, first.report) == (3, "cafes.csv", {"rows_read": 3})
    third = restore_version("cafes", first.version, actor=OFFICER, now=NOW)
    assert third > second > first.version
    reader = authorize(OFFICER, "cafes")
    assert (reader.count(), [c.name for c in reader.columns][:2]) == (3, ["id", "seats"])
    assert get_dataset(actor=OFFICER, name="cafes").rows == 3


def test_reading_filters_sorts_and_pages(cafes):
    append_rows(CAFES, [rows(100, start=3)], actor=OFFICER, now=NOW)
    reader = authorize(OFFICER, "cafes")
    assert reader.read(["id"], limit=2, offset=1).to_pylist() == [{"id": "C-1"}, {"id": "C-2"}]
    found = reader.read(["seats"], where=[Filter("seats", "between", "100,120")], order_by=["-seats"])
    assert found["seats"].to_pylist() == [120, 110, 100]
    assert reader.count() == 103
    assert reader.read(["seen_at"], limit=1).schema.field("seen_at").type == pa.timestamp("us", "UTC")
    assert reader.count([Filter("id", "starts_with", "c-1"), Filter("rating", ">=", "5")]) == 13
    assert reader.count([Filter("opened_on", "=", "2026-01-02")]) == 4
    assert reader.count([Filter("seen_at", ">", "2026-11-23T12:00:00+09:00")]) == 0
    either = AnyOf(
        ((Filter("opened_on", "=", "2026-01-02"), Filter("seats", "<", "0")), (Filter("id", "in", ["C-1"]),))
    )
    assert (reader.count([either]), reader.count([AnyOf(())]), reader.count([AnyOf(((),))])) == (
        1,
        0,
        reader.count(),
    )
    assert reader.count([Filter("id", "in", ["C-1", "'; DROP"])]) == 1
    by_day = reader.aggregate([Measure(function="count")], [Group(column="seen_at", by="day")])
    assert by_day.to_pylist() == [{"seen_at": date(2026, 11, 23), "count": 103}]
    assert sum(batch.num_rows for batch in reader.iter_batches(batch_rows=10)) == 103


def test_nonsense_is_refused_by_name(cafes):
    reader = authorize(OFFICER, "cafes")
    for where in ([Filter("nope", "=", 1)], [Filter("id", "like", 1)], [Filter("seats", "=", "many")]):
        with pytest.raises(BadInput):
            reader.read(where=where)
    with pytest.raises(BadInput):
        reader.read(order_by=["-nope"])
    with pytest.raises(BadInput):
        reader.read(limit=-1)
    with pytest.raises(BadInput):
        reader.aggregate([Measure(function="sum", column="id")])


def test_personal_columns_need_permission_and_purpose_and_leave_a_trace(cafes):
    publish_dataset(actor=OFFICER, now=NOW, name="cafes")
    assert "owner_name" not in authorize(OFFICER, "cafes").read().column_names
    assert "owner_name" not in authorize(ANONYMOUS, "cafes", "호기심").read().column_names
    with pytest.raises(BadInput):
        authorize(ANONYMOUS, "cafes").read(where=[Filter("owner_name", "=", "홍길동")])
    assert not AuditRow.objects.filter(action="lake.read_personal").exists()
    assert "owner_name" in authorize(OFFICER, "cafes", "민원 처리").read().column_names
    assert AuditRow.objects.get(action="lake.read_personal").purpose == "민원 처리"


def test_rows_of_other_agencies_are_left_out(lake):
    table = Table(
        name="jobs",
        title=Text(ko="일", en="Jobs"),
        read_permission="lake.read_internal",
        columns=(column("agency_code"),),
    )
    register_dataset(actor=HOUSE, now=NOW, table=table)
    replace_rows(table, [pa.table({"agency_code": ["11140", "11680"]})], actor=HOUSE, now=NOW)
    publish_dataset(actor=HOUSE, now=NOW, name="jobs")
    one = Actor(id="u3", name="", grants=frozenset({("lake.read_internal", "11140")}))
    assert authorize(one, "jobs").read().to_pylist() == [{"agency_code": "11140"}]
    assert authorize(one, "jobs").count() == 1
    with pytest.raises(NotAllowed):
        authorize(ANONYMOUS, "jobs")


def test_a_broken_batch_changes_nothing(cafes):
    before = authorize(OFFICER, "cafes").version
    bad = pa.table({"id": ["C-7"], "seats": ["many"]})
    with pytest.raises(BadInput, match="seats"):
        replace_rows(CAFES, [rows(), bad], actor=OFFICER, now=NOW)

    def fails():
        yield rows()
        raise OSError(errno.EIO, "the file ended badly")

    with pytest.raises(OSError):
        replace_rows(CAFES, fails(), actor=OFFICER, now=NOW)
    assert authorize(OFFICER, "cafes").version == before
    assert len(list((cafes / "tables" / "cafes").glob("*.parquet"))) == 1


def test_the_catalogue_is_described_in_words(cafes):
    change = DatasetChange(
        title=Text(ko="동네 카페", en="Cafes nearby"),
        licence="KOGL-1",
        columns=(ColumnChange(name="seats", unit="{seat}"),),
    )
    record = describe_dataset(actor=OFFICER, now=NOW, name="cafes", change=change)
    assert (record.table.title.en, record.table.columns[1].unit) == ("Cafes nearby", "{seat}")
    assert record.table.columns[1].title.ko == "seats"
    with pytest.raises(BadInput):
        change = DatasetChange(columns=(ColumnChange(name="nope"),))
        describe_dataset(actor=OFFICER, now=NOW, name="cafes", change=change)
    with pytest.raises(Conflict):
        register_dataset(actor=OFFICER, now=NOW, table=CAFES)


def test_a_promise_can_be_made_and_taken_back(cafes):
    for given, stands in ((86_400, 86_400), (None, 86_400), (0, None)):
        change = DatasetChange(freshness_promise_s=given, contact="빅데이터담당관", keywords=("커피",))
        record = describe_dataset(actor=OFFICER, now=NOW, name="cafes", change=change)
        assert record.table.freshness_promise_s == stands
    assert (record.table.contact, record.keywords) == ("빅데이터담당관", ("커피",))


def test_quality_is_measured(cafes):
    more = rows(2).set_column(1, "seats", pa.array([None, 5], pa.int64()))
    append_rows(CAFES, [more], actor=OFFICER, now=NOW)
    quality = measure_quality(now=NOW, name="cafes").quality
    by_name = {c["name"]: c for c in quality["columns"]}
    assert (quality["rows"], quality["duplicate_keys"]) == (5, 2)
    assert by_name["seats"]["completeness_ratio"] == 0.8
    assert sum(by_name["seats"]["histogram"]) == 4
    assert by_name["id"]["top"][0] == ["C-0", 2]
    assert by_name["owner_name"]["top"] == []


def test_a_dropped_dataset_is_gone(cafes):
    drop_table("cafes", actor=OFFICER, now=NOW)
    assert not (cafes / "tables" / "cafes").exists()
    assert "cafes" not in [table.name for table in list_tables()]
    register_dataset(actor=OFFICER, now=NOW, table=CAFES)
    assert authorize(OFFICER, "cafes").count() == 0
    assert get_dataset(actor=OFFICER, name="cafes").state is DatasetState.DRAFT
    assert authorize(OFFICER, "cafes").read().num_rows == 0
    replace_rows(CAFES, [rows()], actor=OFFICER, now=NOW)
    assert authorize(OFFICER, "cafes").count() == 3


def test_instants_are_asked_for_and_answered_in_the_city_s_time(cafes):
    reader = authorize(OFFICER, "cafes")
    moments = [row["seen_at"] for row in list_records(reader.read(["seen_at"]))]
    first = min(moments)
    assert first.utcoffset() == timedelta(hours=9)
    local = first.replace(tzinfo=None)
    for asked in (local.isoformat(), first.isoformat(), f"{local:%Y-%m-%d %H:%M:%S}"):
        assert reader.count(read_conditions([f"seen_at:eq:{asked}"])) == moments.count(first)
    assert reader.count(read_conditions([f"seen_at:ge:{local:%Y-%m-%d}"])) == len(moments)
