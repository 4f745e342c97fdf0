"""SensorThings and NGSI-LD over 100,000 entities: requests per second and p95 over HTTP.

ENTITIES datastreams (a seventh as many things) with two readings each and ENTITIES NGSI-LD entities are laid out in a
fresh folder, then a house without demonstration is asked from CLIENTS connections. Floor in the same run: its own start page of the API
(`/sta/v1.1`), which asks no register. Run with `madang bench context [ENTITIES] [SECONDS]`.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import numpy as np

from madang.project.pytest_plugin import start_house, stop_house

ENTITIES = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
SECONDS = float(sys.argv[2]) if len(sys.argv) > 2 else 6
CLIENTS = 4
data = Path(tempfile.mkdtemp(prefix="madang-bench-")) / "house"
SETUP = """
import sys
from datetime import UTC, datetime, timedelta
import django
django.setup()
import msgspec
import pyarrow as pa
from django.db import transaction
from madang.core.base.interface import HOUSE, Text
from madang.core.lake.folders import ledger_path
from madang.core.lake.ledger import Ledger
from madang.core.lake.schemas import conform, list_stored_columns
from madang.core.lake.writing.stream_table import StreamTable
from madang.core.things.interface import Kind, import_things, register_kind
from madang.infrastructure.city_sensors import models
from madang.infrastructure.city_sensors.actions.sensorthings.mirroring import mirror_stations
from madang.infrastructure.city_sensors.methods.ngsi.cells import find_cell
from madang.infrastructure.city_sensors.records import STATION_KIND
from madang.infrastructure.city_sensors.tables import READINGS
now, count = datetime.now(UTC), int(sys.argv[1])
register_kind(actor=HOUSE, now=now, kind=Kind(code=STATION_KIND, name=Text(ko="센서", en="Sensor")))
rows = [
    {"id": f"B{n:05d}", "kind": STATION_KIND, "name": f"Station {n}", "agency_code": "city",
     "lon": 126.8 + n % 300 / 1000, "lat": 37.45 + n // 300 % 200 / 1000}
    for n in range(count // 7)
]
import_things(actor=HOUSE, now=now, rows=rows, source="benchmark")
mirror_stations()
streams = list(models.Datastream.objects.order_by("pk").values_list("stream_thing", "stream_property"))
ledger = Ledger(ledger_path())
table = StreamTable(READINGS, ledger, "bench")
for number in (1, 2):
    columns = {"thing_id": [one for one, _ in streams], "property": [one for _, one in streams],
               "observed_at": [now - timedelta(hours=3 - number)] * len(streams),
               "value": [float(n % 50) for n in range(len(streams))], "quality": ["good"] * len(streams),
               "raw": ["000123"] * len(streams), "revision": [0] * len(streams)}
    rows = conform(pa.table(columns), list_stored_columns(READINGS))
    ledger.apply([msgspec.structs.replace(table.take_in(rows, number)[0], dirty=())])
NAME = "https://uri.etsi.org/ngsi-ld/default-context/"
with transaction.atomic():
    for start in range(0, count, 5000):
        made = models.ContextEntity.objects.bulk_create(
            models.ContextEntity(
                entity_id=f"urn:ngsi-ld:Room:{n}", types=f"|{NAME}Room|", created_at=now, modified_at=now,
                west=126.8 + n % 300 / 1000, east=126.8 + n % 300 / 1000,
                south=37.45 + n // 300 / 2000, north=37.45 + n // 300 / 2000,
                cell=find_cell((126.8 + n % 300 / 1000, 37.45 + n // 300 / 2000) * 2),
                attributes={
                    NAME + "temp": {"type": "Property", "value": n % 1000},
                    NAME + "owner": {"type": "Property", "value": f"owner {n % 5000}"},
                    "https://uri.etsi.org/ngsi-ld/location": {"type": "GeoProperty", "value": {
                        "type": "Point", "coordinates": [126.8 + n % 300 / 1000, 37.45 + n // 300 / 2000]}},
                },
            )
            for n in range(start, min(count, start + 5000))
        )
        models.ContextType.objects.bulk_create(models.ContextType(entity=one, iri=NAME + "Room") for one in made)
        models.ContextValue.objects.bulk_create(
            models.ContextValue(entity=one, path=NAME + name, **value)
            for n, one in enumerate(made, start=start)
            for name, value in (("temp", {"number": n % 1000}), ("owner", {"text": f"owner {n % 5000}"}))
        )
"""


def main() -> None:
    """Print the figures."""
    environment = os.environ | {
        "MADANG_DATA": str(data),
        "MADANG_DEMO": "no",
        "DJANGO_SETTINGS_MODULE": "madang.project.settings",
    }
    stop_house(start_house(data, "--no-demo"))
    subprocess.run([sys.executable, "-c", SETUP, str(ENTITIES)], check=True, env=environment)  # noqa: S603
    house = start_house(data, "--no-demo")
    address = house.url.removeprefix("http://")
    some = random.Random(1)  # noqa: S311
    print(f"{ENTITIES:,} datastreams, {ENTITIES:,} NGSI-LD entities, {CLIENTS} connections")
    try:
        measure(address, "start page (floor)", lambda: "/sta/v1.1")
        measure(
            address, "sta: a datastream", lambda: f"/sta/v1.1/Datastreams({some.randint(1, ENTITIES - 7)})"
        )
        by_name = "/sta/v1.1/Things?$filter=" + quote("name eq 'Station {}'") + "&$expand=Datastreams"
        measure(
            address,
            "sta: a thing by its name, with datastreams",
            lambda: by_name.replace("%7B%7D", str(some.randint(0, ENTITIES // 8))),
        )
        deep = "/sta/v1.1/Datastreams?$top=20&$skip={}&$filter=" + quote(
            "Thing/name ge 'S' and ObservedProperty/definition eq 'pm25'"
        )
        measure(
            address,
            "sta: 20 datastreams by property, deep page",
            lambda: deep.format(some.randint(0, ENTITIES // 10)),
        )
        measure(
            address,
            "sta: 20 things with $count",
            lambda: f"/sta/v1.1/Things?$count=true&$top=20&$skip={some.randint(0, 9000)}",
        )
        newest = "/sta/v1.1/Datastreams?$top=100&$skip={}&$expand=" + quote(
            "Observations($top=1;$orderby=phenomenonTime desc)"
        )
        measure(
            address, "sta: latest of 100 datastreams", lambda: newest.format(some.randint(0, ENTITIES - 200))
        )
        measure(
            address,
            "ngsi-ld: an entity",
            lambda: f"/ngsi-ld/v1/entities/urn:ngsi-ld:Room:{some.randint(0, ENTITIES - 1)}",
        )
        value = "/ngsi-ld/v1/entities?type=Room&q=" + quote('temp=={};owner=="owner {}"')
        measure(address, "ngsi-ld: by two values", lambda: _fill(value, some.randint(0, 4999)))
        near = "/ngsi-ld/v1/entities?type=Room&georel=near;maxDistance==300&geometry=Point&coordinates="
        measure(
            address,
            "ngsi-ld: within 300 m",
            lambda: near + quote(f"[{126.8 + some.random() * 0.3:.4f},{37.45 + some.random() * 0.16:.4f}]"),
        )
        measure(
            address,
            "ngsi-ld: 20 of a type with the exact count",
            lambda: "/ngsi-ld/v1/entities?type=Room&count=true",
        )
    finally:
        stop_house(house)


def _fill(path: str, number: int) -> str:
    first, second, last = path.split("%7B%7D")
    return f"{first}{number % 1000}{second}{number}{last}"


def measure(address: str, what: str, make_path: Callable[[], str]) -> None:
    """Ask from every connection for SECONDS; print requests per second and p95."""
    took: list[float] = []

    def ask(until: float) -> None:
        connection = http.client.HTTPConnection(address)
        while time.perf_counter() < until:
            begin = time.perf_counter()
            connection.request("GET", make_path())
            reply = connection.getresponse()
            body = reply.read()
            if reply.status != 200:
                raise SystemExit(f"{what}: {reply.status} {body[:300]!r}")
            took.append(time.perf_counter() - begin)
        json.loads(body)

    ask(time.perf_counter() + 0.5)
    took.clear()
    begin = time.perf_counter()
    threads = [threading.Thread(target=ask, args=(begin + SECONDS,)) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rate = len(took) / (time.perf_counter() - begin)
    print(
        f"{what:<48}{rate:>8,.0f} requests/s   p95 {1000 * float(np.percentile(took, 95)):>7.1f} ms",
        flush=True,
    )


if __name__ == "__main__":
    main()
