"""Themes of the demonstration city, all of them simulated: places drawn at random, and they say so."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np

from madang.city.files import draw_points
from madang.city.pace import make_generator
from madang.core.base.interface import HOUSE, Text
from madang.core.places.interface import list_districts

from .actions.places import save_places
from .actions.proposals import propose
from .actions.themes import create_theme, publish_theme, request_theme, submit_theme
from .queries.themes import list_places, list_themes
from .records import FieldType, PlaceValues, ProposalKind, Season, ThemeField, ThemeValues

SEED = 37
SOURCE = "시뮬레이션 · simulated"
SUMMER = Season(first="05-20", last="09-30")
HOURS = ThemeField(name="open_hours", title=Text(ko="여는 시간", en="Open"))
MADE_UP = Text(
    ko="보기로 만든 주제예요. 장소는 실제로 있지 않아요.",
    en="A theme made up as an example: its places do not exist.",
)


def _choice(name: str, ko: str, en: str, *words: str) -> ThemeField:
    return ThemeField(name=name, title=Text(ko=ko, en=en), type=FieldType.CHOICE, choices=words)


def _flag(name: str, ko: str, en: str) -> ThemeField:
    return ThemeField(name=name, title=Text(ko=ko, en=en), type=FieldType.BOOLEAN)


def _number(name: str, ko: str, en: str) -> ThemeField:
    return ThemeField(name=name, title=Text(ko=ko, en=en), type=FieldType.INTEGER)


THEMES: tuple[tuple[str, Text, str, Season | None, tuple[ThemeField, ...], str, int], ...] = (
    ("cooling", Text(ko="더위 쉼터", en="Cooling shelters"), "cool", SUMMER,
     (_choice("kind", "종류", "Kind", "경로당", "도서관", "주민센터"), _number("seats", "자리 수", "Seats"), HOURS), "쉼터", 160),
    ("water_play", Text(ko="물놀이터", en="Water play spots"), "water", Season(first="06-20", last="08-31"),
     (_choice("kind", "종류", "Kind", "바닥분수", "물놀이터", "강변 수영장"), _flag("free", "무료", "Free")), "물놀이터", 48),
    ("medicine_box", Text(ko="안 쓰는 약 수거함", en="Boxes for unused medicine"), "medicine", None,
     (_choice("kind", "있는 곳", "Stands in", "약국", "보건소", "주민센터"),), "약 수거함", 120),
    ("bicycle_pump", Text(ko="자전거 공기주입기", en="Bicycle pumps"), "bicycle", None,
     (_flag("works", "쓸 수 있음", "Works"),), "공기주입기", 90),
    ("night_clinic", Text(ko="밤에 여는 병원", en="Clinics open at night"), "night", None,
     (_choice("kind", "진료", "For", "소아", "내과", "치과"), HOURS), "밤 병원", 30),
    ("small_library", Text(ko="작은 도서관", en="Small libraries"), "book", None,
     (_number("books", "책 수", "Books"), HOURS), "작은 도서관", 75),
    ("warming", Text(ko="한파 쉼터", en="Warming shelters"), "cool", Season(first="11-15", last="03-15"),
     (_number("seats", "자리 수", "Seats"), HOURS), "한파 쉼터", 110),
)  # fmt: skip
DRAFT = ("toilet", Text(ko="열린 화장실", en="Open toilets"), "toilet")


def lay_out(now: datetime) -> None:
    """Make and publish the themes, a draft in review, proposals that wait and a district's request, once."""
    if list_themes():
        return
    generator = make_generator(SEED)
    for code, title, icon, season, fields, noun, count in THEMES:
        _create(now, code, title, icon, season, fields)
        _fill(generator, now, code, fields, noun, count)
        submit_theme(actor=HOUSE, now=now, code=code)
        publish_theme(actor=HOUSE, now=now, code=code)
    code, title, icon = DRAFT
    _create(now, code, title, icon, None, (HOURS,))
    _fill(generator, now, code, (HOURS,), "열린 화장실", 12)
    submit_theme(actor=HOUSE, now=now, code=code)
    _propose(generator, now)
    request_theme(
        actor=HOUSE, now=now - timedelta(days=2), agency_code="11110", title="반려견 물그릇 (시뮬레이션)",
        why="산책길에 물그릇이 어디 있는지 묻는 전화가 많습니다. 보기로 만든 요청입니다.",
    )  # fmt: skip


def _create(
    now: datetime, code: str, title: Text, icon: str, season: Season | None, fields: tuple[ThemeField, ...]
) -> None:
    values = ThemeValues(
        title=title, about=MADE_UP, icon=icon, agency_code="11110", fields=fields, season=season, source=SOURCE,
        licence="CC0-1.0",
    )  # fmt: skip
    create_theme(actor=HOUSE, now=now, code=code, values=values)


def _fill(
    generator: np.random.Generator,
    now: datetime,
    code: str,
    fields: tuple[ThemeField, ...],
    noun: str,
    count: int,
) -> None:
    names = {one.code: one.name_ko for one in list_districts()}
    places = [
        PlaceValues(
            name=f"{names[district]} {noun} {number}",
            lon=round(lon, 6),
            lat=round(lat, 6),
            address=f"{names[district]} (시뮬레이션)",
            values={one.name: _draw(generator, one) for one in fields},
            source=SOURCE,
        )
        for number, (lon, lat, district) in enumerate(draw_points(generator, count), start=1)
    ]
    save_places(actor=HOUSE, now=now, code=code, places=places)


def _draw(generator: np.random.Generator, one: ThemeField) -> str:
    if one.type is FieldType.CHOICE:
        return one.choices[int(generator.integers(len(one.choices)))]
    if one.type is FieldType.BOOLEAN:
        return "true" if generator.random() < 0.85 else "false"
    if one.type is FieldType.INTEGER:
        return str(int(generator.integers(8, 80)))
    begin = int(generator.integers(8, 11))
    return f"{begin:02d}:00–{begin + 9:02d}:00"


def _propose(generator: np.random.Generator, now: datetime) -> None:
    (lon, lat, _), *_rest = draw_points(generator, 2)
    values = {"kind": "도서관", "seats": "24", "open_hours": "09:00–18:00"}
    new = PlaceValues(
        name="새로 연 도서관 쉼터 (시뮬레이션)", lon=round(lon, 6), lat=round(lat, 6), values=values
    )
    propose(
        now=now - timedelta(hours=5), sender="simulated", code="cooling", kind=ProposalKind.ADD, values=new,
        note="지난주에 열었어요. 보기로 만든 제안이에요.",
    )  # fmt: skip
    places, _ = list_places("bicycle_pump", limit=1)
    propose(
        now=now - timedelta(hours=3), sender="simulated", code="bicycle_pump", kind=ProposalKind.REMOVE,
        values=places[0].values, place_id=places[0].id, note="공사하면서 치웠어요. 보기로 만든 제안이에요.",
    )  # fmt: skip
