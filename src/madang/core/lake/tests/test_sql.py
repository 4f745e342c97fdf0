"""Somebody who may ask questions tries everything else too."""

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from madang.core.base.interface import (
    ANONYMOUS,
    HOUSE,
    Actor,
    BadInput,
    Column,
    ColumnType,
    NotAllowed,
    NotFound,
    Table,
    Text,
    read_settings,
)
from madang.core.lake import sql as answering
from madang.core.lake import sql_child
from madang.core.lake.asking import list_records
from madang.core.lake.interface import publish_dataset, register_dataset, replace_rows, run_sql

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
CITIZEN = Actor(id="u1", name="", grants=frozenset({("lake.sql", "*")}))
EVERYTHING = Actor(id="u2", name="", grants=frozenset({("lake.sql", "*"), ("lake.read_personal", "*")}))


def make_table(name, permission="public"):
    columns = (
        Column(name="id", type=ColumnType.INTEGER, title=Text(ko="번호", en="Id")),
        Column(name="가격", type=ColumnType.NUMBER, title=Text(ko="가격", en="Price")),
        Column(name="phone", type=ColumnType.TEXT, title=Text(ko="전화", en="Phone"), personal="전화번호"),
    )
    columns = columns if permission == "public" else columns[:2]
    return Table(name=name, title=Text(ko=name, en=name), columns=columns, read_permission=permission)


@pytest.fixture
def city(lake, settings):
    values = {"MADANG_DATA": str(lake.parent), "MADANG_SQL_SECONDS": "20", "MADANG_SQL_MEMORY_MB": "200"}
    settings.MADANG = read_settings(values)
    for name, permission in (("shops", "public"), ("secrets", "lake.read_internal"), ("open", "public")):
        table = make_table(name, permission)
        rows = pa.table({"id": [1, 2, 3], "가격": [1.0, 2.5, None], "phone": ["010-1234", None, "02"]})
        rows = rows.select([column.name for column in table.columns])
        register_dataset(actor=HOUSE, now=NOW, table=table)
        replace_rows(table, [rows], actor=HOUSE, now=NOW)
        publish_dataset(actor=HOUSE, now=NOW, name=name)
    return lake


def test_a_day_is_the_city_s_day(city):
    midnight = "TIMESTAMPTZ '2022-07-01 15:00:00+00'"
    answer = run_sql(CITIZEN, f"SELECT CAST({midnight} AS DATE) AS day, hour({midnight}) AS hour").to_pylist()
    assert (str(answer[0]["day"]), answer[0]["hour"]) == ("2022-07-02", 0)


def test_years_that_no_calendar_has_are_told_as_text(city):
    sql = "SELECT TIMESTAMPTZ '20000-01-01 00:00:00+09' AS far, '-infinity'::TIMESTAMPTZ AS never, DATE '12000-01-01' AS day"
    [row] = list_records(run_sql(CITIZEN, sql))
    assert row["far"].startswith("20000-01-01 00:00:00")
    assert row["day"] == "12000-01-01"
    assert isinstance(row["never"], str)
    [row] = list_records(run_sql(CITIZEN, "SELECT TIMESTAMPTZ '9999-12-31 00:00:00+09' AS last"))
    assert row["last"].year == 9999


def test_a_question_loads_nothing_that_it_has_no_use_for(city):
    with answering._Child(60) as child:
        assert child.ask("SELECT 1") == []
        loaded = Path(f"/proc/{child.process.pid}/maps").read_text("utf-8")
    assert "duckdb" in loaded
    assert "numpy" not in loaded
    assert "pandas" not in loaded


def test_questions_are_answered(city):
    assert run_sql(CITIZEN, 'SELECT sum("가격") AS won FROM shops').to_pylist() == [{"won": 3.5}]
    both = "WITH a AS (SELECT id FROM shops) SELECT count(*) AS n FROM a JOIN open USING (id)"
    assert run_sql(CITIZEN, both).to_pylist() == [{"n": 3}]
    assert run_sql(CITIZEN, "SELECT range AS n FROM range(3)")["n"].to_pylist() == [0, 1, 2]
    assert run_sql(CITIZEN, "SELECT ST_Distance(ST_Point(0,0), ST_Point(3,4)) AS d")["d"].to_pylist() == [5.0]
    assert run_sql(CITIZEN, "DESCRIBE shops")["column_name"].to_pylist() == ["id", "가격"]


def test_who_may_not_ask_is_not_answered(city):
    with pytest.raises(NotAllowed):
        run_sql(ANONYMOUS, "SELECT 1")
    with pytest.raises(NotAllowed):
        run_sql(CITIZEN, "SELECT * FROM secrets")
    with pytest.raises(NotFound):
        run_sql(CITIZEN, "SELECT * FROM nowhere")
    with pytest.raises(BadInput):
        run_sql(CITIZEN, "WITH a AS (SELECT 1) SELECT * FROM nowhere")


def test_personal_columns_are_not_in_reach(city):
    for sql in ("SELECT phone FROM shops", "SELECT * EXCLUDE (id) FROM shops WHERE phone = '02'"):
        with pytest.raises(BadInput):
            run_sql(CITIZEN, sql)
    assert run_sql(CITIZEN, "SELECT * FROM shops").column_names == ["id", "가격"]
    assert run_sql(EVERYTHING, "SELECT * FROM shops").column_names == ["id", "가격"]
    assert run_sql(EVERYTHING, "SELECT phone FROM shops", "민원 확인")["phone"].to_pylist() == [
        "010-1234",
        None,
        "02",
    ]


def list_attacks(lake):
    sibling = next((lake / "tables" / "secrets").glob("*.parquet"))
    own = next((lake / "tables" / "open").glob("*.parquet"))
    return [
        f"SELECT * FROM read_parquet('{sibling}')",
        f"SELECT * FROM '{sibling}'",
        f'SELECT * FROM "{sibling}"',
        f"SELECT * FROM read_parquet('{own}'), open",
        f"SELECT * FROM parquet_scan(['{own}'])",
        f"SELECT * FROM query('SELECT * FROM read_parquet(''{sibling}'')')",
        "SELECT * FROM query_table('secrets')",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM st_read('/etc/passwd')",
        "SELECT * FROM duckdb_views()",
        "SELECT current_setting('allowed_paths')",
        "SELECT * FROM duckdb_settings()",
        "SELECT * FROM duckdb_views",
        "SELECT * FROM sqlite_master",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM pg_catalog.pg_class",
        "SELECT * FROM pragma_table_info('open')",
        "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
        "SELECT (SELECT content FROM read_text('/etc/passwd'))",
        "WITH x AS (SELECT * FROM read_text('/etc/passwd')) SELECT * FROM x",
        "SELECT list_transform([1], x -> (SELECT content FROM read_text('/etc/passwd')))",
        f"COPY open TO '{lake}/stolen.csv'",
        f"COPY (SELECT 1) TO '{lake}/stolen.parquet' (FORMAT parquet)",
        f"EXPORT DATABASE '{lake}/stolen'",
        f"ATTACH '{lake}/stolen.db'",
        f"ATTACH '{lake.parent}/registers.sqlite' (TYPE sqlite)",
        "INSTALL httpfs",
        "LOAD httpfs",
        "PRAGMA database_list",
        "SET enable_external_access = true",
        "RESET lock_configuration",
        "SET memory_limit = '100GB'",
        "CALL pragma_version()",
        "CREATE TABLE x AS SELECT 1",
        "CREATE MACRO f() AS TABLE SELECT * FROM read_text('/etc/passwd')",
        "DROP VIEW open",
        "UPDATE open SET id = 0",
        "DELETE FROM open",
        "SELECT 1; DROP VIEW open",
        "SELECT 1;; SELECT 2",
        "CHECKPOINT",
        "PREPARE a AS SELECT 1",
        "SHOW TABLES",
        "",
        "-- nothing",
        "SELECT",
        "SELECT '",
        'SELECT * FROM "open"";DROP VIEW open--"',
        "SELECT getenv('HOME')",
        "SELECT nope FROM open",
        "SELECT 1 / (SELECT 'x'::INT)",
        "\x00",
        "SELECT * FROM open AT (VERSION => 1)",
    ]


def test_every_attack_is_refused_before_it_runs(city):
    """The check lets one plain query through, over tables by their names."""
    with duckdb.connect() as connection:
        for sql in list_attacks(city):
            try:
                names = sql_child.list_tables(connection, sql)
            except (sql_child.Refused, duckdb.Error):
                continue
            known = {"open", "shops", "secrets"}
            assert (
                set(names) - known or "nope" in sql or "::INT" in sql or "getenv" in sql or "AT (" in sql
            ), sql


def test_whatever_the_check_let_through_the_database_refuses(city):
    """Behind the check the database itself is locked: only the files of the query's own tables open."""
    own = next((city / "tables" / "open").glob("*.parquet"))
    views = {"open": f"SELECT * FROM read_parquet(['{own}'])"}
    with duckdb.connect() as connection:
        sql_child.open_views(connection, {"views": views, "files": [str(own)]})
        assert connection.execute("SELECT count(*) FROM open").fetchall() == [(3,)]
        allowed = 0
        for sql in list_attacks(city):
            if any(
                word in sql for word in ("tables/secrets", "/etc", "stolen", "registers", "INSTALL", "SET ")
            ):
                with pytest.raises(duckdb.Error):
                    connection.execute(sql).fetchall()
                allowed += 1
        assert allowed > 15


@pytest.mark.parametrize("number", [0, 6, 7, 22, 27, 30, 39, 50, 51, 52])
def test_attacks_end_in_a_clear_refusal(city, number):
    deep = ["(" * 20_000 + "SELECT 1", "SELECT " + "(" * 20_000 + "1" + ")" * 20_000]
    sql = ([*list_attacks(city), *deep])[number]
    with pytest.raises((BadInput, NotFound)) as caught:
        run_sql(CITIZEN, sql)
    assert caught.value.code.startswith("lake.")
    assert not list(city.rglob("stolen*"))


def test_a_query_without_end_is_stopped(city, settings):
    settings.MADANG = read_settings({"MADANG_DATA": str(city.parent), "MADANG_SQL_SECONDS": "3"})
    with pytest.raises(BadInput) as caught:
        run_sql(CITIZEN, "SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b")
    assert caught.value.code == "lake.sql_time"


def test_a_query_of_any_size_is_stopped(city):
    with pytest.raises(BadInput) as caught:
        run_sql(CITIZEN, "SELECT range, repeat('x', 1000) FROM range(100000000)")
    assert caught.value.code in {"lake.sql_size", "lake.sql_time"}
    with pytest.raises(BadInput) as caught:
        run_sql(CITIZEN, "SELECT DISTINCT repeat('x', 10000) || range FROM range(1000000) ORDER BY 1")
    assert caught.value.code in {"lake.sql_memory", "lake.sql_time"}


@pytest.mark.parametrize("sql", ["DROP TABLE shops", "INSERT INTO shops VALUES (1)", "COPY shops TO 'a.csv'"])
def test_who_wants_to_change_something_is_told_in_plain_words(city, sql):
    with pytest.raises(BadInput, match="only SELECT is answered"):
        run_sql(CITIZEN, sql)


def test_columns_of_one_name_are_told_apart_and_none_is_lost(city):
    answer = run_sql(
        CITIZEN,
        "SELECT shops.id, open.id + 10 AS id, 7 AS id_1, shops.id AS id FROM shops JOIN open USING (id)",
    )
    assert answer.column_names == ["id", "id_2", "id_1", "id_3"]
    assert list_records(answer)[0] == {"id": 1, "id_2": 11, "id_1": 7, "id_3": 1}
