"""CKAN's actions answer what was asked, or say that they don't; whatever is sent, nothing fails."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import Response

from madang.citizens.open_data.actions.counting import counter
from madang.citizens.open_data.actions.indexing import take_up
from madang.citizens.open_data.hot.ckan import ACTIONS, _act
from madang.citizens.open_data.queries import calls, quotas
from madang.citizens.open_data.queries.search import keeper
from madang.core.base.interface import HOUSE, Column, ColumnType, Table, Text, read_settings
from madang.core.lake.interface import (
    list_datasets,
    publish_dataset,
    register_dataset,
    replace_rows,
    withdraw_dataset,
)

NOW = datetime(2026, 11, 29, 3, tzinfo=UTC)
KINDS = {"번호": ColumnType.INTEGER, "이름": ColumnType.TEXT, "구": ColumnType.TEXT}
ROWS = [
    {"번호": 1, "이름": "푸른 쉼터", "구": "종로구"},
    {"번호": 2, "이름": "하늘 쉼터", "구": "중구"},
    {"번호": 3, "이름": "푸른 도서관", "구": "종로구"},
    {"번호": 4, "이름": "빈 곳", "구": None},
]


@pytest.fixture(autouse=True)
def shelters(db, settings, tmp_path):
    patient = {"MADANG_DATA": str(tmp_path / "data"), "MADANG_PUBLIC_SQL_SECONDS": "60"}
    settings.MADANG = read_settings(patient)
    columns = tuple(Column(name=one, type=kind, title=Text(ko=one, en=one)) for one, kind in KINDS.items())
    table = Table(
        name="rests", title=Text(ko="쉼터", en="Rests"), columns=columns, key=("번호",), owner_agency="city"
    )
    register_dataset(actor=HOUSE, now=NOW, table=table, category="복지")
    replace_rows(table, [pa.Table.from_pylist(ROWS)], actor=HOUSE, now=NOW)
    publish_dataset(actor=HOUSE, now=NOW, name="rests")
    keeper.forget()
    yield
    keeper.forget()
    calls.forget()
    quotas.kept.forget()


def ask(action: str, asked: dict) -> Response:
    scope = {
        "type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": [(b"host", b"localhost")],
        "client": ("192.0.2.1", 1), "server": ("localhost", 80), "scheme": "http", "path_params": {"action": action},
    }  # fmt: skip
    return _act(Request(scope), asked)


def act(action: str, **asked: object) -> tuple[int, dict]:
    reply = ask(action, asked)
    return reply.status_code, json.loads(bytes(reply.body))


def look(**asked: object) -> tuple[int, list[int]]:
    status, answer = act("datastore_search", resource_id="rests", **asked)
    assert status == 200, answer
    return answer["result"]["total"], [row["번호"] for row in answer["result"]["records"]]


def test_words_and_filters_choose_rows_and_the_total_is_of_them():
    assert look(q="푸른", sort="번호 desc") == (2, [3, 1])
    assert look(q="푸른 종로구", limit=1) == (2, [1])
    assert look(q={"이름": "쉼터"}, filters={"구": ["중구"]}) == (1, [2])
    assert look(q="zzzz") == (0, [])
    assert look(filters={"구": None}) == (1, [4])
    assert look(q="4", sort=["번호"]) == (1, [4])


def test_rows_that_were_answered_are_counted_as_uses_of_their_dataset():
    use = ("rests", "ckan")
    before, rows = counter._uses[use], counter._rows[use]
    look()
    act("datastore_search", resource_id="rests", records_format="csv", limit=2)
    act("datastore_search", resource_id="nothing")
    act("package_show", id="rests")
    assert (counter._uses[use] - before, counter._rows[use] - rows) == (2, 6)


def test_rows_come_distinct_as_lists_and_without_a_total_where_that_is_asked():
    asked = {"resource_id": "rests", "fields": "구", "distinct": "true", "sort": "구"}
    found = act("datastore_search", **asked)[1]["result"]
    assert (found["total"], [row["구"] for row in found["records"]]) == (3, ["종로구", "중구", None])
    found = act("datastore_search", **asked, offset=1, limit=1, records_format="lists")[1]["result"]
    assert found["records"] == [["중구"]]
    assert "total" not in act("datastore_search", resource_id="rests", include_total=False)[1]["result"]


def test_the_next_page_asks_for_the_same():
    links = act("datastore_search", resource_id="rests", filters={"구": "종로구"}, sort="번호 desc", limit=1)[
        1
    ]
    following = links["result"]["_links"]["next"]
    assert "filters=%7B%22%EA%B5%AC" in following
    assert "sort=%EB%B2%88%ED%98%B8+desc" in following
    assert following.endswith("limit=1&offset=1")


@pytest.mark.parametrize("asked", [
    {"bogus": 1}, {"plain": False, "q": "a:*"}, {"records_format": "xml"}, {"fields": 5}, {"fields": [[1]]},
    {"filters": [1]}, {"distinct": "maybe"}, {"distinct": True, "fields": ["구"], "sort": "번호"}, {"q": {"없음": "a"}},
    {"fields": "없음"}, {"full_text": "a"}, {"limit": "x"}, {"limit": 2.5}, {"limit": True}, {"records_format": ["csv"]},
    {"q": ["a"]},
])  # fmt: skip
def test_what_would_be_answered_otherwise_is_refused(asked):
    status, answer = act("datastore_search", resource_id="rests", **asked)
    assert (status, answer["success"]) == (409, False)
    assert answer["message"]


def test_pages_hold_every_row_once_also_where_many_sort_alike():
    rows = [{"번호": n, "이름": "쉼터", "구": f"구{n % 2}"} for n in range(5_000)]
    table = Table(name="alike", title=Text(ko="가", en="a"), columns=tuple(
        Column(name=one, type=kind, title=Text(ko=one, en=one)) for one, kind in KINDS.items()))  # fmt: skip
    register_dataset(actor=HOUSE, now=NOW, table=table)
    replace_rows(table, [pa.Table.from_pylist(rows)], actor=HOUSE, now=NOW)
    publish_dataset(actor=HOUSE, now=NOW, name="alike")
    seen = []
    for offset in range(0, 5_000, 500):
        asked = {"resource_id": "alike", "sort": "구 desc", "limit": 500, "offset": offset}
        seen += [row["번호"] for row in act("datastore_search", **asked)[1]["result"]["records"]]
    assert sorted(seen) == list(range(5_000))


def test_a_missing_value_is_one_of_several():
    assert look(filters={"구": ["중구", None]}, sort="번호") == (2, [2, 4])


def test_columns_of_one_name_are_told_apart_and_types_are_postgresqls():
    found = act(
        "datastore_search_sql", sql="SELECT 1 AS a, 'x' AS a_1, 2.5::DOUBLE AS a, DATE '2026-01-01' AS b"
    )[1]["result"]
    assert [one["type"] for one in found["fields"]] == ["int4", "text", "float8", "date"]
    (row,) = found["records"]
    assert (row["a"], row["a_1"], row["a_2"]) == (1, "x", 2.5)


def test_every_action_says_what_it_does():
    for name in ACTIONS:
        assert act("help_show", name=name)[1]["result"], name
    assert act("help_show", name="nothing")[0] == 404


def test_a_value_that_json_cannot_hold_is_refused():
    status, answer = act("datastore_search_sql", sql="SELECT DATE 'infinity'")
    assert (status, answer["code"]) == (409, "ckan.sql_value")


def test_a_search_counts_what_fits_and_refuses_what_it_cannot_ask():
    take_up(list_datasets(actor=HOUSE, state="published")[0], NOW)
    assert act("package_search", fq="groups:복지")[1]["result"]["count"] == 1
    found = act("package_search", q="쉄터")[1]["result"]
    assert (found["count"], found["read_as"], found["is_loose"]) == (1, {"쉄터": "쉼터"}, False)
    assert act("package_search", q="쉼터", sort="name desc")[1]["result"]["read_as"] == {}
    assert act("package_search", fq_list=["groups:환경"])[1]["result"]["count"] == 0
    for fq, count in (
        ("-groups:복지", 0),
        ("groups:(복지 OR 환경)", 1),
        ("-organization:other", 1),
        ("organization:city OR organization:other", 1),
        ("metadata_modified:[2026-11-29T00:00:00Z TO *]", 1),
        ("metadata_modified:[* TO 2026-11-28T00:00:00Z]", 0),
        ("name:rests", 1),
        ("id:re*", 1),
        ("tags:*", 0),
        ("+dataset_type:dataset -private:true", 1),
        ("쉼터", 1),
        ("-쉼터", 0),
    ):
        assert act("package_search", fq=fq, sort="id asc")[1]["result"]["count"] == count, fq
    for fq in ("colour:red", "notes:쉼터"):
        assert act("package_search", fq=fq)[0] == 409, fq
    for wrong in (
        {"facet.field": 5},
        {"facet.field": [["a"]]},
        {"fq_list": 5},
        {"fq_list": [1]},
        {"q": {"a": 1}},
    ):
        assert act("package_search", **wrong)[0] == 409, wrong
    counted = act("package_search", **{"facet.field": ["res_format"], "facet.limit": 1})[1]["result"][
        "facets"
    ]
    assert len(counted["res_format"]) == 1


def test_organizations_and_groups_come_with_their_fields():
    assert act("organization_list")[1]["result"] == ["city"]
    (one,) = act("group_list", all_fields="true")[1]["result"]
    assert (one["name"], one["package_count"]) == ("복지", 1)
    assert act("organization_list", limit=1, offset=1)[1]["result"] == []
    assert act("group_list", sort="package_count desc")[1]["result"] == ["복지"]
    assert act("group_list", sort="colour")[0] == 409
    assert act("tag_list", query="없음")[1]["result"] == []


def test_rows_have_a_place_to_page_and_sort_by():
    found = act("datastore_search", resource_id="rests", limit=2, offset=1)[1]["result"]
    assert [one["id"] for one in found["fields"]] == ["_id", *KINDS]
    assert [row["_id"] for row in found["records"]] == [2, 3]
    assert look(sort="_id desc", limit=1) == (4, [4])
    assert look(filters={"_id": [1, 4]}, sort="_id") == (2, [1, 4])
    found = act("datastore_search", resource_id="rests", filters={"이름": "푸른 도서관"})[1]["result"]
    assert found["records"] == [{"_id": 3, **ROWS[2]}]
    assert act("datastore_search", resource_id="rests", fields="구", limit=1)[1]["result"]["records"] == [
        {"구": "종로구"}
    ]


def test_rows_come_as_text():
    asked = {"resource_id": "rests", "filters": {"번호": [1, 4]}, "fields": "번호,이름,구"}
    found = act("datastore_search", **asked, records_format="csv")[1]["result"]
    assert (found["records"], found["total"]) == ("1,푸른 쉼터,종로구\n4,빈 곳,\n", 2)
    assert (
        act("datastore_search", **asked, records_format="tsv", limit=1)[1]["result"]["records"]
        == "1\t푸른 쉼터\t종로구\n"
    )


def test_a_resource_is_described_with_what_its_columns_mean():
    found = act("datastore_info", id="rests")[1]["result"]
    assert found["meta"]["count"] == 4
    assert [(one["id"], one["type"], one["info"]["label"]) for one in found["fields"]] == [
        ("번호", "int8", "번호"), ("이름", "text", "이름"), ("구", "text", "구"),
    ]  # fmt: skip
    assert act("datastore_info", id="nothing")[0] == 404


def test_what_sites_and_importers_ask_besides():
    (found,) = act("package_autocomplete", q="쉼")[1]["result"]
    assert (found["name"], found["match_field"], found["match_displayed"]) == (
        "rests",
        "title",
        "쉼터 (rests)",
    )
    assert act("package_autocomplete", q="RES")[1]["result"][0]["match_field"] == "name"
    (whole,) = act("current_package_list_with_resources", limit=5)[1]["result"]
    assert whole == act("package_show", id="rests")[1]["result"]
    assert act("current_package_list_with_resources", offset=1)[1]["result"] == []
    licences = {one["id"]: one for one in act("license_list")[1]["result"]}
    assert licences["KOGL-1"]["url"].startswith("https://www.kogl.or.kr/")
    group = act("group_show", id="복지", include_datasets=True)[1]["result"]
    assert (group["package_count"], [one["name"] for one in group["packages"]]) == (1, ["rests"])
    assert act("organization_show", id="city")[1]["result"]["package_count"] == 1
    assert "packages" not in act("organization_show", id="city")[1]["result"]
    for action in ("organization_show", "group_show", "tag_show"):
        assert act(action, id="nothing")[0] == 404


def test_what_was_withdrawn_is_not_found():
    withdraw_dataset(actor=HOUSE, now=NOW, name="rests", reason="시험")
    for action, asked in (("package_show", {"id": "rests"}), ("datastore_search", {"resource_id": "rests"})):
        status, answer = act(action, **asked)
        assert (status, answer["error"]["__type"], answer["code"]) == (
            404,
            "Not Found Error",
            "lake.withdrawn",
        )


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text("a번:*[]{}\",-() ", max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["번호", "구", "x"]), inner, max_size=2),
    max_leaves=5,
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(sorted(ACTIONS.keys() - {"datastore_search_sql"})),
    st.dictionaries(
        st.sampled_from(["q", "fq", "fq_list", "facet.field", "facet.limit", "filters", "fields", "sort", "limit", "offset",
                         "rows", "start", "distinct", "records_format", "id", "all_fields"]),
        VALUES, max_size=4,
    ),
)  # fmt: skip
def test_whatever_is_sent_nothing_fails(action, asked):
    status, answer = act(action, **{"resource_id": "rests"} | asked)
    assert status in {200, 404, 409, 429}
    assert isinstance(answer["success"], bool)
