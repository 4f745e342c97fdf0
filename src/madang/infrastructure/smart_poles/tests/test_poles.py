"""Poles in the register: power is a bound, permits and visits have their order, silence is a fault."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from madang.core.base.interface import (
    ANONYMOUS,
    HOUSE,
    BadInput,
    MadangError,
    Text,
)
from madang.core.incidents.interface import IncidentFilter, list_incidents
from madang.core.things.interface import Kind, change_thing, import_things, register_kind
from madang.infrastructure.smart_poles import actions, queries
from madang.infrastructure.smart_poles.records import (
    MODULE_KIND,
    POLE_KIND,
    Condition,
    Feeder,
    ModuleType,
    PermitState,
    Site,
)

NOW = datetime(2026, 3, 1, 3, tzinfo=UTC)
TODAY = date(2026, 3, 1)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def poles():
    queries.forget()
    for code in (POLE_KIND, MODULE_KIND):
        register_kind(actor=HOUSE, now=NOW, kind=Kind(code=code, name=Text(ko=code, en=code)))
    rows = [
        {
            "id": f"SP{n}", "kind": POLE_KIND, "name": f"폴 {n}", "agency_code": "11110", "lon": 126.98, "lat": 37.57,
            "state": "active", "attributes": {"programme_year": 2022, "feeder": "F1", "supply_w": 3000},
        }
        for n in (1, 2)
    ]  # fmt: skip
    assert not import_things(actor=HOUSE, now=NOW, rows=rows, source="test").rejected
    actions.save_feeders(actor=HOUSE, now=NOW, feeders=[Feeder(code="F1", name="선로", capacity_w=4000)])


def hang(pole_id, kind, rated_w, **more):
    return actions.add_module(actor=HOUSE, now=NOW, pole_id=pole_id, kind=kind, rated_w=rated_w, **more)


def test_a_module_hangs_only_where_power_is_left():
    assert hang("SP1", ModuleType.LIGHT, 120) == "SP1-M1"
    assert hang("SP1", ModuleType.WIFI, 18) == "SP1-M2"
    with pytest.raises(BadInput, match="at most 2,862 W"):
        hang("SP1", ModuleType.EV_CHARGER, 7000)
    hang("SP1", ModuleType.CAMERA, 2800)
    with pytest.raises(BadInput, match="at most 1,062 W"):  # the feeder is the narrower one
        hang("SP2", ModuleType.CAMERA, 1063)
    pole = queries.get_pole("SP1")
    assert [one.type for one in pole.modules] == [ModuleType.LIGHT, ModuleType.WIFI, ModuleType.CAMERA]
    ((feeder, load, count),) = queries.list_feeder_loads()
    assert (feeder.code, load.expected_w, count) == ("F1", 2938, 2)


def test_permits_and_visits_have_their_order():
    number = actions.apply_permit(
        actor=HOUSE, now=NOW, pole_id="SP1", kind="road", authority="종로구청", applied_on=TODAY
    )

    def decide(decided_on, expires_on):
        actions.decide_permit(
            actor=HOUSE,
            now=NOW,
            permit_id=number,
            state=PermitState.GRANTED,
            decided_on=decided_on,
            expires_on=expires_on,
        )

    with pytest.raises(BadInput):
        decide(TODAY - timedelta(days=1), None)
    with pytest.raises(BadInput):
        decide(TODAY, TODAY)
    decide(TODAY, TODAY + timedelta(days=365))
    assert queries.list_permits("SP1")[0].state is PermitState.GRANTED
    visit = actions.plan_visit(actor=HOUSE, now=NOW, pole_id="SP1", planned_on=TODAY, what="점검")
    assert [one.id for one in queries.list_visits(due_by=TODAY)] == [visit]
    actions.finish_visit(actor=HOUSE, now=NOW, visit_id=visit, result="이상 없음")
    assert queries.list_visits(due_by=TODAY) == ()
    with pytest.raises(BadInput):
        actions.finish_visit(actor=HOUSE, now=NOW, visit_id=visit, result="다시")


def test_strangers_change_nothing_and_nonsense_is_refused():
    for change in (
        lambda: actions.plan_visit(actor=ANONYMOUS, now=NOW, pole_id="SP1", planned_on=TODAY, what="x"),
        lambda: actions.set_target(actor=ANONYMOUS, now=NOW, year=2022, district_code="11110", planned=5),
        lambda: actions.save_feeders(actor=HOUSE, now=NOW, feeders=[Feeder(code="F", name="", capacity_w=0)]),
        lambda: hang("SP1", ModuleType.LIGHT, -1),
        lambda: hang("nobody", ModuleType.LIGHT, 1),
        lambda: actions.apply_permit(
            actor=HOUSE, now=NOW, pole_id="SP1", kind="x", authority="", applied_on=TODAY
        ),
        lambda: actions.save_sites(
            actor=HOUSE, now=NOW,
            sites=[Site(code="J", name="", district_code="", lon=1000, lat=0, footfall=0, accidents=0, night_calls=0, cost=1)],
        ),
    ):  # fmt: skip
        with pytest.raises(MadangError):
            change()


def tell(heard_at, **more):
    return {"S1": Condition(heard_at=heard_at, **more)}


@pytest.mark.parametrize(
    ("told", "word"), [({"is_blank": True}, "있을 수 없는"), ({"is_stuck": True}, "6시간째")]
)
def test_a_stream_without_sense_is_the_modules_fault(told, word):
    module = hang("SP1", ModuleType.SENSOR, 6, stream="S1")
    change_thing(actor=HOUSE, now=NOW, thing_id=module, values={"state": "active"})
    queries.forget()
    assert actions.report_faults(now=NOW, conditions=tell(NOW)) == 0
    assert actions.report_faults(now=NOW, conditions=tell(NOW, **told)) == 1
    (incident,) = list_incidents(actor=HOUSE, where=IncidentFilter(kind=actions.FAULT_KIND))
    assert word in incident.reason.ko
    assert actions.report_faults(now=NOW, conditions=tell(NOW)) == 0
    (incident,) = list_incidents(actor=HOUSE, where=IncidentFilter(kind=actions.FAULT_KIND))
    assert incident.cleared_at is not None


def test_a_silent_stream_is_the_modules_fault():
    module = hang("SP1", ModuleType.SENSOR, 6, stream="S1")
    change_thing(actor=HOUSE, now=NOW, thing_id=module, values={"state": "active"})
    queries.forget()
    later = NOW + timedelta(hours=2)
    assert actions.report_faults(now=NOW, conditions={}) == 0
    assert actions.report_faults(now=later, conditions=tell(NOW)) == 1
    (incident,) = list_incidents(actor=HOUSE, where=IncidentFilter(kind=actions.FAULT_KIND))
    assert incident.thing_id == module
    assert "120분째" in incident.reason.ko
    assert actions.report_faults(now=later, conditions=tell(later)) == 0
    (incident,) = list_incidents(actor=HOUSE, where=IncidentFilter(kind=actions.FAULT_KIND))
    assert incident.cleared_at is not None
    assert actions.report_faults(now=later + timedelta(hours=2), conditions=tell(later)) == 1
    change_thing(actor=HOUSE, now=NOW, thing_id=module, values={"state": "retired"})
    queries.forget()
    assert actions.report_faults(now=later + timedelta(hours=3), conditions={}) == 0
    where = IncidentFilter(kind=actions.FAULT_KIND, state="active")
    assert not [one for one in list_incidents(actor=HOUSE, where=where) if one.cleared_at is None]


def test_sites_and_targets_are_written_over():
    site = Site(
        code="J",
        name="하나",
        district_code="11110",
        lon=127,
        lat=37.5,
        footfall=1,
        accidents=0,
        night_calls=0,
        cost=5,
    )
    for _ in range(2):
        actions.save_sites(actor=HOUSE, now=NOW, sites=[site])
    assert queries.list_sites() == (site,)
    actions.set_target(actor=HOUSE, now=NOW, year=2022, district_code="11110", planned=7)
    actions.set_target(actor=HOUSE, now=NOW, year=2022, district_code="11110", planned=9)
    assert queries.list_targets() == {(2022, "11110"): 9}
    actions.set_target(actor=HOUSE, now=NOW, year=2022, district_code="11110", planned=0)
    assert queries.list_targets() == {}
