"""The first chart of a dataset adds up what adds up, and takes the mean of the rest."""

from datetime import UTC, date, datetime

import pytest

from madang.core.base.interface import Column, ColumnType, Text
from madang.core.lake.charting import ChartChoice, choose_chart, name_point, write_number
from madang.core.lake.periods import read_period


def column(name, kind):
    return Column(name=name, type=kind, title=Text(ko=name, en=name))


def measured(name, distinct, **more):
    return {"name": name, "distinct": distinct, **more}


@pytest.mark.parametrize(
    ("amount", "function"),
    [("미세먼지", "mean"), ("승차총승객수", "sum"), ("기온", "mean"), ("매출액", "sum")],
)
def test_over_time(amount, function):
    columns = [column("일시", ColumnType.TIME), column(amount, ColumnType.NUMBER)]
    span = {"minimum": "2026-01-01T00:00:00+00:00", "maximum": "2026-03-01T00:00:00+00:00"}
    quality = {"columns": [measured("일시", 1400, **span), measured(amount, 300)]}
    assert choose_chart(columns, quality, set()) == ChartChoice(
        x="일시", by="day", function=function, y=amount
    )


@pytest.mark.parametrize(
    ("name", "kind", "ends", "x"),
    [
        ("사용월", ColumnType.INTEGER, (202201, 202312), "사용월"),
        ("연도", ColumnType.INTEGER, (1999, 2023), "연도"),
        ("분기", ColumnType.TEXT, ("2022.1/4", "2023.4/4"), "분기"),
        ("기준년월", ColumnType.TEXT, ("2022년 10월", "2022년 9월"), "기준년월"),
        ("건수", ColumnType.INTEGER, (1999, 2023), "구"),
        ("사용월", ColumnType.INTEGER, (1, 12), "구"),
    ],
)
def test_years_months_and_quarters_are_time(name, kind, ends, x):
    columns = [column("구", ColumnType.TEXT), column(name, kind), column("매출액", ColumnType.NUMBER)]
    span = {"minimum": ends[0], "maximum": ends[1]}
    quality = {"columns": [measured("구", 25), measured(name, 12, **span), measured("매출액", 300)]}
    assert choose_chart(columns, quality, set()).x == x


@pytest.mark.parametrize("form", ["{y}년 {m}월", "{y}{m:02}", "{y}.{m}", "{y}-{m:02}", "{y}. {m}."])
def test_periods_stand_in_their_own_order(form):
    written = [form.format(y=y, m=m) for y in (2021, 2022) for m in range(1, 13)]
    assert sorted(written, key=read_period) == written
    assert [read_period(value) for value in ("2022.1/4", "2022년 3분기", "2022Q4")] == [
        (4, 2022, 1),
        (4, 2022, 3),
        (5, 2022, 4),
    ]
    assert [read_period(value) for value in ("2022.13", "202200", "합계", None)] == [None] * 4


def test_places_are_counted_by_district_and_codes_are_no_amounts():
    columns = [
        column("자치구", ColumnType.TEXT),
        column("관리번호", ColumnType.INTEGER),
        column("경도", ColumnType.NUMBER),
    ]
    quality = {"columns": [measured("자치구", 25), measured("관리번호", 900), measured("경도", 900)]}
    assert choose_chart(columns, quality, {"경도"}) == ChartChoice(x="자치구")


def test_periods_are_named_in_the_readers_language():
    at = datetime(2026, 3, 1, 20, 5, tzinfo=UTC)
    assert name_point(at, "hour") == Text(ko="3. 2. 05:05", en="2 Mar, 05:05")
    assert name_point(at, "day") == Text(ko="2026. 3. 2.", en="2 Mar 2026")
    assert name_point(date(2026, 3, 1), "month") == Text(ko="2026. 3.", en="Mar 2026")
    assert name_point(date(2026, 3, 1), "year").ko == "2026"
    assert name_point("강남", "value") == Text(ko="강남", en="강남")
    assert name_point("강남구", "value") == Text(ko="강남구", en="Gangnam-gu")


def test_no_figure_is_told_with_an_exponent() -> None:
    told = {1_949_280_000.0: "1,949,280,000", 20_256.5: "20,256.5", 0.00451: "0.0045", 0.0: "0", -3: "-3"}
    assert {value: write_number(value) for value in told} == told
