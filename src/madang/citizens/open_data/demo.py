"""The demonstration city: its sensors' service, and simulated words of citizens that say so."""

from __future__ import annotations

from datetime import datetime

from madang.core.base.interface import HOUSE, Actor, NotFound
from madang.core.lake.interface import get_table

from .actions.services import declare_service
from .actions.talk import enter_app, request_data, show_entry
from .queries.calls import list_declared
from .records.calls import OpenField, OpenService

SENSORS = OpenService(
    name="IotVdata017",
    table="city_sensor_readings",
    fields=(
        OpenField(name="SERIAL_NO", column="thing_id"),
        OpenField(name="ITEM", column="property"),
        OpenField(name="SENSING_TIME", column="observed_at"),
        OpenField(name="VALUE", column="value"),
        OpenField(name="QUALITY", column="quality"),
    ),
    arguments=("thing_id", "property"),
)

SIMULATED = "(시뮬레이션)"
CITIZEN = Actor(id="simulated-citizen", name="가상의 시민")


def lay_out(now: datetime) -> None:
    """Declare the sensors' service and let made-up citizens write once, where the city has sensors."""
    try:
        get_table(SENSORS.table)
    except NotFound:
        return
    if list_declared():
        return
    declare_service(actor=HOUSE, now=now, service=SENSORS)
    wanted = request_data(
        actor=CITIZEN,
        now=now,
        title=f"{SIMULATED} 골목길 소음의 시간대별 평균",
        wanted=f"{SIMULATED} 밤 10시부터 아침 6시까지의 소음을 골목별로 보고 싶습니다.",
        purpose="이사할 집을 고르려고",
    )
    show_entry(actor=HOUSE, now=now, kind="request", entry_id=wanted)
    app = enter_app(
        actor=CITIZEN,
        now=now,
        title=f"{SIMULATED} 오늘의 골목 공기",
        address="https://app.example/air",
        about=f"{SIMULATED} 가까운 센서의 값을 보여 주는 앱입니다. 주소는 예로 든 것입니다.",
        datasets=(),  # the catalogue is not there yet when the demonstration is laid out
    )
    show_entry(actor=HOUSE, now=now, kind="app", entry_id=app)
