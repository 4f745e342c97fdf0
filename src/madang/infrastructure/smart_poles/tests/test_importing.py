"""Feeders and candidate sites come as files: every row is taken, or kept with its reason."""

from __future__ import annotations

import re
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.core.base.interface import BadInput
from madang.core.things.interface import read_table
from madang.infrastructure.smart_poles.methods.importing import read_feeders, read_sites

FEEDERS = '번호,이름,용량(kW)\nF1,종로 1,40\nF2,종로 2,\nF1,다시,10\n,이름뿐,5\nF3,음수,-1\nF4,콤마,"1,500"\n'
SITES = (
    "번호,이름,경도,위도,비용(천원),유동인구\nK1,세종로,126.9769,37.5725,50000,9999\nK2,바다,125.0,37.0,100,\n"
    "K3,글자,동쪽,37.5,100,\nK4,공짜,126.98,37.56,0,\nK5,시청,126.978,37.5665,60000,\n"
)


def locate(lons, _lats):
    return ["11110" if lon > 126 else "" for lon in lons]


def test_rows_are_taken_or_refused_with_their_line():
    taken, rejected = read_feeders(read_table(FEEDERS.encode("cp949"), "a.csv"))
    assert [(one.code, one.capacity_w) for one in taken] == [("F1", 40_000), ("F4", 1_500_000)]
    assert [one.line for one in rejected] == [3, 4, 5, 6]
    assert all(one.reason.ko and one.reason.en and one.text for one in rejected)


def test_sites_stand_in_their_district():
    taken, rejected = read_sites(read_table(SITES.encode(), "file.csv"), "file.csv", locate)
    assert [(one.code, one.district_code, one.footfall) for one in taken] == [
        ("K1", "11110", 9999),
        ("K5", "11110", 0),
    ]
    assert [(one.line, one.reason.en.split()[0]) for one in rejected] == [
        (3, "outside"),
        (4, "lon"),
        (5, "the"),
    ]


@pytest.mark.parametrize(
    "raw", [b"", b"\n\n", b"a,b\n1,2", "이름,용량\nx,1".encode(), b"code,name\n" + b"x,y\n" * 10_001]
)
def test_what_is_no_table_is_refused_as_a_whole(raw):
    with pytest.raises(BadInput):
        read_feeders(read_table(raw, "a.csv"))


@given(st.text(max_size=200))
def test_every_row_is_accounted_for_whatever_it_holds(noise):
    text = f"code,name,capacity_w,lon,lat,cost\n{noise}\nZ9,last,5,127,37.5,9\n"
    table = read_table(text.encode(), "noise.csv")
    for read in (read_feeders, lambda table: read_sites(table, "noise", locate)):
        taken, rejected = read(table)
        assert len({one.code for one in taken}) == len(taken)
        assert all(one.line > 1 for one in rejected)
        assert taken or rejected


def test_an_officer_brings_sites_and_sees_what_was_refused(house):
    with closing(house.sign_in("admin")) as admin:
        form = {"csrfmiddlewaretoken": admin.cookies["csrftoken"], "kind": "sites"}
        files = {"file": ("후보지.csv", SITES.encode())}
        page = admin.post("/desk/smart_poles/imports/new/", data=form, files=files)
        assert re.fullmatch(r"/desk/smart_poles/imports/\d+/", page.url.path), page.text[-2000:]
        assert "자치구 밖" in page.text
        assert "K3,글자" in page.text
        refused = admin.get(page.url.path, params={"form": "csv"}).text
        assert len(refused.strip().splitlines()) == 4
        assert "후보지.csv" in admin.get("/desk/smart_poles/imports/").text
        asked = {"form": "csv", "most": "3", "accidents": "0", "night_calls": "0", "far_from_poles": "0"}
        chosen = admin.get("/desk/smart_poles/siting/", params=asked).text
        assert "K1,세종로" in chosen
        wrong = admin.post("/desk/smart_poles/imports/new/", data=form, files={"file": ("x.csv", b"nothing")})
        assert "열이 없습니다" in wrong.text
        feeders = admin.post(
            "/desk/smart_poles/imports/new/",
            data=form | {"kind": "feeders"},
            files={"file": ("f.csv", FEEDERS.encode())},
        )
        assert "F3,음수" in feeders.text
        assert admin.get("/desk/smart_poles/imports/999999/").status_code == 404
