"""The register of cameras: published lists, places, what is seen of a district, pages."""

from __future__ import annotations

import csv
import gzip
import math
import os
import re
import socket
import subprocess
import sys
import threading
import time
from argparse import Namespace
from datetime import UTC, datetime

import av
import h3
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.core.base.interface import ANONYMOUS, HOUSE, Actor, BadInput, NotAllowed, read_pair
from madang.core.pages.testing import ListPageCases, PageCases
from madang.core.places.interface import find_own_district
from madang.core.things.interface import list_changes, register_thing, undo_import
from madang.infrastructure.cctv import actions
from madang.infrastructure.cctv.cli import run_import
from madang.infrastructure.cctv.demo import lay_out
from madang.infrastructure.cctv.gateway.addresses import hide_password, restore_password
from madang.infrastructure.cctv.gateway.admission import check_source, pin_address
from madang.infrastructure.cctv.gateway.simulating import write_street
from madang.infrastructure.cctv.gateway.sources import SourceReader
from madang.infrastructure.cctv.methods.coverage import draw_cone, find_seen, measure_cells
from madang.infrastructure.cctv.methods.intake import read_rows
from madang.infrastructure.cctv.pages.register import LIST, SOURCE, read_shapes
from madang.infrastructure.cctv.queries.cameras import (
    count_by_district,
    count_cameras,
    get_camera,
    list_cameras,
    list_misplaced,
    list_nearest,
)
from madang.infrastructure.cctv.queries.coverage import measure_coverage
from madang.infrastructure.cctv.queries.keeping import forget
from madang.infrastructure.cctv.queries.sources import find_source
from madang.infrastructure.cctv.records import Rules, Source, View, Zone
from madang.infrastructure.cctv.tests.rtsp import serve, wait_for
from madang.project.pytest_plugin import find_free_port

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LIST_OF_FOUR = """자치구,주소,위도,경도,수량
종로구,세종로 1 (고정),37.5759,126.9769,1
종로구,세종로 1 (회전),37.5759,126.9769,2
강남구,세종로 2,37.5760,126.9770,1
없는구,어딘가,37.5759,126.9769,1
"""


@pytest.fixture(autouse=True)
def fresh():
    forget()


def test_pictures_come_from_the_networks_and_folders_of_cameras_alone(monkeypatch, tmp_path):
    monkeypatch.setenv("MADANG_DEMO", "no")
    monkeypatch.setenv("MADANG_CAMERA_NETWORKS", "10.30.0.0/16, fd00::/8")
    monkeypatch.setenv("MADANG_CAMERA_FILES", str(tmp_path / "videos"))
    (tmp_path / "videos").mkdir()
    (tmp_path / "videos" / "way_out.mp4").symlink_to("/etc/passwd")
    for right in (
        "rtsp://10.30.4.5/1",
        "rtsps://[fd00::7]:322/1",
        "rtsp://camera/1",
        f"{tmp_path}/videos/a.mp4",
    ):
        check_source(right)
    for wrong in (
        "rtsp://10.31.4.5/1",
        "rtsp://127.0.0.1/1",
        f"{tmp_path}/videos/way_out.mp4",
        f"{tmp_path}/a.mp4",
    ):
        with pytest.raises(BadInput):
            check_source(wrong)
    # A name is judged by where it leads in the moment of the connection.
    with pytest.raises(BadInput, match="camera_networks"):
        pin_address("rtsp://localhost/1")
    monkeypatch.setenv("MADANG_CAMERA_NETWORKS", "127.0.0.0/8 ::1/128")
    assert pin_address("rtsp://eye:secret@localhost:8554/1?x=2") in {
        f"rtsp://eye:secret@{number}:8554/1?x=2" for number in ("127.0.0.1", "[::1]")
    }
    reader = SourceReader("rtsp://192.0.2.1/1")
    try:
        deadline = time.monotonic() + 10
        while not reader.trouble and time.monotonic() < deadline:
            time.sleep(0.02)
        assert "camera_networks" in reader.trouble
    finally:
        reader.close()


def test_a_list_may_be_the_first_thing_that_a_house_sees(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(LIST_OF_FOUR)
    command = [sys.executable, "-m", "madang.project.command_line", "cctv", "import", str(path)]
    environment = {**os.environ, "MADANG_DATA": str(tmp_path / "new")}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout[:15]) == (0, "4 rows: 3 added"), ended.stderr


def bring(text=LIST_OF_FOUR, **more):
    return actions.import_cameras(
        actor=HOUSE, now=NOW, rows=csv.DictReader(text.splitlines()), source="목록.csv", **more
    )


@pytest.mark.django_db
class TestImport:
    def test_rows_are_kept_flagged_or_refused_with_their_reason(self):
        report = bring()
        assert (report.added, len(report.rejected)) == (3, 1)
        assert report.rejected[0].row == 4
        (strayed,) = list_misplaced()
        assert (strayed.declared_district, strayed.district_code) == ("11680", "11110")
        cameras, total = list_cameras()
        assert total == 3
        assert {one.units for one in cameras} == {1, 2}
        values = {"kind": "camera", "name": "자리를 모르는 카메라", "agency_code": "11110"}
        register_thing(actor=HOUSE, now=NOW, thing_id=f"{cameras[0].id}-", values=values)
        pages = [list_cameras(offset=at, limit=1) for at in range(3)]
        assert [(found[0].id, count) for found, count in pages] == [(one.id, 3) for one in cameras]
        assert all(one.purpose == "" and one.retention_days is None and one.view is None for one in cameras)

    def test_a_camera_of_which_nobody_knows_the_place_is_found_and_leads_to_where_it_gets_one(
        self, admin_client
    ):
        bring()
        values = {"kind": "camera", "name": "자리를 모르는 카메라", "agency_code": "11110"}
        register_thing(actor=HOUSE, now=NOW, thing_id="C-1", values=values)
        page = admin_client.get("/desk/cctv/cameras/", {"misplaced": "none"}).content.decode()
        assert "자리를 모르는 카메라" in page
        assert "세종로" not in page
        assert 'href="/desk/things/C-1/"' in page
        assert admin_client.get("/desk/things/C-1/").status_code == 200
        exported = admin_client.get("/desk/cctv/cameras/", {"misplaced": "none", "format": "geojson"})
        assert exported.status_code == 200

    def test_a_refused_row_says_why_in_korean_first_and_in_words(self, tmp_path, capsys):
        (tmp_path / "list.csv").write_text(LIST_OF_FOUR + "종로구,세종로 3,37.5,동쪽,1\n")
        assert run_import(Namespace(file=tmp_path / "list.csv", dry_run=False)) == 0
        said = capsys.readouterr().err.splitlines()
        assert said[1] == (
            "5행: ‘lon’ 값을 받아들일 수 없습니다: 수 또는 빈 값이 와야 할 자리에 글자가 왔습니다"
            " · row 5: 'lon' can't be taken: a number or nothing is wanted, text came"
        )

    def test_the_same_list_again_changes_nothing_and_it_can_be_undone(self):
        report = bring()
        assert (bring().added, bring().unchanged) == (0, 3)
        assert undo_import(actor=HOUSE, now=NOW, batch_id=report.batch_id).removed == 3
        forget()
        assert count_cameras() == 0

    def test_only_what_is_kept_is_said_to_stand_outside_its_district(self, tmp_path, capsys):
        (tmp_path / "list.csv").write_text(LIST_OF_FOUR)
        for dry_run, said in ((True, "1 refused\n"), (False, "1 refused; 1 of all cameras stand outside")):
            assert run_import(Namespace(file=tmp_path / "list.csv", dry_run=dry_run)) == 0
            assert said in capsys.readouterr().out

    def test_a_dry_run_keeps_nothing_and_strangers_bring_nothing(self):
        assert bring(dry_run=True).added == 3
        assert list_cameras()[1] == 0
        with pytest.raises(NotAllowed):
            actions.import_cameras(actor=ANONYMOUS, now=NOW, rows=[], source="x")

    def test_the_national_standard_is_read_with_what_it_says(self):
        text = (
            "관리기관명,소재지도로명주소,WGS84위도,WGS84경도,카메라대수,설치목적구분,보관일수,촬영방면정보,설치연월\n"
            "서울특별시 종로구청,세종대로 1,37.5759,126.9769,3,생활방범,30,남동쪽,2019-05\n"
        )
        assert bring(text).added == 1
        (one,), _ = list_cameras()
        assert (one.purpose, one.retention_days, one.units) == ("생활방범", 30, 3)
        assert one.view == View(bearing_deg=135.0)

    def test_a_list_without_places_is_refused_by_the_name_of_the_column(self):
        with pytest.raises(BadInput, match="위도"):
            bring("자치구,주소\n종로구,세종로\n")

    def test_what_a_camera_sees_is_said_by_its_owner_alone(self):
        bring()
        camera = list_cameras()[0][0]
        view = View(bearing_deg=90, angle_deg=60, reach_m=80)
        values = {
            "camera_id": camera.id,
            "view": view,
            "purpose": "방범",
            "retention_days": 15,
            "has_sign": True,
        }
        changed = actions.save_view(actor=HOUSE, now=NOW, **values)
        assert (changed.view, changed.retention_days, changed.units) == (view, 15, camera.units)
        assert len(list_changes(camera.id)) == 2
        with pytest.raises(NotAllowed):
            actions.save_view(actor=ANONYMOUS, now=NOW, **values)

    def test_a_source_is_an_address_or_a_path_and_nothing_else(self):
        bring()
        camera_id = list_cameras()[0][0].id
        rules = Rules(zones=(Zone(name="철로", points=((0, 0), (1, 0), (1, 1))),))
        source = Source(camera_id=camera_id, url="rtsp://camera.example/1", rules=rules)
        actions.save_source(actor=HOUSE, now=NOW, source=source)
        assert find_source(camera_id) == source
        wrong_ones = (
            "ftp://x", "file:///etc/passwd", "-i x", "", "rtsp://", "rtsp://x:y/", "rtsp://a b/", "/etc/passwd",
            "/tmp/../etc/passwd", "http://169.254.169.254/a.m3u8", "rtsp://169.254.169.254/latest", "rtsp://[::ffff:10.0.0.5]/1",
        )  # fmt: skip
        for wrong in wrong_ones:
            with pytest.raises(BadInput):
                actions.save_source(actor=HOUSE, now=NOW, source=Source(camera_id=camera_id, url=wrong))


@pytest.mark.django_db
def test_every_real_row_finds_its_columns_and_a_number_of_its_own(municipal_files):
    with gzip.open(municipal_files / "cctv" / "seoulCCTV.csv.gz", "rt", encoding="utf-8-sig") as file:
        rows = list(read_rows(csv.DictReader(file), find_own_district))
    assert len(rows) == len({row["id"] for row in rows}) == 83_734
    assert sum(row["agency_code"] == "11680" for row in rows) == 7007
    assert all(row["agency_code"] for row in rows)


@pytest.mark.django_db
def test_the_nearest_are_those_a_search_of_all_finds():
    lay_out(NOW)
    cameras, total = list_cameras()
    assert sum(count for _, _, count in count_by_district()) == len(cameras) == total
    lon, lat = cameras[0].lon, cameras[0].lat

    def away(one):
        flat = math.cos(math.radians(lat))
        return math.hypot((one.lon - lon) * flat, one.lat - lat) * 111_195

    found = list_nearest(lon, lat, 3000, limit=1000)
    assert found[0].id == cameras[0].id
    assert {one.id for one in found} == {one.id for one in cameras if away(one) <= 3000}
    assert [one.distance_m for one in found] == sorted(one.distance_m for one in found)
    assert list_nearest(lon, lat, 3000, limit=2) == found[:2]


def step(lon, lat, bearing, metres):
    way = math.radians(bearing)
    return (
        lon + metres * math.sin(way) / 111_195 / math.cos(math.radians(lat)),
        lat + metres * math.cos(way) / 111_195,
    )


@given(
    bearing=st.floats(0, 360), angle=st.floats(10, 350), off=st.floats(-180, 180), metres=st.floats(1, 200)
)
def test_a_place_is_seen_within_angle_and_reach_and_nowhere_else(bearing, angle, off, metres):
    lon, lat = 127.0, 37.55
    if abs(abs(off) - angle / 2) < 1 or abs(metres - 100) < 1:
        return
    x, y = step(lon, lat, bearing + off, metres)
    view = View(bearing_deg=bearing, angle_deg=angle, reach_m=100)
    seen = find_seen(np.array([x]), np.array([y]), np.array([lon]), np.array([lat]), [view])
    assert bool(seen[0]) == (metres < 100 and abs(off) < angle / 2)


def test_a_hexagon_is_seen_as_far_as_cameras_look():
    cell = h3.latlng_to_cell(37.55, 127.0, 9)
    points = sorted(h3.cell_to_children(cell, 11))
    lat, lon = h3.cell_to_latlng(cell)
    (none,) = measure_cells(points, np.array([]), np.array([]), [])
    (some,) = measure_cells(points, np.array([lon]), np.array([lat]), [None])
    (whole,) = measure_cells(points, np.array([lon]), np.array([lat]), [View(reach_m=1000)])
    (half,) = measure_cells(
        points, np.array([lon]), np.array([lat]), [View(bearing_deg=0, angle_deg=180, reach_m=1000)]
    )
    assert (none.share, whole.share, none.points) == (0, 1, 49)
    assert 0 < some.share < half.share < 0.6
    assert len(draw_cone(lon, lat, View(bearing_deg=0, angle_deg=90))) == 27


@pytest.mark.django_db
def test_a_district_with_more_cameras_is_seen_better():
    bring()
    before = measure_coverage("11110")
    assert 0 < before.share < 0.01
    assert before.cameras == 3  # the strayed one too: it stands here
    text = LIST_OF_FOUR + "".join(f"종로구,길 {n},{37.58 + n / 1000:.4f},126.98,1\n" for n in range(10))
    bring(text)
    assert measure_coverage("11110").share > before.share


def say_nothing(listener):
    """Take connections and say nothing, until the listener is closed."""
    kept = []
    try:
        while True:
            kept.append(listener.accept())
    except OSError:
        for one, _ in kept:
            one.close()


def refuse_logins(listener):
    """Answer each request as a camera does that doesn't know the login, until the listener is closed."""
    try:
        while True:
            one, _ = listener.accept()
            with one:
                while asked := one.recv(4096):
                    number = re.search(rb"CSeq: (\d+)", asked)[1].decode()
                    state = "200 OK" if asked.startswith(b"OPTIONS") else "401 Unauthorized"
                    one.sendall(
                        f'RTSP/1.0 {state}\r\nCSeq: {number}\r\nWWW-Authenticate: Basic realm="x"\r\n\r\n'.encode()
                    )
    except OSError:
        pass


@pytest.mark.parametrize(
    ("camera", "said"),
    [(None, "be reached"), (say_nothing, "answer in time"), (refuse_logins, "refuses the login")],
)
def test_what_is_wrong_with_a_source_is_said_in_both_languages_and_without_its_password(
    monkeypatch, camera, said
):
    monkeypatch.setenv("MADANG_CAMERA_NETWORKS", "127.0.0.0/8")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        if camera is None:
            listener.close()
        else:
            threading.Thread(target=camera, args=(listener,), daemon=True).start()
        reader = SourceReader(f"rtsp://eye:hunter2@127.0.0.1:{port}/1")
        try:
            trouble = wait_for(lambda: reader.trouble, 30)
        finally:
            reader.close()
    told = read_pair(trouble)
    assert said in told.en
    assert told.ko != told.en
    assert "hunter2" not in trouble


def test_a_camera_that_sends_by_udp_alone_is_watched_too(tmp_path, monkeypatch):
    monkeypatch.setenv("MADANG_CAMERA_NETWORKS", "127.0.0.0/8")
    write_street(tmp_path / "street.mp4", [], 10, 6)
    server, url = serve(tmp_path / "street.mp4", find_free_port(), "UDP")
    reader = SourceReader(url)
    try:
        wait_for(lambda: reader.take(960) is not None, 60)
    finally:
        reader.close()
        server.kill()


def test_a_damaged_packet_costs_its_own_pictures_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("MADANG_CAMERA_FILES", str(tmp_path))
    shades = [np.full((120, 160, 3), shade, np.uint8) for shade in [40] * 30 + [200] * 30]
    with av.open(str(tmp_path / "whole.mkv"), "w") as container:
        stream = container.add_stream("mpeg4", rate=30)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        for number, picture in enumerate(shades):
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")):
                sent = packet
                if 25 <= number < 30:
                    sent = av.Packet(bytes(packet.size))
                    sent.stream, sent.pts, sent.dts = stream, packet.pts, packet.dts
                    sent.time_base = packet.time_base
                container.mux(sent)
        container.mux(stream.encode())
    reader, seen, troubles = SourceReader(str(tmp_path / "whole.mkv")), set(), set()

    def look():
        picture = reader.take(160)
        seen.add(None if picture is None else round(float(picture.mean()) / 40))
        troubles.add(reader.trouble)
        return {1, 5} <= seen

    try:
        wait_for(look, 30)
    finally:
        reader.close()
    assert troubles == {""}


def test_a_password_is_hidden_and_goes_to_no_other_address():
    known = "rtsp://eye:p%40ss@10.30.4.5:8554/1?a=2"
    assert hide_password(known) == "rtsp://eye:••••@10.30.4.5:8554/1?a=2"
    for plain in ("rtsp://10.30.4.5/1", "rtsp://eye@10.30.4.5/1", "/videos/a.mp4"):
        assert hide_password(plain) == plain == restore_password(plain, known)
    assert restore_password("rtsp://eye:••••@10.30.4.5:8554/2", known) == "rtsp://eye:p%40ss@10.30.4.5:8554/2"
    assert restore_password("rtsp://eye:new@10.30.4.6/1", known) == "rtsp://eye:new@10.30.4.6/1"
    for other in ("10.30.4.6:8554/1", "10.30.4.5/1", "10.30.4.5:8554@10.30.4.6/1"):
        with pytest.raises(ValueError, match="another address"):
            restore_password(f"rtsp://eye:••••@{other}", known)


def test_shapes_are_read_or_refused_by_their_line():
    assert read_shapes("문 | 0.1,0.2 0.3,0.4\n\n", 2, 2, "lines") == [("문", ((0.1, 0.2), (0.3, 0.4)))]
    for wrong in ("문 0.1,0.2", "| 0.1,0.2 0.3,0.4", "문 | 0.1,0.2", "문 | 1.1,0.2 0.3,0.4", "문 | a,b c,d"):
        with pytest.raises(BadInput):
            read_shapes(wrong, 2, 2, "lines")


class TestPublic(PageCases):
    path = "/cctv/"
    is_public = True

    def test_with_cameras_it_shows_them(self, client):
        lay_out(NOW)
        assert "/api/cctv/cameras.geojson" in client.get(self.path).content.decode()
        english = client.get(self.path, {"language": "en"}).context["map"].configure("en")
        assert english["words"]["생활방범"] == "Crime prevention"


class TestList(ListPageCases):
    path = "/desk/cctv/cameras/"
    list_page = LIST

    @pytest.fixture(autouse=True)
    def rows(self):
        bring()

    def test_the_strayed_one_is_found_by_the_filter(self, reader):
        page = reader.get(self.path, {"misplaced": "yes"})
        assert page.context["total"] == 1
        assert "목록에는 강남구" in page.content.decode()


class TestCoverage(PageCases):
    path = "/desk/cctv/coverage/"

    @pytest.fixture(autouse=True)
    def rows(self):
        bring()


class TestImportPage(PageCases):
    path = "/desk/cctv/import/"

    def test_a_file_is_brought_in_either_encoding(self, reader, tmp_path):
        for encoding in ("utf-8", "cp949"):
            file = tmp_path / f"{encoding}.csv"
            file.write_bytes(LIST_OF_FOUR.encode(encoding))
            with file.open("rb") as opened:
                reply = reader.post(self.path, {"file": opened})
            assert reply.status_code == 302
            assert reply.url.startswith("/desk/things/imports/")
        assert list_cameras()[1] == 3


@pytest.mark.django_db
class TestCameraPages:
    @pytest.mark.parametrize("part", ["", "view/", "source/", "source/onvif/", "source/remove/"])
    @pytest.mark.parametrize("language", ["ko", "en"])
    def test_a_camera_its_view_and_its_source_are_shown(self, admin_client, part, language):
        bring()
        camera = list_cameras()[0][0]
        admin_client.cookies["language"] = language
        reply = admin_client.get(f"/desk/cctv/cameras/{camera.id}/{part}")
        assert reply.status_code == 200
        assert admin_client.get("/desk/cctv/cameras/NOBODY/").status_code == 404

    def test_what_for_is_said_in_the_readers_language(self, admin_client):
        bring()
        camera = list_cameras()[0][0]
        for purpose, said in (
            ("생활방범", "Crime prevention"),
            ("조류 관찰 · Bird watching", "Bird watching"),
        ):
            actions.save_view(
                actor=HOUSE, now=NOW, camera_id=camera.id, view=View(), purpose=purpose, retention_days=None,
                has_sign=None,
            )  # fmt: skip
            for language, words in (("en", said), ("ko", purpose.partition(" · ")[0])):
                admin_client.cookies["language"] = language
                for path in ("", f"{camera.id}/"):
                    page = admin_client.get(f"/desk/cctv/cameras/{path}").content.decode()
                    assert words in page
                    assert (said in page) == (language == "en")

    def test_a_password_is_never_shown_again_nor_its_form_to_another_agency(self, admin_client):
        bring()
        camera = list_cameras()[0][0]
        path = f"/desk/cctv/cameras/{camera.id}/source/"
        source = Source(camera_id=camera.id, url="rtsp://eye:hunter2@camera.example/1")
        actions.save_source(actor=HOUSE, now=NOW, source=source)
        form = admin_client.get(path).context["form"].initial
        assert form["url"] == "rtsp://eye:••••@camera.example/1"
        answers = {**{name: value for name, value in form.items() if value}, "fps": 5}
        assert admin_client.post(path, answers).status_code == 302
        assert (find_source(camera.id).url, find_source(camera.id).fps) == (source.url, 5)
        elsewhere = {**answers, "url": "rtsp://eye:••••@thief.example/1"}
        assert admin_client.post(path, elsewhere).status_code == 422
        assert find_source(camera.id).url == source.url
        with pytest.raises(NotAllowed):
            SOURCE.initial(
                actor=Actor(id="x", name="x", grants=frozenset({("cctv.change", "nobody")})),
                camera_id=camera.id,
            )

    def test_the_forms_save(self, admin_client):
        bring()
        camera = list_cameras()[0][0]
        path = f"/desk/cctv/cameras/{camera.id}/"
        view = {
            "bearing_deg": "90",
            "angle_deg": "70",
            "purpose": "방범",
            "retention_days": "20",
            "has_sign": "true",
        }
        assert admin_client.post(f"{path}view/", view).status_code == 302
        source = {
            "url": "rtsp://camera.example/1", "is_on": "on", "fps": "3", "tiles": "1", "loitering_s": "30",
            "abandoned_s": "20", "running_heights_s": "2", "crowd_people": "8", "zones": "문 | 0,0 1,0 1,1", "lines": "",
        }  # fmt: skip
        assert admin_client.post(f"{path}source/", source).status_code == 302
        assert get_camera(camera.id).view.bearing_deg == 90
        saved = find_source(camera.id)
        assert (saved.rules.loitering_s, saved.rules.zones[0].name, saved.fps) == (30, "문", 3)
        refused = admin_client.post(f"{path}source/", {**source, "zones": "문 | 0,0"})
        assert refused.status_code == 422
        assert "1번째 줄" in refused.content.decode()
