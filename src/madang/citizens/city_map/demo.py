"""Themes of the demonstration city, all of them simulated: places drawn at random, and they say so."""

from __future__ import annotations

import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
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
HOURS = ThemeField(name="open_hours", title=Text(ko="여는 시간", en="Open"), type=FieldType.HOURS)
NAME_EN = ThemeField(name="name_en", title=Text(ko="영어 이름", en="English name"), type=FieldType.TEXT)
DRAFT = ("toilet", Text(ko="열린 화장실", en="Open toilets"), "toilet")
MADE_UP = Text(
    ko="보기로 만든 주제예요. 장소는 실제로 있지 않아요.",
    en="A theme made up as an example: its places do not exist.",
)


class Example(msgspec.Struct, frozen=True):
    """A made-up theme: `noun` names its places, `kind` holds a choice's title in both languages and its words."""

    code: str
    title: tuple[str, str]
    icon: str
    noun: str
    count: int
    fields: tuple[str, ...] = ()
    season: tuple[str, str] | None = None
    kind: tuple[str, ...] = ()


def read_examples() -> tuple[tuple[Example, tuple[ThemeField, ...]], ...]:
    """Return the themes of the demonstration, each with its fields."""
    said = tomllib.loads(Path(__file__).with_name("examples.toml").read_text("utf-8"))
    examples = msgspec.convert(said["themes"], tuple[Example, ...])
    return tuple(
        (one, (NAME_EN, *(_make_field(name, said["fields"][name], one) for name in one.fields)))
        for one in examples
    )


def _make_field(name: str, said: dict[str, Any], one: Example) -> ThemeField:
    ko, en, *words = one.kind if name == "kind" else said["title"]
    kind = FieldType(said["type"])
    return ThemeField(name=name, title=Text(ko=ko, en=en), type=kind, choices=tuple(words))


def lay_out(now: datetime) -> None:
    """Make and publish the themes, a draft in review, proposals that wait and a district's request, once."""
    if list_themes():
        return
    generator = make_generator(SEED)
    for one, fields in read_examples():
        season = Season(first=one.season[0], last=one.season[1]) if one.season else None
        _create(now, one.code, Text(ko=one.title[0], en=one.title[1]), one.icon, season, fields)
        _fill(generator, now, one.code, fields, one.noun, one.count, one.title[1])
        submit_theme(actor=HOUSE, now=now, code=one.code)
        publish_theme(actor=HOUSE, now=now, code=one.code)
    code, title, icon = DRAFT
    _create(now, code, title, icon, None, (NAME_EN, HOURS))
    _fill(generator, now, code, (NAME_EN, HOURS), "열린 화장실", 12, title.en)
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
    several: str,
) -> None:
    names = {one.code: one.name_ko for one in list_districts()}
    english = {one.code: one.name_en for one in list_districts()}
    one_of = f"{several.removesuffix('ies')}y" if several.endswith("ies") else several.removesuffix("s")
    places = [
        PlaceValues(
            name=f"{names[district]} {noun} {number}",
            lon=round(lon, 6),
            lat=round(lat, 6),
            address=f"{names[district]} (시뮬레이션)",
            values={NAME_EN.name: f"{one_of} {number}, {english[district]}"}
            | {one.name: _draw(generator, one) for one in fields if one is not NAME_EN},
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
    if one.name == "night_hours":
        return f"매일 18:00–{int(generator.integers(22, 27)) % 24:02d}:00"
    begin = int(generator.integers(8, 11))
    days, weekend = (("월–금", ", 토 10:00–15:00"), ("월–토", ""), ("매일", ""))[int(generator.integers(3))]
    return f"{days} {begin:02d}:00–{begin + 9:02d}:00{weekend}"


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
