"""Features in an order, with some of their properties, without their place: as OGC's parts on sorting and on properties ask."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from starlette.requests import Request

from madang.citizens.city_map.hot.features import show_items
from madang.citizens.city_map.hot.sending import serve
from madang.citizens.city_map.queries import features, holding
from madang.core.base.interface import HOUSE, Column, ColumnType, Table, Text, read_settings
from madang.core.lake.interface import publish_dataset, register_dataset, replace_rows

NOW = datetime(2026, 11, 30, 3, tzinfo=UTC)
KINDS = {
    "id": ColumnType.TEXT, "name": ColumnType.TEXT, "seats": ColumnType.INTEGER, "opens": ColumnType.BOOLEAN,
    "since": ColumnType.DATE, "lon": ColumnType.NUMBER, "lat": ColumnType.NUMBER,
}  # fmt: skip


@pytest.fixture(autouse=True)
def benches(db, settings, tmp_path):
    settings.MADANG = read_settings({"MADANG_DATA": str(tmp_path / "data")})
    features.kept.forget()
    chance = random.Random(8)
    rows = [
        {
            "id": f"{n:03}", "name": chance.choice(["가", "나", "Z", None]), "seats": chance.choice([1, 2, 30, None]),
            "opens": chance.choice([True, False, None]), "since": chance.choice([NOW.date(), None]),
            "lon": 127 + n / 1000, "lat": 37.5,
        }
        for n in range(200)
    ]  # fmt: skip
    columns = tuple(Column(name=one, type=kind, title=Text(ko=one, en=one)) for one, kind in KINDS.items())
    table = Table(
        name="benches",
        title=Text(ko="의자", en="Benches"),
        columns=columns,
        key=("id",),
        lon="lon",
        lat="lat",
    )
    register_dataset(actor=HOUSE, now=NOW, table=table)
    replace_rows(table, [pa.Table.from_pylist(rows)], actor=HOUSE, now=NOW)
    publish_dataset(actor=HOUSE, now=NOW, name="benches")
    yield
    features.kept.forget()


def ask(query: str) -> tuple[int, dict]:
    scope = {
        "type": "http", "method": "GET", "path": "/", "query_string": query.encode(), "scheme": "http",
        "headers": [(b"host", b"localhost")], "server": ("localhost", 80), "path_params": {"collection": "benches"},
    }  # fmt: skip
    answer = serve(show_items)(Request(scope), None, None)
    return answer.status_code, json.loads(bytes(answer.body))


@pytest.mark.parametrize(
    "sort", ["name", "-seats", "+name,-seats", "-opens,since", "-name,%20seats", "since,-id"]
)
@pytest.mark.parametrize(
    "narrowed", ["", "&bbox=127,37,127.1,38", "&filter=seats>1", "&filter=name%20LIKE%20'_'"]
)
def test_pages_are_in_order_whether_rows_are_held_or_not(monkeypatch, sort, narrowed):
    seen = {}
    for most in (holding.MOST_ROWS, 0):
        monkeypatch.setattr(holding, "MOST_ROWS", most)
        pages = [ask(f"sortby={sort}&limit=70&offset={at}{narrowed}") for at in (0, 70, 140)]
        assert {status for status, _ in pages} == {200}
        seen[most] = [one["id"] for _, page in pages for one in page["features"]]
        assert len(seen[most]) == pages[0][1]["numberMatched"] == len(set(seen[most]))
    assert seen[0] == seen[max(seen)]
    found = {one["id"]: one["properties"] for one in ask(f"limit=1000{narrowed}")[1]["features"]}
    first = sort.split(",")[0].lstrip("+-")
    values = [found[one][first] for one in seen[0]]
    given = [value for value in values if value is not None]
    assert given == sorted(given, reverse=sort.startswith("-"))
    assert values == given + [None] * (len(values) - len(given))


def test_only_the_properties_that_are_wanted_come():
    (one, *_) = ask("properties=seats,name&limit=3")[1]["features"]
    assert list(one["properties"]) == ["name", "seats"]
    assert one["geometry"]["type"] == "Point"
    assert ask("properties=&limit=1")[1]["features"][0]["properties"] == {}
    (one,) = ask("skipGeometry=true&limit=1")[1]["features"]
    assert (one["geometry"], len(one["properties"])) == (None, len(KINDS) - 2)


def test_the_next_page_keeps_the_order():
    links = {
        one["rel"]: one["href"] for one in ask("sortby=-seats,%2Bname&properties=name&limit=3")[1]["links"]
    }
    assert "sortby=-seats%2C%2Bname" in links["next"]
    assert "properties=name" in links["next"]


@pytest.mark.parametrize(
    "asked", ["sortby=colour", "sortby=,", "sortby=-", "properties=a", "skipGeometry=maybe", "sortby=lon,x"]
)
def test_what_is_not_there_is_refused(asked):
    status, answer = ask(asked)
    assert (status, answer["code"]) == (400, "InvalidParameterValue")
