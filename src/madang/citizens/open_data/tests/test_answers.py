"""The Seoul Open API as a whole: every code from a real cause, recorded answers given again, and names by their day."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime
from xml.etree import ElementTree as ET

import openpyxl
import pyarrow as pa
import pytest
from django.test import Client
from starlette.requests import Request
from starlette.responses import Response

from madang.citizens.open_data import models
from madang.citizens.open_data.actions.keys import issue_key
from madang.citizens.open_data.actions.quotas import set_key_limit
from madang.citizens.open_data.actions.services import declare_service
from madang.citizens.open_data.processes import answer
from madang.citizens.open_data.queries import calls, quotas
from madang.citizens.open_data.records.calls import MESSAGES, OlderFields, OpenField, OpenService
from madang.core.base.interface import HOUSE, Actor, Column, ColumnType, Table, Text, read_settings
from madang.core.lake.interface import list_datasets, publish_dataset, register_dataset, replace_rows

NOW = datetime(2026, 11, 29, 3, tzinfo=UTC)
CITIZEN = Actor(id="c1", name="홍길동")
OFFICER = Actor(id="o1", name="데이터", grants=frozenset({("open_data.declare", "*")}))
FIXTURES = (
    ("bike_realtime_success", "bikeList"),
    ("bike_rent_month_success", "tbCycleRentUseMonthInfo"),
    ("bike_station_master_success", "tbCycleStationInfo"),
    ("subway_realtime_arrival_success", "realtimeStationArrival"),
    ("park_info", "GetParkInfo"),
)


@pytest.fixture(autouse=True)
def forgetting(db, settings, tmp_path):
    settings.MADANG = read_settings({"MADANG_DATA": str(tmp_path / "data")})
    yield
    calls.forget()
    quotas.kept.forget()


def open_table(name: str, columns: dict[str, ColumnType], rows: list[dict[str, object]]) -> None:
    declared = tuple(Column(name=one, type=kind, title=Text(ko=one, en=one)) for one, kind in columns.items())
    table = Table(name=name, title=Text(ko=name, en=name), columns=declared, key=(next(iter(columns)),))
    if not list_datasets(actor=HOUSE, search=name)[1]:
        register_dataset(actor=HOUSE, now=NOW, table=table)
    replace_rows(table, [pa.Table.from_pylist(rows)], actor=HOUSE, now=NOW)
    publish_dataset(actor=HOUSE, now=NOW, name=name)


@pytest.fixture(autouse=True)
def sensors(forgetting):
    columns = {"번호": ColumnType.INTEGER, "자치구": ColumnType.TEXT}
    open_table("sensors", columns, [{"번호": n, "자치구": f"구{n % 2}"} for n in range(7)])


def get(path: str) -> Response:
    """Return what the API's own program answers to a path as it comes over the wire."""
    scope = {
        "type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"", "headers": [],
        "client": ("192.0.2.1", 1),
    }  # fmt: skip
    reply = answer(Request(scope))
    assert reply.status_code == 200
    return reply


def ask(path: str) -> tuple[str, dict[str, object]]:
    """Return the code and the whole answer; whatever happens, it comes with HTTP 200."""
    reply = get(path)
    is_json = "json" in reply.headers["content-type"]
    body = json.loads(reply.body) if is_json else {"RESULT": read_result(bytes(reply.body))}
    result = body["RESULT"] if "RESULT" in body else next(iter(body.values()))["RESULT"]
    if result["CODE"] != "INFO-000":
        assert list(body) == ["RESULT"], "without rows a bare RESULT stands alone"
        assert result["MESSAGE"] == MESSAGES[result["CODE"]]
    return result["CODE"], body


def read_result(content: bytes) -> dict[str, str]:
    root = ET.fromstring(content)
    found = root if root.tag == "RESULT" else root.find("RESULT")
    return {one.tag: one.text for one in found}


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/sample/json/sensors/1/5/", "INFO-000"),
        ("/sample/json/sensors/7/7/", "INFO-000"),
        ("/nobody/json/sensors/1/5/", "INFO-100"),
        ("/sample/json/sensors/8/9/", "INFO-200"),
        ("/sample/json/sensors/1/5/99", "INFO-200"),
        ("/sample", "ERROR-300"),
        ("/sample/json", "ERROR-300"),
        ("/sample/json/sensors/1/5/1/more", "ERROR-300"),
        ("/sample/json/sensors/1/5/no-number", "ERROR-300"),
        ("/sample/csv/sensors/1/5/", "ERROR-301"),
        ("/sample/json/nowhere/1/5/", "ERROR-310"),
        ("/sample/json/sensors", "ERROR-331"),
        ("/sample/json/sensors/-1/5/", "ERROR-331"),
        ("/sample/json/sensors/1/", "ERROR-332"),
        ("/sample/json/sensors/0/0/", "ERROR-332"),
        ("/sample/json/sensors/one/5/", "ERROR-333"),
        ("/sample/json/sensors/5/1/", "ERROR-334"),
        ("/sample/json/sensors/1/6/", "ERROR-335"),
    ],
)
def test_every_code_has_its_cause_in_both_forms(path, code):
    assert ask(path)[0] == code
    if "/json" in path:
        assert ask(path.replace("/json", "/xml"))[0] == code


def test_a_thousand_rows_are_the_most_and_a_quota_ends():
    made = issue_key(actor=CITIZEN, now=NOW, purpose="시험")
    assert ask(f"/{made.secret}/json/sensors/1/1001/")[0] == "ERROR-336"
    assert ask(f"/{made.secret}/json/sensors/1/1000/")[0] == "INFO-000"
    set_key_limit(actor=OFFICER, now=NOW, key_id=made.key.id, daily_limit=0)
    quotas.kept.forget()
    assert ask(f"/{made.secret}/json/sensors/1/5/")[0] == "ERROR-337"


def test_what_fails_in_the_house_is_told_apart(settings):
    columns = (OpenField(name="GU", column="자치구"),)
    declare_service(
        actor=HOUSE, now=NOW, service=OpenService(name="Outgrown", table="sensors", fields=columns)
    )
    models.ServiceRow.objects.create(name="Damaged", declaration={}, declared_at=NOW)
    assert ask("/sample/json/Damaged/1/5/")[0] == "ERROR-500"
    assert ask("/sample/json/Outgrown/1/5/")[0] == "INFO-000"
    open_table("sensors", {"번호": ColumnType.INTEGER, "구": ColumnType.TEXT}, [{"번호": 1, "구": "가"}])
    assert ask("/sample/json/Outgrown/1/5/")[0] == "ERROR-601"
    for file in (settings.MADANG.data_path / "lake" / "tables" / "sensors").glob("*.parquet"):
        file.unlink()
    assert ask("/sample/json/sensors/1/5/")[0] == "ERROR-600"


@pytest.mark.parametrize(("file", "service"), FIXTURES)
def test_recorded_answers_of_the_city_are_given_again(municipal_files, file, service):
    recorded = json.loads((municipal_files / "openapi_fixtures" / f"seoul__{file}.json").read_text())
    ((envelope, said),) = recorded.items()
    rows = said["row"]
    open_table("recorded", dict.fromkeys(rows[0], ColumnType.TEXT), rows)
    declared = OpenService(
        name=service, table="recorded", envelope="" if envelope == service else envelope,
        fields=tuple(OpenField(name=name, column=name) for name in rows[0]),
    )  # fmt: skip
    declare_service(actor=HOUSE, now=NOW, service=declared)
    body = json.loads(get(f"/sample/json/{service}/1/5/").body)
    message = said["RESULT"]["MESSAGE"].rstrip(".")  # recorded with and without its full stop
    assert body == {
        envelope: {
            "list_total_count": len(rows),
            "RESULT": {"CODE": "INFO-000", "MESSAGE": message},
            "row": rows,
        }
    }


def test_a_workbook_has_no_formula_even_in_the_names_of_its_columns():
    open_table("sums", {"=1+1": ColumnType.TEXT}, [{"=1+1": "=2+2"}])
    sheet = openpyxl.load_workbook(io.BytesIO(get("/sample/xls/sums/1/5").body)).active
    assert [(cell.value, cell.data_type) for (cell,) in sheet.rows] == [("=1+1", "s"), ("=2+2", "s")]


def test_a_program_is_answered_with_the_names_of_the_day_it_was_written():
    def name(gu: str, number: str) -> tuple[OpenField, ...]:
        return OpenField(name=gu, column="자치구"), OpenField(name=number, column="번호")

    service = OpenService(
        name="IotVdata", table="sensors", fields=name("GU_NM", "SN"), arguments=("자치구",),
        older=(
            OlderFields(until=date(2026, 4, 1), fields=name("AUTONOMOUS_DISTRICT", "SERIAL_NO")),
            OlderFields(until=date(2025, 7, 1), fields=name("DISTRICT", "SERIAL")),
        ),
    )  # fmt: skip
    declare_service(actor=HOUSE, now=NOW, service=service)
    seen = {}
    for written in (None, date(2026, 4, 1), date(2026, 3, 31), date(2025, 7, 1), date(2020, 1, 1)):
        secret = issue_key(actor=CITIZEN, now=NOW, purpose="시험", written=written).secret
        body = json.loads(get(f"/{secret}/json/IotVdata/1/1000/%EA%B5%AC1").body)["IotVdata"]
        assert body["list_total_count"] == 3
        seen[written] = tuple(body["row"][0])
    newest, middle, oldest = ("GU_NM", "SN"), ("AUTONOMOUS_DISTRICT", "SERIAL_NO"), ("DISTRICT", "SERIAL")
    assert list(seen.values()) == [newest, newest, middle, middle, oldest]
    assert tuple(json.loads(get("/sample/json/IotVdata/1/1/").body)["IotVdata"]["row"][0]) == newest
    page = Client().get("/open_data/IotVdata/").content.decode()
    assert "2026. 4. 1. 전" in page
    assert "AUTONOMOUS_DISTRICT" in page
