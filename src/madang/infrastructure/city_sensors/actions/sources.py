"""What sources of stations promise is written down."""

from __future__ import annotations

from datetime import datetime

import msgspec
from django.db import transaction

from madang.core.base.interface import Actor, BadInput
from madang.core.people.interface import record_audit, require
from madang.infrastructure.city_sensors import models
from madang.infrastructure.city_sensors.queries.sources import forget_sources, get_source
from madang.infrastructure.city_sensors.queries.stations import list_stations
from madang.infrastructure.city_sensors.records import Source


def save_source(*, actor: Actor, now: datetime, source: Source) -> None:
    """Write down a source's agency, kind, licence, interval and promise.

    Who gives it to an agency needs the permission for the one that has it, or for those of all its stations.
    """
    require(actor, "city_sensors.change_receiver", source.agency_code)
    stations = [one for one in list_stations().values() if one.source == source.name]
    before = get_source(source.name).agency_code  # whose keys send for all of them
    for agency_code in {before} if before else {one.agency_code for one in stations}:
        require(actor, "city_sensors.change_receiver", agency_code)
    if not stations:
        raise BadInput("city_sensors.source", "이 출처의 센서가 없습니다", "no station has this source")
    if not 1 <= source.expected_interval_s <= source.freshness_promise_s <= 31 * 86_400:
        raise BadInput(
            "city_sensors.promise",
            "보내는 간격은 1초 이상이고 약속한 시간보다 길 수 없습니다",
            "the interval is a second or more and not longer than the promise",
            field="freshness_promise_s",
        )
    values = msgspec.structs.asdict(source)
    with transaction.atomic():
        models.SourceRow.objects.update_or_create(name=values.pop("name"), defaults=values)
        record_audit(actor=actor, now=now, action="city_sensors.save_source", subject=source.name)
    forget_sources()
