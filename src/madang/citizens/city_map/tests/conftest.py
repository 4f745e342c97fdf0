"""A running house that serves 120 known places, and a few known lines and areas."""

from __future__ import annotations

import io
import json
import time
from contextlib import closing

import httpx
import pytest

from .laid_out import DRAWN, NAME, PLACES, write_shapes


@pytest.fixture(scope="module")
def ogc(house):
    """Client of /ogc, with a dataset of 120 known places."""
    lines = [
        "번호,이름,종류,경도,위도",
        *(f"{n},{a},{b},{x:.5f},{y:.5f}" for n, (a, b, x, y) in enumerate(PLACES)),
    ]
    _publish(house, NAME, "places.csv", "\n".join(lines))
    with httpx.Client(base_url=f"{house.url}/ogc", timeout=120) as client:
        yield client


@pytest.fixture(scope="module")
def drawn(ogc, house):
    """The same, with a dataset of known lines and areas."""
    _publish(house, DRAWN, "drawn.geojson", json.dumps(write_shapes()))
    return ogc


def _publish(house, name, file_name, content):
    with closing(house.sign_in("data-officer")) as officer:
        files = {"file": (file_name, io.BytesIO(content.encode()))}
        begun = officer.post("/api/imports", params={"table": name}, files=files).raise_for_status()
        deadline = time.monotonic() + 240
        while officer.get(begun.json()["status"]).json()["state"] != "done":
            assert time.monotonic() < deadline
            time.sleep(0.1)
        officer.post(f"/api/datasets/{name}/publish", json={}).raise_for_status()
