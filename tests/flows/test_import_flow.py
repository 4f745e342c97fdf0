"""Story: a data officer drops in a file as cities publish them and gets a published, mapped, queryable dataset."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from madang.project.pytest_plugin import House

# A title line, CP949, thousands separators, a dash for missing, latitude and longitude exchanged, and
# a row that lies far from the district it names.
MESSY = """\
서울시 무더위쉼터 현황 (2022년),,,,,
번호,시설명,자치구,경도,위도,수용인원
1,효자경로당,종로구,37.5826,126.9702,"1,200"
2,숭인경로당,종로구,37.5740,127.0160,40
3,을지로쉼터,중구,37.5660,126.9910,-
4,신당쉼터,중구,37.5610,127.0140,55
5,잠실쉼터,송파구,37.5110,127.0980,"2,050"
6,문정쉼터,송파구,37.4850,127.1220,33
7,멀리있는쉼터,송파구,37.6500,126.9200,12
"""
BROKEN = '[{"a": 1},\n {"a": 2},\n {"a": }\n]\n'
DEADLINE_S = 180


def wait_for(client: httpx.Client, import_id: str, *states: str) -> dict:
    deadline = time.monotonic() + DEADLINE_S
    while True:
        job = client.get(f"/api/imports/{import_id}").raise_for_status().json()
        if job["state"] in states:
            return job
        assert job["state"] in {"queued", "reading", "writing"}, job["message"]
        assert time.monotonic() < deadline, job
        time.sleep(0.2)


def upload(client: httpx.Client, name: str, content: bytes, **query) -> dict:
    asked = {"file_name": name, **query}
    headers = {"Content-Type": "application/octet-stream"}
    reply = client.post("/api/imports", params=asked, content=content, headers=headers)
    return reply.raise_for_status().json()


def open_signed_in(browser, house: House, address: str):
    page = browser.new_page()
    page.set_default_timeout(DEADLINE_S * 1000)
    page.goto(f"{house.url}/accounts/login/?next={address}")
    page.fill("[name=login]", "data-officer")
    page.fill("[name=password]", house.accounts()["data-officer"])
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login/" not in url)
    return page


def decide(page) -> None:
    page.fill("#id_title_ko", "서울 무더위쉼터")
    page.fill("#id_title_en", "Cooling shelters of Seoul")
    page.fill("#id_table_name", "shelters_from_page")
    page.select_option("#id_category", "welfare")
    page.check("#id_publish")
    page.click("text=이대로 저장하기")


def test_a_messy_file_becomes_a_dataset_on_the_page(house: House, browser, tmp_path: Path) -> None:
    path = tmp_path / "서울시 무더위쉼터.csv"
    path.write_bytes(MESSY.encode("cp949"))
    page = open_signed_in(browser, house, "/desk/data/import/")
    page.set_input_files("#file", path)
    page.wait_for_selector("#decide")
    words = page.inner_text("main")
    assert "cp949" in words
    assert "뒤바뀐 경도와 위도를 바로잡았습니다" in words
    assert "효자경로당" in words

    decide(page)
    page.wait_for_selector("text=데이터 보기")
    done, visitor = page.url, house.visit()
    rows = visitor.get("/api/datasets/shelters_from_page/rows", params={"sort": "-수용인원"}).json()
    assert rows["total"] == 7
    assert rows["rows"][0]["수용인원"] == 2050
    assert 126 < rows["rows"][0]["lon"] < 128
    assert "서울 무더위쉼터" in visitor.get("/datasets/?q=무더위쉼터").text
    assert "서울 무더위쉼터" in visitor.get("/search/?q=무더위쉼터").text

    page.goto(f"{house.url}/datasets/shelters_from_page/")
    page.locator("[data-map]").scroll_into_view_if_needed()
    page.wait_for_selector("[data-map][data-ready]")
    page.wait_for_selector("[data-chart][data-ready]")

    page.goto(done)
    page.click("text=되돌리기")
    page.wait_for_selector("text=가져오기 전과 같습니다")
    assert visitor.get("/api/datasets/shelters_from_page").status_code == 404
    page.close()


def test_the_same_by_http_with_versions_and_undo(house: House) -> None:
    officer, visitor = house.sign_in("data-officer"), house.visit()
    first = upload(officer, "shelters.csv", MESSY.encode("cp949"), table="shelters", publish=True)
    job = wait_for(officer, first["id"], "done")
    assert job["report"]["place"] == {
        "lon": "경도",
        "lat": "위도",
        "crs": "EPSG:4326",
        "swapped": 7,
        "outside_district": 1,
    }
    smaller = "\n".join(MESSY.splitlines()[:6]) + "\n"
    second = upload(officer, "shelters.csv", smaller.encode(), table="shelters")
    wait_for(officer, second["id"], "done")
    address = "/api/datasets/shelters/rows"
    assert visitor.get(address).json()["total"] == 4
    officer.post(f"/api/imports/{second['id']}/undo").raise_for_status()
    assert visitor.get(address).json()["total"] == 7
    assert len(visitor.get("/api/datasets/shelters/versions").json()) == 3
    assert visitor.post("/api/imports", content=b"a,b\n1,2\n").status_code in {401, 403}


@pytest.fixture(scope="module")
def asked(house: House) -> House:
    """A house with the dataset `asked`."""
    officer = house.sign_in("data-officer")
    sent = upload(officer, "asked.csv", MESSY.encode("cp949"), table="asked", publish=True)
    wait_for(officer, sent["id"], "done")
    return house


def test_rows_are_filtered_and_counted_exactly(asked: House) -> None:
    visitor, address = asked.visit(), "/api/datasets/asked/rows"
    narrowed = visitor.get(address, params={"where": ["자치구:eq:송파구", "수용인원:gt:20"]}).json()
    assert narrowed["total"] == 2
    wrong = visitor.get(address, params={"where": "수용인원:gt:많음"})
    assert wrong.status_code == 422
    assert wrong.json()["details"]["column"] == "수용인원"
    tag = visitor.get(address).headers["etag"]
    assert visitor.get(address, headers={"If-None-Match": tag}).status_code == 304


def test_it_can_be_taken_away_in_every_form(asked: House) -> None:
    visitor = asked.visit()
    csv = visitor.get("/datasets/asked.csv")
    assert csv.content.startswith(b"\xef\xbb\xbf")
    assert "효자경로당" in visitor.get("/datasets/asked.csv?encoding=cp949").content.decode("cp949")
    assert len(visitor.get("/datasets/asked.geojson").json()["features"]) == 7
    assert visitor.get("/datasets/asked.parquet").content[:4] == b"PAR1"
    assert visitor.get("/datasets/asked.xlsx").content[:2] == b"PK"
    assert visitor.get("/tiles/datasets/asked/10/873/396.mvt").status_code == 200


def test_it_is_summarized_and_asked_in_sql(asked: House) -> None:
    officer, visitor = asked.sign_in("data-officer"), asked.visit()
    sums = {"group": "자치구", "measure": ["count", "sum:수용인원"]}
    answer = visitor.get("/api/datasets/asked/aggregate", params=sums).json()["rows"]
    assert {"자치구": "종로구", "count": 2, "수용인원_sum": 1240} in answer
    sql = {"sql": "SELECT count(*) AS n FROM asked WHERE outside_district"}
    assert officer.post("/api/sql", json=sql).json()["rows"] == [{"n": 1}]
    assert visitor.post("/api/sql", json=sql).status_code in {401, 403}


def test_what_cannot_be_read_is_refused_with_its_line(house: House) -> None:
    officer = house.sign_in("data-officer")
    sent = upload(officer, "broken.json", BROKEN.encode(), table="never_there")
    job = wait_for(officer, sent["id"], "failed")
    assert "line 3" in job["message"]["en"]
    assert "3번째 줄" in officer.get(f"/desk/data/import/{sent['id']}/").text
    assert officer.get("/api/datasets/never_there").status_code == 404


def test_a_cancelled_preview_leaves_nothing(house: House) -> None:
    officer = house.sign_in("data-officer")
    sent = upload(officer, "shelters.csv", MESSY.encode(), table="never_stored", preview=True)
    wait_for(officer, sent["id"], "previewed")
    assert officer.post(f"/api/imports/{sent['id']}/cancel").json()["state"] == "cancelled"
    assert officer.post(f"/api/imports/{sent['id']}/confirm", json={}).status_code == 409
    assert officer.get("/api/datasets/never_stored").status_code == 404
    assert not (house.data / "lake" / "uploads" / sent["id"]).exists()


def run_madang(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MADANG_")}
    command = [sys.executable, "-m", "madang.project.command_line", *arguments]
    return subprocess.run(  # noqa: S603
        command, env=environment | {"MADANG_DATA": str(data)}, capture_output=True, text=True, check=False
    )


def test_the_terminal_does_the_same_beside_a_running_house(house: House, tmp_path: Path) -> None:
    path = tmp_path / "terminal_shelters.csv"
    path.write_bytes(MESSY.encode("utf-16"))
    done = run_madang(house.data, "import", str(path), "--json", "--publish")
    report = json.loads(done.stdout)
    assert (done.returncode, report["table"], report["rows_kept"]) == (0, "terminal_shelters", 7)
    assert house.visit().get("/api/datasets/terminal_shelters/rows").json()["total"] == 7
    asked = run_madang(house.data, "sql", "--json", "SELECT count(*) AS n FROM terminal_shelters")
    assert json.loads(asked.stdout) == [{"n": 7}]
    assert "terminal_shelters" in run_madang(house.data, "tables").stdout


def test_the_terminal_on_a_fresh_folder_and_an_unreadable_file(tmp_path: Path) -> None:
    checked = run_madang(tmp_path / "fresh", "check")
    assert (checked.returncode, checked.stderr.count("\n")) == (2, 1)
    assert "madang up" in checked.stderr
    path = tmp_path / "shelters.csv"
    path.write_text(MESSY, "utf-8")
    tried = run_madang(tmp_path / "trial", "import", str(path), "--json", "--dry-run")
    assert json.loads(tried.stdout)["rows_read"] == 7
    assert not (tmp_path / "trial").exists()
    broken = tmp_path / "broken.json"
    broken.write_text(BROKEN, "utf-8")
    refused = run_madang(tmp_path / "fresh", "import", str(broken), "--json")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "line 3" in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert json.loads(run_madang(tmp_path / "fresh", "tables", "--json").stdout) == []


@pytest.mark.parametrize(
    "words",
    [
        ("tables",),
        ("sql", "SELECT 1"),
        ("check",),
        ("backup", "city.tar.gz"),
        ("check-audit",),
        ("budget", "check"),
        ("--help",),
        ("import", "--help"),
    ],
)
def test_what_reads_a_house_begins_none(tmp_path: Path, words: tuple[str, ...]) -> None:
    folder = tmp_path / "mistyped"
    folder.mkdir()
    (folder / "보고서.txt").write_text("다른 일의 폴더", "utf-8")
    done = run_madang(folder, *words)
    assert [path.name for path in folder.iterdir()] == ["보고서.txt"]
    is_help = "--help" in words
    assert (done.returncode, done.stderr.count("\n")) == ((0, 0) if is_help else (2, 1))
    assert is_help or "madang up" in done.stderr
    assert not (tmp_path / "city.tar.gz").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--help"], ["행정 파일을 데이터 호수에 가져옵니다", "이 도움말을 보여 줍니다"]),
        (["import"], ["사용법: madang import", "오류: 꼭 적어야 합니다: FILE"]),
        (["up", "--port", "x"], ["'x'은(는) 여기에 쓸 수 없는 값입니다(int)"]),
        (["tables"], ["에는 집이 없습니다"]),
    ],
)
def test_the_terminal_speaks_korean_where_its_locale_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], said: list[str]
) -> None:
    monkeypatch.setenv("LC_ALL", "ko_KR.UTF-8")
    done = run_madang(tmp_path / "none", *words)
    assert all(sentence in done.stdout + done.stderr for sentence in said)


EACH_HELP = """
import sys
from contextlib import suppress
from madang.project.command_line import run
for name in sys.argv[1:]:
    with suppress(SystemExit):
        run([name, "--help"])
"""


def test_every_command_says_in_korean_what_it_and_its_arguments_are_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "ko_KR.UTF-8")
    told = run_madang(tmp_path / "none", "--help").stdout
    names = re.findall(r"^    ([a-z-]+)(?: |$)", told, re.MULTILINE)
    assert {"up", "import", "sql", "check", "budget", "vote"} <= set(names)
    monkeypatch.setenv("MADANG_DATA", str(tmp_path / "none"))
    asked = [sys.executable, "-c", EACH_HELP, *names]
    lines = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.splitlines()  # noqa: S603
    helps = [
        found[1] for line in [*told.splitlines(), *lines] if (found := re.match(r"  .*\S {2,}(\S.*)$", line))
    ]
    foreign = [said for said in helps if not re.search("[가-힣]", said)]
    assert len(helps) > 60
    assert foreign == []


@pytest.mark.parametrize(
    ("file", "swapped"),
    [
        ("opendata/서울시_문화행사_정보.csv.gz", 3309),
        ("ev/한국전력공사_전기차충전소위경도_20220718.csv", 4777),
    ],
)
def test_real_files_arrive_whole_and_mapped(
    house: House, municipal_files: Path, file: str, swapped: int
) -> None:
    officer, visitor = house.sign_in("data-officer"), house.visit()
    path = municipal_files / file
    sent = upload(officer, path.name, path.read_bytes(), publish=True)
    job = wait_for(officer, sent["id"], "done")
    name, report = job["table_name"], job["report"]
    assert report["place"]["swapped"] == swapped
    assert visitor.get(f"/api/datasets/{name}/rows?limit=1").json()["total"] == report["rows_kept"]
    assert "data-map" in visitor.get(f"/datasets/{name}/").text
