"""One screen says how the city stands, within few questions, and says so where a part of it can't be read."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from madang.core.base.interface import (
    HOUSE,
    ColumnType,
    Severity,
    Table,
    TableKind,
    Text,
    declare_column,
    list_manifests,
    now,
    read_settings,
)
from madang.core.base.interface import Register as RegisterRecord
from madang.core.incidents.interface import close
from madang.core.lake import measuring
from madang.core.lake.declarations import list_registers
from madang.core.lake.folders import ledger_path
from madang.core.lake.interface import register_dataset, replace_rows
from madang.core.lake.ledger import Ledger
from madang.core.lake.schemas import make_schema
from madang.core.lake.tests.test_streams import House
from madang.core.lake.writing.republishing import republish
from madang.core.pages.testing import PageCases
from madang.core.people.models import Grant
from madang.governance.briefing.actions.reports import adopt_report, import_report
from madang.governance.briefing.methods.standing import (
    AGES,
    Reading,
    count_flow,
    find_moved,
    find_slipped,
    measure_elapsed,
    measure_shortfall,
    say_standing,
    say_won,
    spread_ages,
)
from madang.governance.briefing.models import ActualRow, MeasureRow, PlanRow, StepRow
from madang.governance.briefing.queries import dashboard

from .cities import declare_indicators, make_readings, open_incidents
from .fragments import WHOLE

PATH = "/wall/briefing/"
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
WORDS = Text(ko="시험 지표", en="Test indicator")
SERVICES = 28
MOST_QUERIES = 15
numbers = st.floats(-1e9, 1e9, allow_nan=False)
counts = st.dictionaries(st.sampled_from(list(Severity)), st.integers(0, 50))


def read(name="fire_safety.a", value=1.0, **more) -> Reading:
    given_more = {"title": WORDS, "unit": "%", "as_of": NOW, "is_late": False} | more
    return Reading(name=name, value=value, **given_more)


@given(st.lists(counts, min_size=len(AGES), max_size=len(AGES)))
def test_ages_add_up_and_are_never_less_than_nothing(within):
    for severity, row in zip(reversed(Severity), spread_ages(within), strict=True):
        assert row.severity == severity
        assert all(age >= 0 for age in row.ages)
        assert row.total == sum(row.ages) >= within[-1].get(severity, 0)


@given(numbers, numbers, st.booleans())
def test_a_target_is_met_or_missed_by_a_share(value, target, is_higher_better):
    missed = measure_shortfall(value, target, is_higher_better=is_higher_better)
    assert 0 <= missed <= 1
    assert (missed == 0) == (value >= target if is_higher_better else value <= target)
    assert measure_shortfall(value, value, is_higher_better=is_higher_better) == 0


@given(
    st.lists(st.builds(read, value=numbers, target=numbers, is_higher_better=st.booleans(), before=numbers))
)
def test_the_widest_miss_comes_first_and_nothing_met_is_accused(readings):
    slipped = find_slipped(readings)
    assert [one.shortfall for one in slipped] == sorted((one.shortfall for one in slipped), reverse=True)
    assert {id(one) for one in readings if one.shortfall > 0} == {id(one) for one in slipped}
    for one in readings:
        assert not (one.is_newly_missed and one.is_recovered)
    assert all(one.change for one in find_moved(readings, 5))


def test_what_is_only_counted_or_has_no_target_never_slips():
    assert not find_slipped([read(target=5.0), read(is_higher_better=True), read(value=None, target=1.0)])


def test_a_change_is_better_or_worse_by_the_aim():
    assert read(value=2, before=1, is_higher_better=True).is_better
    assert read(value=2, before=1, is_higher_better=False).is_better is False
    assert read(value=2, before=1).is_better is None
    assert read(value=97, before=99, target=98, is_higher_better=True).is_newly_missed
    assert read(value=0, before=3, target=0, is_higher_better=False).is_recovered


def test_days_are_counted_apart():
    ages = (timedelta(0), timedelta(hours=23, minutes=59), timedelta(hours=24), timedelta(hours=48))
    flow = count_flow([NOW - age for age in ages], [], NOW)
    assert (flow.received, flow.received_before, flow.closed, flow.closed_before) == (2, 1, 0, 0)


def test_the_fiscal_year_is_the_city_s_calendar_year():
    assert measure_elapsed(2026, datetime(2025, 12, 31, 15, tzinfo=UTC)) == 0
    assert measure_elapsed(2026, datetime(2026, 7, 2, 3, tzinfo=UTC)) == pytest.approx(182 / 365)
    assert measure_elapsed(2022, NOW) == 1
    assert measure_elapsed(2030, NOW) == 0


@pytest.mark.parametrize(
    ("amount", "ko", "en"),
    [
        (1_234_567_890_000, "1.23조 원", "KRW 1.2 tn"),
        (350_123_000_000, "3,501억 원", "KRW 350.1 bn"),
        (12_340_000, "1,234만 원", "KRW 12.3 m"),
        (-350_123_000_000, "-3,501억 원", "KRW -350.1 bn"),
    ],
)
def test_amounts_are_said_as_people_say_them(amount, ko, en):
    assert say_won(amount) == Text(ko=ko, en=en)


def test_the_state_of_the_city_is_one_sentence():
    rows = spread_ages([{}, {}, {}, {Severity.EXTREME: 1, Severity.SEVERE: 2, Severity.MINOR: 9}])
    said, must_act = say_standing(rows, 1, 2)
    assert said.ko == "심각한 상황 3건이 열려 있고 1건이 기한을 넘겼습니다. 지표 2개가 목표에 못 미칩니다."
    assert said.en == "3 grave incidents open, 1 overdue; 2 indicators miss the target."
    assert must_act
    said, must_act = say_standing(spread_ages([{}] * 4), 0, 0)
    assert said.ko == "심각하거나 기한을 넘긴 상황이 없습니다. 지표는 모두 목표에 닿았습니다."
    assert not must_act


@pytest.fixture
def lake(settings, tmp_path):
    settings.MADANG = read_settings({"MADANG_DATA": str(tmp_path / "data")})
    return tmp_path / "data" / "lake"


@pytest.fixture
def reader(db):
    client = Client()
    client.force_login(get_user_model().objects.create_superuser(username="mayor", password="only for tests"))
    return client


def show(client, language="ko", path=PATH, **more):
    client.cookies["language"] = language
    reply = client.get(path, more)
    assert reply.status_code == 200
    return reply.content.decode()


@pytest.fixture
def indicators(lake, monkeypatch):
    """Three indicators of each of 28 services, measured now and a day ago."""
    declared = declare_indicators(SERVICES)
    monkeypatch.setattr(measuring, "list_declared", lambda: declared)
    house = House()
    house.take_in(*make_readings(declared, now()))
    house.roll_up()
    return declared


def publish_incidents():
    republish(list_registers()["incidents"], Ledger(ledger_path()))


@pytest.fixture
def money(lake, monkeypatch):
    """A service's register of expenditure, as a dataset that a test may make."""
    whole = [
        declare_column(name, name, name, ColumnType.INTEGER)
        for name in ("fiscal_year", *dashboard.MONEY_COLUMNS)
    ]
    whole += [declare_column("budget", "예산", "Budget"), declare_column("budget_en", "예산", "Budget")]
    table = Table(name="test_money", title=WORDS, columns=tuple(whole), kind=TableKind.DATASET)
    register_dataset(actor=HOUSE, now=now(), table=table)
    year = now().year
    rows = [
        (year - 1, 100, 100, 100, "시험 예산", "Trial budget"),
        (year, 600, 400, 300, "시험 예산", "Trial budget"),
        (year, 400, 100, 100, "시험 예산", "Trial budget"),
        (year, 9000, 0, 0, "나라 예산", ""),
    ]
    names = [column.name for column in whole]
    batch = pa.Table.from_pylist(
        [dict(zip(names, row, strict=True)) for row in rows], schema=make_schema(table.columns)
    )
    replace_rows(table, [batch], actor=HOUSE, now=now())
    manifest = next(one for one in list_manifests() if one.is_service)
    register = RegisterRecord(table=table, rows=list, version=int)
    monkeypatch.setattr(dashboard, "collect", lambda *_: [(manifest, register)])
    return manifest


class TestDashboard(PageCases):
    path = PATH


class TestMap(PageCases):
    path = f"{PATH}map/"

    def test_it_opens_in_both_languages_without_inline_script_or_style(self, reader):
        for language in ("ko", "en"):
            page = show(reader, language, self.path, layer="no-such-layer")
            assert 'style="' not in page
            assert f"incidents.geojson?language={language}" in page


def test_the_whole_city_is_told_within_few_questions(reader, indicators, money):
    open_incidents(now())
    publish_incidents()
    show(reader)
    with CaptureQueriesContext(connection) as asked:
        page = show(reader)
    assert len(asked) <= MOST_QUERIES, "\n".join(one["sql"] for one in asked)
    assert "심각한 상황 8건이 열려 있습니다" in page
    assert page.count('<td class="">') == 4 * 4
    assert "extreme-30 이상" in page
    assert "지표 27-0" in page
    assert "하루 전 값이 아직 없어" not in page
    assert "40.0<span" in page
    assert f'href="/{money.label}/"' in page
    assert ">시험 예산</span> · " in page
    assert ">Trial budget</span> · " in show(reader, "en")


def test_an_empty_house_says_what_it_lacks(reader, lake):
    for language, said in (
        (
            "ko",
            (
                "상황 표가 데이터 호수에 아직 없습니다",
                "예산이 아직 한 건도 없습니다",
                "지표 값이 아직 들어오지",
            ),
        ),
        (
            "en",
            (
                "The table of incidents isn&#x27;t in the lake yet",
                "The budget has no line yet",
                "No indicator has",
            ),
        ),
    ):
        page = show(reader, language)
        assert all(one in page for one in said), page
        assert ("확인했습니다" if language == "ko" else "Tried at") in page


def test_a_part_that_fails_leaves_the_others_standing(reader, indicators, monkeypatch):
    open_incidents(now())

    def fail(**_):
        raise OSError("the disk is gone")

    monkeypatch.setattr("madang.governance.briefing.pages.dashboard.list_readings", fail)
    page = show(reader)
    assert "지금은 읽을 수 없습니다" in page
    assert "심각한 상황 8건이 열려 있습니다" in page
    monkeypatch.setattr("madang.governance.briefing.pages.dashboard.read_open", fail)
    assert "상황을 읽지 못했습니다" in show(reader)


def test_what_has_stopped_and_what_is_late_is_said(reader, lake, indicators, monkeypatch):
    assert "처리가 도는지 알 수 없습니다" in show(reader)
    run = lake.parent / "run"
    run.mkdir(parents=True)
    process = {"name": "writer", "pid": 1, "state": "restarting", "since": "2026-11-23T03:00:00Z"}
    state = {"supervisor_pid": 1, "address": "", "mqtt_port": 1, "processes": [process]}
    (run / "state.json").write_text(json.dumps(state | {"processes": []}))
    assert "모든 처리가 돌고 있고 늦은 지표가 없습니다" in show(reader)
    died = process | {"state": "running", "restarts": 2, "since": now().isoformat()}
    (run / "state.json").write_text(json.dumps(state | {"processes": [died]}))
    assert "‘writer’ 처리가 죽어" in show(reader)
    died["since"] = "2026-11-23T03:00:00Z"
    (run / "state.json").write_text(json.dumps(state | {"processes": [died]}))
    assert "처리가 죽어" not in show(reader), "long ago"
    (run / "state.json").write_text(json.dumps(state))
    monkeypatch.setattr(measuring, "LATE_AFTER", timedelta(0))
    page = show(reader)
    assert "‘writer’ 처리가 12:00부터 멈춰 있습니다" in page
    assert "뒤로 새로 오지 않았습니다" in page


def test_an_indicator_that_never_came_is_said_and_meets_no_target(reader, lake, monkeypatch):
    declared = declare_indicators(1)
    monkeypatch.setattr(measuring, "list_declared", lambda: declared)
    assert "모두 목표에 닿았습니다" not in show(reader)
    first = dict(list(declared.items())[:1])
    house = House()
    house.take_in(*make_readings(first, now()))
    house.roll_up()
    page = show(reader)
    assert "값이 없는 지표 2개" in page
    assert '<a href="/service_0/">' in page


def test_what_came_and_went_since_yesterday_is_counted(reader, lake):
    open_incidents(now())
    close(actor=HOUSE, now=now(), number=1, reason="끝")
    publish_incidents()
    flow = dashboard.read_flow(actor=HOUSE, now=now())
    assert (flow.received, flow.received_before, flow.closed, flow.closed_before) == (12, 4, 1, 0)


def test_what_the_strategy_has_fallen_due_for_slips_too(reader, lake, monkeypatch):
    adopt_report(
        actor=HOUSE, now=NOW, report_id=import_report(actor=HOUSE, now=NOW, name="x", raw=WHOLE.encode())
    )
    plan = PlanRow.objects.first()
    for name, target_on in (("그늘막 수", "2026-01-01"), ("쉼터 수", "2999-01-01")):
        entry = {"unit": "개", "target": 10, "aim": "higher", "entered_at": NOW, "entered_by": "시험"}
        measure = MeasureRow.objects.create(plan=plan, name=name, target_on=target_on, **entry)
        ActualRow.objects.create(
            plan=plan, measure=measure, as_of="2026-01-02", value=4, entered_at=NOW, entered_by="시험"
        )
    StepRow.objects.filter(plan=plan).update(state="planned", ends_on="2020-01-01")
    page = show(reader)
    assert "그늘막 수" in page
    assert "쉼터 수" not in page
    assert f"/desk/briefing/strategy/{plan.pk}/indicators/" in page
    assert "기한이 지난 과제 일정" in page
    operator = get_user_model().objects.create_user(username="operator", password="only for tests")
    Grant.objects.create(account=operator, role="operator", service="*", agency_code="*")
    reader.force_login(operator)
    assert "기한이 지난 과제 일정" in (page := show(reader))
    assert 'href="/desk/briefing/strategy/"' not in page


def test_tiles_are_left_out_by_the_address_and_brought_back(reader, lake):
    page = show(reader, hide="money,nonsense", layer="a&b")
    assert "tile-money" not in page
    assert "tile-incidents" in page
    assert 'href="/wall/briefing/?layer=a%26b&amp;hide=incidents%2Cmoney"' in page
    assert 'href="/wall/briefing/?layer=a%26b"' in page


def test_places_are_a_layer_with_the_gravest_on_top(reader, lake):
    open_incidents(now())
    places = dashboard.list_open(actor=HOUSE, limit=100)
    assert len(places) == 16
    assert places[0].severity is Severity.EXTREME


@pytest.mark.parametrize(("role", "status"), [("operator", 200), ("manager", 200), ("citizen", 403)])
def test_only_who_holds_the_permission_sees_it(db, lake, role, status):
    account = get_user_model().objects.create_user("somebody", "only for tests")
    Grant.objects.create(account=account, role=role, service="*", agency_code="*")
    client = Client()
    client.force_login(account)
    assert client.get(PATH).status_code == status
