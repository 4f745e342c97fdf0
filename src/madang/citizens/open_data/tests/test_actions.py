"""CKAN's actions answer what was asked, or say that they don't; whatever is sent, nothing fails."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.requests import Request

from madang.citizens.open_data.actions.indexing import take_up
from madang.citizens.open_data.hot.ckan import ACTIONS, answer_post
from madang.citizens.open_data.queries import calls, quotas
from madang.citizens.open_data.queries.search import keeper
from madang.core.base.interface import HOUSE, Column, ColumnType, Table, Text, read_settings
from madang.core.lake.interface import list_datasets, publish_dataset, register_dataset, replace_rows

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
    settings.MADANG = read_settings({"MADANG_DATA": str(tmp_path / "data")})
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


def act(action: str, **asked: object) -> tuple[int, dict]:
    scope = {
        "type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": [(b"host", b"localhost")],
        "client": ("192.0.2.1", 1), "server": ("localhost", 80), "scheme": "http", "path_params": {"action": action},
    }  # fmt: skip
    reply = answer_post(Request(scope), None, asked)
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
    {"bogus": 1}, {"plain": False, "q": "a:*"}, {"records_format": "csv"}, {"fields": 5}, {"fields": [[1]]},
    {"filters": [1]}, {"distinct": "maybe"}, {"distinct": True, "fields": ["구"], "sort": "번호"}, {"q": {"없음": "a"}},
    {"fields": "없음"}, {"full_text": "a"}, {"limit": "x"},
])  # fmt: skip
def test_what_would_be_answered_otherwise_is_refused(asked):
    status, answer = act("datastore_search", resource_id="rests", **asked)
    assert (status, answer["success"]) == (409, False)
    assert answer["message"]


def test_a_value_that_json_cannot_hold_is_refused():
    status, answer = act("datastore_search_sql", sql="SELECT DATE 'infinity'")
    assert (status, answer["code"]) == (409, "ckan.sql_value")


def test_a_search_counts_what_fits_and_refuses_what_it_cannot_ask():
    take_up(list_datasets(actor=HOUSE, state="published")[0], NOW)
    assert act("package_search", fq="groups:복지")[1]["result"]["count"] == 1
    assert act("package_search", fq_list=["groups:환경"])[1]["result"]["count"] == 0
    for fq in ("-groups:복지", "groups:(복지 OR 환경)", "쉼터", "name:rests"):
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
