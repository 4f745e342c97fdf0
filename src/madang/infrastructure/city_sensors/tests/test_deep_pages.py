"""What a page skips costs little: it is walked in an index of ids, whatever the rows hold."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from madang.infrastructure.city_sensors import models
from madang.infrastructure.city_sensors.methods.sensorthings.options import Options, read_options
from madang.infrastructure.city_sensors.methods.sensorthings.schema import TYPES
from madang.infrastructure.city_sensors.queries.ngsi.entities import Asked, find_entities
from madang.infrastructure.city_sensors.queries.sensorthings.entities import list_entities

PAGES = {
    "city_sensors_datastream_ids": lambda: list_entities(TYPES["Datastream"], Q(), Options(skip=50, top=10)),
    "city_sensors_datastream_of": lambda: list_entities(
        TYPES["Datastream"],
        Q(),
        read_options([("$filter", "ObservedProperty/name eq 'PM2.5'"), ("$skip", "50")]),
    ),
    "city_sensors_context_ids": lambda: find_entities(Asked(offset=50)),
    "city_sensors_context_types": lambda: find_entities(Asked(types=("is", "urn:x:Room"), offset=50)),
}


@pytest.mark.django_db
@pytest.mark.parametrize("index", PAGES)
def test_what_is_skipped_is_walked_in_an_index(index):
    models.ObservedProperty.objects.create(name="PM2.5", definition="pm25", description="-")
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL walks its primary key, which holds the ids alone")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        PAGES[index]()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {asked.captured_queries[-1]['sql']}")
        plan = " ".join(str(row[-1]) for row in cursor.fetchall())
    assert f"USING COVERING INDEX {index}" in plan, plan
