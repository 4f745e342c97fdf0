"""The demonstration city's sensors answer under the name and fields that programs of such a city expect."""

from __future__ import annotations

from datetime import datetime

from madang.core.base.interface import HOUSE, NotFound
from madang.core.lake.interface import get_table

from .actions import declare_service
from .queries import list_declared
from .records import OpenField, OpenService

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


def lay_out(now: datetime) -> None:
    """Declare the sensors' service once, where the city has sensors."""
    try:
        get_table(SENSORS.table)
    except NotFound:
        return
    if not list_declared():
        declare_service(actor=HOUSE, now=now, service=SENSORS)
