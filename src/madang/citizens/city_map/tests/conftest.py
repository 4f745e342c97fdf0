"""A running house that serves 120 known places."""

from __future__ import annotations

import io
import time
from contextlib import closing

import httpx
import pytest

from .laid_out import NAME, PLACES


@pytest.fixture(scope="module")
def ogc(house):
    """Client of /ogc, with a dataset of 120 known places."""
    lines = [
        "번호,이름,종류,경도,위도",
        *(f"{n},{a},{b},{x:.5f},{y:.5f}" for n, (a, b, x, y) in enumerate(PLACES)),
    ]
    with closing(house.sign_in("data-officer")) as officer:
        files = {"file": ("places.csv", io.BytesIO("\n".join(lines).encode()))}
        begun = officer.post("/api/imports", params={"table": NAME}, files=files).raise_for_status()
        deadline = time.monotonic() + 240
        while officer.get(begun.json()["status"]).json()["state"] != "done":
            assert time.monotonic() < deadline
            time.sleep(0.1)
        officer.post(f"/api/datasets/{NAME}/publish", json={}).raise_for_status()
    with httpx.Client(base_url=f"{house.url}/ogc", timeout=120) as client:
        yield client
