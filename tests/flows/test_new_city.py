"""Story: another city starts its own house without a demonstration, after docs/how-to/run-your-city.md."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from madang.project.pytest_plugin import House, start_house, stop_house

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "run-your-city.md"
PASSWORD = "Haeundae-2026!"  # noqa: S105 - of this test's own house


@pytest.fixture
def city(tmp_path: Path):
    """A house with the settings that the page gives."""
    text = PAGE.read_text("utf-8")
    (tmp_path / "city").mkdir()
    settings = re.search(r"<<'END'\n(.+?)END\n", text, re.DOTALL)
    (tmp_path / "city" / "madang.toml").write_text(settings[1], "utf-8")
    command = [sys.executable, "-m", "madang.project.command_line", "createsuperuser", "--username", "boss"]
    environment = os.environ | {"MADANG_DATA": str(tmp_path / "city")}
    subprocess.run(command, input=PASSWORD + "\n", text=True, check=True, env=environment)
    house = start_house(tmp_path / "city")
    yield house
    stop_house(house)


def sign_in(house: House):
    client = house.visit()
    client.get("/accounts/login/")
    headers = {"X-CSRFToken": client.cookies["csrftoken"], "Referer": house.url}
    client.post("/accounts/login/", data={"login": "boss", "password": PASSWORD}, headers=headers)
    client.headers.update({"X-CSRFToken": client.cookies["csrftoken"], "Referer": house.url})
    return client


def read_example(house: House) -> list[dict[str, str]]:
    """Return the page's list of things."""
    lines = [line.strip("| ") for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")]
    rows = [[cell.strip() for cell in line.split("|")] for line in lines]
    names = next(row for row in rows if row[:2] == ["id", "kind"])
    return [dict(zip(names, row, strict=True)) for row in rows if row[1:2] == ["city_sensor"]]


@pytest.mark.xdist_group("family")
def test_from_an_empty_house_to_a_value_on_the_map(city: House):
    boss = sign_in(city)
    desk = boss.get("/desk/").text
    assert "우리 도시로 만들기" in desk
    assert "createsuperuser" not in (city.data / "up.log").read_text("utf-8")
    assert desk.count('class="krds-badge success"') == 0
    boss.post("/desk/places/agencies/", data={}).raise_for_status()
    agencies = boss.get("/desk/people/agencies/?format=json").json()
    assert {"city", "26350"} <= {one["code"] for one in agencies}
    kinds = boss.get("/desk/things/kinds/?format=json").json()
    assert {"city_sensor", "camera", "smart_pole", "pole_module", "hydrant"} <= {one["code"] for one in kinds}
    boss.post(
        "/desk/things/kinds/new/", data={"code": "bench", "name_ko": "긴 의자", "name_en": "Bench"}
    ).raise_for_status()
    rows = [*read_example(city), {"id": "BE1", "kind": "bench", "name": "의자", "agency_code": "26350"}]
    report = boss.post("/api/things/import", json={"rows": rows}).json()
    assert (report["added"], report["rejected"]) == (2, []), report
    sender = {"name": "해운대구 센서", "key": "a-key-of-this-test-0123", "agency_code": "26350"}
    sender |= {"valid_from": "2020-01-01", "valid_until": "2099-12-31"}
    boss.post("/desk/city_sensors/senders/new/", data=sender).raise_for_status()
    message = {"serial": "BS001", "observed_at": datetime.now(UTC).isoformat(), "values": {"pm25": 12.5}}
    url, headers = "/api/city-sensors/messages", {"X-Certkey": sender["key"]}
    deadline = time.monotonic() + 60
    while (answer := boss.post(url, json=message, headers=headers).json())["taken"] != 1:
        assert time.monotonic() < deadline, answer  # a key is known everywhere within some seconds
        time.sleep(1)
    while "12.5" not in boss.get("/city_sensors/BS001/").text:
        assert time.monotonic() < deadline
        time.sleep(1)
    desk = boss.get("/desk/").text
    assert desk.count('class="krds-badge success"') == 2, "agencies and things are done"


def test_the_demonstration_has_the_citys_own_assets_beside_those_of_services(house: House):
    officer = house.sign_in("officer")
    for kind, least in (("bike_rack", 150), ("ev_charger", 150), ("city_sensor", 800)):
        found = officer.get("/api/things", params={"kind": kind, "limit": 1}).json()
        assert found["total"] >= least, kind
